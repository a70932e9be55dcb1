/**
 * Stock on hand by site and product: received - sold + voided + counted + reported, from deliveries and counts. Sales
 * and voids add theirs in `sales.ts`, reports of original branches in `stock_reports.ts`.
 *
 * @module
 */
import type { FactOf } from "./facts.ts";
import type { Fold, FoldRows } from "./fold.ts";
import type { ProductId, SiteCode } from "./ids.ts";
import type { Reader, Row, TableSchema, Writer } from "./rows.ts";

/** Sums by site and product. */
export const STOCK: TableSchema = {
  name: "stock",
  columns: {
    site: "text",
    product: "text",
    received: "integer",
    sold: "integer",
    voided: "integer",
    counted: "integer",
    reported: "integer",
  },
  key: ["site", "product"],
  indexes: { by_product: ["product"] },
};

/** Stock rows that are below zero, so that they are found without reading all. Follows `STOCK`. */
export const SHORTAGES: TableSchema = {
  name: "shortages",
  columns: { site: "text", product: "text", short: "integer" },
  key: ["site", "product"],
};

/** Sums of a stock row. */
export interface StockSums {
  /** Units received. */
  readonly received: number;
  /** Units sold, less returns. */
  readonly sold: number;
  /** Units given back by voids. */
  readonly voided: number;
  /** Sum of the differences that counts found. */
  readonly counted: number;
  /** What an original branch reported last; 0 where none sells. */
  readonly reported: number;
}

/**
 * Adds to a stock row.
 *
 * @param rows The rows.
 * @param place Site and product.
 * @param deltas What to add.
 */
export function addStock(
  rows: FoldRows,
  place: { readonly site: SiteCode; readonly product: ProductId },
  deltas: Partial<StockSums>,
): void {
  rows.increment(STOCK, { site: place.site, product: place.product }, deltas);
}

function received(
  rows: FoldRows,
  fact: FactOf<"StockReceived">,
  sign: 1 | -1,
): void {
  for (const { product, quantity } of fact.lines) {
    addStock(rows, { site: fact.site, product }, { received: sign * quantity });
  }
}

/** Deliveries from `StockReceived`. */
export const receiptFold: Fold<FactOf<"StockReceived">> = {
  add: (rows, { fact }) => received(rows, fact, 1),
  remove: (rows, { fact }) => received(rows, fact, -1),
};

/** Counts from `StockCounted`: the difference that the count found. */
export const countFold: Fold<FactOf<"StockCounted">> = {
  add: (rows, { fact }) => addStock(rows, fact, { counted: fact.difference }),
  remove: (rows, { fact }) =>
    addStock(rows, fact, { counted: -fact.difference }),
};

/** Sums without any fact. */
export const NO_STOCK: StockSums = {
  received: 0,
  sold: 0,
  voided: 0,
  counted: 0,
  reported: 0,
};

/**
 * The sums of one stock row.
 *
 * @param rows The rows.
 * @param site The site.
 * @param product The product.
 * @returns The sums; undefined if they are all 0.
 */
export function stockSums(
  rows: Reader,
  site: SiteCode,
  product: ProductId,
): StockSums | undefined {
  return rows.get(STOCK, [site, product]) as StockSums | undefined;
}

/**
 * Stock on hand.
 *
 * @param sums The sums of a row.
 * @returns Whole units; may be negative.
 */
export function onHandOf(
  { received, sold, voided, counted, reported }: StockSums,
): number {
  return received - sold + voided + counted + reported;
}

/**
 * The master stock's sums of a product: what was counted and received for the master and told by notices, less the
 * sales of every site that these rows know.
 *
 * @param rows The rows.
 * @param product The product.
 * @param master The master's own site name.
 * @returns The sums.
 */
export function masterSums(
  rows: Reader,
  product: ProductId,
  master: SiteCode,
): StockSums {
  let sums = NO_STOCK;
  for (
    const row of rows.scan(STOCK, { index: "by_product", prefix: [product] })
  ) {
    const { received, sold, voided, counted, reported } =
      row as unknown as StockSums;
    const own = row["site"] === master;
    sums = {
      received: sums.received + (own ? received : 0),
      sold: sums.sold + sold,
      voided: sums.voided + voided,
      counted: sums.counted + (own ? counted : 0),
      reported: sums.reported + (own ? reported : 0),
    };
  }
  return sums;
}

/**
 * Keeps `SHORTAGES` in step with a stock row.
 *
 * @param writer The transaction.
 * @param before The stock row before a change, if there was one.
 * @param after The stock row after it, if there is one.
 */
export function trackShortage(
  writer: Writer,
  before: Row | undefined,
  after: Row | undefined,
): void {
  const was = before === undefined
    ? 0
    : onHandOf(before as unknown as StockSums);
  const is = after === undefined ? 0 : onHandOf(after as unknown as StockSums);
  const row = after ?? before;
  if (row === undefined || (was >= 0 && is >= 0)) return;
  const { site = null, product = null } = row;
  // A stock that was set below zero on purpose, before anything was sold, is no shortage; nor are sales of a product
  // whose stock nobody ever received or counted here.
  const kept = row["received"] !== 0 || row["counted"] !== 0 ||
    row["reported"] !== 0;
  if (is < 0 && kept && Number(row["sold"]) > 0) {
    const short = Math.min(-is, Number.MAX_SAFE_INTEGER);
    writer.put(SHORTAGES, { site, product, short });
  } else writer.delete(SHORTAGES, [site, product]);
}
