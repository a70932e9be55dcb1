/**
 * Writes down what a desk owes stations, and tells people of what a station may never get.
 *
 * @module
 */
import type { FactId } from "../../crdt/mod.ts";
import type { PumpExpense } from "../../net/mod.ts";
import type { AlertBoard } from "../forecourt/alert_board.ts";
import type { RegionBook } from "./region_book.ts";
import type { StationKey } from "./station_places.ts";
import type { Clock } from "../../crdt/mod.ts";

/** What is written down. */
export interface OwedTo {
  /** The purchase. */
  readonly purchase: FactId;
  /** The expense as it came. */
  readonly told: PumpExpense;
  /** Who gets the verdict. */
  readonly station: StationKey;
  /** When it came, in monotonic milliseconds. */
  readonly receivedAt: number;
}

/** The rows of a desk. */
export class VerdictRows {
  readonly #book: RegionBook;
  readonly #clock: Clock;
  readonly #alerts: AlertBoard;

  /** @param parts Where rows are kept, time, and incidents. */
  constructor(
    parts: {
      readonly book: RegionBook;
      readonly clock: Clock;
      readonly alerts: AlertBoard;
    },
  ) {
    this.#book = parts.book;
    this.#clock = parts.clock;
    this.#alerts = parts.alerts;
  }

  /** Adds a row, or changes it. Durable. */
  put(owed: OwedTo, state: number, accepted: boolean): Promise<void> {
    const age = this.#clock.monotonic() - owed.receivedAt;
    return this.#book.put({
      purchase: owed.purchase,
      state,
      accepted,
      receivedMs: Math.round(this.#clock.now() - age),
      told: owed.told,
    });
  }

  /** Takes a row out. Durable. */
  remove(owed: OwedTo): Promise<void> {
    return this.#book.remove(owed.purchase);
  }

  /** A person should know: it was charged, and nobody knows whether the card was told (C-42). */
  tellUnconfirmed({ purchase, station, told }: OwedTo): void {
    this.#alerts.tell(
      "fleet_charge_unconfirmed",
      "A purchase was charged, and its station may have told the card otherwise",
      { purchase, station, company: told.expense.company },
    );
  }
}
