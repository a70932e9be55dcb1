/**
 * Companies, cards and purchases for tests of fleet cards.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  type CardId,
  type CompanyId,
  parseCardId,
  parseCompanyId,
  type Result,
} from "../../crdt/mod.ts";
import type { PurchaseInput } from "../../nodes/fleet/fleet_use_cases.ts";
import type { Refusal, UseCases } from "../../nodes/use_cases.ts";

/** The company of most tests. */
export const COMPANY: CompanyId = companyOf(42);

/** A company's number. */
export function companyOf(number: number): CompanyId {
  const company = parseCompanyId(String(number));
  ok(company !== undefined);
  return company;
}

/** A card's number. */
export function cardOf(number: number): CardId {
  const card = parseCardId(String(number));
  ok(card !== undefined);
  return card;
}

/** The value of a result that is none of a refusal. */
export function fine<T>(result: Result<T, Refusal>): T {
  ok(
    result.ok,
    result.ok ? "" : `${result.error.code}: ${result.error.message}`,
  );
  return result.value;
}

/** A purchase with card 7 of company 42 on a fixed day. */
export function purchaseOf(
  amount: number,
  fields: Partial<PurchaseInput> = {},
): PurchaseInput {
  return {
    company: COMPANY,
    card: cardOf(7),
    amount,
    date: "2026-02-03",
    place: { site: null, province: 3, station: 5, pump: 0 },
    source: "card",
    ...fields,
  };
}

/** Gives company 42 a balance, and card 7 a limit if one is named. */
export async function fund(
  { fleet }: Pick<UseCases, "fleet">,
  balance: number,
  limit?: number,
): Promise<void> {
  fine(await fleet.deposit({ company: COMPANY, amount: balance }));
  if (limit === undefined) return;
  fine(await fleet.registerCard({ company: COMPANY, card: cardOf(7), limit }));
}
