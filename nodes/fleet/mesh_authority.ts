/**
 * The mesh as the one who keeps the accounts of original stations.
 *
 * @module
 */
import type { FleetUseCases, PurchaseInput } from "./fleet_use_cases.ts";
import type { RegionAuthority } from "./region_parts.ts";

/** Most purchases of one card and day that are compared with a new one. */
const EQUALS_MAX = 200;

/**
 * The mesh's authority, with its memory.
 *
 * @param fleet The node's use-cases.
 * @returns The authority.
 */
export function createMeshAuthority(
  fleet: Pick<FleetUseCases, "charge" | "expense">,
): RegionAuthority {
  return {
    charge: (input) => fleet.charge(input),
    outcome(purchase) {
      const expense = fleet.expense(purchase);
      // What was not charged before the node ended is not charged any more.
      if (expense === undefined) return "none";
      return expense.accepted ? "accepted" : "refused";
    },
  };
}

/**
 * Whether the books have an equal purchase of the same station at another pump.
 *
 * @param fleet The node's use-cases.
 * @param input The purchase.
 * @returns True if they have one.
 */
export function isInBooks(
  fleet: Pick<FleetUseCases, "expenses">,
  { company, card, date, amount, place }: PurchaseInput,
): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date)) return false;
  const { items } = fleet.expenses({
    company,
    card,
    from: date,
    to: date,
    limit: EQUALS_MAX,
  });
  return items.some((it) =>
    it.amount === amount && it.place.province === place.province &&
    it.place.station === place.station && it.place.pump !== place.pump
  );
}
