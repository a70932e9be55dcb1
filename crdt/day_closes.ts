/**
 * The fold of closed business days: closes and supplements in their order. What each covers is a pure function of it
 * and of those before it, so that peers that have the same facts show the same reports.
 *
 * @module
 */
import { type ClosePart, closeParts } from "./close_parts.ts";
import type { DayClosed } from "./fuel_facts.ts";
import type { Fold } from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { Reader, TableSchema } from "./rows.ts";

/** Closes and supplements by site and date. `covers` is JSON: `[log, seq]` each. */
export const DAY_CLOSES: TableSchema = {
  name: "day_closes",
  columns: {
    site: "text",
    date: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    at: "integer",
    covers: "text",
    count: "integer",
    volume_ml: "integer",
    amount: "integer",
    currency: "text",
    exponent: "integer",
  },
  key: ["site", "date", "stamp", "log", "seq", "id"],
};

/** Closes, from `DayClosed`. */
export const dayClosedFold: Fold<DayClosed> = {
  add(rows, { fact, stamp, log, seq }) {
    rows.put(DAY_CLOSES, {
      site: fact.site,
      date: fact.date,
      stamp,
      log,
      seq,
      id: fact.id,
      at: fact.at,
      covers: JSON.stringify(fact.covers.map((one) => [one.log, one.seq])),
      count: fact.count,
      volume_ml: fact.volumeMl,
      amount: fact.amount,
      currency: fact.currency,
      exponent: fact.exponent,
    });
  },
  remove(rows, { fact, stamp, log, seq }) {
    rows.delete(DAY_CLOSES, [fact.site, fact.date, stamp, log, seq, fact.id]);
  },
};

/**
 * The closes of a date in their order, each with what it and those before it cover.
 *
 * @param rows The rows.
 * @param site The site.
 * @param date The business date.
 * @returns Closes.
 */
export function closesOf(
  rows: Reader,
  site: SiteCode,
  date: string,
): ClosePart[] {
  return closeParts(rows.scan(DAY_CLOSES, { prefix: [site, date] }));
}
