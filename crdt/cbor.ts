/**
 * Deterministic CBOR (RFC 8949, 4.2) of arrays, integers, byte and text strings: the canonical bytes of everything that
 * is hashed or signed. Maps are not used, so there is one encoding of each value.
 *
 * @module
 */
import { decode, encode, rfc8949EncodeOptions } from "cborg";

/**
 * Encodes a value.
 *
 * @param value Arrays, safe integers, byte strings, text, booleans and null.
 * @returns Its only canonical bytes.
 */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/**
 * Decodes canonical bytes.
 *
 * @param bytes Anything.
 * @returns The value; undefined for what is no CBOR, not canonical, or uses other types.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      strict: true,
      rejectDuplicateMapKeys: true,
    });
  } catch {
    return undefined;
  }
}

/**
 * Whether a value is a byte string, of a given length if one is named.
 *
 * @param value Anything.
 * @param length The length in bytes; any if left out.
 * @returns True if it is.
 */
export function isBytes(value: unknown, length?: number): value is Uint8Array {
  return value instanceof Uint8Array &&
    (length === undefined || value.length === length);
}

/**
 * Whether a value is an integer from 0 to 2^53 - 1.
 *
 * @param value Anything.
 * @returns True if it is.
 */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
