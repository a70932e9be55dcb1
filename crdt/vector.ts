/**
 * Vectors: how far a peer is in each log of a space, and the digests by which two peers find what differs without
 * sending everything.
 *
 * @module
 */
import { fromHex, type LogId, sha256, type VectorEntry } from "./ids.ts";
import { encodeCbor } from "./cbor.ts";

/** Into how many buckets the logs of a space are sorted. */
export const BUCKETS = 64;

/**
 * The bucket of a log.
 *
 * @param log A log.
 * @returns 0 to 63, from the log's first digits, so that a fork's continuations share the trunk's bucket.
 */
export function bucketOf(log: LogId): number {
  return parseInt(log.slice(0, 2), 16) % BUCKETS;
}

function compareLogs(a: VectorEntry, b: VectorEntry): number {
  return a.log < b.log ? -1 : a.log > b.log ? 1 : 0;
}

/**
 * The digest of a vector or of a part of one.
 *
 * @param entries Entries in any order, each log once.
 * @returns 32 bytes: SHA-256 over the entries in the order of their logs.
 */
export function vectorDigest(entries: Iterable<VectorEntry>): Uint8Array {
  const sorted = [...entries].sort(compareLogs);
  return sha256(
    encodeCbor(sorted.map(({ log, seq, hash }) => [log, seq, fromHex(hash)])),
  );
}

/**
 * The digests of a vector's buckets, cut short: they only steer what is compared next.
 *
 * @param entries Entries in any order.
 * @returns 64 digests of 8 bytes; empty ones for empty buckets.
 */
export function bucketDigests(entries: Iterable<VectorEntry>): Uint8Array[] {
  const buckets: VectorEntry[][] = Array.from({ length: BUCKETS }, () => []);
  for (const entry of entries) buckets[bucketOf(entry.log)]?.push(entry);
  return buckets.map((bucket) =>
    bucket.length === 0 ? new Uint8Array() : vectorDigest(bucket).slice(0, 8)
  );
}
