/**
 * Covering what stations sold on the floor: the issuer pays it from the account and the card, and makes the floor again.
 * What the account cannot pay stays open; no balance goes below zero for it.
 *
 * @module
 */
import {
  accountBound,
  balanceOf,
  captureId,
  cardBound,
  type CardId,
  type CompanyId,
  coverId,
  type FactId,
  type FactOf,
  FACTS,
  FLEET_FLOOR,
  floorBound,
  idBytes,
  idText,
  ok,
  type Reader,
  rightsOf,
  type Row,
  standInId,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { decideExactly, findRepeat } from "../use_cases/context.ts";
import { acceptGrants, reachableRights } from "../use_cases/rights.ts";
import { createCard, isRegistered, issueRights } from "./cards.ts";
import {
  companyBalance,
  companySpace,
  type FleetContext,
  isIssuer,
} from "./fleet_context.ts";

/** Most floor expenses that one pass covers. */
export const COVERED_MAX = 256;
/** Most open ones that a pass looks at: those that nobody can pay keep others from it no sooner. */
const LOOKED_AT_MAX = 4096;
/** How long the holders of an account's rights may take to give them to the issuer, in milliseconds. */
const COVER_GATHER_MS = 2000;

/** Floor expenses that nothing has covered, the oldest first. */
function openOf(rows: Reader, company: CompanyId, limit: number): Row[] {
  return rows.scan(FLEET_FLOOR, {
    index: "by_state",
    prefix: [Number(company), 0],
    limit,
  });
}

/** What this node's log may take of a bound once it has accepted what was granted to it. */
function freeOf(
  use: FleetContext,
  context: DecisionContext,
  { company, bound }: {
    readonly company: CompanyId;
    readonly bound: ReturnType<typeof accountBound>;
  },
): number {
  const { register } = use.replica;
  const log = register.own(companySpace(company));
  if (log === undefined) return 0;
  acceptGrants(context, register, { log, bound });
  return Math.max(
    0,
    reachableRights(context.rows, register, { log, bound }).free,
  );
}

/** Whether the log that sold on the floor had the floor's rights for it: nobody else's word takes from the account. */
function isCharged(context: DecisionContext, row: Row): boolean {
  const { rows } = context;
  const log = Number(row["log"]);
  const floor = floorBound(String(row["company"]) as CompanyId);
  const id = idBytes(captureId(idText(row["id"] as Uint8Array)));
  const placed = rows.get(FACTS, [id, log]);
  if (placed === undefined) return false;
  const fact = context.read(log, Number(placed["seq"]), id)?.fact;
  return fact?.type === "SpendCaptured" && fact.bounds.includes(floor) &&
    fact.amount === row["amount"] &&
    balanceOf(rightsOf(rows, floor, log)) >= 0;
}

/** What a floor expense owes, of which card. */
interface Debt {
  readonly company: CompanyId;
  readonly card: CardId;
  readonly purchase: FactId;
  readonly amount: number;
}

/** The capture of a purchase that rights of the account and the card pay, as whoever has them writes it. */
function captureOf(
  { at }: DecisionContext,
  { company, card, purchase, amount }: Debt,
): FactOf<"SpendCaptured"> {
  const bounds = [cardBound(company, card), accountBound(company)];
  const id = captureId(purchase);
  return { type: "SpendCaptured", id, at, purchase, bounds, amount };
}

/** Whether the same purchase, told at another node too, was paid there by rights. */
function isPaid(context: DecisionContext, debt: Debt): boolean {
  const capture = captureOf(context, debt);
  const known = findRepeat(context, companySpace(debt.company), capture);
  return typeof known === "object";
}

/** Takes a debt from the account, and from the card what it has. */
function pay(
  use: FleetContext,
  context: DecisionContext,
  debt: Debt,
): void {
  const { company, card, purchase, amount } = debt;
  const space = companySpace(company);
  const limit = cardBound(company, card);
  const ofCard = freeOf(use, context, { company, bound: limit });
  // As a node with rights writes it: if one that was not reached did, the two are one payment.
  if (ofCard >= amount) {
    context.record(space, captureOf(context, debt));
    return;
  }
  const { bounds } = captureOf(context, debt);
  const parts = [
    { kind: "floor", bound: accountBound(company), taken: amount },
    { kind: "floor card", bound: limit, taken: ofCard },
  ] as const;
  for (const { kind, bound, taken } of parts) {
    if (taken === 0) continue;
    const id = standInId(kind, purchase);
    // If one that was not reached had the rights, what is taken here is given back once that is heard of.
    context.record(space, {
      type: "SpendCaptured",
      id: captureId(id),
      at: context.at,
      purchase: id,
      bounds: [bound],
      amount: taken,
      insteadOf: { purchase, bounds, amount },
    });
  }
}

/** Covers one expense if the account can pay all of it. */
function cover(
  use: FleetContext,
  context: DecisionContext,
  row: Row,
): boolean {
  const company = String(row["company"]) as CompanyId;
  const card = String(row["card"]) as CardId;
  const amount = Number(row["amount"]);
  const purchase = idText(row["id"] as Uint8Array);
  const space = companySpace(company);
  if (!isCharged(context, row)) return false;
  if (!isRegistered(context.rows, company, card)) {
    createCard(context, { company, card });
  }
  if (!isPaid(context, { company, card, purchase, amount })) {
    const account = { company, bound: accountBound(company) };
    if (freeOf(use, context, account) < amount) return false;
    pay(use, context, { company, card, purchase, amount });
  }
  context.record(space, {
    type: "FloorCovered",
    id: coverId(purchase),
    at: context.at,
    purchase,
    company,
    amount,
  });
  issueRights(context, company, { bound: floorBound(company), amount });
  return true;
}

/**
 * Covers floor expenses of a company, as far as its account pays them.
 *
 * @param use The node; nothing is done unless it is the issuer.
 * @param company The company.
 * @returns How many were covered.
 */
export async function coverFloor(
  use: FleetContext,
  company: CompanyId,
): Promise<number> {
  const { replica } = use;
  const open = openOf(replica.reader, company, COVERED_MAX);
  if (open.length === 0 || !isIssuer(use, replica.reader, company)) return 0;
  await gatherFor(use, company, open);
  const done = await decideExactly(replica, (context) => {
    let covered = 0;
    for (const row of openOf(context.rows, company, LOOKED_AT_MAX)) {
      if (cover(use, context, row)) covered++;
      if (covered >= COVERED_MAX) break;
    }
    return ok(covered);
  });
  return done.ok ? done.value : 0;
}

/** Brings rights to the issuer that are elsewhere: of the account all, of each card what it can give. */
async function gatherFor(
  use: FleetContext,
  company: CompanyId,
  open: readonly Row[],
): Promise<void> {
  const waitMs = COVER_GATHER_MS;
  const sum = open.reduce((all, row) => all + Number(row["amount"]), 0);
  const balance = companyBalance(use.replica.reader, company);
  const amount = Math.min(sum, balance);
  if (amount > 0) {
    await use.gather({ bound: accountBound(company), amount, waitMs });
  }
  const cards = new Map<string, number>();
  for (const row of open) {
    const card = String(row["card"]);
    cards.set(card, (cards.get(card) ?? 0) + Number(row["amount"]));
  }
  await Promise.all([...cards].map(([card, wanted]) =>
    use.gather({
      bound: cardBound(company, card as CardId),
      amount: wanted,
      waitMs,
    })
  ));
}
