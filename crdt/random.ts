/**
 * The random source interface, a seeded generator for tests and simulations, and time-ordered ids.
 *
 * @module
 */
import { type FactId, toHex } from "./ids.ts";

/** A source of random bytes, injected so that a simulation can replay it. */
export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * A repeatable generator (xorshift128, Marsaglia 2003). Never for keys of a real node.
 *
 * @param seed Any 32-bit integer.
 * @returns A source that gives the same bytes for the same seed.
 */
export function createSeededRandom(seed: number): Random {
  let [x, y, z, w] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 0xb7e15162 | 0];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let i = 0; i < length; i++) out[i] = next() >>> 24;
      return out;
    },
  };
}

/**
 * A whole number below `limit`.
 *
 * @param random The source.
 * @param limit 1 to 2^32.
 * @returns 0 to `limit` - 1, evenly enough for schedules and samples (32 bits are scaled).
 */
export function randomBelow(random: Random, limit: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return Math.floor(((((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32) * limit);
}

/**
 * Makes ids of the UUIDv7 form (RFC 9562, 5.7), whose order is the order of their making at one source: 48 bits of
 * milliseconds, 12 bits of count within the millisecond, 62 random bits.
 *
 * @param random The source of the random bits.
 * @returns A function from wall time in milliseconds to the next id.
 */
export function createFactIds(random: Random): (nowMs: number) => FactId {
  let lastMs = -1;
  let count = 0;
  return (nowMs) => {
    const now = Math.max(0, Math.floor(nowMs));
    if (now > lastMs) [lastMs, count] = [now, 0];
    else if (++count > 0xfff) [lastMs, count] = [lastMs + 1, 0];
    const tail = random.bytes(8);
    tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
    const hex = lastMs.toString(16).padStart(12, "0") + "7" +
      count.toString(16).padStart(3, "0") +
      toHex(tail);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${
      hex.slice(16, 20)
    }-${hex.slice(20)}` as FactId;
  };
}
