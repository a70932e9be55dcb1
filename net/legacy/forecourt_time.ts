/**
 * Times of the forecourt programs: wall clock of the sender, as a rule without zone.
 *
 * @module
 */

import { wallMs, wallOffsetMs, zoneOffsetMs } from "./wall_clock.ts";

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
