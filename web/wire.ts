/**
 * How instants and money look on the wire of the native interface: RFC 3339 text and decimal text.
 *
 * @module
 */
import { formatDecimal, type Money, parseDecimal } from "../crdt/mod.ts";

/** An amount on the wire: decimal text and ISO 4217 code. */
export interface WireMoney {
  /** For example `12.50`. */
  readonly amount: string;
  /** For example `PEN`. */
  readonly currency: string;
}

/** An amount in a request: decimal text in the node's currency, or an amount with its currency. */
export type WireMoneyInput = string | WireMoney;

/**
 * An amount for an answer.
 *
 * @param amount Any amount.
 * @returns Its exact decimal text and its currency.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(
 *   moneyToWire({ units: 1250, currency: "PEN", exponent: 2 }),
 *   { amount: "12.50", currency: "PEN" },
 * );
 * ```
 */
export function moneyToWire(amount: Money): WireMoney {
  return { amount: formatDecimal(amount), currency: amount.currency };
}

/**
 * An amount or nothing, for an answer.
 *
 * @param amount Any amount, or null.
 * @returns Its wire form, or null.
 */
export function priceToWire(amount: Money | null): WireMoney | null {
  return amount === null ? null : moneyToWire(amount);
}

/**
 * An amount of a request.
 *
 * @param input Decimal text, or decimal text with a currency.
 * @param currency The currency of a text alone.
 * @returns The exact amount, or undefined if it cannot be held exactly.
 */
export function moneyFromWire(
  input: WireMoneyInput,
  currency: string,
): Money | undefined {
  return typeof input === "string"
    ? parseDecimal(input, currency)
    : parseDecimal(input.amount, input.currency);
}

/** The greatest instant that a request may name, in microseconds since 1970: the end of the year 2199. */
export const INSTANT_MAX_US = Date.UTC(2200, 0) * 1000 - 1;

/** The text of the second that was asked for last: most answers are about the present one. */
let lastSecond = { second: NaN, text: "" };

/**
 * An instant for an answer.
 *
 * @param us Whole microseconds since 1970, UTC.
 * @returns RFC 3339 text with six decimals, e.g. `2024-11-09T18:22:31.120003Z`.
 */
export function instantToWire(us: number): string {
  const second = Math.floor(us / 1_000_000);
  if (second !== lastSecond.second) {
    const text = new Date(second * 1000).toISOString().slice(0, -5);
    lastSecond = { second, text };
  }
  const micros = us - second * 1_000_000;
  return `${lastSecond.text}.${String(micros).padStart(6, "0")}Z`;
}

/**
 * An instant of milliseconds for an answer.
 *
 * @param ms Milliseconds since 1970, UTC, or null.
 * @returns RFC 3339 text with three decimals, or null.
 */
export function millisecondsToWire(ms: number): string;
export function millisecondsToWire(ms: number | null): string | null;
export function millisecondsToWire(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an instant of a request.
 *
 * @param text RFC 3339 with any offset; decimals beyond microseconds are cut.
 * @returns Whole microseconds since 1970, or undefined if the text is no instant from 1970 to 2199.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(instantFromWire("1970-01-01T01:00:00.5+01:00"), 500_000);
 * strictEqual(instantFromWire("1970-02-30T00:00:00Z"), undefined);
 * ```
 */
export function instantFromWire(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7).map(Number);
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  const [, , , , , , , fraction = "", sign = "+", hours = "0", minutes = "0"] =
    match;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 *
    (sign === "-" ? -1 : 1);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - offset;
  const us = ms * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
  return us >= 0 && us <= INSTANT_MAX_US ? us : undefined;
}

/**
 * Tells whether a text is a date that exists.
 *
 * @param text Anything.
 * @returns True for `YYYY-MM-DD`.
 */
export function isWireDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match !== null &&
    isDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}
