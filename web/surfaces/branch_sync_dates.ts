/**
 * Calendar days of requests, and the instants between which they lie at a site.
 *
 * @module
 */

/** Days, both inclusive. */
export interface DateRange {
  /** The first, `YYYY-MM-DD`. */
  readonly from: string;
  /** The last, `YYYY-MM-DD`. */
  readonly to: string;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})/;
/** Around a day's limits, for sites of other zones: the true day is in each sale. */
const MARGIN_US = 26 * 3_600 * 1_000_000;

/**
 * Reads a calendar day.
 *
 * @param text `YYYY-MM-DD`; what stands behind is a time that does not matter.
 * @returns The day; undefined if there is no such day.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readDate("2025-03-04"), "2025-03-04");
 * strictEqual(readDate("2025-02-30"), undefined);
 * ```
 */
export function readDate(text: string): string | undefined {
  const [day, year, month, date] = DATE.exec(text) ?? [];
  if (day === undefined || text.length > 40) return undefined;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(date));
  const isDay = Number(year) >= 1000 &&
    new Date(ms).toISOString().slice(0, 10) === day;
  return isDay ? day : undefined;
}

/**
 * Instants between which a day's sales lie, whatever the zone of their site.
 *
 * @param range Days; either may be left out.
 * @returns `from` and `before` in microseconds, each if it is known.
 */
export function instantsOf(
  { from, to }: Partial<DateRange>,
): { readonly from?: number; readonly before?: number } {
  return {
    ...(from === undefined ? {} : { from: exact(from, -MARGIN_US) }),
    ...(to === undefined ? {} : { before: exact(to, 2 * MARGIN_US) }),
  };
}

/** An instant near a day, within the exact integers. */
function exact(day: string, beside: number): number {
  const at = Date.parse(day) * 1000 + beside;
  const { MIN_SAFE_INTEGER: least, MAX_SAFE_INTEGER: greatest } = Number;
  return Math.min(Math.max(at, least), greatest);
}
