/**
 * The operating system's random source.
 *
 * @module
 */
import { randomFillSync } from "node:crypto";
import type { Random } from "../../crdt/mod.ts";

/** Bytes that are asked of the system at once: each call costs more than the bytes do. */
const POOL_BYTES = 4096;

/**
 * Makes the random source of a real node.
 *
 * @returns A source that is fit for keys.
 */
export function createSystemRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length > POOL_BYTES / 8) {
        return randomFillSync(new Uint8Array(length));
      }
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const bytes = pool.slice(used, used + length);
      // What was given out must not be found in memory again.
      pool.fill(0, used, used + length);
      used += length;
      return bytes;
    },
  };
}
