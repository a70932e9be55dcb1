/**
 * Exact decimal arithmetic on amounts as they are written: whole units of ten to the power of minus some places, never
 * floating point. Rounding is half to even, as the node's is.
 *
 * @module
 */

/** A decimal: `units` times ten to the power of minus `places`. */
export interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** Nothing. */
export const ZERO: Decimal = { units: 0n, places: 0 };

/** Longer texts are no amounts of a shop. */
const DIGITS_MAX = 18;

/**
 * Reads a decimal as the node writes it.
 *
 * @param text E.g. `-12.50`.
 * @returns The decimal; undefined if it is none.
 */
export function decimalOf(text: string): Decimal | undefined {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (match === null || text.length > DIGITS_MAX + 2) return undefined;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, places: fraction.length };
}

/**
 * Reads an amount as people type it: with a point or a comma for the decimals, with or without separators of thousands.
 *
 * A separator before exactly three digits parts thousands where the currency has fewer than three decimals: `1.500` is
 * one thousand five hundred Chilean pesos.
 *
 * @param typed What was typed.
 * @param places Decimal places of the currency.
 * @returns The amount with those places; undefined if it is none or has more of them.
 */
export function typedAmount(
  typed: string,
  places: number,
): Decimal | undefined {
  const text = typed.replaceAll(/\s/g, "");
  if (!/^[0-9]*(?:[.,][0-9]*)*$/.test(text) || !/[0-9]/.test(text)) {
    return undefined;
  }
  const parts = text.split(/[.,]/);
  const last = parts.at(-1) ?? "";
  const grouped = parts.length > 1 && last.length === 3 && places < 3;
  const whole = grouped || parts.length === 1
    ? parts.join("")
    : parts.slice(0, -1).join("");
  const fraction = grouped || parts.length === 1 ? "" : last;
  const inner = grouped ? parts.slice(1) : parts.slice(1, -1);
  if (inner.some((part) => part.length !== 3)) return undefined;
  if (fraction.length > places || whole.length > DIGITS_MAX) return undefined;
  return {
    units: BigInt((whole === "" ? "0" : whole) + fraction.padEnd(places, "0")),
    places,
  };
}

/**
 * Reads a quantity of what is sold by measure.
 *
 * @param typed E.g. `1,25`.
 * @returns Whole thousandths; undefined if it is none or finer than that.
 */
export function typedThousandths(typed: string): number | undefined {
  const match = /^([0-9]{0,9})(?:[.,]([0-9]{0,3}))?$/.exec(typed.trim());
  if (match === null) return undefined;
  const [, whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  return Number((whole === "" ? "0" : whole) + fraction.padEnd(3, "0"));
}

/** The same decimal with at least so many places. */
function widened({ units, places }: Decimal, to: number): Decimal {
  return places >= to
    ? { units, places }
    : { units: units * 10n ** BigInt(to - places), places: to };
}

/** The sum of two decimals, with the more exact places. */
export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { units: widened(a, places).units + widened(b, places).units, places };
}

/** The contrary. */
export function minus({ units, places }: Decimal): Decimal {
  return { units: -units, places };
}

/** What is left of `a` without `b`. */
export function less(a: Decimal, b: Decimal): Decimal {
  return plus(a, minus(b));
}

/** Below zero, zero or above zero, as `a` is less than, equal to or more than `b`. */
export function compared(a: Decimal, b: Decimal): number {
  const { units } = less(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** A decimal times a whole number. */
export function times({ units, places }: Decimal, count: number): Decimal {
  return { units: units * BigInt(count), places };
}

/**
 * A share of a decimal, rounded half to even to its places.
 *
 * @param whole The decimal.
 * @param part Numerator.
 * @param of Denominator, above 0.
 * @returns The share.
 */
export function share(whole: Decimal, part: bigint, of: bigint): Decimal {
  return { units: halfEven(whole.units * part, of), places: whole.places };
}

/**
 * Division of integers, rounded half to even.
 *
 * @param dividend Any integer.
 * @param divisor Above 0.
 * @returns The nearest integer.
 */
export function halfEven(dividend: bigint, divisor: bigint): bigint {
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
 * A decimal as the node reads it.
 *
 * @param value Any decimal.
 * @returns E.g. `-12.50`.
 */
export function decimalText({ units, places }: Decimal): string {
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(places + 1, "0");
  const sign = negative ? "-" : "";
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
