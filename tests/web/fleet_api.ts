/**
 * A node that issues a company's money, behind its native façade, for tests of fleet cards.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { CardId, CompanyId } from "../../nodes/mod.ts";
import type { Answer, NativeApi } from "./native_api.ts";

/** The company of the tests. */
export const COMPANY = "99";
/** Its card 7, for use-cases. */
export const CARD = { company: COMPANY as CompanyId, card: "7" as CardId };
/** Its path. */
export const AT = `/v1/companies/${COMPANY}`;

/**
 * An amount of the company.
 *
 * @param units Whole pesos.
 * @returns Its wire form.
 */
export function ars(units: number): {
  readonly amount: string;
  readonly currency: string;
} {
  return { amount: String(units), currency: "ARS" };
}

/**
 * Makes the company with 10,000 and its card 7 with a limit of 5,000.
 *
 * @param api The façade.
 */
export async function withCompany(api: NativeApi): Promise<void> {
  const deposit = await api.post(`${AT}/deposits`, { amount: "10000" });
  strictEqual(deposit.status, 201, JSON.stringify(deposit.body));
  const card = await api.post(`${AT}/cards`, { card: "7", limit: "5000" });
  strictEqual(card.status, 201, JSON.stringify(card.body));
}

/**
 * Lets card 7 pay.
 *
 * @param api The façade.
 * @param amount Whole pesos.
 * @param more Other fields.
 * @returns The answer.
 */
export function pay(
  api: NativeApi,
  amount: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const body = { company: COMPANY, card: "7", amount: String(amount), ...more };
  return api.post("/v1/purchases", body);
}

/** A request of each operation of fleet cards that takes a body, as it should be. */
export const RIGHT_FLEET: Readonly<
  Record<string, Readonly<Record<string, unknown>>>
> = {
  nameCompany: { name: "Transportes", by: { id: "7", name: "Rosa" } },
  recordDeposit: { amount: "1000", note: "a note" },
  setCompanyFloor: { amount: { amount: "50", currency: "ARS" } },
  registerCard: { card: "8", limit: "10" },
  setCardLimit: { limit: "20" },
  chargePurchase: {
    ...{ company: COMPANY, card: "7", amount: "10" },
    ...{ date: "2026-01-01", liters: 3 },
    place: { province: 3, station: 5, pump: 2 },
  },
  holdPurchase: {
    ...{ company: COMPANY, card: "7", amount: "10", expiresInSeconds: 60 },
  },
  capturePurchase: { amount: "5", liters: 1 },
  settleMonth: { month: "2026-01" },
  acknowledgeCompanyFeed: { subscriber: "office", number: 1 },
};
