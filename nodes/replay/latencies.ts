/**
 * A histogram of durations in constant memory.
 *
 * @module
 */

/** Durations, summed up. */
export interface Latencies {
  /**
   * Counts one.
   *
   * @param ms A duration in milliseconds, 0 or more.
   */
  add(ms: number): void;
  /**
   * The duration that a share of all did not exceed.
   *
   * @param share 0 to 1.
   * @returns Milliseconds, at most 2 % above the true value; 0 without any.
   */
  percentile(share: number): number;
  /** How many there are. */
  readonly count: number;
  /** The longest in milliseconds, exactly; 0 without any. */
  readonly max: number;
}

const LEAST_MS = 0.01;
const STEP_LOG = Math.log(1.02);
/** 0.01 ms times 1.02 to the power of this is above an hour. */
const BUCKETS = 1000;

/**
 * Makes an empty histogram.
 *
 * @returns The histogram; durations above an hour are counted as the longest.
 *
 * @example Usage
 * ```ts
 * import { ok, strictEqual } from "node:assert/strict";
 *
 * const latencies = createLatencies();
 * for (let ms = 1; ms <= 100; ms++) latencies.add(ms);
 * ok(Math.abs(latencies.percentile(0.5) - 50) <= 1);
 * strictEqual(latencies.max, 100);
 * ```
 */
export function createLatencies(): Latencies {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  let max = 0;
  return {
    add(ms) {
      const bucket = Math.ceil(
        Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / STEP_LOG,
      );
      const at = Math.min(BUCKETS - 1, bucket);
      counts[at] = (counts[at] ?? 0) + 1;
      count++;
      max = Math.max(max, ms);
    },
    percentile(share) {
      let left = Math.max(1, Math.ceil(share * count));
      if (left > count) return 0;
      for (let at = 0; at < BUCKETS - 1; at++) {
        left -= counts[at] ?? 0;
        if (left <= 0) return Math.min(max, LEAST_MS * Math.exp(at * STEP_LOG));
      }
      return max;
    },
    get count() {
      return count;
    },
    get max() {
      return max;
    },
  };
}
