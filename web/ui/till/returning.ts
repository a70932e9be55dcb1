/**
 * What of a sale may still come back, and what is paid back for it: by the same arithmetic as the node's, which refuses
 * anything else.
 *
 * @module
 */
import { type Decimal, decimalOf, halfEven } from "../base/amounts.ts";
import type { Sale, SaleLine, SaleRecording } from "../wire_types.ts";

/** A product of a sale, over all its lines. */
export interface ReturnableProduct {
  readonly product: string;
  readonly name: string;
  readonly measured: boolean;
  /** How much was sold, in pieces or thousandths. */
  readonly sold: number;
  /** How much may still come back. */
  readonly left: number;
}

/** A line, and what was paid for it once the sale's discount is shared out. */
interface PaidLine {
  readonly line: SaleLine;
  readonly units: bigint;
}

function placesIn(sale: Sale): number {
  const texts = [
    sale.total.amount,
    sale.discount?.amount ?? "",
    ...sale.lines.map(({ amount }) => amount.amount),
  ];
  return Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
}

function unitsOf(text: string, places: number): bigint {
  const { units, places: own } = decimalOf(text) ?? { units: 0n, places: 0 };
  return units * 10n ** BigInt(Math.max(0, places - own));
}

/** What came back of a product before: pieces and money, both above 0. */
function before(
  sale: Sale,
  returns: readonly Sale[],
  product: string,
): { readonly quantity: number; readonly units: bigint } {
  const places = placesIn(sale);
  const lines = [sale, ...returns].flatMap((one) => one.lines)
    .filter((line) => line.product === product && line.quantity < 0);
  return {
    quantity: lines.reduce((sum, { quantity }) => sum - quantity, 0),
    units: lines.reduce(
      (sum, { amount }) => sum - unitsOf(amount.amount, places),
      0n,
    ),
  };
}

/**
 * What of a sale may still come back.
 *
 * @param sale The sale.
 * @param returns Its returns that count.
 * @returns Each product once, in the order of the lines.
 */
export function returnable(
  sale: Sale,
  returns: readonly Sale[],
): ReturnableProduct[] {
  const products = new Map<string, ReturnableProduct>();
  for (const { product, name, quantity, measured } of sale.lines) {
    if (quantity <= 0) continue;
    const sold = (products.get(product)?.sold ?? 0) + quantity;
    const left = sold - before(sale, returns, product).quantity;
    products.set(product, {
      product,
      name,
      measured: measured === true,
      sold,
      left,
    });
  }
  return [...products.values()];
}

/** The lines that were sold; the sale's discount is shared by their amounts, to the last unit. */
function paidLines(sale: Sale, places: number): PaidLine[] {
  const sold = sale.lines.filter(({ quantity }) => quantity > 0)
    .map((line) => ({ line, units: unitsOf(line.amount.amount, places) }));
  const whole = sold.reduce((sum, { units }) => sum + units, 0n);
  const discount = unitsOf(sale.discount?.amount ?? "0", places);
  const shareUpTo = (units: bigint) =>
    whole <= 0n ? 0n : halfEven(discount * units, whole);
  let up = 0n;
  return sold.map(({ line, units }) => {
    const share = shareUpTo(up + units) - shareUpTo(up);
    up += units;
    return { line, units: units - share };
  });
}

/** What was paid for the first so many of a product's units. */
function paidFor(lines: readonly PaidLine[], quantity: number): bigint {
  let [left, sum] = [quantity, 0n];
  for (const { line, units } of lines) {
    if (left <= 0) break;
    const taken = Math.min(left, line.quantity);
    sum += taken === line.quantity
      ? units
      : halfEven(units * BigInt(taken), BigInt(line.quantity));
    left -= taken;
  }
  return sum;
}

/**
 * What is paid back for goods that come back.
 *
 * @param sale The sale.
 * @param returns Its returns that count.
 * @param quantities How much of each product comes back, above 0.
 * @returns The amount, zero or more.
 */
export function refundOf(
  sale: Sale,
  returns: readonly Sale[],
  quantities: ReadonlyMap<string, number>,
): Decimal {
  const places = placesIn(sale);
  const paid = paidLines(sale, places);
  let units = 0n;
  for (const [product, quantity] of quantities) {
    const known = before(sale, returns, product);
    const lines = paid.filter(({ line }) => line.product === product);
    const due = paidFor(lines, known.quantity + quantity) - known.units;
    if (due > 0n) units += due;
  }
  return { units, places };
}

/**
 * The return as the node takes it.
 *
 * @param id Its id.
 * @param sale The sale, and why its goods come back.
 * @param goods What comes back and what is paid for it, by which method.
 * @returns The request.
 */
export function returnRequest(
  id: string,
  sale: { readonly id: string; readonly reason: string },
  goods: {
    readonly quantities: ReadonlyMap<string, number>;
    readonly method: string;
    /** Decimal text above zero; empty if nothing is paid back. */
    readonly refund: string;
    readonly currency: string;
  },
): SaleRecording {
  const { quantities, method, refund, currency } = goods;
  return {
    id,
    lines: [...quantities].map(([product, quantity]) => ({
      product,
      quantity: -quantity,
    })),
    returns: { sale: sale.id, reason: sale.reason },
    ...(refund === "" ? {} : {
      payments: [{ method, amount: { amount: `-${refund}`, currency } }],
    }),
  };
}
