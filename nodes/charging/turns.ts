/**
 * Long lists of what waits, looked through a page at a time: the oldest first, then on from there, and from the beginning
 * again, so that what nobody can do anything about keeps nothing else waiting.
 *
 * @module
 */
import type { WaitingPage, WaitingPlace } from "../../crdt/mod.ts";
import type { ChargingContext } from "./charging_context.ts";
import { RANK_MS } from "./close_rules.ts";
import { rankOf } from "./whereabouts.ts";

/** What has run out for so long, and nobody whose matter it is has said so, any node of the site ends, in milliseconds. */
export const ORPHAN_MS = 60_000;

/** Reads what waits, by when it runs out. */
export type ReadWaiting<T extends WaitingPlace> = (
  page: WaitingPage,
) => readonly T[];

/** Whose turn it is. */
export class Turns<T extends WaitingPlace> {
  readonly #most: number;
  #live: WaitingPlace | undefined;
  #past: WaitingPlace | undefined;

  /**
   * Begins with the oldest.
   *
   * @param most Most of a page. A look gives two: of what has not run out, and of what has.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The next ones. What has not run out has turns of its own, and the first ones.
   *
   * @param read Reads what waits.
   * @param at Now, in microseconds since 1970.
   */
  next(read: ReadWaiting<T>, at: number): readonly T[] {
    const limit = this.#most;
    const isLive = (this.#live?.expiresAt ?? 0) >= at;
    const live = page(
      read,
      { limit, from: at },
      isLive ? this.#live : undefined,
    );
    const past = page(read, { limit, below: at }, this.#past);
    this.#live = live.length < limit ? undefined : live.at(-1);
    this.#past = past.length < limit ? undefined : past.at(-1);
    return [...live, ...past];
  }
}

function page<T extends WaitingPlace>(
  read: ReadWaiting<T>,
  range: WaitingPage,
  after: WaitingPlace | undefined,
): readonly T[] {
  const found = after === undefined ? [] : read({ ...range, after });
  return found.length > 0 ? found : read(range);
}

/**
 * Since when this node may end what nobody else does: one node of a site after another.
 *
 * @param use The node, which has a site.
 * @returns What ran out before it is an orphan, in microseconds since 1970.
 */
export function orphansBefore(use: ChargingContext): number {
  const { node: { site }, replica } = use;
  const rank = site === null ? 0 : rankOf(use, site);
  return replica.at - (ORPHAN_MS + rank * RANK_MS) * 1000;
}
