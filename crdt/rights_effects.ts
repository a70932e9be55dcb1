/**
 * What each fact makes, takes and moves of rights by itself: pure functions of the fact and its place, without rows.
 *
 * @module
 */
import {
  type BoundName,
  containsLog,
  logFactId,
  stockBound,
} from "./bounds.ts";
import type { Fact, FactOf } from "./facts.ts";
import type { LogFact } from "./fold.ts";
import type { SaleRecorded } from "./goods_facts.ts";
import { isAboutRights } from "./reassignment.ts";
import type { BoundAmount } from "./rights_facts.ts";
import { destroyed, type RightsEffect } from "./rights_sums.ts";

/**
 * What a sale takes of bounds, lines of one bound together; below zero for what it brings back.
 *
 * @param sale The sale.
 * @returns Bounds in order, none with 0.
 */
export function rightsOfSale(sale: SaleRecorded): BoundAmount[] {
  let sums: Map<BoundName, number> | undefined;
  for (const { product, quantity, bound: opened } of sale.lines) {
    if (opened === undefined) continue;
    sums ??= new Map();
    const bound = stockBound(sale.site, product, opened);
    sums.set(bound, (sums.get(bound) ?? 0) + quantity);
  }
  if (sums === undefined) return NOTHING;
  return inOrder(sums);
}

const NOTHING: BoundAmount[] = [];

function inOrder(sums: ReadonlyMap<BoundName, number>): BoundAmount[] {
  return [...sums].filter(([, amount]) =>
    amount !== 0 && Number.isSafeInteger(amount)
  ).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([bound, amount]) => ({ bound, amount }));
}

/**
 * What a fact took that its log may have to give back.
 *
 * @param placed The fact and its place.
 * @returns Bounds in order; below zero for what it made.
 */
export function spentBy({ fact, log: name }: LogFact): BoundAmount[] {
  if (fact.type === "SaleRecorded") {
    const rights = rightsOfSale(fact);
    // What makes rights has an id that contains its log, else each copy would make them.
    return rights.every(({ amount }) => amount > 0) ||
        containsLog(fact.id, name)
      ? rights
      : rights.filter(({ amount }) => amount > 0);
  }
  if (fact.type !== "SpendCaptured" || fact.amount === 0) return NOTHING;
  const { amount } = fact;
  return fact.bounds.map((bound) => ({ bound, amount }))
    .sort((a, b) => a.bound < b.bound ? -1 : 1);
}

function spendEffects(
  rights: readonly BoundAmount[],
  log: number,
  observation: boolean,
): RightsEffect[] {
  return rights.map(({ bound, amount }) => ({
    bound,
    log,
    deltas: amount < 0
      ? { made: -amount }
      : observation
      ? { spent: amount, observed: amount }
      : { spent: amount },
  }));
}

/**
 * Effects of a fact that need no other fact.
 *
 * @param placed The fact and its place.
 * @returns The effects, on its own log's sums.
 */
export function ownEffects(placed: LogFact): RightsEffect[] {
  const { fact, log: name, logNumber: log } = placed;
  switch (fact.type) {
    case "SaleRecorded":
      return spendEffects(
        spentBy(placed),
        log,
        fact.observation === true,
      );
    case "StockReceived":
      return containsLog(fact.id, name) ? deliveryEffects(fact, log) : [];
    case "StockCounted":
      return containsLog(fact.id, name) ? countEffects(fact, log) : [];
    case "RightsGranted":
      return fact.id === logFactId(name, fact.request)
        ? [{ bound: fact.bound, log, deltas: { granted: fact.amount } }]
        : [];
    case "SpendCaptured":
      return spentBy(placed).map(({ bound, amount }) => ({
        bound,
        log,
        deltas: { spent: amount, observed: fact.observed ?? 0 },
      }));
    default:
      return [];
  }
}

function deliveryEffects(
  fact: FactOf<"StockReceived">,
  log: number,
): RightsEffect[] {
  const sums = new Map<BoundName, number>();
  for (const { product, quantity, bound: opened } of fact.lines) {
    if (opened === undefined) continue;
    const bound = stockBound(fact.site, product, opened);
    sums.set(bound, (sums.get(bound) ?? 0) + quantity);
  }
  return inOrder(sums).map(({ bound, amount }) => ({
    bound,
    log,
    deltas: { made: amount },
  }));
}

function countEffects(
  fact: FactOf<"StockCounted">,
  log: number,
): RightsEffect[] {
  const { site, product, bound: opened, rights = 0, opens } = fact;
  if (opened === undefined) return [];
  return [{
    bound: stockBound(site, product, opened),
    log,
    deltas: {
      ...(rights > 0 ? { made: rights } : rights < 0 ? destroyed(-rights) : {}),
      ...(opens === true ? { opened: 1 } : {}),
    },
  }];
}

/**
 * Whether a fact's id contains its log: copies of such a fact stand only in the continuations of a fork, and one of
 * them counts.
 *
 * @param fact The fact.
 */
export function isMadeOnce({ type }: Fact): boolean {
  return type === "StockReceived" || type === "StockCounted" ||
    type === "RightsIssued" || type === "RightsGranted";
}

/**
 * Whether a fact has to do with rights. Most have not: they cost no more than this.
 *
 * @param fact The fact.
 */
export function touchesRights(fact: Fact): boolean {
  switch (fact.type) {
    case "SaleRecorded":
    case "StockReceived":
      for (const line of fact.lines) if (line.bound !== undefined) return true;
      return false;
    case "StockCounted":
      return fact.bound !== undefined;
    case "RightsIssued":
    case "RightsGranted":
    case "RightsAccepted":
    case "RightsReturned":
    case "HoldPlaced":
    case "SpendCaptured":
    case "HoldReleased":
      return true;
    case "AuthorityStated":
      return isAboutRights(fact.statement);
    default:
      return false;
  }
}
