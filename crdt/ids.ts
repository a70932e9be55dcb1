/**
 * Branded ids: what names a peer, a log, a space, a site, a fact and a product.
 *
 * @module
 */
import { createHash, hash } from "node:crypto";
import { base58btc } from "multiformats/bases/base58";
import { PanalError } from "./errors.ts";

/** A libp2p peer id in its text form (base58btc of the identity multihash of an Ed25519 public key). */
export type PeerId = string & { readonly __brand: "PeerId" };
/**
 * A log's name: 32 hexadecimal digits, and for the continuation of a fork `~` and the 64 digits of the hash of its
 * first commit. The hash vouches for all before it, so a fork of a fork needs no longer name.
 */
export type LogId = string & { readonly __brand: "LogId" };
/** A fact's id in the lower-case text form of a UUID. */
export type FactId = string & { readonly __brand: "FactId" };
/** A site's code: 2 to 12 upper-case letters and digits. */
export type SiteCode = string & { readonly __brand: "SiteCode" };
/** The unit of replication and permission: `mesh`, `site:<code>` or `company:<id>`. */
export type SpaceId = string & { readonly __brand: "SpaceId" };
/** A product's id: 1 to 64 printable characters without `/`. */
export type ProductId = string & { readonly __brand: "ProductId" };
/** A SHA-256 as 64 lower-case hexadecimal digits. */
export type Hash = string & { readonly __brand: "Hash" };

/** How far a log is: the seq and hash of its newest commit. */
export interface VectorEntry {
  /** The log. */
  readonly log: LogId;
  /** 1 or more. */
  readonly seq: number;
  /** The hash of the commit with that seq. */
  readonly hash: Hash;
}

/** The space that every member shares. */
export const MESH_SPACE: SpaceId = "mesh" as SpaceId;

const PEER_ID_LENGTH_MAX = 64;
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);

/**
 * SHA-256.
 *
 * @param bytes Any bytes.
 * @returns 32 bytes.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

/** Whether two stretches of bytes are the same: keys, hashes, digests. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Bytes as lower-case hexadecimal digits.
 *
 * @param bytes Any bytes.
 * @returns Two digits a byte.
 */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/**
 * Hexadecimal digits as bytes.
 *
 * @param text An even number of lower-case digits.
 * @returns The bytes.
 * @throws {PanalError} `invalid_argument` if the text is something else.
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw notHex();
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = DIGITS[text.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = DIGITS[text.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    if ((high | low) >= NO_DIGIT) throw notHex();
    out[i] = (high << 4) | low;
  }
  return out;
}
function notHex(): PanalError {
  return new PanalError(
    "invalid_argument",
    "Cannot read bytes: not hexadecimal digits",
  );
}
const NO_DIGIT = 16;
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  DIGITS[digit.toString(16).charCodeAt(0)] = digit;
}

/**
 * The peer id of an Ed25519 public key.
 *
 * @param publicKey 32 bytes.
 * @returns The peer id, `12D3Koo…`.
 */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const bytes = new Uint8Array(PEER_ID_PREFIX.length + 32);
  bytes.set(PEER_ID_PREFIX);
  bytes.set(publicKey, PEER_ID_PREFIX.length);
  return base58btc.baseEncode(bytes) as PeerId;
}

/**
 * The Ed25519 public key inside a peer id.
 *
 * @param peer A peer id.
 * @returns 32 bytes.
 * @throws {PanalError} `invalid_argument` if the text is no Ed25519 peer id.
 */
export function publicKeyOf(peer: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    // Decoding takes the square of the length.
    bytes = base58btc.baseDecode(peer.slice(0, PEER_ID_LENGTH_MAX));
  } catch (cause) {
    throw new PanalError(
      "invalid_argument",
      `Cannot read peer id "${peer.slice(0, 64)}"`,
      { cause },
    );
  }
  if (
    peer.length > PEER_ID_LENGTH_MAX || bytes.length !== 38 ||
    PEER_ID_PREFIX.some((byte, i) => bytes[i] !== byte)
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot read peer id "${peer.slice(0, 64)}": not an Ed25519 key`,
    );
  }
  return bytes.slice(PEER_ID_PREFIX.length);
}

/**
 * Reads a site code; lower case is taken as upper case.
 *
 * @param text Anything.
 * @returns The code, or undefined if the text is none.
 */
export function parseSiteCode(text: unknown): SiteCode | undefined {
  return typeof text === "string" && /^[A-Za-z0-9]{2,12}$/.test(text)
    ? text.toUpperCase() as SiteCode
    : undefined;
}

/**
 * The space of a site.
 *
 * @param site A site code.
 * @returns `site:<code>`.
 */
export function siteSpace(site: SiteCode): SpaceId {
  return `site:${site}` as SpaceId;
}

/**
 * The site of a space.
 *
 * @param space A space.
 * @returns The code, or undefined for a space that is no site's.
 */
export function siteOfSpace(space: SpaceId): SiteCode | undefined {
  return space.startsWith("site:") ? space.slice(5) as SiteCode : undefined;
}

/**
 * Reads a space name.
 *
 * @param text Anything.
 * @returns The space, or undefined if the text is none.
 */
export function parseSpaceId(text: unknown): SpaceId | undefined {
  return typeof text === "string" &&
      /^(mesh|site:[A-Z0-9]{2,12}|company:[0-9]{1,10})$/.test(text)
    ? text as SpaceId
    : undefined;
}

/**
 * Reads a log's name.
 *
 * @param text Anything.
 * @returns The name, or undefined if the text is none.
 */
export function parseLogId(text: unknown): LogId | undefined {
  return typeof text === "string" &&
      /^[0-9a-f]{32}(~[0-9a-f]{64})?$/.test(text)
    ? text as LogId
    : undefined;
}

/**
 * Reads a fact id; upper case is taken as lower case.
 *
 * @param text Anything.
 * @returns The id, or undefined if the text is no UUID.
 */
export function parseFactId(text: unknown): FactId | undefined {
  return typeof text === "string" &&
      /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)
    ? text.toLowerCase() as FactId
    : undefined;
}

/**
 * Reads a product id.
 *
 * @param text Anything.
 * @returns The id, or undefined if the text is none.
 */
export function parseProductId(text: unknown): ProductId | undefined {
  if (typeof text !== "string" || !text.isWellFormed()) return undefined;
  return /^[^/\p{Cc}]{1,64}$/u.test(text) ? text as ProductId : undefined;
}

/** The SHA-256 of what names a thing, as hexadecimal digits. */
function digestOf(parts: readonly unknown[]): string {
  return hash("sha256", JSON.stringify(parts), "hex");
}

/**
 * An id that is the same wherever the same thing is named: the SHA-256 of the parts in the form of a UUIDv8.
 *
 * @param parts What names the thing, in order.
 * @param order 0 to 65,535; ids of the same kind with a lower order sort before the others.
 * @returns The id.
 */
export function fixedFactId(parts: readonly string[], order = 0): FactId {
  const digest = digestOf(parts);
  const head = order.toString(16).padStart(4, "0");
  return `0000${head}-${digest.slice(0, 4)}-8${digest.slice(4, 7)}-8${
    digest.slice(7, 10)
  }-${digest.slice(10, 22)}` as FactId;
}

/**
 * An id that is the same wherever the same thing is named, in the order of time: the SHA-256 of the parts in the form of
 * a UUIDv7.
 *
 * @param at When it was, in whole microseconds since 1970; only the second counts.
 * @param parts What names the thing, in order.
 * @returns The id.
 */
export function timedFactId(at: number, parts: readonly unknown[]): FactId {
  const digest = digestOf(parts);
  const ms = Math.max(0, Math.floor(at / 1_000_000) * 1000);
  const time = ms.toString(16).padStart(12, "0").slice(-12);
  const variant = (8 + (parseInt(digest.slice(3, 4), 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${
    digest.slice(0, 3)
  }-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}` as FactId;
}
