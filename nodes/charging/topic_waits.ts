/**
 * Waiting that somebody may end.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";

/**
 * Waits for some time, or until a signal is given.
 *
 * @param clock Time.
 * @param ms How long.
 * @param signal Ends it early.
 */
export function waitFor(
  clock: Pick<Clock, "timer">,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.timer(ms, end);
    signal.addEventListener("abort", end);
  });
}

/**
 * Resolves when a signal is given.
 *
 * @param signal The signal.
 */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/**
 * Waits for work, or until a signal is given; work that nobody waits for any more may fail.
 *
 * @param work The work.
 * @param signal Ends the wait.
 * @returns What the work gave; undefined if the signal was given first.
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => resolve(undefined);
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    work.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", end)
    );
  });
}
