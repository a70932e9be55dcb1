/**
 * Times of the branch software: wall clocks of a branch. Its storage writes them with a `Z` that does not mean UTC.
 *
 * @module
 */
import {
  instantOffsetMs,
  wallMs,
  wallOffsetMs,
  zoneOffsetMs,
} from "./wall_clock.ts";

const DAY_MS = 86_400_000;
const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i;

/** How a branch keeps its clock. */
export interface BranchClockRule {
  /** Its IANA time zone. */
  readonly timezone: string;
  /** True where its storage runs in UTC, so that `Z` means it. */
  readonly isUtc: boolean;
}

/** A time of a branch. */
export interface BranchTime {
  /** The instant, in whole milliseconds since 1970, UTC. */
  readonly atMs: number;
  /** What the branch's clock on the wall showed, `YYYY-MM-DDTHH:MM:SS.sss`. */
  readonly wall: string;
  /** How far that is ahead of UTC, in minutes. */
  readonly offset: number;
}

/**
 * Reads a time: with `Z` or without a zone it is the branch's wall clock, with a numeric offset a true instant.
 *
 * @param value Anything. A text `YYYY-MM-DD`, or with `THH:MM:SS`, 0 to 9 digits of fraction, and `Z` or an offset.
 * @param rule How the branch keeps its clock.
 * @returns The time to the millisecond; undefined if the value is none of the years 1970 to 2199.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const lima = { timezone: "America/Lima", isUtc: false };
 * strictEqual(parseBranchTime("2025-03-04T14:30:00.000Z", lima)?.atMs, Date.UTC(2025, 2, 4, 19, 30));
 * strictEqual(parseBranchTime("2025-03-04T14:30:00+00:00", lima)?.wall, "2025-03-04T09:30:00.000");
 * ```
 */
export function parseBranchTime(
  value: unknown,
  rule: BranchClockRule,
): BranchTime | undefined {
  const match = typeof value === "string" && value.length <= 40
    ? TIME.exec(value.trim())
    : null;
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0"] = match;
  const [fraction = "", zone] = match.slice(7);
  const shownMs = wallMs([year, month, day, hour, minute, second].map(Number));
  if (shownMs === undefined) return undefined;
  const ms = shownMs + Number(fraction.slice(0, 3).padEnd(3, "0"));
  const isWall = zone === undefined || (/^z$/i.test(zone) && !rule.isUtc);
  return isWall
    ? ofWall(ms, rule.timezone)
    : ofInstant(ms - zoneOffsetMs(zone), rule.timezone);
}

function ofWall(ms: number, timezone: string): BranchTime {
  const offsetMs = wallOffsetMs(ms, timezone);
  return { atMs: ms - offsetMs, wall: wallText(ms), offset: offsetMs / 60_000 };
}

function ofInstant(atMs: number, timezone: string): BranchTime {
  const offsetMs = instantOffsetMs(atMs, timezone);
  return { atMs, wall: wallText(atMs + offsetMs), offset: offsetMs / 60_000 };
}

function wallText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}

/**
 * Whether the date in a sale's number and its time disagree, and a clock that is off by the zone would explain it.
 *
 * @param date The date in the number, `YYYYMMDD`.
 * @param time The sale's time.
 * @returns True if somebody should look at the branch's clock.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const lima = { timezone: "America/Lima", isUtc: false };
 * const time = parseBranchTime("2025-03-05T01:10:00.000Z", lima);
 * strictEqual(time !== undefined && isClockDoubtful("20250304", time), true);
 * ```
 */
export function isClockDoubtful(
  date: string,
  { wall, offset }: BranchTime,
): boolean {
  if (wall.slice(0, 10).replaceAll("-", "") === date) return false;
  const shown = Date.parse(`${wall}Z`);
  return [offset, -offset].some((minutes) => {
    const other = shown + minutes * 60_000;
    return Math.abs(other - shown) < DAY_MS &&
      wallText(other).slice(0, 10).replaceAll("-", "") === date;
  });
}
