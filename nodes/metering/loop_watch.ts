/**
 * How late a node's thread gets to what is due: whatever holds it up holds up every sale.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";

/** How often it is looked, in milliseconds. */
export const LOOP_WATCH_MS = 500;

/** Something that looks until it is stopped. */
export interface LoopWatch {
  /** Ends it; a second call does nothing. */
  stop(): void;
}

/**
 * Measures how late timers are.
 *
 * @param clock Time.
 * @param observe Is told how many seconds a timer was late, every half second.
 * @returns What ends it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * let now = 0;
 * let due = () => {};
 * const timer = (_ms: number, call: () => void) => ((due = call), { cancel() {} });
 * const clock = { now: () => now, monotonic: () => now, timer, defer: () => {} };
 * const late: number[] = [];
 * const watch = watchLoop(clock, (seconds) => late.push(seconds));
 * now = LOOP_WATCH_MS + 40;
 * due();
 * watch.stop();
 * deepStrictEqual(late, [0.04]);
 * ```
 */
export function watchLoop(
  clock: Clock,
  observe: (seconds: number) => void,
): LoopWatch {
  let timer: Timer;
  const look = () => {
    const due = clock.monotonic() + LOOP_WATCH_MS;
    timer = clock.timer(LOOP_WATCH_MS, () => {
      observe((clock.monotonic() - due) / 1000);
      look();
    });
  };
  look();
  return { stop: () => timer.cancel() };
}
