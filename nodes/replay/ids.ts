/**
 * Ids of replayed sales: the same for the same sale of the same file, and in the order of the sales' time, so that
 * neighbors in the file are neighbors in a node's index too (random ids dirty a page of it each).
 *
 * @module
 */
import { type FactId, sha256, toHex } from "../../crdt/mod.ts";

const MS_MAX = 2 ** 48 - 1;
const encoder = new TextEncoder();

/**
 * An id that is the same wherever the same thing is named, and sorts by time: a UUIDv8 of 48 bits of milliseconds and
 * 74 bits of the SHA-256 of the parts.
 *
 * @param parts What names the thing, in order.
 * @param ms When it happened, in milliseconds since 1970; what is before 1970 counts as 0.
 * @returns The id.
 *
 * @example Usage
 * ```ts
 * import { match, strictEqual } from "node:assert/strict";
 *
 * const id = timedFactId(["store 367", "basket 1"], Date.UTC(2017, 0, 1));
 * strictEqual(id, timedFactId(["store 367", "basket 1"], Date.UTC(2017, 0, 1)));
 * match(id, /^01595753-6400-8/);
 * ```
 */
export function timedFactId(parts: readonly string[], ms: number): FactId {
  const digest = sha256(encoder.encode(JSON.stringify(parts)));
  digest[2] = ((digest[2] ?? 0) & 0x3f) | 0x80;
  const hash = toHex(digest);
  const time = Math.min(MS_MAX, Math.max(0, Math.floor(ms)))
    .toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-8${hash.slice(0, 3)}-${
    hash.slice(4, 8)
  }-${hash.slice(8, 20)}` as FactId;
}
