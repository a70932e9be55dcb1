/**
 * When a central that failed is tried again. A failed request may keep a connection of its storage for good, so an error
 * of its own is followed by a long wait, and several by none but a person's. Pure.
 *
 * @module
 */

/** Milliseconds after the first failure. */
export const PUSH_RETRY_MS = 5_000;
/** Most milliseconds between two attempts. */
export const PUSH_RETRY_MS_MAX = 15 * 60_000;
/** Fewest milliseconds after the central answered that it failed. */
export const PUSH_FAILED_MS = 60_000;
/** Answers of status 500 in a row after which nothing more is sent. */
export const PUSH_FAILURES_MAX = 3;
/** The part of a wait that chance may add. */
const JITTER = 0.25;

/** How it stands with a central. */
export interface PushRetry {
  /** Failures since the last success. */
  readonly failures: number;
  /** Answers of status 500 since any other answer. */
  readonly broken: number;
  /** When the last failure was, in monotonic milliseconds. */
  readonly failedAt: number;
  /** From then on it may be tried by itself. */
  readonly nextAt: number;
  /** From then on a person may have it tried. */
  readonly askedAt: number;
}

/** Nothing has failed. */
export const NO_FAILURE: PushRetry = {
  failures: 0,
  broken: 0,
  failedAt: 0,
  nextAt: 0,
  askedAt: 0,
};

/**
 * Notes a failure.
 *
 * @param before How it stood.
 * @param failure The status, 0 if nothing was answered; now, in monotonic milliseconds; a number from 0 to 1 by chance.
 * @returns How it stands.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const first = pushFailed(NO_FAILURE, { status: 0, now: 1000, chance: 0 });
 * strictEqual(first.nextAt, 6000);
 * strictEqual(pushFailed(first, { status: 0, now: 6000, chance: 0 }).nextAt, 16_000);
 * strictEqual(pushFailed(NO_FAILURE, { status: 500, now: 0, chance: 0 }).nextAt, 60_000);
 * ```
 */
export function pushFailed(
  before: PushRetry,
  failure: {
    readonly status: number;
    readonly now: number;
    readonly chance: number;
  },
): PushRetry {
  const { status, now, chance } = failure;
  const failures = before.failures + 1;
  const doubled = PUSH_RETRY_MS * 2 ** Math.min(failures - 1, 20);
  const jittered = Math.round(doubled * (1 + JITTER * chance));
  const wait = Math.min(jittered, PUSH_RETRY_MS_MAX);
  const least = status >= 500 ? PUSH_FAILED_MS : 0;
  return {
    failures,
    broken: status === 500
      ? before.broken + 1
      : status === 0
      ? before.broken
      : 0,
    failedAt: now,
    nextAt: now + Math.max(wait, least),
    askedAt: now + least,
  };
}

/**
 * Whether nothing more is sent until somebody asks for it.
 *
 * @param retry How it stands.
 * @returns True after `PUSH_FAILURES_MAX` answers of status 500 in a row.
 */
export function isPushStopped({ broken }: PushRetry): boolean {
  return broken >= PUSH_FAILURES_MAX;
}
