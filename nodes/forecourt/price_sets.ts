/**
 * The prices of a station as pumps and price clients get them: always all four, and when they next change.
 *
 * @module
 */
import type { Clock, SiteCode } from "../../crdt/mod.ts";
import { FORECOURT_DEFAULT_PRICES } from "../../net/mod.ts";
import type { ForecourtUseCases } from "./forecourt_use_cases.ts";
import type { PriceSet } from "./price_delivery.ts";

/**
 * The prices that hold now.
 *
 * @param forecourt The node's use-cases.
 * @param site The station.
 * @returns All four prices; those that nobody set are the ones that are built into the original programs.
 */
export function currentPrices(
  forecourt: Pick<ForecourtUseCases, "prices">,
  site: SiteCode,
): PriceSet {
  const view = forecourt.prices(site);
  const prices = FORECOURT_DEFAULT_PRICES.map(({ fuel, price }) => ({
    fuel,
    price: view.prices.find((it) => it.fuel === fuel)?.price ?? price,
  }));
  return {
    key: prices.map(({ price }) => price).join(" "),
    set: view.set,
    prices,
  };
}

/** Tells when the prices of a station change by themselves. */
export interface PriceSchedule {
  /** Whether a scheduled change has come since `plan`. */
  readonly isDue: boolean;
  /** Looks when the next change comes. */
  plan(): void;
}

/**
 * Makes the schedule of a station.
 *
 * @param forecourt The node's use-cases.
 * @param site The station.
 * @param clock Time.
 * @returns The schedule, planned once.
 */
export function createPriceSchedule(
  forecourt: Pick<ForecourtUseCases, "nextPrices">,
  site: SiteCode,
  clock: Clock,
): PriceSchedule {
  const plan = () => forecourt.nextPrices(site, clock.now() * 1000);
  let dueAt = plan();
  return {
    get isDue() {
      return clock.now() * 1000 >= dueAt;
    },
    plan: () => void (dueAt = plan()),
  };
}
