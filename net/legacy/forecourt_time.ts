/**
 * Times of the forecourt programs: wall clock of the sender, as a rule without zone.
 *
 * @module
 */

const QUARTER_MS = 15 * 60_000;
const OFFSETS_MAX = 4096;
const YEAR_MIN = 1970;
const YEAR_MAX = 2199;

/** A zone's distance from UTC by zone and quarter hour of its wall clock; it changes on quarter hours only. */
const offsets = new Map<string, number>();

const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i;

/**
 * Reads a time.
 *
 * @param value Anything. A text `YYYY-MM-DD`, or with `THH:MM:SS`, 0 to 9 digits of fraction, and `Z`, an offset, or
 * nothing, which means the zone's wall clock.
 * @param timezone The station's IANA time zone.
 * @returns Whole microseconds since 1970, UTC; undefined if the value is no time of the years 1970 to 2199. Of a wall
 * clock that is set forward the time after the gap counts, of one that is set back the first.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseForecourtTime("2025-03-02T09:14:24.902", "America/Lima"), Date.UTC(2025, 2, 2, 14, 14, 24, 902) * 1000);
 * strictEqual(parseForecourtTime("2025-03-02T09:14:24Z", "America/Lima"), Date.UTC(2025, 2, 2, 9, 14, 24) * 1000);
 * strictEqual(parseForecourtTime("yesterday", "America/Lima"), undefined);
 * ```
 */
export function parseForecourtTime(
  value: unknown,
  timezone: string,
): number | undefined {
  const match = typeof value === "string" && value.length <= 40
    ? TIME.exec(value.trim())
    : null;
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0"] = match;
  const [fraction = "", zone] = match.slice(7);
  const fields = [year, month, day, hour, minute, second].map(Number);
  const localMs = wallMs(fields);
  if (localMs === undefined) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  const offsetMs = zone === undefined
    ? wallOffsetMs(localMs, timezone)
    : zoneOffsetMs(zone);
  return (localMs - offsetMs) * 1000 + micros;
}

/** The fields as if they were UTC; undefined if there is no such date or time of day. */
function wallMs(fields: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    fields;
  if (year < YEAR_MIN || year > YEAR_MAX) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? ms
    : undefined;
}

function zoneOffsetMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith("-") ? -minutes : minutes) * 60_000;
}

function wallOffsetMs(localMs: number, timezone: string): number {
  const quarter = Math.floor(localMs / QUARTER_MS);
  const key = `${timezone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const wall = quarter * QUARTER_MS;
  const instant = Temporal.PlainDateTime
    .from(new Date(wall).toISOString().slice(0, 19))
    .toZonedDateTime(timezone, { disambiguation: "compatible" });
  const offset = wall - instant.epochMilliseconds;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  offsets.set(key, offset);
  return offset;
}
