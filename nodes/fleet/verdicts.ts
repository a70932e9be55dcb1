/**
 * Verdicts for original regional offices: each waits until one has confirmed it, at whichever node it is sent from.
 *
 * @module
 */
import {
  type CompanyId,
  confirmationId,
  type FactId,
  FLEET_CONFIRMED,
  FLEET_EXPENSES,
  FLEET_ROUTED,
  idBytes,
  ok,
  PanalError,
} from "../../crdt/mod.ts";
import { decideExactly } from "../use_cases/context.ts";
import { expenseView, findExpense } from "./expense_views.ts";
import { companySpace, type FleetContext } from "./fleet_context.ts";
import type { FleetUseCases } from "./fleet_use_cases.ts";
import { type ListOrder, rowPage } from "./row_page.ts";

type Verdicts = Pick<FleetUseCases, "unconfirmed" | "confirm">;

async function confirm(
  use: FleetContext,
  purchase: FactId,
): Promise<void> {
  const row = findExpense(use, purchase);
  if (row === undefined) return;
  const company = String(row["company"]) as CompanyId;
  const key = [Number(company), idBytes(purchase)];
  const done = await decideExactly(use.replica, (context) => {
    if (context.rows.get(FLEET_CONFIRMED, key) !== undefined) return ok(null);
    context.record(companySpace(company), {
      type: "VerdictConfirmed",
      id: confirmationId(purchase),
      at: context.at,
      purchase,
      company,
    });
    return ok(null);
  });
  if (!done.ok) throw new PanalError(done.error.code, done.error.message);
}

/**
 * Makes the use-cases about verdicts that wait for a confirmation.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createVerdicts(use: FleetContext): Verdicts {
  const { replica } = use;
  return {
    unconfirmed({ company, ...page }) {
      const order: ListOrder = company === undefined
        ? { table: FLEET_ROUTED, index: "by_state", prefix: [0] }
        : {
          table: FLEET_ROUTED,
          index: "by_company",
          prefix: [Number(company), 0],
        };
      const { found, next } = rowPage(replica.reader, order, page);
      const items = found.flatMap((row) => {
        const key = FLEET_EXPENSES.key.map((column) => row[column] ?? null);
        const whole = replica.reader.get(FLEET_EXPENSES, key);
        if (whole === undefined) return [];
        const expense = expenseView(replica.reader, replica.register, whole);
        const { route } = expense;
        return route === null ? [] : [{ expense, route }];
      });
      return { items, total: null, next };
    },
    confirm: (purchase) => confirm(use, purchase),
  };
}
