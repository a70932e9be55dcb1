/**
 * Which prices hold at a pump's site, now and when scheduled ones take effect.
 *
 * @module
 */
import type { Clock, SiteCode, Timer } from "../../crdt/mod.ts";
import type { ForecourtUseCases } from "./forecourt_use_cases.ts";
import type { HeldPrices } from "./pump_machine.ts";

/** A change of prices that is due is looked for at least this often, in milliseconds: wall clocks jump. */
const LOOK_MS_MAX = 60_000;

/** What prices are looked for with. */
export interface PriceLookParts {
  /** Where the prices stand. */
  readonly forecourt: Pick<ForecourtUseCases, "prices" | "nextPrices">;
  /** The pump's site. */
  readonly site: SiteCode;
  /** Time. */
  readonly clock: Clock;
  /** It is time to look again. */
  readonly due: () => void;
}

/** Looks for the prices of a site. */
export class PriceLook {
  readonly #parts: PriceLookParts;
  #timer: Timer | undefined;

  /**
   * Makes it; nothing is looked for before `look`.
   *
   * @param parts What prices are looked for with.
   */
  constructor(parts: PriceLookParts) {
    this.#parts = parts;
  }

  /**
   * Reads the prices that hold now. `due` is called when others may.
   *
   * @returns The prices; undefined while nobody has set any.
   */
  look(): HeldPrices | undefined {
    const { forecourt, site, clock, due } = this.#parts;
    this.stop();
    const next = forecourt.nextPrices(site, clock.now() * 1000) / 1000;
    if (Number.isFinite(next)) {
      const waitMs = Math.min(next - clock.now(), LOOK_MS_MAX);
      this.#timer = clock.timer(Math.max(1, waitMs), due);
    }
    const { set, prices } = forecourt.prices(site);
    if (set === null) return undefined;
    return { set, prices: prices.map(({ fuel, price }) => ({ fuel, price })) };
  }

  /** Looks no more. */
  stop(): void {
    this.#timer?.cancel();
  }
}
