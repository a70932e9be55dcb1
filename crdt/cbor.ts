/**
 * Deterministic CBOR (RFC 8949, 4.2) of arrays, numbers, byte and text strings: the canonical bytes of everything that
 * is hashed or signed. Maps are not used, so there is one encoding of each value (of what is hashed: it holds no
 * fractions).
 *
 * @module
 */
import {
  decode,
  encode,
  rfc8949EncodeOptions,
  type Token,
  Tokenizer,
} from "cborg";

/**
 * Encodes a value.
 *
 * @param value Arrays, safe integers, byte strings, text, booleans and null.
 * @returns Its only canonical bytes.
 */
export function encodeCbor(value: unknown): Uint8Array {
  const bytes = encode(value, rfc8949EncodeOptions);
  // A Buffer, which the library gives for longer values, is another class, whose slices share memory.
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const OPTIONS = {
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  strict: true,
};
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Refuses what would let one value have several encodings. */
class CanonicalTokenizer extends Tokenizer {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(bytes, OPTIONS);
    this.#bytes = bytes;
  }

  override next(): Token {
    const first = this.#bytes[this.pos()] ?? 0;
    // Major types 5 and 6: maps and tags.
    if (first >= 0xa0 && first < 0xe0) throw new TypeError("an unused type");
    const token = super.next();
    const { value } = token;
    if (first >= 0xf9 && Number.isSafeInteger(value)) {
      throw new TypeError("an integer as floating point");
    }
    if (typeof value === "string" && value.includes("\ufffd")) {
      // What bytes that are no UTF-8 are read as; only its own encoding may stand for it.
      const length = new TextEncoder().encode(value).length;
      STRICT_UTF8.decode(this.#bytes.subarray(this.pos() - length, this.pos()));
      if (token.encodedLength !== encode(value).length) {
        throw new TypeError("text that is no UTF-8");
      }
    }
    return token;
  }
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
      ...OPTIONS,
      tokenizer: new CanonicalTokenizer(bytes),
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
