/**
 * Numbers of the branch software as whole units: cents, and thousandths of what is sold by measure.
 *
 * @module
 */

/** Largest whole number that is read: larger than any that the original storage holds. */
const UNITS_MAX = 9_999_999_999_999;
const DECIMAL =
  /^([+-]?)([0-9]{1,20})(?:\.([0-9]{0,30}))?(?:e([+-]?[0-9]{1,3}))?$/i;

/**
 * Reads a decimal number as whole units, rounded half away from zero. The digits that were written count: the original
 * storage multiplies in floating point, where 1.005 is a little less than it says, and makes 1.00 of it; here it is
 * 1.01. Of amounts with two decimals, which are all that the original programs write, both make the same.
 *
 * @param value Anything; a number, or a text of one.
 * @param places How many decimals a unit stands for: 2 for cents.
 * @returns Whole units; undefined if the value is no number, or beyond ten trillion.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseUnits(12.345, 2), 1235);
 * strictEqual(parseUnits("-0.005", 2), -1);
 * strictEqual(parseUnits("12,5", 2), undefined);
 * ```
 */
export function parseUnits(value: unknown, places: number): number | undefined {
  if (typeof value === "number") {
    const scaled = value * 10 ** places;
    const whole = Math.round(scaled);
    // Far from a half both ways agree.
    if (Math.abs(scaled - whole) < 1e-4 && Math.abs(whole) <= UNITS_MAX) {
      return whole + 0;
    }
  } else if (typeof value !== "string" || value.length > 60) return undefined;
  return exactUnits(`${value}`.trim(), places);
}

function exactUnits(text: string, places: number): number | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const shift = places + Number(power) - fraction.length;
  if (shift > 40) return /^0*$/.test(whole + fraction) ? 0 : undefined;
  const digits = whole + fraction;
  const kept = shift >= 0
    ? BigInt(digits + "0".repeat(shift))
    : roundedDigits(digits, -shift);
  if (kept > BigInt(UNITS_MAX)) return undefined;
  const units = Number(kept);
  return sign === "-" && units !== 0 ? -units : units;
}

/** Cuts digits off the end; a half goes up. */
function roundedDigits(digits: string, cut: number): bigint {
  const padded = digits.padStart(cut + 1, "0");
  const kept = BigInt(padded.slice(0, padded.length - cut));
  const next = padded.charCodeAt(padded.length - cut) - 48;
  return next >= 5 ? kept + 1n : kept;
}

/**
 * What a quantity costs, rounded half away from zero.
 *
 * @param price Price of one, in whole units.
 * @param quantity Whole units, or thousandths.
 * @param isMeasured True for thousandths.
 * @returns Whole units.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(costOf(333, 1500, true), 500);
 * ```
 */
export function costOf(
  price: number,
  quantity: number,
  isMeasured: boolean,
): number {
  const product = price * quantity;
  if (!isMeasured) return product + 0;
  const cost = Math.floor((2 * Math.abs(product) + 1000) / 2000);
  return product < 0 && cost !== 0 ? -cost : cost;
}
