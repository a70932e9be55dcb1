/**
 * Goods of a sale that come back: at most what was sold and has not come back yet, priced as the sale was. All refunds of
 * a sale together are at most what was paid for it.
 *
 * @module
 */
import {
  addMoney,
  divideHalfEven,
  type Money,
  money,
  ok,
  type ProductId,
  type Reader,
  type RecordedLine,
  rescale,
  type Result,
  type Row,
  type SaleRecorded,
} from "../../crdt/mod.ts";
import type { Refusal, SaleLineInput } from "../use_cases.ts";
import { refuse } from "./context.ts";
import { type FoundSale, returnsOf } from "./find_sale.ts";
import { negated, type PricedLine } from "./sale_pricing.ts";
import { linesOfRow } from "./sale_view.ts";

/** What came back of a product, above 0. */
interface Returned {
  quantity: number;
  amount: Money;
}

/** What of a sale came back, by product. */
export type ReturnedGoods = Map<ProductId, Returned>;

function addReturned(
  goods: ReturnedGoods,
  product: ProductId,
  { quantity, amount }: Returned,
): void {
  const before = goods.get(product);
  goods.set(
    product,
    before === undefined ? { quantity, amount } : {
      quantity: before.quantity + quantity,
      amount: addMoney(before.amount, amount),
    },
  );
}

function addRow(goods: ReturnedGoods, row: Row): void {
  const [currency, exponent] = [
    String(row["currency"]),
    Number(row["exponent"]),
  ];
  for (const { product, quantity, amount } of linesOfRow(row)) {
    addReturned(goods, product, {
      quantity: -quantity,
      amount: money(-amount, currency, exponent),
    });
  }
}

/**
 * What of a sale came back, by returns that are not voided and by lines of the sale itself.
 *
 * @param rows The views.
 * @param sale The sale.
 * @returns Quantities and refunds by product.
 */
export function returnedOf(rows: Reader, sale: SaleRecorded): ReturnedGoods {
  const goods: ReturnedGoods = new Map();
  for (const { product, quantity, amount } of sale.lines) {
    if (quantity >= 0) continue;
    addReturned(goods, product, {
      quantity: -quantity,
      amount: money(-amount, sale.currency, sale.exponent),
    });
  }
  for (const row of returnsOf(rows, sale)) addRow(goods, row);
  return goods;
}

/** A line of a sale, and what was paid for it once the sale's discount is shared out. */
interface PaidLine {
  readonly line: RecordedLine;
  readonly units: bigint;
}

/** The lines that were sold; the sale's discount is shared by their amounts, to the last unit. */
function paidLines(sale: SaleRecorded): PaidLine[] {
  const sold = sale.lines.filter(({ quantity }) => quantity > 0);
  const whole = sold.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const discount = BigInt(sale.discount ?? 0);
  const shareUpTo = (units: bigint) =>
    whole <= 0n ? 0n : divideHalfEven(discount * units, whole);
  let before = 0n;
  return sold.map((line) => {
    const upTo = before + BigInt(line.amount);
    const share = shareUpTo(upTo) - shareUpTo(before);
    before = upTo;
    return { line, units: BigInt(line.amount) - share };
  });
}

/** What was paid for the first so many of a product's units, in the order of the sale's lines. */
function paidFor(lines: readonly PaidLine[], quantity: number): bigint {
  let [left, sum] = [quantity, 0n];
  for (const { line, units } of lines) {
    if (left <= 0) break;
    const taken = Math.min(left, line.quantity);
    sum += taken === line.quantity
      ? units
      : divideHalfEven(units * BigInt(taken), BigInt(line.quantity));
    left -= taken;
  }
  return sum;
}

function exceeds(
  product: ProductId,
  left: number,
): { readonly ok: false; readonly error: Refusal } {
  return refuse(
    "return_exceeds",
    `Cannot record return: ${left} of product "${product}" may still come back`,
    { product, left },
  );
}

function priceOne(
  { sale, paid, goods }: {
    readonly sale: SaleRecorded;
    readonly paid: readonly PaidLine[];
    readonly goods: ReturnedGoods;
  },
  input: SaleLineInput,
): Result<Omit<PricedLine, "found">, Refusal> {
  const { product, quantity } = input;
  const lines = paid.filter(({ line }) => line.product === product);
  const sold = lines.reduce((sum, { line }) => sum + line.quantity, 0);
  const before = goods.get(product);
  const upTo = (before?.quantity ?? 0) - quantity;
  const [first] = lines;
  if (first === undefined || upTo > sold) {
    return exceeds(product, Math.max(0, sold - (before?.quantity ?? 0)));
  }
  const { currency, exponent } = sale;
  const refunded = before === undefined
    ? 0n
    : BigInt(rescale(before.amount, exponent).units);
  const due = paidFor(lines, upTo) - refunded;
  const refund = money(due > 0n ? Number(due) : 0, currency, exponent);
  addReturned(goods, product, { quantity: -quantity, amount: refund });
  const { price, name, measured } = first.line;
  const isSame = lines.every(({ line }) => line.price === price);
  return ok({
    input,
    name,
    price: price === undefined || !isSame
      ? undefined
      : money(price, currency, exponent),
    priceFact: undefined,
    measured: measured === true,
    amount: negated(refund),
  });
}

/**
 * Prices the lines of a return.
 *
 * @param rows The views.
 * @param found The sale whose goods come back.
 * @param inputs The lines; every quantity is below 0.
 * @returns Lines without the products as they are known now, or `return_exceeds` or `invalid_argument`.
 */
export function priceReturn(
  rows: Reader,
  { placed, voided }: FoundSale,
  inputs: readonly SaleLineInput[],
): Result<Omit<PricedLine, "found">[], Refusal> {
  const sale = placed.fact;
  const plain = inputs.every((line) =>
    line.quantity < 0 && line.price === undefined &&
    line.amount === undefined && line.discount === undefined
  );
  if (!plain) {
    return refuse(
      "invalid_argument",
      "Cannot record return: every quantity is below 0, and its price is the sale's",
    );
  }
  const goods = returnedOf(rows, sale);
  const paid = voided ? [] : paidLines(sale);
  const lines: Omit<PricedLine, "found">[] = [];
  for (const input of inputs) {
    const line = priceOne({ sale, paid, goods }, input);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return ok(lines);
}
