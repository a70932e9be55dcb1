/**
 * An expense as it stands inside several messages of the installed fleet-card programs.
 *
 * @module
 */
import { type FleetJsonObject, readString, readU32 } from "./fleet_json.ts";
import type { FleetExpense } from "./fleet_messages.ts";

/**
 * Reads an expense as it stands in messages.
 *
 * @param members The object.
 * @returns The expense; undefined if a member is missing or wrong.
 */
export function readFleetExpense(
  members: FleetJsonObject | undefined,
): FleetExpense | undefined {
  const company = readU32(members, "company_id");
  const card = readU32(members, "card_id");
  const total = readU32(members, "total");
  const date = readString(members, "date");
  if (
    company === undefined || card === undefined || total === undefined ||
    date === undefined
  ) return undefined;
  return { company, card, total, date };
}

/**
 * An expense as messages have it, its members in their order.
 *
 * @param expense The expense.
 * @returns The object.
 */
export function fleetExpensePayload(
  expense: FleetExpense,
): Readonly<Record<string, number | string>> {
  return {
    "company_id": expense.company,
    "card_id": expense.card,
    "total": expense.total,
    "date": expense.date,
  };
}
