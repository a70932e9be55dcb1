/**
 * Gathers what price delivery wants kept, so that a thousand pumps cost one transaction and not a thousand.
 *
 * @module
 */
import type { Clock, FactId, SiteCode, Timer } from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";
import type { ForecourtUseCases } from "./forecourt_use_cases.ts";
import {
  type DeliveredPrices,
  type DeliveredStore,
  DELIVERY_PUMPS_MAX,
  type PriceSet,
} from "./price_delivery.ts";

/** Shortest time between two savings, in milliseconds; the first change after that is saved at once. */
export const SAVE_MS = 50;
/** Wait after the disk has refused, in milliseconds. */
const RETRY_MS = 1_000;
/** Most pumps that one confirmation names. */
const TAKEN_PUMPS_MAX = 500;

interface Taken {
  readonly prices: PriceSet;
  readonly set: FactId;
  readonly pumps: Set<number>;
}

/** What the batch works with. */
export interface DeliveredBatchParts {
  /** The station. */
  readonly site: SiteCode;
  /** Notes which prices pumps have. */
  readonly forecourt: Pick<ForecourtUseCases, "pricesTaken">;
  /** Keeps what must outlast a restart. */
  readonly store: DeliveredStore;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
}

/** Gathers and saves. */
export class DeliveredBatch {
  readonly #parts: DeliveredBatchParts;
  readonly #changed = new Map<number, DeliveredPrices>();
  readonly #taken = new Map<FactId, Taken>();
  readonly #telling = new Set<Promise<void>>();
  /** What each pump took last. */
  readonly #latest = new Map<number, FactId>();
  #tellAt = -Infinity;
  #timer: Timer | undefined;
  #armed = false;
  #savedAt = -Infinity;

  /**
   * Begins empty.
   *
   * @param parts The station, where to save, and time.
   */
  constructor(parts: DeliveredBatchParts) {
    this.#parts = parts;
  }

  /** A pump's state is to be saved. */
  changed(pump: DeliveredPrices): void {
    this.#changed.set(pump.pump, pump);
    this.#arm(this.#savedAt + SAVE_MS - this.#parts.clock.monotonic());
  }

  /** A pump has prices. */
  taken(pump: number, prices: PriceSet): void {
    const { set } = prices;
    if (set === null) return;
    // Deleting first keeps the map in the order of the last change.
    this.#latest.delete(pump);
    this.#latest.set(pump, set);
    if (this.#latest.size > DELIVERY_PUMPS_MAX) {
      const [oldest] = this.#latest.keys();
      if (oldest !== undefined) this.#latest.delete(oldest);
    }
    this.#gather(pump, prices, set);
  }

  #gather(pump: number, prices: PriceSet, set: FactId): void {
    for (const { pumps } of this.#taken.values()) pumps.delete(pump);
    const known = this.#taken.get(set);
    if (known !== undefined) known.pumps.add(pump);
    else this.#taken.set(set, { prices, set, pumps: new Set([pump]) });
  }

  /** Tells which pumps have which prices. */
  flushTaken(): void {
    if (this.#parts.clock.monotonic() >= this.#tellAt) this.#tellAll();
  }

  #tellAll(): void {
    for (const taken of [...this.#taken.values()]) {
      this.#taken.delete(taken.set);
      const pumps = [...taken.pumps];
      for (let at = 0; at < pumps.length; at += TAKEN_PUMPS_MAX) {
        const telling = this.#tell(
          taken,
          pumps.slice(at, at + TAKEN_PUMPS_MAX),
        );
        this.#telling.add(telling);
        void telling.then(() => this.#telling.delete(telling));
      }
    }
  }

  /** Saves what waits. */
  async stop(): Promise<void> {
    this.#save();
    this.#tellAll();
    await Promise.all(this.#telling);
    this.#armed = true;
    this.#timer?.cancel();
  }

  async #tell(
    { set, prices }: Taken,
    pumps: readonly number[],
  ): Promise<void> {
    const { site, forecourt, logger } = this.#parts;
    try {
      const told = await forecourt.pricesTaken({
        site,
        pumps,
        set,
        prices: prices.prices,
      });
      if (told.ok) return;
      logger.log("warn", "Delivered prices were not noted", {
        code: told.error.code,
      });
      if (told.error.code === "overloaded") this.#tellAgain(prices, set, pumps);
    } catch (error) {
      logger.log("warn", "Delivered prices were not noted", {
        error: String(error),
      });
      this.#tellAgain(prices, set, pumps);
    }
  }

  /** What a busy or full disk refused is told later, of pumps that have taken nothing else since. */
  #tellAgain(prices: PriceSet, set: FactId, pumps: readonly number[]): void {
    this.#tellAt = this.#parts.clock.monotonic() + RETRY_MS;
    for (const pump of pumps) {
      if (this.#latest.get(pump) === set) this.#gather(pump, prices, set);
    }
  }

  #arm(ms: number): void {
    if (this.#armed) return;
    this.#armed = true;
    const { clock } = this.#parts;
    const save = () => {
      this.#armed = false;
      this.#save();
    };
    if (ms > 0) this.#timer = clock.timer(ms, save);
    else clock.defer(save);
  }

  #save(): void {
    if (this.#changed.size === 0) return;
    this.#savedAt = this.#parts.clock.monotonic();
    const pumps = [...this.#changed.values()];
    try {
      this.#parts.store.save(pumps);
      this.#changed.clear();
    } catch (error) {
      this.#parts.logger.log("warn", "Delivered prices were not saved yet", {
        error: String(error),
      });
      this.#arm(RETRY_MS);
    }
  }
}
