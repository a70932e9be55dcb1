/**
 * A shop that sells honey, for tests of tills: one node, or several of one site.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  type FactId,
  type Money,
  money,
  type ProductId,
  type Result,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { Refusal } from "../../nodes/answers.ts";
import type {
  RecordSaleInput,
  SaleView,
  UseCases,
} from "../../nodes/use_cases.ts";

/** The site. */
export const SHOP_SITE = "CUS" as SiteCode;
/** What is sold, at 10.00. */
export const SHOP_HONEY = "honey" as ProductId;

/** An amount in the shop's currency. */
export function pen(units: number): Money {
  return money(units, "PEN");
}

/** Cash as `payments` takes it. */
export function cash(units: number): { method: string; amount: Money }[] {
  return [{ method: "cash", amount: pen(units) }];
}

/** The value of an answer; the test fails if it is a refusal. */
export function taken<T>(answer: Result<T, Refusal>): T {
  ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}

/** The code of a refusal; empty if there is none. */
export function codeOf(answer: Result<unknown, Refusal>): string {
  return answer.ok ? "" : answer.error.code;
}

/** Lists honey with so much of it. */
export async function listHoney(
  useCases: UseCases,
  stock = 1000,
): Promise<void> {
  taken(
    await useCases.createProduct({
      scope: `site:${SHOP_SITE}`,
      product: SHOP_HONEY,
      name: "Honey",
      price: pen(1000),
      stock,
    }),
  );
}

/** Sells honey. */
export async function sellHoney(
  useCases: UseCases,
  quantity = 1,
  input: Partial<RecordSaleInput> = {},
): Promise<SaleView> {
  const sold = await useCases.recordSale({
    lines: [{ product: SHOP_HONEY, quantity }],
    ...input,
  });
  return taken(sold).sale;
}

/** Honey of a sale that comes back, so many units. */
export function honeyBack(
  sale: FactId,
  quantity: number,
  payments?: RecordSaleInput["payments"],
): RecordSaleInput {
  return {
    lines: [{ product: SHOP_HONEY, quantity: -quantity }],
    returns: { sale, reason: "broken" },
    ...(payments === undefined ? {} : { payments }),
  };
}
