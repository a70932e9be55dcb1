/**
 * The last settlement of a scenario: after it, what was settled of each month is what was charged in it.
 *
 * @module
 */
import {
  type FactId,
  FLEET_EXPENSES,
  FLEET_SETTLEMENTS,
  type Reader,
  type Row,
} from "../../../crdt/mod.ts";
import { becomeEqual } from "../eventually/equal_vectors.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { COMPANY } from "../scenario_peers.ts";

/** What a node says that may not settle, or has nothing to. */
const FINE: ReadonlySet<string> = new Set(["forbidden", "nothing_to_settle"]);

const prefix = [Number(COMPANY)];

const isSettled = (row: Row, month: string) => row["month"] === month;
const isCharged = (row: Row, month: string) =>
  row["accepted"] === 1 && String(row["date"]).startsWith(month);

function sums(rows: readonly Row[], count: (row: Row) => number): string {
  const all = rows.reduce((sum, row) => sum + count(row), 0);
  const amount = rows.reduce((sum, row) => sum + Number(row["amount"]), 0);
  return `${all} of ${amount}`;
}

function findUnsettled(reader: Reader, month: string): string[] {
  const settled = reader.scan(FLEET_SETTLEMENTS, { prefix })
    .filter((row) => isSettled(row, month));
  const charged = reader.scan(FLEET_EXPENSES, { prefix })
    .filter((row) => isCharged(row, month));
  const is = sums(settled, (row) => Number(row["count"]));
  const should = sums(charged, () => 1);
  return is === should
    ? []
    : [`the settlements of ${month} are ${is}, not ${should}`];
}

/**
 * Settles every month that has expenses, and lets all peers hear of it.
 *
 * @param context The scenario; all peers are equal.
 * @param newId Draws an id.
 * @returns What is wrong.
 */
export async function settleMonths(
  context: ScenarioContext,
  newId: () => FactId,
): Promise<string[]> {
  const { mesh, note } = context;
  const company = mesh.peers.find(({ role }) => role === "company");
  const node = company?.node;
  if (node === undefined) return [];
  const { reader } = node.replica;
  const months = new Set(
    reader.scan(FLEET_EXPENSES, { prefix })
      .map((row) => String(row["date"]).slice(0, 7)),
  );
  const found: string[] = [];
  for (const month of months) {
    const input = { id: newId(), company: COMPANY, month };
    const settled = await mesh.settle(node.useCases.fleet.settle(input));
    const code = settled.ok ? "ok" : settled.error.code;
    note(`the last settlement of ${month}: ${code}`);
    if (!settled.ok && !FINE.has(code)) found.push(`settling fails: ${code}`);
    if (code !== "forbidden") found.push(...findUnsettled(reader, month));
  }
  return [...found, ...await becomeEqual(context, mesh.peers)];
}
