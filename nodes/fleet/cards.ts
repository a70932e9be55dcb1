/**
 * Cards as the issuer makes them: the limit of one that nobody registered follows from the balance.
 *
 * @module
 */
import {
  balanceOf,
  type BoundName,
  cardBound,
  type CardId,
  type CompanyId,
  type FactId,
  FLEET_CARD_SUMS,
  IN_TRANSIT,
  logFactId,
  type LogId,
  ok,
  parseCardId,
  parseCompanyId,
  type Reader,
  RIGHTS_AMOUNT_MAX,
  rightsOf,
  spaceOfBound,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { decideExactly } from "../use_cases/context.ts";
import {
  companyBalance,
  companySpace,
  type FleetContext,
  isAllowed,
  isIssuer,
  isKnown,
  totalOf,
} from "./fleet_context.ts";

/** Whether anybody registered a card. */
export function isRegistered(
  rows: Reader,
  company: CompanyId,
  card: CardId,
): boolean {
  const row = rows.get(FLEET_CARD_SUMS, [Number(company), Number(card)]);
  return Number(row?.["registered"] ?? 0) > 0;
}

/**
 * The limit of a card that its first purchase makes: a tenth of the balance, in single precision as the installed
 * programs compute it.
 *
 * @param balance Whole units.
 * @returns Whole units.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(firstLimit(1000), 100);
 * strictEqual(firstLimit(4_294_967_295), 429_496_736);
 * ```
 */
export function firstLimit(balance: number): number {
  const tenth = Math.fround(Math.fround(balance) * Math.fround(0.1));
  return Math.min(RIGHTS_AMOUNT_MAX, Math.floor(tenth));
}

/** Makes (above 0) or destroys rights of a company in this node's log. */
export function issueRights(
  context: DecisionContext,
  company: CompanyId,
  { bound, amount, note, id }: {
    readonly bound: BoundName;
    readonly amount: number;
    readonly note?: string | undefined;
    readonly id?: FactId | undefined;
  },
): void {
  if (amount === 0) return;
  const space = companySpace(company);
  const { name } = context.log(space);
  context.record(space, {
    type: "RightsIssued",
    id: logFactId(name, id ?? context.newId()),
    at: context.at,
    bound,
    amount,
    ...(note === undefined ? {} : { note }),
  });
}

/**
 * Makes a card that its first purchase asks for.
 *
 * @param context The decision, of the issuer.
 * @param card The company and the card, which nobody has registered.
 */
export function createCard(
  context: DecisionContext,
  { company, card }: { readonly company: CompanyId; readonly card: CardId },
): void {
  const limit = firstLimit(companyBalance(context.rows, company));
  context.record(companySpace(company), {
    type: "CardRegistered",
    id: context.newId(),
    at: context.at,
    company,
    card,
    limit,
    automatic: true,
  });
  issueRights(context, company, {
    bound: cardBound(company, card),
    amount: limit,
  });
}

/** A card's bound as numbers; undefined for another. */
function cardOfBound(
  bound: BoundName,
): { readonly company: CompanyId; readonly card: CardId } | undefined {
  const [kind, name = ""] = bound.split(":");
  const [first, second, period] = name.split("/");
  const company = parseCompanyId(first);
  const card = parseCardId(second);
  return kind !== "card" || period !== undefined || company === undefined ||
      card === undefined
    ? undefined
    : { company, card };
}

/**
 * Whether this node knows that nobody has so much of a company's bound: it reads the company, and the card is registered.
 *
 * @param use The node.
 * @param bound The bound.
 * @param wanted How much is asked for, and by which log: what that one has is not counted.
 */
export function isShortOf(
  use: Pick<FleetContext, "replica">,
  bound: BoundName,
  { amount, asker }: { readonly amount: number; readonly asker?: LogId },
): boolean {
  const company = parseCompanyId(spaceOfBound(bound).split(":")[1]);
  if (company === undefined || !isAllowed(use, company, "read")) return false;
  const { reader } = use.replica;
  const of = cardOfBound(bound);
  const isKnownCard = of === undefined ||
    isRegistered(reader, company, of.card);
  if (!isKnownCard) return false;
  const own = asker === undefined ? 0 : heldBy(use, bound, asker);
  return totalOf(reader, bound) - own < amount;
}

/** What a log has of a bound, and what is on its way to it. */
function heldBy(
  { replica }: Pick<FleetContext, "replica">,
  bound: BoundName,
  log: LogId,
): number {
  const { reader, register } = replica;
  const entry = register.byName(log);
  const balance = entry === undefined
    ? 0
    : balanceOf(rightsOf(reader, bound, entry.number));
  return reader.scan(IN_TRANSIT, { prefix: [log, bound] })
    .reduce((sum, row) => sum + Number(row["amount"]), balance);
}

/**
 * Makes the card that somebody asks rights of, if this node is its company's issuer and nobody has registered it.
 *
 * @param use The node.
 * @param bound The card's bound.
 */
export async function prepareCard(
  use: FleetContext,
  bound: BoundName,
): Promise<void> {
  const of = cardOfBound(bound);
  if (of === undefined) return;
  const { company, card } = of;
  const isUnknown = (rows: Reader) =>
    isKnown(rows, company) && !isRegistered(rows, company, card) &&
    isIssuer(use, rows, company);
  if (!isUnknown(use.replica.reader)) return;
  await decideExactly(use.replica, (context) => {
    if (isUnknown(context.rows)) createCard(context, { company, card });
    return ok(null);
  });
}
