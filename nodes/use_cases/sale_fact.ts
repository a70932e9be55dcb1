/**
 * The fact of a sale, made of its priced lines and its terms.
 *
 * @module
 */
import {
  addMoney,
  currencyExponent,
  type FactId,
  type Money,
  money,
  type RecordedLine,
  rescale,
  type SaleRecorded,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { RecordSaleInput, SaleLineInput } from "../use_cases.ts";
import { boundOf, checkRightsAmount } from "./rights.ts";
import type { PricedLine } from "./sale_pricing.ts";

function given(line: SaleLineInput): "price" | "amount" | "both" | undefined {
  if (line.price !== undefined) {
    return line.amount !== undefined ? "both" : "price";
  }
  return line.amount !== undefined ? "amount" : undefined;
}

/** Where and when a sale is made. */
export interface SalePlace {
  /** The sale's id. */
  readonly id: FactId;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** Where. */
  readonly site: SiteCode;
  /** Business date. */
  readonly date: string;
  /** Receipt number. */
  readonly receipt: string;
}

/** A sale that is to be recorded: lines with their prices, and the return's sale as it stands. */
export interface PricedSale {
  /** The lines. */
  readonly lines: readonly PricedLine[];
  /** Their sum. */
  readonly sum: Money;
  /** What is to be paid. */
  readonly total: Money;
  /** Of a return: the sale whose goods come back. */
  readonly returns: SaleRecorded["returns"];
}

/**
 * The sum of lines.
 *
 * @param lines Lines in one currency.
 * @returns Their sum.
 */
export function sumOf(lines: readonly PricedLine[]): Money {
  const currency = lines[0]?.amount.currency ?? "XXX";
  return lines.map(({ amount }) => amount).reduce(addMoney, money(0, currency));
}

/** Decimal places that hold every amount of a sale. */
function exponentOf(
  { lines, sum }: PricedSale,
  { discount, payments }: RecordSaleInput,
): number {
  let exponent = Math.max(
    currencyExponent(sum.currency),
    sum.exponent,
    discount?.exponent ?? 0,
  );
  for (const { price, input } of lines) {
    exponent = Math.max(
      exponent,
      price?.exponent ?? 0,
      input.discount?.exponent ?? 0,
    );
  }
  for (const { amount } of payments ?? []) {
    exponent = Math.max(exponent, amount.exponent);
  }
  return exponent;
}

function recordedLine(
  line: PricedLine,
  place: { readonly site: SiteCode; readonly exponent: number },
): RecordedLine {
  const { input, found, price, priceFact, amount } = line;
  const units = (one: Money) => rescale(one, place.exponent).units;
  const sent = given(input);
  const bound = boundOf(place.site, found) === undefined
    ? undefined
    : found?.bound;
  if (bound !== undefined) checkRightsAmount(input.quantity);
  return {
    product: input.product,
    name: line.name ?? found?.name ?? "",
    quantity: input.quantity,
    amount: units(amount),
    ...(price === undefined ? {} : { price: units(price) }),
    ...(priceFact === undefined ? {} : { priceFact }),
    ...(sent === undefined ? {} : { given: sent }),
    ...(bound === undefined || bound === null ? {} : { bound }),
    ...(line.measured ? { measured: true } : {}),
    ...(input.discount === undefined
      ? {}
      : { discount: units(input.discount) }),
  };
}

/**
 * The fact of a sale.
 *
 * @param place Where and when it is made.
 * @param sale Its lines with their prices.
 * @param input What the caller sent.
 * @returns The fact, without what only the recording node knows.
 */
export function makeFact(
  place: SalePlace,
  sale: PricedSale,
  input: RecordSaleInput,
): SaleRecorded {
  const exponent = exponentOf(sale, input);
  const { currency } = sale.sum;
  const { discount, payments, customer } = input;
  const units = (one: Money) => rescale(one, exponent).units;
  return {
    type: "SaleRecorded",
    ...place,
    currency,
    exponent,
    lines: sale.lines.map((line) =>
      recordedLine(line, { site: place.site, exponent })
    ),
    total: units(sale.total),
    ...(discount === undefined ? {} : { discount: units(discount) }),
    ...(payments === undefined ? {} : {
      payments: payments.map(({ method, amount }) => ({
        method,
        amount: units(amount),
      })),
    }),
    ...(customer === undefined ? {} : { customer }),
    ...(sale.returns === undefined ? {} : { returns: sale.returns }),
    ...(input.observation === true ? { observation: true } : {}),
    ...(input.note === undefined ? {} : { note: input.note }),
  };
}
