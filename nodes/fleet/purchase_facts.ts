/**
 * The fact that decides a purchase, and how a purchase that was decided before is known again.
 *
 * @module
 */
import { type ExpenseDecided, expenseId, type FactId } from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { findRepeat } from "../use_cases/context.ts";
import { companySpace, FLEET_MONEY } from "./fleet_context.ts";
import type {
  PurchaseInput,
  PurchaseReason,
  PurchaseVerdict,
} from "./fleet_use_cases.ts";

/** A verdict of a purchase of which nothing is stored. */
export function refused(
  id: FactId,
  reason: PurchaseReason,
): PurchaseVerdict {
  return { id, accepted: false, reason, repeated: false };
}

/** The fact that decides a purchase, as if it were charged. */
export function expenseFact(
  { at }: DecisionContext,
  input: PurchaseInput,
  purchase: FactId,
): ExpenseDecided {
  const { site, province, station, pump } = input.place;
  const { liters, route } = input;
  return {
    type: "ExpenseDecided",
    id: expenseId(purchase),
    at,
    purchase,
    company: input.company,
    card: input.card,
    amount: input.amount,
    ...FLEET_MONEY,
    date: input.date,
    ...(liters === undefined ? {} : { liters }),
    place: {
      ...(site === null ? {} : { site }),
      ...(province === null ? {} : { province }),
      ...(station === null ? {} : { station }),
      ...(pump === null ? {} : { pump }),
    },
    ...(route === undefined ? {} : { route }),
    source: input.source,
    accepted: true,
    ...(input.suspect === true ? { suspect: true } : {}),
  };
}

/** The verdict of a purchase that was decided before, here or elsewhere. */
export function earlier(
  context: DecisionContext,
  fact: ExpenseDecided,
): PurchaseVerdict | undefined {
  const space = companySpace(fact.company);
  const refusal: ExpenseDecided = {
    ...fact,
    accepted: false,
    reason: "amount_invalid",
  };
  const found = [fact, refusal].map((one) => findRepeat(context, space, one));
  const placed = found.find((one) => typeof one === "object");
  const id = fact.purchase;
  if (placed === undefined) {
    return found.includes("other") ? refused(id, "id_reused") : undefined;
  }
  const known = placed.fact as ExpenseDecided;
  const { accepted, reason = null } = known;
  return { id, accepted, reason, repeated: true };
}
