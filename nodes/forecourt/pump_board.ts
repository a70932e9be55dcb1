/**
 * What each pump is doing, kept and shown.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";
import type { FuelPrice } from "./forecourt_use_cases.ts";
import type { LivePumps } from "./live_pumps.ts";
import { type PumpActivity, UNSEEN_PUMP } from "./pump_activity.ts";

/** Most pumps whose activity is kept; beyond, the one that was shown longest ago is forgotten. */
export const ACTIVITIES_MAX = 10_000;

/** What the board works with. */
export interface PumpBoardParts {
  /** The station. */
  readonly site: SiteCode;
  /** Where it is shown. */
  readonly live: LivePumps;
  /** The fuel that a pump is set to; empty if that is not known. */
  readonly fuelOf: (pump: number) => string;
  /** The prices that were last written to a pump. */
  readonly pricesOf: (pump: number) => readonly FuelPrice[];
}

/** Activities by pump. */
export class PumpBoard {
  readonly #parts: PumpBoardParts;
  readonly #activities = new Map<number, PumpActivity>();

  /**
   * Begins empty.
   *
   * @param parts What it works with.
   */
  constructor(parts: PumpBoardParts) {
    this.#parts = parts;
  }

  /** What is known of a pump. */
  get(pump: number): PumpActivity {
    return this.#activities.get(pump) ?? UNSEEN_PUMP;
  }

  /** The fuel that a pump named last, or is set to; empty if neither is known. */
  fuel(pump: number): string {
    const { site, live, fuelOf } = this.#parts;
    return this.get(pump).fuel ?? live.get(site, pump)?.fuel ?? fuelOf(pump);
  }

  /** Keeps what a pump is doing, without showing it. */
  keep(pump: number, activity: PumpActivity): void {
    // Deleting first keeps the map in the order of the last change.
    this.#activities.delete(pump);
    this.#activities.set(pump, activity);
    if (this.#activities.size <= ACTIVITIES_MAX) return;
    const [oldest] = this.#activities.keys();
    if (oldest !== undefined) this.#activities.delete(oldest);
  }

  /** Keeps and shows what a pump is doing. */
  show(pump: number, activity: PumpActivity): void {
    this.keep(pump, activity);
    const { site, live, pricesOf } = this.#parts;
    const fuel = this.fuel(pump);
    live.update(site, pump, {
      operation: activity.operation,
      volumeMl: activity.volumeMl,
      amount: activity.amount,
      fuel: fuel || null,
      price: pricesOf(pump).find((it) => it.fuel === fuel)?.price ?? null,
    });
  }

  /** Forgets a pump. */
  forget(pump: number): void {
    this.#activities.delete(pump);
  }
}
