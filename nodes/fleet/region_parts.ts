/**
 * What the desk of a regional office is made of, and how long things take there.
 *
 * @module
 */
import type { Clock, FactId, Random } from "../../crdt/mod.ts";
import type { PumpExpense } from "../../net/mod.ts";
import type { AlertBoard } from "../forecourt/alert_board.ts";
import type { Logger } from "../ports.ts";
import { cardOf, companyOf } from "./fleet_places.ts";
import type { FleetAuthority, PurchaseInput } from "./fleet_use_cases.ts";
import type { RegionBook } from "./region_book.ts";
import { placeOfAddress } from "./station_places.ts";

/** A verdict is written no earlier after its expense, in milliseconds: the pump must be ready for it (C-46). */
export const VERDICT_MS_MIN = 20;
/** So long a verdict may take before others of its kind no longer wait for it, in milliseconds. */
export const VERDICT_MS_MAX = 29_000;
/** After so long the card was told that nothing was charged, in milliseconds. */
export const CARD_WAIT_MS = 30_000;
/** A connection must stand so long before it is given what it did not ask for, in milliseconds. */
export const SETTLED_LINK_MS = 250;
/** Most purchases whose verdict is owed; more are refused. */
export const OWED_MAX = 10_000;
/** Most of them that came on one connection. */
export const OWED_PER_LINK_MAX = 512;
/** Decides purchases, and can say later what became of one. */
export interface RegionAuthority extends FleetAuthority {
  /**
   * What became of a purchase that an earlier run of this node asked for.
   *
   * @param purchase The purchase.
   * @returns The verdict; `open` if it is told later; `none` if it was not and will not be charged.
   */
  outcome(purchase: FactId): "accepted" | "refused" | "open" | "none";
}

/** A station's connection at the desk. */
export interface StationLink {
  /** An expense came on it. */
  expense(told: PumpExpense): void;
  /** It is over. */
  closed(): void;
}

/** How long things take. */
export interface RegionTimes {
  /** As `VERDICT_MS_MIN`. */
  readonly verdictMsMin: number;
  /** As `VERDICT_MS_MAX`. */
  readonly verdictMsMax: number;
  /** As `CARD_WAIT_MS`. */
  readonly cardWaitMs: number;
  /** As `SETTLED_LINK_MS`. */
  readonly settledMs: number;
}

/** As documented. */
export const REGION_TIMES: RegionTimes = {
  verdictMsMin: VERDICT_MS_MIN,
  verdictMsMax: VERDICT_MS_MAX,
  cardWaitMs: CARD_WAIT_MS,
  settledMs: SETTLED_LINK_MS,
};

/** What a desk works with. */
export interface RegionDeskParts {
  /** Who decides. */
  readonly authority: RegionAuthority;
  /** Whether an equal purchase of the station was decided under another address, as far as the books say. */
  readonly isKnown: (input: PurchaseInput) => boolean;
  /** What is owed. */
  readonly book: RegionBook;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Incidents. */
  readonly alerts: AlertBoard;
  /** Log lines. */
  readonly logger: Logger;
  /** How long things take; as documented if left out. */
  readonly times?: RegionTimes;
}

/**
 * What equal purchases share, whatever pump they are told for.
 *
 * @param told The expense.
 * @returns A text.
 */
export function contentOf({ expense }: PumpExpense): string {
  const { company, card, total, date } = expense;
  return `${company}:${card}:${total}:${date}`;
}

/**
 * An expense as a purchase.
 *
 * @param purchase Its id: each frame is a purchase of its own (C-22).
 * @param told The expense.
 * @returns The purchase.
 */
export function inputOf(purchase: FactId, told: PumpExpense): PurchaseInput {
  const { company, card, total, date } = told.expense;
  return {
    id: purchase,
    company: companyOf(company),
    card: cardOf(card),
    amount: total,
    date,
    place: placeOfAddress(told.pumpAddress),
    route: {
      pumpAddress: told.pumpAddress,
      station: told.station,
      regional: "",
    },
    source: "region",
  };
}
