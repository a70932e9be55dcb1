/**
 * How often something may happen within a minute, for each of a bounded number of names.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";

/** Most names that are told apart in a minute; all others share one. */
export const BUDGET_NAMES_MAX = 10_000;
const MINUTE_MS = 60_000;
/** No name that anything has: names that came too late share it. */
const OTHERS = "\u0000";

/** Counts what happens. */
export interface Budget {
  /** Whether it may happen once more for a name; if so, it is counted. */
  take(name: string): boolean;
}

/**
 * Makes an unused budget.
 *
 * @param clock Time.
 * @param most How often a minute, for each name.
 * @returns The budget.
 */
export function createBudget(
  clock: Pick<Clock, "monotonic">,
  most: number,
): Budget {
  const taken = new Map<string, number>();
  let since = clock.monotonic();
  return {
    take(name) {
      if (clock.monotonic() - since >= MINUTE_MS) {
        taken.clear();
        since = clock.monotonic();
      }
      const isKnown = taken.has(name) || taken.size < BUDGET_NAMES_MAX;
      const counted = isKnown ? name : OTHERS;
      const count = taken.get(counted) ?? 0;
      if (count >= most) return false;
      taken.set(counted, count + 1);
      return true;
    },
  };
}
