/**
 * Exact money: whole minor units of a currency, never floating point.
 *
 * @module
 */
import { PanalError } from "./errors.ts";

/** An amount of money: `units` times ten to the power of minus `exponent`, in `currency`. */
export interface Money {
  /** A whole number of the smallest unit that `exponent` states, within ±(2^53 - 1). */
  readonly units: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `units`: 0 for CLP, 2 for PEN, more for unit prices that have more; 0 to 9. */
  readonly exponent: number;
}

/** The longest decimal text that is read: far more digits than an amount holds. */
const DECIMAL_LENGTH_MAX = 64;

/** The most decimal places that an amount may have. */
export const EXPONENT_MAX = 9;

const EXPONENTS: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

/**
 * The decimal places of a currency (ISO 4217).
 *
 * @param currency A currency code.
 * @returns 0 to 4.
 */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/**
 * Makes an amount.
 *
 * @param units Whole minor units.
 * @param currency ISO 4217 code, three upper-case letters.
 * @param exponent Decimal places; those of the currency if left out.
 * @returns The amount.
 * @throws {PanalError} `amount_out_of_range` or `invalid_argument`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(money(250, "PEN"), { units: 250, currency: "PEN", exponent: 2 });
 * ```
 */
export function money(
  units: number,
  currency: string,
  exponent: number = currencyExponent(currency),
): Money {
  if (!Number.isSafeInteger(units)) {
    throw new PanalError(
      "amount_out_of_range",
      `Cannot hold the amount ${units} ${currency} exactly`,
    );
  }
  if (
    !/^[A-Z]{3}$/.test(currency) || !Number.isInteger(exponent) ||
    exponent < 0 || exponent > EXPONENT_MAX
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot make an amount in "${currency}" with ${exponent} decimals`,
    );
  }
  return { units: units === 0 ? 0 : units, currency, exponent };
}

function safe(units: bigint, what: string): number {
  const value = Number(units);
  if (!Number.isSafeInteger(value)) {
    throw new PanalError("amount_out_of_range", `Cannot hold ${what} exactly`);
  }
  return value;
}

/**
 * The same amount with other decimal places, rounded half to even when places are lost.
 *
 * @param amount Any amount.
 * @param exponent Decimal places of the result.
 * @returns The amount.
 * @throws {PanalError} `amount_out_of_range`.
 */
export function rescale(amount: Money, exponent: number): Money {
  if (exponent === amount.exponent) return amount;
  if (exponent > amount.exponent) {
    const units = BigInt(amount.units) *
      10n ** BigInt(exponent - amount.exponent);
    return money(safe(units, "the amount"), amount.currency, exponent);
  }
  const divisor = 10n ** BigInt(amount.exponent - exponent);
  return money(
    safe(divideHalfEven(BigInt(amount.units), divisor), "the amount"),
    amount.currency,
    exponent,
  );
}

/**
 * Division of integers, rounded half to even.
 *
 * @param dividend Any integer.
 * @param divisor A positive integer.
 * @returns The nearest integer.
 */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n;
  const absolute = negative ? -dividend : dividend;
  let quotient = absolute / divisor;
  const twice = (absolute % divisor) * 2n;
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) {
    quotient += 1n;
  }
  return negative ? -quotient : quotient;
}

/**
 * Adds two amounts of one currency; the result has the more exact of the two scales.
 *
 * @param a An amount.
 * @param b An amount in the currency of `a`.
 * @returns The exact sum.
 * @throws {PanalError} `currency_mismatch` or `amount_out_of_range`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(addMoney(money(150, "PEN"), money(225, "PEN")), money(375, "PEN"));
 * ```
 */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw new PanalError(
      "currency_mismatch",
      `Cannot add ${b.currency} to ${a.currency}`,
    );
  }
  const exponent = Math.max(a.exponent, b.exponent);
  return money(
    rescale(a, exponent).units + rescale(b, exponent).units,
    a.currency,
    exponent,
  );
}

/**
 * A price times a whole quantity, exact.
 *
 * @param price Price of one.
 * @param quantity A whole number.
 * @returns The amount, with the price's scale.
 * @throws {PanalError} `amount_out_of_range`.
 */
export function multiplyMoney(price: Money, quantity: number): Money {
  return money(
    safe(BigInt(price.units) * BigInt(quantity), "the amount"),
    price.currency,
    price.exponent,
  );
}

/**
 * Reads a decimal text or a JSON number exactly: the digits that are written are the digits that are kept.
 *
 * @param value A finite number or a plain decimal text such as `-12.50` or `1e-2`.
 * @param currency ISO 4217 code.
 * @returns The amount with at least the currency's decimal places, or undefined if it cannot be held exactly.
 */
export function parseDecimal(
  value: number | string,
  currency: string,
): Money | undefined {
  const text = String(value).trim();
  const match = /^([+-]?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?$/
    .exec(text);
  if (match === null || text.length > DECIMAL_LENGTH_MAX) return undefined;
  const [, sign = "", whole = "0", fraction = "", power = "0"] = match;
  let digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  let exponent = fraction.length - Number(power);
  const least = currencyExponent(currency);
  while (
    exponent > least && digits % 10n === 0n &&
    (digits !== 0n || exponent > least)
  ) {
    digits /= 10n;
    exponent--;
  }
  if (exponent < least) {
    [digits, exponent] = [digits * 10n ** BigInt(least - exponent), least];
  }
  const units = Number(digits);
  if (exponent > EXPONENT_MAX || !Number.isSafeInteger(units)) return undefined;
  return money(units, currency, exponent);
}

/**
 * An amount as plain decimal text.
 *
 * @param amount Any amount.
 * @returns For example `-12.50`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatDecimal(money(-1250, "PEN")), "-12.50");
 * ```
 */
export function formatDecimal(amount: Money): string {
  const digits = String(Math.abs(amount.units)).padStart(
    amount.exponent + 1,
    "0",
  );
  const sign = amount.units < 0 ? "-" : "";
  if (amount.exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -amount.exponent)}.${
    digits.slice(-amount.exponent)
  }`;
}

/**
 * An amount as a text that does not depend on the scale at which it is held.
 *
 * @param units Whole units of `exponent`.
 * @param exponent Decimal places.
 * @returns Digits and a power of ten, e.g. `125e-1`.
 */
export function scaledText(units: number, exponent: number): string {
  let [digits, places] = [BigInt(units), exponent];
  while (places > 0 && digits % 10n === 0n) {
    [digits, places] = [digits / 10n, places - 1];
  }
  return `${digits}e-${places}`;
}
