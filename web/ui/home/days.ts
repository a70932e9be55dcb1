/**
 * Business days of a site, by its wall clock.
 *
 * @module
 */
import { locale } from "../base/format.ts";

const DAY_MS = 86_400_000;

/**
 * The date that a site's wall clock shows.
 *
 * @param timezone IANA.
 * @param daysBack 0 for today.
 * @returns `YYYY-MM-DD`.
 */
export function siteDate(timezone: string, daysBack = 0): string {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: timezone })
    .format(new Date());
  return new Date(Date.parse(`${today}T00:00:00Z`) - daysBack * DAY_MS)
    .toISOString().slice(0, 10);
}

/**
 * A date's weekday in the language shown now.
 *
 * @param date `YYYY-MM-DD`.
 * @returns E.g. `martes`.
 */
export function weekday(date: string): string {
  return new Intl.DateTimeFormat(locale(), { weekday: "long", timeZone: "UTC" })
    .format(new Date(`${date}T00:00:00Z`));
}
