/**
 * Values of the older database as exports write them: numbers with a decimal point or comma, dates with or without `T`
 * or day first, `NULL`.
 *
 * @module
 */

/**
 * What an empty field means: nothing.
 *
 * @param text A field.
 * @returns The text without blanks around it; undefined for an empty one and for `NULL`.
 */
export function presentText(text: string | undefined): string | undefined {
  const bare = text?.trim();
  return !bare || /^null$/i.test(bare) ? undefined : bare;
}

/**
 * Reads a decimal number: `12.50`, `12,50`, `1.234,50` and `1,234.50`; of one separator alone it is taken for the
 * decimal one.
 *
 * @param text A field without blanks.
 * @returns The number, or undefined.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readDecimal("1.234,50"), 1234.5);
 * strictEqual(readDecimal("12,5"), 12.5);
 * strictEqual(readDecimal("1.2.3"), undefined);
 * ```
 */
export function readDecimal(text: string): number | undefined {
  if (/^[+-]?[0-9]{1,15}([.,][0-9]{0,9})?$/.test(text)) {
    return Number(text.replace(",", "."));
  }
  if (/^[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]{0,9}$/.test(text)) {
    return Number(text.replaceAll(".", "").replace(",", "."));
  }
  if (/^[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{0,9}$/.test(text)) {
    return Number(text.replaceAll(",", ""));
  }
  return undefined;
}

/**
 * Reads a whole number; one with decimals that are all 0 is whole too.
 *
 * @param text A field without blanks.
 * @returns The number, or undefined.
 */
export function readWhole(text: string): number | undefined {
  const value = readDecimal(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Reads a bit: 1, 0, and words for them.
 *
 * @param text A field without blanks.
 * @returns The value, or undefined.
 */
export function readBit(text: string): boolean | undefined {
  if (/^(1|-1|true|yes|s[ií]|verdadero)$/i.test(text)) return true;
  if (/^(0|false|no|falso)$/i.test(text)) return false;
  return undefined;
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?Z?)?$/;
const DAY_FIRST =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])\.? ?m\.?)?)?$/i;

/**
 * Reads a wall clock: `2025-03-04 18:05:10.317`, with `T`, with a `Z` that means nothing, or `4/03/2025 18:05:10`, day
 * first.
 *
 * @param text A field without blanks.
 * @returns `YYYY-MM-DDTHH:MM:SS.mmm` without a zone, or undefined.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readWall("4/03/2025 6:05:10 p. m."), "2025-03-04T18:05:10.000");
 * strictEqual(readWall("2025-02-30"), undefined);
 * ```
 */
export function readWall(text: string): string | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction] = iso;
    return wallText([year, month, day], [hour, minute, second, fraction]);
  }
  const [, day, month, year, hour, minute, second, fraction, half] =
    DAY_FIRST.exec(text.replaceAll("\u00a0", " ").replaceAll("\u202f", " ")) ??
      [];
  if (year === undefined) return undefined;
  const hours = twentyFour(Number(hour ?? 0), half?.toLowerCase());
  if (hours === undefined) return undefined;
  return wallText([year, month, day], [
    String(hours),
    minute,
    second,
    fraction,
  ]);
}

function twentyFour(hour: number, half: string | undefined) {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === "p" ? 12 : 0);
}

type Part = string | undefined;

function wallText(
  [year, month, day]: readonly [Part, Part, Part],
  [hour, minute, second, fraction]: readonly [Part, Part, Part, Part],
): string | undefined {
  const two = (part: Part) => (part ?? "").padStart(2, "0");
  const date = `${year}-${two(month)}-${two(day)}`;
  const ms = (fraction ?? "").slice(0, 3).padEnd(3, "0");
  const text = `${date}T${two(hour)}:${two(minute)}:${two(second)}.${ms}`;
  const at = new Date(`${text}Z`);
  // A day that is not in the calendar becomes another one.
  return Number.isFinite(at.getTime()) && at.toISOString() === `${text}Z`
    ? text
    : undefined;
}
