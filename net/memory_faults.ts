/**
 * What can go wrong between two peers of the memory network, and for which of them.
 *
 * @module
 */
import type { PeerId } from "../crdt/ids.ts";

/** How one direction between two peers behaves. */
export interface MemoryFaults {
  /** Shortest time on the way, in milliseconds. */
  readonly latencyMsMin: number;
  /** Longest time on the way, in milliseconds; order is kept all the same. */
  readonly latencyMsMax: number;
  /** The share of data frames that vanish, 0 to 1. The link lives on and the frame counts as consumed. */
  readonly lossRate: number;
  /** The share of data frames that arrive twice, 0 to 1. */
  readonly duplicateRate: number;
  /** The share of data frames that later ones overtake, 0 to 1. */
  readonly reorderRate: number;
  /** Bytes that pass in a second. */
  readonly bytesPerSecond: number;
}

/** One direction, or all directions from or to a peer. */
export interface Direction {
  /** The sender; any if left out. */
  readonly from?: PeerId;
  /** The receiver; any if left out. */
  readonly to?: PeerId;
}

/** A network in which nothing goes wrong and nothing takes time. */
export const NO_FAULTS: MemoryFaults = {
  latencyMsMin: 0,
  latencyMsMax: 0,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  bytesPerSecond: Infinity,
};

/** Which faults and partitions hold between which peers. */
export class FaultPlan {
  readonly #set = new Map<string, Partial<MemoryFaults>>();
  readonly #cache = new Map<string, MemoryFaults>();
  readonly #blocked = new Set<string>();

  /**
   * Changes faults; a narrower direction wins over a wider one.
   *
   * @param faults What changes; the rest stays.
   * @param direction Where; everywhere if left out.
   */
  set(faults: Partial<MemoryFaults>, direction: Direction): void {
    const key = directionKey(direction.from, direction.to);
    this.#set.set(key, { ...this.#set.get(key), ...faults });
    this.#cache.clear();
  }

  /** Undoes every `set`. */
  reset(): void {
    this.#set.clear();
    this.#cache.clear();
  }

  /**
   * The faults of one direction.
   *
   * @param from The sender.
   * @param to The receiver.
   */
  of(from: PeerId, to: PeerId): MemoryFaults {
    const key = directionKey(from, to);
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const faults = {
      ...NO_FAULTS,
      ...this.#set.get(directionKey()),
      ...this.#set.get(directionKey(undefined, to)),
      ...this.#set.get(directionKey(from)),
      ...this.#set.get(key),
    };
    this.#cache.set(key, faults);
    return faults;
  }

  /**
   * Stops everything from some peers to others.
   *
   * @param from The senders.
   * @param to The receivers.
   */
  block(from: readonly PeerId[], to: readonly PeerId[]): void {
    for (const sender of from) {
      for (const receiver of to) {
        this.#blocked.add(directionKey(sender, receiver));
      }
    }
  }

  /**
   * Lets everything pass again, or only what some peers send to others.
   *
   * @param from The senders; all if left out.
   * @param to The receivers; all if left out.
   */
  unblock(from?: readonly PeerId[], to?: readonly PeerId[]): void {
    if (from === undefined || to === undefined) return this.#blocked.clear();
    for (const sender of from) {
      for (const receiver of to) {
        this.#blocked.delete(directionKey(sender, receiver));
      }
    }
  }

  /**
   * Whether a direction is partitioned.
   *
   * @param from The sender.
   * @param to The receiver.
   */
  blocks(from: PeerId, to: PeerId): boolean {
    return this.#blocked.has(directionKey(from, to));
  }
}

function directionKey(from: PeerId | "" = "", to: PeerId | "" = ""): string {
  return `${from}>${to}`;
}
