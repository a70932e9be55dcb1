/**
 * Times as the original programs accept them in a sale notice, and the wall clock digits that their pages show. The text
 * itself is kept elsewhere as received; this only says whether it is a time and how it reads.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";

/** Why something is no time. */
export interface DateTimeProblem {
  /** Machine name of the validation error. */
  readonly type: "datetime_parsing" | "datetime_from_date_parsing";
  /** The reason, in the original's words. */
  readonly reason: string;
}

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt_ ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:[Zz]|[+\-\u2212](\d{2}):?(\d{2}))?$/;
const UNIX_TEXT = /^[+-]?(?:\d{1,18}(?:\.\d*)?|\.\d+)$/;
/** Unix numbers above this are milliseconds. */
const UNIX_SECONDS_MAX = 2e10;
/** 10000-01-01, 0001-01-01 and 0000-01-01 in milliseconds. */
const YEAR_10000_MS = 253_402_300_800_000;
const YEAR_1_MS = -62_135_596_800_000;
const YEAR_0_MS = -62_167_219_200_000;

function outOfYears(ms: number): string | undefined {
  if (Number.isNaN(ms)) return "NaN values not permitted";
  if (ms >= YEAR_10000_MS) {
    return "dates after 9999 are not supported as unix timestamps";
  }
  if (ms < YEAR_0_MS) {
    return "dates before 0000 are not supported as unix timestamps";
  }
  return undefined;
}

/**
 * The wall clock of a Unix number, which the original programs read as UTC: in seconds, or in milliseconds when its
 * magnitude is above 2e10.
 *
 * @param value Any number.
 * @returns `YYYY-MM-DD HH:MM:SS`, or why it is no time.
 */
export function dateTimeOfNumber(
  value: number,
): Result<string, DateTimeProblem> {
  const ms = Math.abs(value) > UNIX_SECONDS_MAX ? value : value * 1000;
  const reason = outOfYears(ms);
  if (reason !== undefined) return err({ type: "datetime_parsing", reason });
  if (ms < YEAR_1_MS) {
    return err({ type: "datetime_parsing", reason: "year 0 is out of range" });
  }
  return ok(
    new Date(Math.floor(ms)).toISOString().slice(0, 19).replace("T", " "),
  );
}

function daysOf(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** What is wrong with the first ten characters, in the order in which the original looks at them. */
function dateProblem(text: string): string | undefined {
  if (text.length < 10) return "input is too short";
  if (!/^\d{4}/.test(text)) return "invalid character in year";
  if (text[4] !== "-") return "invalid date separator, expected `-`";
  if (!/^\d{2}/.test(text.slice(5))) return "invalid character in month";
  if (text[7] !== "-") return "invalid date separator, expected `-`";
  if (!/^\d{2}/.test(text.slice(8))) return "invalid character in day";
  const [year, month, day] = [
    Number(text.slice(0, 4)),
    Number(text.slice(5, 7)),
    Number(text.slice(8, 10)),
  ];
  if (month < 1 || month > 12) {
    return "month value is outside expected range of 1-12";
  }
  if (day < 1 || day > daysOf(year, month)) {
    return "day value is outside expected range";
  }
  return undefined;
}

function clockOf(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [
    ,
    ,
    ,
    ,
    hour = "",
    minute = "",
    second = "00",
    zoneHour = "00",
    zoneMinute = "00",
  ] = match;
  const inRange = Number(hour) < 24 && Number(minute) < 60 &&
    Number(second) < 60 && Number(zoneHour) < 24 &&
    Number(zoneMinute) < 60;
  return inRange ? `${hour}:${minute}:${second}` : undefined;
}

/**
 * The wall clock that a text states: the digits as sent, without fraction and zone.
 *
 * @param text Any text: an ISO date-time, a bare date (midnight) or a Unix number.
 * @returns `YYYY-MM-DD HH:MM:SS`, or why it is no time.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(dateTimeOfText("2025-10-01T18:02:09.5-05:00"), {
 *   ok: true,
 *   value: "2025-10-01 18:02:09",
 * });
 * ```
 */
export function dateTimeOfText(text: string): Result<string, DateTimeProblem> {
  if (UNIX_TEXT.test(text)) {
    const read = dateTimeOfNumber(Number(text));
    if (read.ok || read.error.reason.startsWith("year")) return read;
    return err({
      type: "datetime_from_date_parsing",
      reason: read.error.reason,
    });
  }
  const reason = dateProblem(text);
  if (reason !== undefined) {
    return err({ type: "datetime_from_date_parsing", reason });
  }
  const clock = text.length === 10 ? "00:00:00" : clockOf(text);
  if (clock === undefined) {
    return err({
      type: "datetime_from_date_parsing",
      reason: "unexpected extra characters at the end of the input",
    });
  }
  if (text.startsWith("0000")) {
    return err({ type: "datetime_parsing", reason: "year 0 is out of range" });
  }
  return ok(`${text.slice(0, 10)} ${clock}`);
}
