/**
 * Sums of sales: of a day as it is now (X), or of what a close covers (Z).
 *
 * @module
 */
import {
  type Actor,
  type LogId,
  type Money,
  type Row,
  UNSTATED,
} from "../../crdt/mod.ts";
import { linesOfRow, sellerOfRow, termsOfRow } from "../use_cases/sale_view.ts";
import type { DayScope, SaleEvent } from "./day_sales.ts";
import { MoneySums } from "./money_sums.ts";
import { amountOf } from "./session_view.ts";
import type { MethodAmount, SalesReport } from "./till_use_cases.ts";

/** Most products and most sellers that a report lists. */
export const REPORT_ROWS_MAX = 1000;

/** A count and its money. */
class Tally {
  count = 0;
  readonly money = new MoneySums();

  add(amount: Money, sign: 1 | -1): void {
    this.count += sign;
    this.money.add(amount, sign);
  }

  show() {
    return { count: this.count, amounts: this.money.list() };
  }
}

interface SellerTally extends Pick<Tally, "count"> {
  readonly seller: Actor | null;
  readonly money: MoneySums;
  count: number;
}

interface ProductTally {
  readonly name: string;
  readonly money: MoneySums;
  units: number;
}

/** Sums while they are made. */
interface Sums {
  readonly sales: Tally;
  readonly returns: Tally;
  readonly voids: Tally;
  readonly discounts: MoneySums;
  readonly methods: Map<string, MoneySums>;
  readonly sellers: Map<string, SellerTally>;
  readonly products: Map<string, ProductTally>;
  readonly receipts: string[];
}

function emptySums(): Sums {
  return {
    sales: new Tally(),
    returns: new Tally(),
    voids: new Tally(),
    discounts: new MoneySums(),
    methods: new Map(),
    sellers: new Map(),
    products: new Map(),
    receipts: [],
  };
}

function held<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

/** Adds a sale that counts, or takes out one that an earlier close counted. */
function addSale(sums: Sums, row: Row, sign: 1 | -1): void {
  const total = amountOf(row, "total");
  const terms = termsOfRow(row);
  const inUnits = (units: number): Money => ({ ...total, units });
  if (terms.returns === undefined) sums.sales.add(total, sign);
  else sums.returns.add(inUnits(-total.units), sign);
  const payments = terms.payments ??
    [{ method: UNSTATED, amount: total.units }];
  for (const { method, amount } of payments) {
    held(sums.methods, method, () => new MoneySums())
      .add(inUnits(amount), sign);
  }
  if (terms.discount !== undefined) {
    sums.discounts.add(inUnits(terms.discount), sign);
  }
  const seller = sellerOfRow(row) ?? null;
  const sold = held(sums.sellers, seller?.id ?? "", () => ({
    seller,
    count: 0,
    money: new MoneySums(),
  }));
  if (terms.returns === undefined) sold.count += sign;
  sold.money.add(total, sign);
  for (const { product, name, quantity, amount, discount } of linesOfRow(row)) {
    if (discount !== undefined) sums.discounts.add(inUnits(discount), sign);
    const one = held(sums.products, product, () => ({
      name,
      units: 0,
      money: new MoneySums(),
    }));
    one.units += sign * quantity;
    one.money.add(inUnits(amount), sign);
  }
}

function addEvent(sums: Sums, { row, kind }: SaleEvent): void {
  if (kind !== "voided") sums.receipts.push(String(row["receipt"]));
  if (kind === "made") addSale(sums, row, 1);
  else {
    sums.voids.add(amountOf(row, "total"), 1);
    if (kind === "voided") addSale(sums, row, -1);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sellersOf({ sellers }: Sums): SalesReport["sellers"] {
  return [...sellers].toSorted(([a], [b]) => compare(a, b))
    .map(([, { seller, count, money }]) => ({
      seller,
      count,
      amounts: money.list(),
    }))
    .filter(({ count, amounts }) => count !== 0 || amounts.length > 0)
    .slice(0, REPORT_ROWS_MAX);
}

function productsOf({ products }: Sums): SalesReport["products"] {
  return [...products].map(([product, { name, units, money }]) => ({
    product,
    name,
    units,
    amounts: money.list(),
  }))
    .filter(({ units, amounts }) => units !== 0 || amounts.length > 0)
    .toSorted((a, b) => b.units - a.units || compare(a.product, b.product))
    .slice(0, REPORT_ROWS_MAX);
}

function methodsOf({ methods }: Sums): MethodAmount[] {
  return [...methods].toSorted(([a], [b]) => compare(a, b))
    .flatMap(([method, money]) =>
      money.list().map((amount) => ({ method, amount }))
    );
}

function receiptsOf({ receipts }: Sums): SalesReport["receipts"] {
  const [first, ...others] = receipts;
  if (first === undefined) return null;
  return others.reduce(
    (span, one) => ({
      first: one < span.first ? one : span.first,
      last: one > span.last ? one : span.last,
    }),
    { first, last: first },
  );
}

/**
 * The report of events.
 *
 * @param scope The day, and the till where only one is meant.
 * @param events What the report covers.
 * @returns The sums.
 */
export function reportOf(
  { site, date, till }: DayScope,
  events: Iterable<SaleEvent>,
): SalesReport {
  const sums = emptySums();
  for (const event of events) addEvent(sums, event);
  return {
    site,
    date,
    till: till as LogId | null,
    sales: sums.sales.show(),
    returns: sums.returns.show(),
    voids: sums.voids.show(),
    discounts: sums.discounts.list(),
    methods: methodsOf(sums),
    sellers: sellersOf(sums),
    products: productsOf(sums),
    receipts: receiptsOf(sums),
  };
}
