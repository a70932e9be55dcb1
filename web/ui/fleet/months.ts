/**
 * Months of companies: they go by UTC days, as the expenses' dates do.
 *
 * @module
 */
import { locale } from "../base/format.ts";

const MONTH = /^(?:19[7-9][0-9]|2[01][0-9]{2})-(?:0[1-9]|1[0-2])$/;

/** The month of now, e.g. `2026-11`. */
export function monthNow(): string {
  return new Date().toISOString().slice(0, 7);
}

/**
 * A month that was typed.
 *
 * @param typed E.g. `2026-11`.
 * @returns The month; undefined if it is none.
 */
export function monthOf(typed: string): string | undefined {
  return MONTH.test(typed) ? typed : undefined;
}

/**
 * A month in words.
 *
 * @param month E.g. `2026-11`.
 * @param length Short where there is little room.
 * @returns E.g. `noviembre de 2026`.
 */
export function monthText(
  month: string,
  length: "long" | "short" = "long",
): string {
  return new Intl.DateTimeFormat(locale(), {
    month: length,
    year: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${month}-01T00:00:00Z`));
}
