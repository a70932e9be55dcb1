/**
 * The machine's clock and timers.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../crdt/mod.ts";

/**
 * Makes the clock of a real node.
 *
 * @returns Wall time of the machine; `defer` runs after the events that wait now (`setImmediate`).
 */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    timer(delayMs, callback) {
      const id = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(id) };
    },
    defer(callback) {
      setImmediate(callback);
    },
  };
}
