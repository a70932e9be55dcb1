/**
 * What original branches reported of their stock. The report in force is part of the stock on hand; that branch's own
 * sales do not move it.
 *
 * @module
 */
import { addWrapped, type Fold, type FoldRows } from "./fold.ts";
import type { ProductId, SiteCode } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import type { StockReported } from "./shop_facts.ts";
import { addStock } from "./stock.ts";

/** Reports that count, by product; the last is in force. */
export const STOCK_REPORTS: TableSchema = {
  name: "stock_reports",
  columns: {
    site: "text",
    product: "text",
    version: "integer",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    stock: "integer",
  },
  key: ["site", "product", "version", "stamp", "log", "seq", "id"],
};

/** A report in force. */
export interface StockReport {
  /** What it is as new as, in microseconds since 1970. */
  readonly version: number;
  /** What was there, in whole units. */
  readonly stock: number;
}

function lastRow(
  rows: Reader,
  site: SiteCode,
  product: ProductId,
): Row | undefined {
  const prefix = [site, product];
  return rows.scan(STOCK_REPORTS, { prefix, reverse: true, limit: 1 })[0];
}

/**
 * The report in force of a product.
 *
 * @param rows The rows.
 * @param site The branch.
 * @param product The product.
 * @returns The report; undefined if there is none.
 */
export function stockReport(
  rows: Reader,
  site: SiteCode,
  product: ProductId,
): StockReport | undefined {
  return lastRow(rows, site, product) as StockReport | undefined;
}

function reported(
  rows: FoldRows,
  place: { readonly site: SiteCode; readonly product: ProductId },
  { before, after }: {
    readonly before: Row | undefined;
    readonly after: Row | undefined;
  },
): void {
  const reported = addWrapped(
    Number(after?.["stock"] ?? 0),
    -Number(before?.["stock"] ?? 0),
  );
  if (reported !== 0) addStock(rows, place, { reported });
}

/** The columns that order the reports of a product. */
const ORDER = ["version", "stamp", "log", "seq", "id"];

/**
 * Which of two reports of a product is in force.
 *
 * @param row A row of `STOCK_REPORTS`.
 * @param other Another of the same product.
 * @returns True if the first is the greater.
 */
export function isLaterReport(row: Row, other: Row): boolean {
  for (const column of ORDER) {
    const [a, b] = [row[column] ?? 0, other[column] ?? 0];
    if (a !== b) return a > b;
  }
  return false;
}

/** Reports, from `StockReported`. */
export const stockReportFold: Fold<StockReported> = {
  add(rows, { fact, stamp, log, seq }) {
    const { site, version, id } = fact;
    for (const { product, stock } of fact.lines) {
      const place = { site, product };
      const before = lastRow(rows, site, product);
      const row = { ...place, version, stamp, log, seq, id, stock };
      rows.put(STOCK_REPORTS, row);
      if (before === undefined || isLaterReport(row, before)) {
        reported(rows, place, { before, after: row });
      }
    }
  },
  remove(rows, { fact, stamp, log, seq }) {
    const { site, version, id } = fact;
    for (const { product } of fact.lines) {
      const before = lastRow(rows, site, product);
      const key = [site, product, version, stamp, log, seq, id];
      rows.delete(STOCK_REPORTS, key);
      const after = lastRow(rows, site, product);
      reported(rows, { site, product }, { before, after });
    }
  },
};
