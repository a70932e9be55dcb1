/**
 * Ids of deliveries of fuel. Original programs name a delivery by 24 hexadecimal digits; here these stand in the fact's
 * own id, so that no second index is needed.
 *
 * @module
 */
import { type FactId, sha256, toHex } from "./ids.ts";

const SHORT_DIGITS = 24;

function place(digits: string, version: string): FactId {
  const all = digits.padEnd(30, "0");
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-${version}${
    all.slice(12, 15)
  }-8${all.slice(15, 18)}-${all.slice(18, 30)}` as FactId;
}

/**
 * The id of a delivery that is known by its content alone.
 *
 * @param key The content's canonical text.
 * @returns A UUID of version 8 that holds the first 24 digits of the text's SHA-256.
 */
export function saleIdOfKey(key: string): FactId {
  const digits = toHex(sha256(new TextEncoder().encode(key)));
  return place(digits.slice(0, SHORT_DIGITS), "8");
}

/**
 * What original programs call a delivery.
 *
 * @param id The fact's id.
 * @returns 24 digits: those of the id without the digits of its version and variant, as far as they go.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import type { FactId } from "./ids.ts";
 *
 * const id = "01234567-89ab-7cde-8f01-23456789abcd" as FactId;
 * strictEqual(shortSaleId(id), "0123456789abcdef01234567");
 * ```
 */
export function shortSaleId(id: FactId): string {
  const digits = id.replaceAll("-", "");
  return (digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(17))
    .slice(0, SHORT_DIGITS);
}

/**
 * Between which ids a delivery stands that original programs call so.
 *
 * @param short What they call it.
 * @returns For each version and variant the first id and the last; empty if the text is no such name.
 */
export function idsOfShort(
  short: string,
): readonly { readonly first: FactId; readonly last: FactId }[] {
  if (!/^[0-9a-f]{24}$/.test(short)) return [];
  const ids = (version: string, variant: string, rest: string) => {
    const all = short + rest;
    return `${all.slice(0, 8)}-${all.slice(8, 12)}-${version}${
      all.slice(12, 15)
    }-${variant}${all.slice(15, 18)}-${all.slice(18, 30)}` as FactId;
  };
  return ["4", "5", "7", "8"].flatMap((version) =>
    ["8", "9", "a", "b"].map((variant) => ({
      first: ids(version, variant, "000000"),
      last: ids(version, variant, "ffffff"),
    }))
  );
}

/**
 * The id of a delivery that an original program has named.
 *
 * @param short What it calls it.
 * @returns A UUID of version 8 that holds these 24 digits; undefined if the text is no such name.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(saleIdOfShort("0123456789abcdef01234567"), "01234567-89ab-8cde-8f01-234567000000");
 * ```
 */
export function saleIdOfShort(short: string): FactId | undefined {
  return /^[0-9a-f]{24}$/.test(short) ? place(short, "8") : undefined;
}
