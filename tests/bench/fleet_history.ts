/**
 * Companies, cards and purchases for benches, straight through a node's use-cases.
 *
 * @module
 */
import {
  type CardId,
  type CompanyId,
  RIGHTS_AMOUNT_MAX,
} from "../../crdt/mod.ts";
import type { PurchaseInput } from "../../nodes/fleet/fleet_use_cases.ts";
import type { NodeWithParts } from "../../nodes/node.ts";

/** The company of benches. */
export const COMPANY: CompanyId = "42" as CompanyId;
/** More than a bench spends on one card. */
const LIMIT = 10_000_000;
/** Cards that are registered together. */
const TOGETHER = 500;

/** A card by its number, from 1. */
export function cardOf(number: number): CardId {
  return String(number) as CardId;
}

/** A purchase of one card. */
export function purchaseOf(card: number, amount = 1): PurchaseInput {
  return {
    company: COMPANY,
    card: cardOf(card),
    amount,
    date: new Date().toISOString().slice(0, 10),
    place: { site: null, province: 12, station: 34, pump: card % 10 },
    source: "card",
  };
}

/** Makes a balance that lasts, and cards with limits that last. */
export async function openCompany(
  { useCases: { fleet } }: NodeWithParts,
  cards: number,
): Promise<void> {
  const company = COMPANY;
  const amount = RIGHTS_AMOUNT_MAX;
  const paid = await fleet.deposit({ company, amount });
  if (!paid.ok) throw new Error(paid.error.message);
  const limit = Math.min(LIMIT, amount);
  for (let first = 1; first <= cards; first += TOGETHER) {
    const count = Math.min(TOGETHER, cards - first + 1);
    const made = await Promise.all(Array.from(
      { length: count },
      (_, i) => fleet.registerCard({ company, card: cardOf(first + i), limit }),
    ));
    for (const one of made) if (!one.ok) throw new Error(one.error.message);
  }
}

/**
 * Charges purchases, so many at once; every one must be accepted.
 *
 * @param node The node.
 * @param count How many.
 * @param options How many cards there are, how many purchases are decided together, and who is told.
 */
export async function chargeMany(
  { useCases: { fleet } }: NodeWithParts,
  count: number,
  { cards, together, progress = () => {} }: {
    readonly cards: number;
    readonly together: number;
    readonly progress?: (done: number) => void;
  },
): Promise<void> {
  for (let done = 0; done < count; done += together) {
    const size = Math.min(together, count - done);
    const verdicts = await Promise.all(Array.from(
      { length: size },
      (_, i) => fleet.charge(purchaseOf(1 + (done + i) * 7919 % cards)),
    ));
    const refused = verdicts.find(({ accepted }) => !accepted);
    if (refused !== undefined) throw new Error(`refused: ${refused.reason}`);
    progress(done);
  }
}
