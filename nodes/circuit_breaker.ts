/**
 * The circuit breaker towards an original central: after three failures it opens, and a minute after the last failure
 * one notice is let through as a probe. Pure; who asks says what time it is.
 *
 * @module
 */

/** Failures in a row that open the breaker. */
export const BREAKER_FAILURES_MAX = 3;
/** Milliseconds after the last failure until an open breaker lets a probe through. */
export const BREAKER_OPEN_MS = 60_000;

/** A breaker at one moment. */
export interface Breaker {
  /** The word that the original programs show. */
  readonly state: "closed" | "open" | "half_open";
  /** Failures since the last success. */
  readonly failures: number;
  /** When the last failure was, in monotonic milliseconds. */
  readonly failedAt: number;
}

/** A breaker that has seen no failure. */
export const CLOSED_BREAKER: Breaker = {
  state: "closed",
  failures: 0,
  failedAt: 0,
};

/**
 * How long nothing may be sent.
 *
 * @param breaker The breaker.
 * @param now Monotonic milliseconds.
 * @returns Milliseconds; 0 if something may be sent now.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * let breaker = CLOSED_BREAKER;
 * for (const now of [1, 2, 3]) breaker = breakerFailed(breaker, now);
 * strictEqual(breaker.state, "open");
 * strictEqual(breakerWaitMs(breaker, 1003), 59_000);
 * ```
 */
export function breakerWaitMs(breaker: Breaker, now: number): number {
  if (breaker.state !== "open") return 0;
  return Math.max(0, breaker.failedAt + BREAKER_OPEN_MS - now);
}

/**
 * The breaker while something is sent that it lets through: what an open one lets through is a probe.
 *
 * @param breaker The breaker.
 * @returns The breaker; `half_open` where it was open.
 */
export function breakerTried(breaker: Breaker): Breaker {
  return breaker.state === "open"
    ? { ...breaker, state: "half_open" }
    : breaker;
}

/**
 * The breaker after a failure. A probe's failure opens it again at once.
 *
 * @param breaker The breaker.
 * @param now Monotonic milliseconds.
 * @returns The breaker.
 */
export function breakerFailed(breaker: Breaker, now: number): Breaker {
  const failures = breaker.failures + 1;
  const opens = failures >= BREAKER_FAILURES_MAX;
  return { state: opens ? "open" : "closed", failures, failedAt: now };
}

/**
 * The breaker after the central refused a notice for what it says (4xx). That is no failure; a probe that is refused has
 * shown that the central is there.
 *
 * @param breaker The breaker.
 * @returns The breaker; closed where it was half open.
 */
export function breakerRefused(breaker: Breaker): Breaker {
  return breaker.state === "half_open" ? CLOSED_BREAKER : breaker;
}

/**
 * The breaker after a probe that ended without a verdict: the next notice is a probe again, at once.
 *
 * @param breaker The breaker.
 * @returns The breaker; open where it was half open.
 */
export function breakerReleased(breaker: Breaker): Breaker {
  return breaker.state === "half_open"
    ? { ...breaker, state: "open" }
    : breaker;
}
