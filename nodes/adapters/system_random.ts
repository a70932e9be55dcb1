/**
 * The operating system's random source.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Random } from "../../crdt/mod.ts";

/**
 * Makes the random source of a real node.
 *
 * @returns A source that is fit for keys.
 */
export function createSystemRandom(): Random {
  return { bytes: (length) => new Uint8Array(randomBytes(length)) };
}
