/**
 * Slows down guessing: after five failures in a quarter of an hour a name waits at an address. Pure but for what it
 * remembers, so that a test moves time as it likes.
 *
 * @module
 */

/** Failures after which a name waits at an address. */
export const FAILURES_MAX = 5;
/** For how long a failure counts, in milliseconds. */
export const FAILURE_MS = 15 * 60_000;
/** Most names at addresses that are remembered; beyond, the one that failed longest ago is forgotten. */
export const REMEMBERED_MAX = 10_000;

/** Who may try. */
export interface Throttle {
  /**
   * Counts an attempt as failed until it is said to have succeeded, so that attempts at one time count too.
   *
   * @param key A name at an address.
   * @param nowMs Now, on a clock that never goes back.
   * @returns 0 if it may be made; else how long to wait, in milliseconds.
   */
  enter(key: string, nowMs: number): number;
  /** Takes an attempt back that was not made. */
  leave(key: string): void;
  /** Forgets the failures of somebody who signed in. */
  clear(key: string): void;
}

/** Makes a throttle. */
export function createThrottle(): Throttle {
  // In the order of the last failure.
  const failures = new Map<string, number[]>();
  return {
    enter(key, nowMs) {
      const recent = (failures.get(key) ?? [])
        .filter((at) => at > nowMs - FAILURE_MS);
      const [first] = recent;
      if (first !== undefined && recent.length >= FAILURES_MAX) {
        return first + FAILURE_MS - nowMs;
      }
      failures.delete(key);
      if (failures.size >= REMEMBERED_MAX) {
        failures.delete(failures.keys().next().value ?? "");
      }
      failures.set(key, [...recent, nowMs]);
      return 0;
    },
    leave(key) {
      const recent = failures.get(key)?.slice(0, -1) ?? [];
      if (recent.length === 0) failures.delete(key);
      else failures.set(key, recent);
    },
    clear: (key) => void failures.delete(key),
  };
}
