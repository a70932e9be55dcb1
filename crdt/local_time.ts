/**
 * The wall clock of a site: business dates and local time texts of an instant.
 *
 * @module
 */

const QUARTER_US = 15 * 60 * 1_000_000;
const OFFSETS_MAX = 4096;
const offsets = new Map<string, number>();

/** The distance that was asked for last: most questions are about the present quarter. */
let lastOffset = { quarter: NaN, timezone: "", micros: 0 };

/**
 * A zone's distance from UTC at an instant. Offsets change on quarter hours only, so one is remembered per quarter.
 */
function offsetMicros(at: number, timezone: string): number {
  const quarter = Math.floor(at / QUARTER_US);
  if (quarter !== lastOffset.quarter || timezone !== lastOffset.timezone) {
    const micros = quarterOffset(quarter, timezone);
    lastOffset = { quarter, timezone, micros };
  }
  return lastOffset.micros;
}

function quarterOffset(quarter: number, timezone: string): number {
  const key = `${timezone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const zoned = Temporal.Instant.fromEpochMilliseconds(
    (quarter * QUARTER_US) / 1000,
  ).toZonedDateTimeISO(timezone);
  const offset = zoned.offsetNanoseconds / 1000;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/**
 * How far the wall clock of a site is ahead of UTC at an instant.
 *
 * @param at Whole microseconds since 1970, UTC.
 * @param timezone The site's IANA time zone.
 * @returns Whole minutes, below 0 west of Greenwich.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(offsetMinutes(Date.UTC(2026, 0, 2, 3) * 1000, "America/Lima"), -300);
 * ```
 */
export function offsetMinutes(at: number, timezone: string): number {
  return Math.trunc(offsetMicros(at, timezone) / 60_000_000);
}

/**
 * The wall clock of an instant whose distance from UTC is known, as `localTimeText` writes it.
 *
 * @param at Whole microseconds since 1970, UTC.
 * @param offset Minutes ahead of UTC.
 * @returns `YYYY-MM-DDTHH:MM:SS.ffffff`.
 */
export function localTimeAt(at: number, offset: number): string {
  return microsText(at, offset * 60_000_000);
}

/** The text of the second that was asked for last: most questions are about the present one. */
let lastText = { second: NaN, text: "" };

/** The wall clock to the second, `YYYY-MM-DDTHH:MM:SS`; offsets are whole seconds. */
function secondsText(at: number, offset: number): string {
  const second = Math.floor(at / 1_000_000) + offset / 1_000_000;
  if (second !== lastText.second) {
    const text = new Date(second * 1000).toISOString().slice(0, 19);
    lastText = { second, text };
  }
  return lastText.text;
}

/**
 * Whether a text names a time zone that this runtime knows.
 *
 * @param timezone An IANA name, e.g. `America/Lima`.
 * @returns True if it does.
 */
export function isTimezone(timezone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The date that the wall clock of a site shows.
 *
 * @param at Whole microseconds since 1970, UTC.
 * @param timezone The site's IANA time zone.
 * @returns `YYYY-MM-DD`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(businessDate(Date.UTC(2026, 0, 2, 3) * 1000, "America/Lima"), "2026-01-01");
 * ```
 */
export function businessDate(at: number, timezone: string): string {
  return secondsText(at, offsetMicros(at, timezone)).slice(0, 10);
}

/**
 * The wall clock of a site as naive ISO text with microseconds; a fraction of exactly 0 is left out with its dot.
 *
 * @param at Whole microseconds since 1970, UTC.
 * @param timezone The site's IANA time zone.
 * @returns `YYYY-MM-DDTHH:MM:SS.ffffff`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(localTimeText(Date.UTC(2025, 9, 1, 12) * 1000 + 42, "UTC"), "2025-10-01T12:00:00.000042");
 * ```
 */
export function localTimeText(at: number, timezone: string): string {
  return microsText(at, offsetMicros(at, timezone));
}

function microsText(at: number, offset: number): string {
  const seconds = secondsText(at, offset);
  const micros = ((at % 1_000_000) + 1_000_000) % 1_000_000;
  return micros === 0
    ? seconds
    : `${seconds}.${String(micros).padStart(6, "0")}`;
}
