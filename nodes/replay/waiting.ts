/**
 * Waiting that a signal ends, on a clock that is passed in.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";

/** What waiting needs. */
export interface WaitOptions {
  /** The clock whose timers are used. */
  readonly clock: Pick<Clock, "timer">;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

/**
 * Waits.
 *
 * @param ms Milliseconds.
 * @param options The clock and the signal.
 * @returns A promise that is kept after that time, or at once when the signal says so; it is never broken.
 */
export function wait(ms: number, options: WaitOptions): Promise<void> {
  const { clock, signal } = options;
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      timer.cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.timer(ms, finish);
    signal.addEventListener("abort", finish);
  });
}
