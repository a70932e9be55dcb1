/**
 * Times as transaction files write them.
 *
 * @module
 */
import type { Field } from "./field.ts";

const FORM =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))? ?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Makes the function that reads times.
 *
 * Texts are ISO 8601 dates with or without a time (`2017-01-01`, `2017-01-01 12:30:27`, `2017-01-01T12:30:27.5Z`);
 * those without a distance from UTC are of the given zone. Instants of typed files are taken as they are.
 *
 * @param timezone An IANA name.
 * @returns A function from a field to microseconds since 1970, or undefined if the field is no time.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const readTime = createTimeReader("America/Lima");
 * strictEqual(readTime("2017-01-01 12:30:27"), Date.UTC(2017, 0, 1, 17, 30, 27) * 1000);
 * ```
 */
export function createTimeReader(
  timezone: string,
): (field: Field) => number | undefined {
  // The lines of one receipt have one time, so the last answer serves most of them.
  let lastText = "";
  let lastMicros: number | undefined;
  return (field) => {
    if (typeof field === "object" && field !== null) {
      return Number.isSafeInteger(field.micros) ? field.micros : undefined;
    }
    if (typeof field !== "string") return undefined;
    if (field !== lastText) {
      [lastText, lastMicros] = [field, readText(field.trim(), timezone)];
    }
    return lastMicros;
  };
}

function readText(text: string, timezone: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, date = "", time = "00:00", zone] = match;
  const plain = `${date}T${time.replace(",", ".")}`;
  try {
    const instant = zone === undefined
      ? Temporal.PlainDateTime.from(plain).toZonedDateTime(timezone).toInstant()
      : Temporal.Instant.from(plain + zone.replace(/^(z|UTC)$/, "Z"));
    return microsOf(instant);
  } catch {
    return undefined;
  }
}

function microsOf(instant: Temporal.Instant): number | undefined {
  const micros = Number(instant.epochNanoseconds / 1000n);
  return Number.isSafeInteger(micros) ? micros : undefined;
}
