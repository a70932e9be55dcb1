/**
 * Fernet tokens, version `0x80` of the public specification: AES-128-CBC with PKCS#7 padding under an HMAC-SHA256.
 * Engines of the secured charging dialect send their telemetry in them. Nobody's clock is asked: no token is too old.
 *
 * @module
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  timingSafeEqual,
} from "node:crypto";
import { PanalError } from "../../crdt/errors.ts";

/** A key as text: 32 bytes in URL-safe base64, 44 characters. Never log it. */
export type FernetKey = string & { readonly __brand: "FernetKey" };

/** Bytes of a key: half of them sign, half encrypt. */
export const FERNET_KEY_BYTES = 32;
/** Bytes of an initialization vector. */
export const FERNET_IV_BYTES = 16;
/** Most characters of a token that is looked at. */
export const FERNET_TOKEN_MAX = 65_536;

const VERSION = 0x80;
const HALF = FERNET_KEY_BYTES / 2;
const HEAD = 1 + 8 + FERNET_IV_BYTES;
const MAC = 32;
const BLOCK = 16;
const URL_SAFE = { alphabet: "base64url" } as const;

/**
 * Reads a key.
 *
 * @param text Anything.
 * @returns The key, or undefined if the text is none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseFernetKey("too short"), undefined);
 * ```
 */
export function parseFernetKey(text: unknown): FernetKey | undefined {
  return typeof text === "string" && /^[A-Za-z0-9_-]{43}=$/.test(text) &&
      decode(text)?.length === FERNET_KEY_BYTES
    ? text as FernetKey
    : undefined;
}

/**
 * Makes a key of random bytes.
 *
 * @param bytes 32 random bytes.
 * @returns The key.
 * @throws {PanalError} `invalid_argument` if there are more or fewer bytes.
 */
export function fernetKey(bytes: Uint8Array): FernetKey {
  if (bytes.length === FERNET_KEY_BYTES) {
    return bytes.toBase64(URL_SAFE) as FernetKey;
  }
  throw new PanalError(
    "invalid_argument",
    `A Fernet key has ${FERNET_KEY_BYTES} bytes, not ${bytes.length}`,
  );
}

/** What a token is made of besides its key and its content. */
export interface FernetSeal {
  /** When it is made, in whole seconds since 1970. */
  readonly seconds: number;
  /** 16 random bytes, never the same twice with one key. */
  readonly iv: Uint8Array;
}

/**
 * Makes a token.
 *
 * @param key The key.
 * @param data What it holds.
 * @param seal Its time and initialization vector.
 * @returns The token, URL-safe base64.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const key = fernetKey(new Uint8Array(32));
 * const data = new TextEncoder().encode("hello");
 * const token = sealFernet(key, data, { seconds: 0, iv: new Uint8Array(16) });
 * deepStrictEqual(openFernet(key, token), data);
 * ```
 */
export function sealFernet(
  key: FernetKey,
  data: Uint8Array,
  { seconds, iv }: FernetSeal,
): string {
  const [signing, encryption] = halves(key);
  const cipher = createCipheriv("aes-128-cbc", encryption, iv);
  const head = new Uint8Array(1 + 8);
  head[0] = VERSION;
  new DataView(head.buffer).setBigUint64(1, BigInt(seconds));
  const signed = join(head, iv, cipher.update(data), cipher.final());
  return join(signed, macOf(signing, signed)).toBase64(URL_SAFE);
}

/**
 * Opens a token. Nothing of it is decrypted before its signature is found right, and whatever is wrong gives the same
 * answer, so that nobody learns anything from sending altered ones.
 *
 * @param key The key.
 * @param token Anything.
 * @returns What it holds; undefined if it is no token of this key.
 */
export function openFernet(
  key: FernetKey,
  token: unknown,
): Uint8Array | undefined {
  if (typeof token !== "string" || token.length > FERNET_TOKEN_MAX) {
    return undefined;
  }
  const bytes = decode(token);
  if (bytes === undefined || bytes.length < HEAD + MAC) return undefined;
  const [signing, encryption] = halves(key);
  const end = bytes.length - MAC;
  const isSigned = timingSafeEqual(
    macOf(signing, bytes.subarray(0, end)),
    bytes.subarray(end),
  );
  const isWhole = end > HEAD && (end - HEAD) % BLOCK === 0;
  if (!isSigned || bytes[0] !== VERSION || !isWhole) return undefined;
  const iv = bytes.subarray(HEAD - FERNET_IV_BYTES, HEAD);
  return decrypt(encryption, iv, bytes.subarray(HEAD, end));
}

/** Undefined if the padding is wrong, which only the key's owner can have made so. */
function decrypt(
  key: Uint8Array,
  iv: Uint8Array,
  content: Uint8Array,
): Uint8Array | undefined {
  try {
    const cipher = createDecipheriv("aes-128-cbc", key, iv);
    return join(cipher.update(content), cipher.final());
  } catch {
    return undefined;
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function halves(key: FernetKey): readonly [Uint8Array, Uint8Array] {
  const bytes = decode(key) ?? new Uint8Array();
  return [bytes.subarray(0, HALF), bytes.subarray(HALF)];
}

function macOf(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(bytes).digest();
}

function decode(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, URL_SAFE);
  } catch {
    return undefined;
  }
}
