/**
 * What callers know of purchases and of kept verdicts: what they asked for, and what they were told.
 *
 * @module
 */
import type { CardId, FactId, SiteCode } from "../../../crdt/mod.ts";
import type { PurchaseInput } from "../../../nodes/fleet/fleet_use_cases.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** The cards that exist or may be made; the last is never registered by a person. */
export const CARDS: readonly CardId[] = ["1", "2", "3", "4"] as CardId[];

/** A purchase that some caller knows of. */
export interface KnownPurchase {
  /** What is told of it, always the same. */
  readonly input: PurchaseInput & { readonly id: FactId };
  /** True if its amount is held first. */
  readonly held: boolean;
  /** How often a charge or a capture was asked for. */
  asked: number;
  /** How often the answer was heard. */
  answered: number;
  /** How often it was that the purchase is charged. */
  accepted: number;
  /** Amounts with which it may be charged. */
  readonly amounts: Set<number>;
  /** Where its amount was held. */
  heldBy: SimulatedPeer | undefined;
  /** The name of the peer that was told to keep its verdict for the card. */
  keptBy: string | undefined;
}

/** A verdict that is kept for its card. */
export interface KnownResult {
  /** The purchase. */
  readonly purchase: FactId;
  /** Where it is kept. */
  readonly site: SiteCode;
  /** How often the card got it. */
  received: number;
}

/** What callers know. */
export class FleetBook {
  /** Purchases in the order in which they were first asked for. */
  readonly purchases: KnownPurchase[] = [];
  /** Verdicts that are kept, by purchase. */
  readonly results = new Map<FactId, KnownResult>();
  /** The sum of deposits that were acknowledged. */
  deposited = 0;
  /** The sum of deposits that were asked for. */
  offered = 0;

  /** A new purchase. */
  open(
    input: PurchaseInput & { readonly id: FactId },
    held: boolean,
  ): KnownPurchase {
    const purchase: KnownPurchase = {
      input,
      held,
      asked: 0,
      answered: 0,
      accepted: 0,
      amounts: new Set(held ? [] : [input.amount]),
      heldBy: undefined,
      keptBy: undefined,
    };
    this.purchases.push(purchase);
    return purchase;
  }

  /** A verdict that is kept, or was. */
  keep(purchase: FactId, site: SiteCode): KnownResult {
    const known = this.results.get(purchase) ??
      { purchase, site, received: 0 };
    this.results.set(purchase, known);
    return known;
  }
}
