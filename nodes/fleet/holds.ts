/**
 * Purchases whose amount is not known yet: what is told of them is kept beside the hold until the pump has stopped.
 *
 * @module
 */
import {
  boundsOfHold,
  type ExpenseDecided,
  type FactId,
  floorBound,
  HOLDS,
  idBytes,
  ok,
  type Result,
  type Row,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { FLEET_HOLDS } from "../tables.ts";
import type { Refusal } from "../use_cases.ts";
import { decideExactly, refuse, refuseReuse } from "../use_cases/context.ts";
import { capture, release } from "../use_cases/spends.ts";
import { companySpace, type FleetContext } from "./fleet_context.ts";
import { expenseFact } from "./purchase_facts.ts";
import { findExpense } from "./expense_views.ts";
import type {
  FleetUseCases,
  PurchaseInput,
  PurchaseVerdict,
} from "./fleet_use_cases.ts";

/** What is told of a purchase that nobody charged is forgotten after so long, in microseconds. */
const HOLDS_KEPT_US = 30 * 24 * 3600 * 1_000_000;
/** Most of them that one hold forgets. */
const HOLDS_FORGOTTEN_MAX = 4;

type Ends = Pick<FleetUseCases, "capture" | "release">;

/**
 * Keeps what was told of a purchase beside its hold.
 *
 * @param context The decision.
 * @param purchase The purchase.
 * @param input What was told.
 */
export function keepHold(
  { writer, at }: DecisionContext,
  purchase: FactId,
  input: PurchaseInput,
): void {
  const old = writer.scan(FLEET_HOLDS, {
    index: "by_time",
    below: [at - HOLDS_KEPT_US],
    limit: HOLDS_FORGOTTEN_MAX,
  });
  for (const { purchase: id = null } of old) writer.delete(FLEET_HOLDS, [id]);
  writer.put(FLEET_HOLDS, {
    purchase: idBytes(purchase),
    at,
    input: JSON.stringify(input),
  });
}

/** What was told of a purchase that is held here; undefined if nothing is. */
export function heldInput(
  { writer }: Pick<DecisionContext, "writer">,
  purchase: FactId,
): PurchaseInput | undefined {
  const row: Row | undefined = writer.get(FLEET_HOLDS, [idBytes(purchase)]);
  return row === undefined ? undefined : JSON.parse(String(row["input"]));
}

function forget({ writer }: DecisionContext, purchase: FactId): void {
  writer.delete(FLEET_HOLDS, [idBytes(purchase)]);
}

function unknown(id: FactId) {
  return refuse("spend_unknown", `This node holds nothing for purchase ${id}`);
}

/** A charge that was told before. */
function chargedBefore(
  use: FleetContext,
  { rows }: DecisionContext,
  { id, amount }: { readonly id: FactId; readonly amount: number },
): Result<PurchaseVerdict, Refusal> {
  const row = findExpense(use, id, rows);
  if (row === undefined || row["accepted"] !== 1) return unknown(id);
  return row["amount"] === amount
    ? ok({ id, accepted: true, reason: null, repeated: true })
    : refuseReuse(id);
}

function onFloor(
  { rows }: DecisionContext,
  purchase: FactId,
  input: PurchaseInput,
): boolean {
  const scan = { index: "by_purchase", prefix: [idBytes(purchase)] };
  const floor = floorBound(input.company);
  return rows.scan(HOLDS, scan).some((row) =>
    row["kind"] === 0 && boundsOfHold(row).includes(floor)
  );
}

function captureIn(
  use: FleetContext,
  context: DecisionContext,
  { id, amount, liters }: Parameters<Ends["capture"]>[0],
): Result<PurchaseVerdict, Refusal> {
  const input = heldInput(context, id);
  if (input === undefined) return chargedBefore(use, context, { id, amount });
  const told = {
    ...input,
    amount,
    ...(liters === undefined ? {} : { liters }),
  };
  const floor = onFloor(context, id, input);
  const spent = capture(context, use, { id, amount });
  if (!spent.ok) return spent;
  const fact: ExpenseDecided = {
    ...expenseFact(context, told, id),
    held: true,
    ...(floor ? { floor } : {}),
  };
  context.record(companySpace(input.company), fact);
  forget(context, id);
  return ok({ id, accepted: true, reason: null, repeated: false });
}

/**
 * Makes the use-cases that end a hold.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createHoldEnds(use: FleetContext): Ends {
  const { replica } = use;
  return {
    async capture(input) {
      if (!Number.isInteger(input.amount) || input.amount < 1) {
        return refuse(
          "invalid_argument",
          "What was held is charged with 1 or more; otherwise let it go",
        );
      }
      return await decideExactly(
        replica,
        (context) => captureIn(use, context, input),
      );
    },
    release: ({ id }) =>
      decideExactly(replica, (context) => {
        const released = release(context, replica, id);
        if (!released.ok) return released;
        forget(context, id);
        return ok({ repeated: released.value.repeated });
      }),
  };
}
