/**
 * When a group of decisions closes. Separate from the replica because it knows neither decisions nor a store.
 *
 * @module
 */
import type { Clock } from "../crdt/mod.ts";
import { GROUP_BUSY, GROUP_TURNS_MAX } from "./limits.ts";

/**
 * Closes a group of decisions on the next turn of the event loop. Where many ask at once it stays open while more arrive
 * turn by turn: those who were answered last ask again while the requests of the others are read, and one large commit
 * costs less than two small ones.
 *
 * @param clock Turns of the event loop.
 * @param waiting How many decisions wait.
 * @param close Decides those that wait; called once.
 */
export function closeGroup(
  clock: Pick<Clock, "defer">,
  waiting: () => number,
  close: () => void,
): void {
  const turn = (before: number, turns: number) =>
    clock.defer(() => {
      const now = waiting();
      const isOpen = now >= GROUP_BUSY && now > before &&
        turns < GROUP_TURNS_MAX;
      if (isOpen) turn(now, turns + 1);
      else close();
    });
  turn(0, 1);
}
