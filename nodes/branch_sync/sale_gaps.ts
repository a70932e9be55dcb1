/**
 * What original branches seem to hold back: numbers that are missing below the greatest of a day, and days without a
 * sale. A branch that did not send a sale on its day never sends it.
 *
 * @module
 */
import {
  businessDate,
  type LegacyDay,
  legacyDays,
  type Reader,
  type SiteCode,
  siteOfSpace,
  TOTALS,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import type { SaleGap } from "./branch_sync_use_cases.ts";

/** Days back that are looked at. */
export const GAP_DAYS = 31;
/** Most missing numbers that are named of one day. */
export const MISSING_MAX = 100;
/** Most days that are told. */
export const GAPS_MAX = 1_000;

const DAY_US = 86_400_000_000;

/**
 * Finds what is missing of original branches.
 *
 * @param replica The node's replica.
 * @param place The node's time zone.
 * @returns Days with missing numbers and days without a sale, by branch and date.
 */
export function findGaps(
  replica: Replica,
  { timezone }: { readonly timezone: string },
): SaleGap[] {
  const from = businessDate(replica.at - GAP_DAYS * DAY_US, timezone)
    .replaceAll("-", "");
  const today = businessDate(replica.at, timezone).replaceAll("-", "");
  const gaps: SaleGap[] = [];
  for (const site of sitesOf(replica)) {
    const days = legacyDays(replica.reader, site, from);
    const isEmpty = (date: string) => !hasSales(replica.reader, site, date);
    days.forEach((day, i) => {
      const gap = missingOf(site, day);
      if (gap !== undefined) gaps.push(gap);
      // The day that goes on may still bring sales.
      const { date: end } = days[i + 1] ?? { date: today };
      gaps.push(
        ...daysBetween(site, day.date, end).filter(({ date }) => isEmpty(date)),
      );
    });
    if (gaps.length >= GAPS_MAX) break;
  }
  return gaps.slice(0, GAPS_MAX);
}

function sitesOf({ register }: Replica): SiteCode[] {
  const sites = new Set<SiteCode>();
  for (const { space } of register.all()) {
    const site = siteOfSpace(space);
    if (site !== undefined) sites.add(site);
  }
  return [...sites].toSorted();
}

/** Whether a site sold on a date, whoever numbered it: a branch may have changed its program. */
function hasSales(rows: Reader, site: SiteCode, date: string): boolean {
  return rows.scan(TOTALS, { prefix: [site, date, ""] })
    .some(({ count }) => Number(count) > 0);
}

function missingOf(
  site: SiteCode,
  { date, numbers }: LegacyDay,
): SaleGap | undefined {
  const missing: string[] = [];
  let count = 0;
  let expected = 1;
  for (const number of numbers) {
    for (; expected < number; expected++) {
      count++;
      if (missing.length < MISSING_MAX) {
        missing.push(`${site}-${date}-${String(expected).padStart(3, "0")}`);
      }
    }
    expected = number + 1;
  }
  return count === 0 ? undefined : { site, date: dashed(date), missing, count };
}

function daysBetween(
  site: SiteCode,
  before: string,
  after: string,
): SaleGap[] {
  const gaps: SaleGap[] = [];
  for (let date = nextDate(before); date < after;) {
    gaps.push({ site, date: dashed(date), missing: [], count: 0 });
    if (gaps.length >= GAP_DAYS) break;
    date = nextDate(date);
  }
  return gaps;
}

function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

/** The date after a date in a number; a date that does not exist has none. */
function nextDate(date: string): string {
  const ms = Date.parse(`${dashed(date)}T00:00:00Z`);
  return Number.isNaN(ms)
    ? "99999999"
    : new Date(ms + DAY_US / 1000).toISOString().slice(0, 10)
      .replaceAll("-", "");
}
