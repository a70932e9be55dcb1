/**
 * What is being sold: lines, discounts, customer, and what they come to, by the same arithmetic as the node's. Pure, so
 * that it can be kept, restored and tested without a browser.
 *
 * @module
 */
import {
  compared,
  type Decimal,
  decimalOf,
  decimalText,
  halfEven,
  less,
  plus,
  share,
  times,
  typedAmount,
  ZERO,
} from "../base/amounts.ts";
import type { Product, SaleRecording } from "../wire_types.ts";

/** What is taken off: an amount, or a percentage of what there is to pay. */
export interface Discount {
  readonly kind: "amount" | "percent";
  /** Decimal text as the node reads it. */
  readonly value: string;
}

/** A line of a cart. */
export interface CartLine {
  /** Its own in its cart. */
  readonly key: string;
  readonly product: string;
  readonly name: string;
  /** `piece`, or the unit by which it is measured. */
  readonly unit: "piece" | "kg" | "l" | "m";
  /** Pieces, or thousandths of the unit. */
  readonly quantity: number;
  /** The price in force when it was added, for when the catalog is not at hand; null if it had none. */
  readonly price: string | null;
  readonly currency: string;
  /** Another price of one that a supervisor gave. */
  readonly ownPrice?: string;
  readonly discount?: Discount;
}

/** Who buys. */
export interface Customer {
  readonly name: string;
  readonly document: string;
}

/** A cart. */
export interface Cart {
  /** The id of the sale that it will be. */
  readonly id: string;
  readonly lines: readonly CartLine[];
  readonly discount?: Discount;
  readonly customer?: Customer;
}

/** What a product costs now; undefined where the catalog does not know it. */
export type PriceOf = (product: string) => string | null | undefined;

/** The most lines of a sale; the node takes no more. */
export const LINES_MAX = 500;
const THOUSAND = 1000n;

/** Whether something is sold by measure. */
export function isMeasured({ unit }: Pick<CartLine, "unit">): boolean {
  return unit !== "piece";
}

/** The price of one of a line, or of a whole unit of measure; undefined while nobody knows one. */
export function priceOfLine(
  line: CartLine,
  priceOf: PriceOf,
): Decimal | undefined {
  const known = priceOf(line.product);
  const text = line.ownPrice ?? (known === undefined ? line.price : known);
  return text === null ? undefined : decimalOf(text);
}

function reduction(
  discount: Discount | undefined,
  whole: Decimal,
): Decimal {
  if (discount === undefined) return ZERO;
  const value = decimalOf(discount.value) ?? ZERO;
  if (discount.kind === "amount") return value;
  return share(whole, value.units, 100n * 10n ** BigInt(value.places));
}

/** What a line comes to. */
export interface LineSum {
  readonly line: CartLine;
  /** Undefined while it has no price. */
  readonly price: Decimal | undefined;
  /** Before its discount. */
  readonly whole: Decimal;
  readonly discount: Decimal;
  readonly amount: Decimal;
}

/** What a line comes to. */
export function lineSum(line: CartLine, priceOf: PriceOf): LineSum {
  const price = priceOfLine(line, priceOf);
  const count = price === undefined ? ZERO : times(price, line.quantity);
  const whole = isMeasured(line)
    ? { units: halfEven(count.units, THOUSAND), places: count.places }
    : count;
  const discount = reduction(line.discount, whole);
  return { line, price, whole, discount, amount: less(whole, discount) };
}

/** What a cart comes to. */
export interface CartSum {
  readonly lines: readonly LineSum[];
  /** The sum of the lines. */
  readonly sum: Decimal;
  readonly discount: Decimal;
  readonly total: Decimal;
  readonly currency: string;
  /** Decimal places that people pay with. */
  readonly places: number;
  /** Why it cannot be sold as it is. */
  readonly problem?: "empty" | "price" | "discount" | "currency";
}

/** The decimal places of a currency, as the browser knows them. */
export function placesOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency })
    .resolvedOptions().maximumFractionDigits ?? 2;
}

/** What a cart comes to. */
export function cartSum(cart: Cart, priceOf: PriceOf): CartSum {
  const lines = cart.lines.map((line) => lineSum(line, priceOf));
  const sum = lines.reduce((all, { amount }) => plus(all, amount), ZERO);
  const discount = reduction(cart.discount, sum);
  const currency = cart.lines[0]?.currency ?? "PEN";
  const total = less(sum, discount);
  const found = problemOf(lines, total, currency);
  return {
    lines,
    sum,
    discount,
    total,
    currency,
    places: placesOf(currency),
    ...(found === undefined ? {} : { problem: found }),
  };
}

function problemOf(
  lines: readonly LineSum[],
  total: Decimal,
  currency: string,
): CartSum["problem"] {
  if (lines.length === 0) return "empty";
  if (lines.some(({ price }) => price === undefined)) return "price";
  if (lines.some(({ line }) => line.currency !== currency)) return "currency";
  const below = (one: Decimal) => compared(one, ZERO) < 0;
  return below(total) || lines.some(({ amount }) => below(amount))
    ? "discount"
    : undefined;
}

/** A line of a product. */
export function lineOf(
  { product, name, price, details }: Product,
  quantity: number,
  key: string,
): CartLine {
  return {
    key,
    product,
    name,
    unit: details.unit ?? "piece",
    quantity,
    price: price?.amount ?? null,
    currency: price?.currency ?? "",
  };
}

/**
 * A cart with one more line. Pieces of what stands there already at the usual price are added to that line.
 *
 * @param cart The cart.
 * @param line The line.
 * @returns The cart, and the key of the line that has it now.
 */
export function withLine(
  cart: Cart,
  line: CartLine,
): { readonly cart: Cart; readonly key: string } {
  const same = cart.lines.find((one) =>
    one.product === line.product && !isMeasured(one) &&
    one.ownPrice === undefined && one.discount === undefined
  );
  if (same !== undefined) {
    const quantity = same.quantity + line.quantity;
    return { cart: withChange(cart, same.key, { quantity }), key: same.key };
  }
  const currency = line.currency === ""
    ? cart.lines[0]?.currency ?? "PEN"
    : line.currency;
  return {
    cart: { ...cart, lines: [...cart.lines, { ...line, currency }] },
    key: line.key,
  };
}

/** A change of a line; what is undefined is taken away. */
export interface LineChange {
  readonly quantity?: number;
  readonly ownPrice?: string | undefined;
  readonly discount?: Discount | undefined;
}

/** A cart with a line changed; a quantity of 0 or less takes the line out. */
export function withChange(cart: Cart, key: string, change: LineChange): Cart {
  return {
    ...cart,
    lines: cart.lines.flatMap((line): CartLine[] => {
      if (line.key !== key) return [line];
      const { ownPrice, discount, ...rest } = { ...line, ...change };
      if (rest.quantity <= 0) return [];
      return [{
        ...rest,
        ...(ownPrice === undefined ? {} : { ownPrice }),
        ...(discount === undefined ? {} : { discount }),
      }];
    }),
  };
}

/**
 * Reads a discount as people type it: `10%` or an amount.
 *
 * @param typed What was typed.
 * @param places Decimal places of the currency.
 * @returns The discount, `none` for an empty text or zero, undefined if it is no discount.
 */
export function typedDiscount(
  typed: string,
  places: number,
): Discount | "none" | undefined {
  const text = typed.trim();
  if (text === "") return "none";
  const percent = text.endsWith("%");
  const value = typedAmount(
    percent ? text.slice(0, -1) : text,
    percent ? 2 : places,
  );
  if (value === undefined) return undefined;
  if (value.units === 0n) return "none";
  if (percent && compared(value, { units: 100n, places: 0 }) > 0) {
    return undefined;
  }
  return { kind: percent ? "percent" : "amount", value: decimalText(value) };
}

/** A way of paying, and how much. */
export interface Payment {
  readonly method: string;
  readonly amount: Decimal;
}

/**
 * The sale as the node takes it.
 *
 * @param cart The cart.
 * @param sum What it comes to.
 * @param payments How it is paid; nothing for what costs nothing.
 * @returns The request.
 */
export function saleRequest(
  cart: Cart,
  { lines, discount, currency }: CartSum,
  payments: readonly Payment[],
): SaleRecording {
  const amount = (value: Decimal) => ({ amount: decimalText(value), currency });
  return {
    id: cart.id,
    lines: lines.map(({ line, price, discount }) => ({
      product: line.product,
      quantity: line.quantity,
      ...(line.ownPrice === undefined || price === undefined
        ? {}
        : { price: amount(price) }),
      ...(discount.units === 0n ? {} : { discount: amount(discount) }),
    })),
    ...(discount.units === 0n ? {} : { discount: amount(discount) }),
    ...(payments.length === 0 ? {} : {
      payments: payments.map((one) => ({
        method: one.method,
        amount: amount(one.amount),
      })),
    }),
    ...(cart.customer === undefined ? {} : { customer: cart.customer }),
  };
}
