/**
 * Numbers at the edge of the compatibility surfaces: the texts of binary floats, the lenient conversions of text to
 * integers and decimals, and the way between floats on the wire and exact money inside.
 *
 * @module
 */
import {
  currencyExponent,
  EXPONENT_MAX,
  formatDecimal,
  type Money,
  parseDecimal,
} from "../../crdt/mod.ts";
import type { JsonNumber } from "./fastapi_json.ts";

/** How a float's exponent is written: `1e-7` in JSON bodies, `1e-07` in pages and in the echo of a wrong value. */
export type FloatStyle = "json" | "python";

/** The characters that the original programs trim; JavaScript's `trim` differs in two. */
const BLANK =
  /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const INTEGER_TEXT = /^([+-]?)([0-9]+(?:_[0-9]+)*)(?:\.0+)?$/;
const FLOAT_TEXT =
  /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITE_TEXT = /^[+-]?(?:inf|infinity|nan)$/i;
const PARTS = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;
/** Integers up to 2^53 - 1 have at most this many digits. */
const SAFE_DIGITS = 16;
/** Longer texts of amounts are kept as the text of the nearest double. */
const AMOUNT_TEXT_MAX = 64;

/** A regular expression would look at every run of blanks again and again; this looks at both ends only. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start++;
  while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * The shortest text that reads back to the same double, always with a decimal point or an exponent.
 *
 * @param value A finite number.
 * @param style How an exponent is written.
 * @returns For example `4.0`, `2.5`, `1e+16`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(floatText(4), "4.0");
 * strictEqual(floatText(1e-7, "python"), "1e-07");
 * ```
 */
export function floatText(value: number, style: FloatStyle = "json"): string {
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa = "0", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (
    value !== 0 && (exponent >= 16 || exponent < (style === "json" ? -5 : -4))
  ) {
    const digits = String(Math.abs(exponent)).padStart(
      style === "json" ? 1 : 2,
      "0",
    );
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  if (exponent < 0) {
    const digits = mantissa.replace(/[-.]/g, "");
    return `${value < 0 ? "-" : ""}0.${"0".repeat(-exponent - 1)}${digits}`;
  }
  // Below 1e16 JavaScript writes no exponent, so only the missing fraction is added.
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/**
 * A number as the original programs echo it in the `input` of a validation error.
 *
 * @param source The number as it was written.
 * @returns Its text as JSON; `null` for what is not finite.
 */
export function echoNumber(source: string): string {
  if (/^-?[0-9]+$/.test(source)) return source === "-0" ? "0" : source;
  const value = Number(source);
  return Number.isFinite(value) ? floatText(value, "python") : "null";
}

/**
 * Reads an integer from text as leniently as the original programs: blanks around, a sign, leading zeros, single
 * underscores between digits, `.0` at the end.
 *
 * @param text Any text.
 * @returns The integer; `too_large` beyond ±(2^53 - 1); undefined if the text is no integer.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(integerOfText(" +1_000.0 "), 1000);
 * strictEqual(integerOfText("1.5"), undefined);
 * ```
 */
export function integerOfText(text: string): number | "too_large" | undefined {
  const match = INTEGER_TEXT.exec(trimBlanks(text));
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  const plain = digits.replaceAll("_", "").replace(/^0+(?=[0-9])/, "");
  const value = Number(plain);
  if (plain.length > SAFE_DIGITS || !Number.isSafeInteger(value)) {
    return "too_large";
  }
  return sign === "-" && value !== 0 ? -value : value;
}

/**
 * Reads a float from text as leniently as the original programs: blanks around, an exponent, underscores.
 *
 * @param text Any text.
 * @returns The number's digits without blanks and underscores; `infinite` if the text means no finite number; undefined
 * if it is no number.
 */
export function decimalOfText(text: string): string | "infinite" | undefined {
  const trimmed = trimBlanks(text);
  if (
    trimmed.startsWith("_") || trimmed.endsWith("_") || trimmed.includes("__")
  ) return undefined;
  const plain = trimmed.replaceAll("_", "");
  if (INFINITE_TEXT.test(plain)) return "infinite";
  if (!FLOAT_TEXT.test(plain)) return undefined;
  return Number.isFinite(Number(plain)) ? plain : "infinite";
}

function roundedUnits(whole: string, fraction: string, places: number): bigint {
  const kept = BigInt(whole + fraction.slice(0, places).padEnd(places, "0"));
  const rest = fraction.slice(places);
  const half = /^5(0*)$/.test(rest) ? kept % 2n === 1n : /^[5-9]/.test(rest);
  return half ? kept + 1n : kept;
}

/**
 * An amount on the wire as exact money. What is written with at most 9 decimals is kept exactly. Further digits, which
 * programs with binary floats send (`9.600000000000001`), are rounded half to even at the last place that fits; that is
 * a difference below 1e-6 wherever a double itself is that exact.
 *
 * @param digits A plain number such as `12.50`, `.5`, `-1e3`.
 * @param currency ISO 4217 code.
 * @returns The amount, or undefined if it is too large to be held exactly.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(moneyOfDigits("9.600000000000001", "PEN"), {
 *   units: 960,
 *   currency: "PEN",
 *   exponent: 2,
 * });
 * ```
 */
export function moneyOfDigits(
  digits: string,
  currency: string,
): Money | undefined {
  const match = PARTS.exec(digits);
  if (match === null) return undefined;
  const [, sign = "", left = "", right = "", power = "0"] = match;
  const all = (left + right).replace(/^0+/, "");
  const point = all.length - right.length + Number(power);
  // More integer digits than 2^53 has cannot be held; fewer than -9 means less than half of the last place.
  if (all !== "" && point > SAFE_DIGITS) return undefined;
  const tiny = all === "" || point < -EXPONENT_MAX;
  const whole = tiny ? "" : all.slice(0, Math.max(point, 0)).padEnd(point, "0");
  const fraction = tiny
    ? ""
    : "0".repeat(Math.max(-point, 0)) + all.slice(Math.max(point, 0));
  const least = currencyExponent(currency);
  for (let places = EXPONENT_MAX; places >= least; places--) {
    const units = roundedUnits(whole, fraction, places);
    const amount = parseDecimal(
      `${sign === "-" ? "-" : ""}${units}e-${places}`,
      currency,
    );
    if (amount !== undefined) return amount;
  }
  return undefined;
}

/**
 * The text of an amount that is kept as received.
 *
 * @param digits A plain number, as {@linkcode decimalOfText} gives it.
 * @returns The same digits; for a text of more than 64 characters that of the nearest double.
 */
export function amountTextOf(digits: string): string {
  return digits.length <= AMOUNT_TEXT_MAX ? digits : floatText(Number(digits));
}

/**
 * The double that is nearest to an exact amount.
 *
 * @param amount Any amount.
 * @returns A finite number.
 */
export function numberOfMoney(amount: Money): number {
  return Number(formatDecimal(amount));
}

/**
 * An exact amount as a float field of a JSON answer.
 *
 * @param amount The amount; null counts as 0, because these surfaces have no products without a price.
 * @returns The nearest double, with a decimal point or an exponent.
 */
export function jsonFloat(amount: Money | null): JsonNumber {
  return { source: floatText(amount === null ? 0 : numberOfMoney(amount)) };
}

/**
 * An exact amount as the pages show it.
 *
 * @param amount The amount; null counts as 0.
 * @returns For example `$4.0`.
 */
export function dollars(amount: Money | null): string {
  return `$${floatText(amount === null ? 0 : numberOfMoney(amount), "python")}`;
}

/**
 * An exact amount in billionths, in which amounts of any scale can be added and multiplied without a limit.
 *
 * @param amount Any amount.
 * @returns The amount times 10^9.
 */
export function billionthsOf(amount: Money): bigint {
  return BigInt(amount.units) * 10n ** BigInt(EXPONENT_MAX - amount.exponent);
}

/**
 * The double that is nearest to a number of billionths.
 *
 * @param billionths Any integer.
 * @returns The number.
 */
export function numberOfBillionths(billionths: bigint): number {
  return Number(`${billionths}e-${EXPONENT_MAX}`);
}
