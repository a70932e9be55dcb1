/**
 * Chance by which a scenario decides. Each step has its own, so that leaving a step out changes no other step.
 *
 * @module
 */
import {
  createSeededRandom,
  type Random,
  randomBelow,
} from "../../crdt/mod.ts";

/** Draws from one seed. */
export class Chance {
  /** What it draws from. */
  readonly random: Random;

  /**
   * Makes one.
   *
   * @param seed The scenario's seed.
   * @param part Which part of the scenario draws.
   */
  constructor(seed: number, part: number) {
    this.random = createSeededRandom(mix(seed, part));
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return randomBelow(this.random, limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** An item of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error("cannot pick from an empty list");
    return item;
  }

  /** A key, by weights. */
  weighted<T>(
    list: readonly { readonly weight: number; readonly item: T }[],
  ): T {
    let left = this.below(list.reduce((sum, { weight }) => sum + weight, 0));
    for (const { weight, item } of list) {
      if (left < weight) return item;
      left -= weight;
    }
    throw new Error("cannot pick from an empty list");
  }
}

/** Two numbers as one of 32 bits, so that neighbors have little in common. */
function mix(seed: number, part: number): number {
  let value = (seed ^ Math.imul(part + 1, 0x9e3779b1)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
