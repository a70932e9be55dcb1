/**
 * Reports of ended sessions by point, driver or day. Sums are kept by day, so a page reads the days of the points or drivers
 * that it shows, however many sessions there were.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  CHARGE_SUMS,
  type Reader,
  type Row,
  type SiteCode,
  type WattHours,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type {
  ChargingReportRow,
  ChargingUseCases,
} from "./charging_use_cases.ts";

/** Most points or drivers that one page looks at; the cursor goes on from there. */
export const REPORT_KEYS_MAX = 5_000;
/** Points or drivers that are read at once. */
const KEYS_AT_ONCE = 200;

type ReportQuery = Parameters<ChargingUseCases["report"]>[0];

/**
 * One page of a report.
 *
 * @param reader The views.
 * @param sites The sites whose sessions count.
 * @param query What by, and which days.
 * @returns Rows in the order of their keys.
 */
export function chargingReport(
  reader: Reader,
  sites: readonly SiteCode[],
  query: ReportQuery,
): Page<ChargingReportRow> {
  const { limit, cursor } = query;
  const cells = decodeCursor(cursor);
  let after = cells?.[0] === undefined ? undefined : String(cells[0]);
  const items: ChargingReportRow[] = [];
  for (let looked = 0; looked < REPORT_KEYS_MAX;) {
    const { keys, isLast } = keysAfter(reader, sites, { ...query, after });
    for (const key of keys) {
      if (items.length === limit) {
        const last = items.at(-1)?.key;
        const next = last === undefined ? null : encodeCursor([last]);
        return { items, total: null, next };
      }
      looked++;
      after = key;
      const row = sumOf(key, rowsOf(reader, sites, { ...query, key }));
      if (row.sessions > 0) items.push(row);
    }
    if (isLast) return { items, total: null, next: null };
  }
  const next = after === undefined ? null : encodeCursor([after]);
  return { items, total: null, next };
}

/** In the order in which a store keeps text. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The next points, drivers or days of which there may be something, and whether there are no more. */
function keysAfter(
  reader: Reader,
  sites: readonly SiteCode[],
  query: ReportQuery & { readonly after: string | undefined },
): { readonly keys: readonly string[]; readonly isLast: boolean } {
  const pages = sites.map((site) => keyPage(reader, site, query));
  // A site that has more may have keys before another one's last.
  const full = pages.filter(({ length }) => length === KEYS_AT_ONCE);
  const [end] = full.map((page) => page.at(-1) ?? "").toSorted(compareText);
  const keys = [...new Set(pages.flat())].toSorted(compareText)
    .filter((key) => end === undefined || compareText(key, end) <= 0);
  return { keys, isLast: full.length === 0 };
}

/** Of one site; a key stands there once for each currency. */
function keyPage(
  reader: Reader,
  site: SiteCode,
  { by, from, to, after }: ReportQuery & { readonly after: string | undefined },
): string[] {
  // All that ever were stand under the empty date; of a single day only those of that day are looked at.
  const date = from === to ? from : "";
  const rest = after === undefined ? {} : { after: [after] };
  const limit = KEYS_AT_ONCE;
  if (by === "day") {
    const start = after === undefined ? { from: [from] } : rest;
    const range = { ...start, below: [`${to}~`], limit };
    return reader.scan(CHARGE_SUMS, { prefix: [site, by, ""], ...range })
      .map((row) => String(row["date"]));
  }
  const prefix = [site, by, date];
  return reader.scan(CHARGE_SUMS, { index: "by_date", prefix, ...rest, limit })
    .map((row) => String(row["key"]));
}

/** The sums of one point, driver or day. */
function rowsOf(
  reader: Reader,
  sites: readonly SiteCode[],
  { by, from, to, key }: ReportQuery & { readonly key: string },
): Row[] {
  return sites.flatMap((site) =>
    by === "day"
      ? reader.scan(CHARGE_SUMS, { prefix: [site, by, "", key] })
      : reader.scan(CHARGE_SUMS, {
        prefix: [site, by, key],
        from: [from],
        below: [`${to}~`],
      })
  );
}

function sumOf(key: string, rows: readonly Row[]): ChargingReportRow {
  const sum = (column: string) =>
    rows.reduce((all, row) => all + Number(row[column]), 0);
  return {
    key,
    sessions: sum("sessions"),
    completed: sum("completed"),
    energy: sum("energy") as WattHours,
    amount: sum("amount"),
  };
}
