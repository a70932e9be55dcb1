/**
 * The pace of a replay: so many sales a second, evenly.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import { wait } from "./waiting.ts";

/** Gives out turns. */
export interface Pace {
  /**
   * Waits for the next turn. Turns that were missed are not made up for by more than one second's worth.
   *
   * @param signal Ends the waiting early.
   */
  turn(signal: AbortSignal): Promise<void>;
}

const BEHIND_MS_MAX = 1000;

/**
 * Makes a pace.
 *
 * @param clock Time and timers.
 * @param rate Turns a second, above 0; no waiting at all if left out.
 * @returns The pace; it starts with the first turn.
 */
export function createPace(clock: Clock, rate?: number): Pace {
  if (rate === undefined) return { turn: () => Promise.resolve() };
  const stepMs = 1000 / rate;
  let nextMs: number | undefined;
  return {
    turn(signal) {
      const nowMs = clock.monotonic();
      const dueMs = Math.max(nextMs ?? nowMs, nowMs - BEHIND_MS_MAX);
      nextMs = dueMs + stepMs;
      return dueMs <= nowMs
        ? Promise.resolve()
        : wait(dueMs - nowMs, { clock, signal });
    },
  };
}
