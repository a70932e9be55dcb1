/**
 * The fold of closed sales days (Z): closes and supplements of a site or a till in their order.
 *
 * @module
 */
import { type ClosePart, closeParts } from "./close_parts.ts";
import type { Fold } from "./fold.ts";
import type { LogId, SiteCode } from "./ids.ts";
import type { Reader, TableSchema } from "./rows.ts";
import type { SalesClosed } from "./shop_facts.ts";

/**
 * Closes by site, till (`` for the site's) and date. `covers` is JSON, `[log, seq]` each; `heard`, `unheard` and `by` are
 * JSON.
 */
export const SALES_CLOSES: TableSchema = {
  name: "sales_closes",
  columns: {
    site: "text",
    till: "text",
    date: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    at: "integer",
    covers: "text",
    digest: "text",
    heard: "text",
    unheard: "text",
    count: "integer",
    amount: "integer",
    currency: "text",
    exponent: "integer",
    by: "text",
  },
  key: ["site", "till", "date", "stamp", "log", "seq", "id"],
};

/** Closes, from `SalesClosed`. */
export const salesClosedFold: Fold<SalesClosed> = {
  add(rows, { fact, stamp, log, seq }) {
    rows.put(SALES_CLOSES, {
      site: fact.site,
      till: fact.till ?? "",
      date: fact.date,
      stamp,
      log,
      seq,
      id: fact.id,
      at: fact.at,
      covers: JSON.stringify(fact.covers.map((one) => [one.log, one.seq])),
      digest: fact.digest,
      heard: JSON.stringify(fact.heard),
      unheard: JSON.stringify(fact.unheard),
      count: fact.count,
      amount: fact.amount,
      currency: fact.currency,
      exponent: fact.exponent,
      by: fact.by === undefined ? null : JSON.stringify(fact.by),
    });
  },
  remove(rows, { fact, stamp, log, seq }) {
    const { site, till = "", date, id } = fact;
    rows.delete(SALES_CLOSES, [site, till, date, stamp, log, seq, id]);
  },
};

/** Whose closes: a site's, or those of one till. */
export interface ClosedDay {
  /** The site. */
  readonly site: SiteCode;
  /** The till's log; null for the whole site. */
  readonly till: LogId | null;
  /** The business date. */
  readonly date: string;
}

/**
 * The closes of a date in their order, each with what it and those before it cover.
 *
 * @param rows The rows.
 * @param day The site, the till and the date.
 * @returns Closes.
 */
export function salesClosesOf(
  rows: Reader,
  { site, till, date }: ClosedDay,
): ClosePart[] {
  const prefix = [site, till ?? "", date];
  return closeParts(rows.scan(SALES_CLOSES, { prefix }));
}
