/**
 * The clock interface, and the hybrid logical clock that stamps commits (Kulkarni and others, 2014).
 *
 * @module
 */
import { PanalError } from "./errors.ts";

/** A timer that has not fired yet. */
export interface Timer {
  /** Stops the timer; without effect once it fired. */
  cancel(): void;
}

/** The passing of time, injected so that a simulation can own it. */
export interface Clock {
  /** Wall time in whole milliseconds since 1970, UTC. It may jump. */
  now(): number;
  /** Milliseconds since some fixed instant; never goes back. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` milliseconds. */
  timer(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once after the events that are waiting now have been handled. */
  defer(callback: () => void): void;
}

/**
 * A hybrid logical clock's reading: 16 hexadecimal digits, 48 bits of milliseconds since 1970 and 16 bits of count.
 * Text order is stamp order.
 */
export type Stamp = string & { readonly __brand: "Stamp" };

/** The smallest stamp. */
export const ZERO_STAMP: Stamp = "0000000000000000" as Stamp;

const COUNT_MAX = 0xffff;
const MS_MAX = 2 ** 48 - 1;

/** Others' stamps advance the own clock only when they are at most this far ahead of it, in milliseconds. */
export const STAMP_AHEAD_MS_MAX = 5 * 60_000;

/**
 * Makes a stamp of its parts.
 *
 * @param ms Milliseconds since 1970, 0 to 2^48 - 1.
 * @param count 0 to 65,535.
 * @returns The stamp.
 * @throws {PanalError} `invalid_argument` if a part is out of range.
 */
export function makeStamp(ms: number, count: number): Stamp {
  if (
    !Number.isInteger(ms) || ms < 0 || ms > MS_MAX ||
    !Number.isInteger(count) || count < 0 || count > COUNT_MAX
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot make a stamp of ${ms} and ${count}`,
    );
  }
  return (ms.toString(16).padStart(12, "0") +
    count.toString(16).padStart(4, "0")) as Stamp;
}

/**
 * Reads a stamp from text.
 *
 * @param text Anything.
 * @returns The stamp, or undefined if the text is none.
 */
export function parseStamp(text: unknown): Stamp | undefined {
  return typeof text === "string" && /^[0-9a-f]{16}$/.test(text)
    ? text as Stamp
    : undefined;
}

/**
 * The wall time of a stamp.
 *
 * @param stamp A stamp.
 * @returns Milliseconds since 1970.
 */
export function stampMs(stamp: Stamp): number {
  return parseInt(stamp.slice(0, 12), 16);
}

/**
 * The next stamp of a log: above `last`, and at the wall time when that is later.
 *
 * @param last The greatest stamp written or taken over so far.
 * @param nowMs Wall time in milliseconds; readings outside 48 bits are clamped.
 * @returns A stamp greater than `last`.
 */
export function nextStamp(last: Stamp, nowMs: number): Stamp {
  const now = Math.min(Math.max(Math.floor(nowMs), 0), MS_MAX);
  const ms = stampMs(last);
  if (now > ms) return makeStamp(now, 0);
  const count = parseInt(last.slice(12), 16) + 1;
  return count <= COUNT_MAX
    ? makeStamp(ms, count)
    : makeStamp(Math.min(ms + 1, MS_MAX), 0);
}

/**
 * Takes over another log's stamp, unless it is too far ahead of the own clock.
 *
 * @param last The own greatest stamp.
 * @param other The other log's stamp.
 * @param nowMs The own wall time in milliseconds.
 * @returns The greater of the two, or `last` when `other` is more than five minutes ahead of the own clock.
 */
export function observeStamp(last: Stamp, other: Stamp, nowMs: number): Stamp {
  return other > last && stampMs(other) <= nowMs + STAMP_AHEAD_MS_MAX
    ? other
    : last;
}
