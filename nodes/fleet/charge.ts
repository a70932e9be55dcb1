/**
 * Charging a purchase by rights: one decision and one commit for the account, the card and the expense. What this node
 * lacks it asks other peers for; without contact it may sell on the floor.
 *
 * @module
 */
import {
  accountBound,
  type BoundName,
  captureId,
  cardBound,
  type CompanyId,
  type ExpenseDecided,
  type FactId,
  FACTS,
  FLEET_NUMBER_MAX,
  floorBound,
  idBytes,
  ok,
  type Result,
  TEXT_LENGTH_MAX,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import { decideExactly } from "../use_cases/context.ts";
import { acceptGrants, noteFree, rightsFor } from "../use_cases/rights.ts";
import { createCard, isRegistered, isShortOf } from "./cards.ts";
import { heldInput, keepHold } from "./holds.ts";
import { earlier, expenseFact, refused } from "./purchase_facts.ts";
import {
  companySpace,
  type FleetContext,
  isAllowed,
  isIssuer,
  isKnown,
} from "./fleet_context.ts";
import type {
  PurchaseInput,
  PurchaseReason,
  PurchaseVerdict,
} from "./fleet_use_cases.ts";

/** Most times that one purchase asks for rights. */
const ASKS_MAX = 4;

/** Rights that a decision lacks. */
interface Lack {
  readonly bound: BoundName;
  readonly wanted: number;
}

/** What one decision came to. */
type Step =
  | { readonly verdict: PurchaseVerdict }
  | { readonly lacks: readonly Lack[] };

/** A purchase that has an id. */
interface Purchase extends PurchaseInput {
  readonly id: FactId;
  /** True if the id was drawn just now, so that nothing can repeat it. */
  readonly fresh: boolean;
  /** Set to hold the amount for so long instead of charging it, in milliseconds. */
  readonly expiresInMs?: number;
}

/** What is done where rights are lacking. */
type Fallback = { readonly floor: true } | { readonly refused: PurchaseReason };

/** Whether a purchase can be recorded, if only as refused: an original program may say any text. */
function isRecordable({ amount, date, route }: PurchaseInput): boolean {
  return Number.isInteger(amount) && amount >= 0 &&
    amount <= FLEET_NUMBER_MAX && /^\d{4}-\d{2}-\d{2}$/.test(date) &&
    [route?.pumpAddress, route?.station, route?.regional].every(isRecordText);
}

function isRecordText(text: string | undefined): boolean {
  return text === undefined ||
    text.length <= TEXT_LENGTH_MAX && !text.includes("\u0000") &&
      text.isWellFormed();
}

/**
 * Decides and charges a purchase, or holds its amount.
 *
 * @param use The node.
 * @param input The purchase.
 * @returns The verdict, durable.
 */
export async function charge(
  use: FleetContext,
  input: PurchaseInput & { readonly expiresInMs?: number },
): Promise<PurchaseVerdict> {
  const { company } = input;
  const fresh = input.id === undefined;
  const purchase = { ...input, id: input.id ?? use.newId(), fresh };
  if (!isRecordable(input)) return refused(purchase.id, "amount_invalid");
  const knows = isKnown(use.replica.reader, company);
  if (!knows && isAllowed(use, company, "read")) {
    return refused(purchase.id, "company_unknown");
  }
  const reason = input.review ??
    (input.amount === 0 ? "amount_invalid" : undefined);
  if (reason !== undefined) {
    return await settleRefusal(
      use,
      purchase,
      knows ? reason : "company_unknown",
    );
  }
  // Whoever may not spend there writes no log there either.
  if (!isAllowed(use, company, "spend")) {
    return refused(purchase.id, "rights_unreachable");
  }
  return mayAskFor(use, company)
    ? await chargeByRights(use, purchase)
    : refused(purchase.id, "overloaded");
}

/** A log is opened for each company that is asked for: whoever makes numbers up does not fill the disk. */
function mayAskFor(use: FleetContext, company: CompanyId): boolean {
  const { register } = use.replica;
  return register.own(companySpace(company)) !== undefined ||
    isAllowed(use, company, "read") || use.strangers.admit(company);
}

async function chargeByRights(
  use: FleetContext,
  purchase: Purchase,
): Promise<PurchaseVerdict> {
  for (let asks = 0;; asks++) {
    const step = await attempt(use, purchase);
    if (!step.ok) return refused(purchase.id, reasonOf(step.error));
    if ("verdict" in step.value) return step.value.verdict;
    const { lacks } = step.value;
    const short = lacks.find(({ bound }) =>
      isShortOf(use, bound, { amount: purchase.amount })
    );
    const failed = short ??
      (asks < ASKS_MAX ? await askAll(use, lacks) : lacks[0]);
    if (failed !== undefined) {
      return await withoutRights(use, purchase, failed.bound);
    }
  }
}

/** Asks for everything at once, as each may be hops away; the first that nobody gave enough of. */
async function askAll(
  { askRights }: FleetContext,
  lacks: readonly Lack[],
): Promise<Lack | undefined> {
  const enough = await Promise.all(
    lacks.map(({ bound, wanted }) => askRights({ bound, free: wanted })),
  );
  return lacks.find((_, i) => enough[i] !== true);
}

/** Why there is not enough altogether, where that is known: then nobody else need be asked. */
function shortage(
  use: FleetContext,
  { company, amount }: Purchase,
  bound: BoundName,
): PurchaseReason | undefined {
  const isShort = isShortOf(use, bound, { amount }) || use.isShort(bound);
  if (!isShort) return undefined;
  return bound === accountBound(company)
    ? "balance_insufficient"
    : "limit_insufficient";
}

/** The last word where nobody gave enough: the floor, if whoever has rights was not reached, or a refusal. */
async function withoutRights(
  use: FleetContext,
  purchase: Purchase,
  bound: BoundName,
): Promise<PurchaseVerdict> {
  const { company, card } = purchase;
  const reason = shortage(use, purchase, bound);
  if (reason !== undefined) return await settleRefusal(use, purchase, reason);
  if (!isAllowed(use, company, "price")) {
    const step = await attempt(use, purchase, { floor: true });
    if (step.ok && "verdict" in step.value) return step.value.verdict;
  }
  const isUnknown = bound === cardBound(company, card) &&
    isAllowed(use, company, "read") &&
    !isRegistered(use.replica.reader, company, card);
  const last = isUnknown ? "card_unknown" : "rights_unreachable";
  return await settleRefusal(use, purchase, last);
}

async function settleRefusal(
  use: FleetContext,
  purchase: Purchase,
  reason: PurchaseReason,
): Promise<PurchaseVerdict> {
  const step = await attempt(use, purchase, { refused: reason });
  return step.ok && "verdict" in step.value
    ? step.value.verdict
    : refused(purchase.id, step.ok ? reason : reasonOf(step.error));
}

function attempt(
  use: FleetContext,
  purchase: Purchase,
  fallback?: Fallback,
): Promise<Result<Step, Refusal>> {
  return decideExactly(
    use.replica,
    (context) => ok(decide(context, use, { purchase, fallback })),
  );
}

function decide(
  context: DecisionContext,
  use: FleetContext,
  { purchase, fallback = {} }: {
    readonly purchase: Purchase;
    readonly fallback: Fallback | undefined | Record<string, never>;
  },
): Step {
  const { company, fresh } = purchase;
  const fact = expenseFact(context, purchase, purchase.id);
  const repeat = fresh
    ? undefined
    : earlier(context, fact) ?? heldBefore(context, purchase);
  if (repeat !== undefined) return { verdict: repeat };
  if ("refused" in fallback) {
    const reason = fallback.refused as PurchaseReason;
    return { verdict: refuseIn(context, purchase, { fact, reason }) };
  }
  const log = use.replica.register.own(companySpace(company));
  const spending = { fact, log, purchase };
  return "floor" in fallback
    ? spend(context, use, { ...spending, bounds: [floorBound(company)] })
    : chargeIn(context, use, spending);
}

function refuseIn(
  context: DecisionContext,
  input: PurchaseInput,
  { fact, reason }: {
    readonly fact: ExpenseDecided;
    readonly reason: PurchaseReason;
  },
): PurchaseVerdict {
  const verdict = refused(fact.purchase, reason);
  const keeps = input.keepRefusal === true || input.review !== undefined;
  // Of an unknown company nothing is recorded.
  if (!keeps || reason === "company_unknown" || reason === "id_reused") {
    return verdict;
  }
  context.record(companySpace(input.company), {
    ...fact,
    accepted: false,
    reason,
  });
  return verdict;
}

/** The verdict of a purchase that is held here already, or was. */
function heldBefore(
  context: DecisionContext,
  { id, company, card, amount, expiresInMs }: Purchase,
): PurchaseVerdict | undefined {
  const held = heldInput(context, id);
  if (held === undefined) {
    const isUsed = expiresInMs !== undefined &&
      context.rows.scan(FACTS, { prefix: [idBytes(id)], limit: 1 }).length > 0;
    return isUsed ? refused(id, "id_reused") : undefined;
  }
  const isSame = held.company === company && held.card === card &&
    held.amount === amount && expiresInMs !== undefined;
  return isSame
    ? { id, accepted: true, reason: null, repeated: true }
    : refused(id, "id_reused");
}

interface Spending {
  readonly fact: ExpenseDecided;
  readonly log: LogEntry | undefined;
  readonly purchase: Purchase;
}

/** The rules of the company, in their order: the card is known or made, then its limit, then the balance. */
function chargeIn(
  context: DecisionContext,
  use: FleetContext,
  spending: Spending,
): Step {
  const { company, card } = spending.fact;
  if (
    !isRegistered(context.rows, company, card) &&
    isIssuer(use, context.rows, company)
  ) createCard(context, { company, card });
  const bounds = [cardBound(company, card), accountBound(company)];
  return spend(context, use, { ...spending, bounds });
}

function spend(
  context: DecisionContext,
  use: FleetContext,
  { fact, log, purchase, bounds }: Spending & {
    readonly bounds: readonly BoundName[];
  },
): Step {
  const { replica, invariants } = use;
  const { amount } = fact;
  const accepting: BoundName[] = [];
  const lacks: Lack[] = [];
  for (const bound of bounds) {
    const wanted = { log, bound, amount };
    const found = rightsFor(context.rows, replica.register, wanted);
    if (found.free < amount) lacks.push({ bound, wanted: amount });
    else if (found.accepting) accepting.push(bound);
  }
  if (lacks.length > 0) return { lacks };
  const take = () => {
    if (log === undefined) return;
    for (const bound of accepting) {
      acceptGrants(context, replica.register, { log, bound });
    }
  };
  const number = purchase.expiresInMs === undefined
    ? recordCharge(context, purchase, { fact, bounds, take })
    : recordHold(context, purchase, { bounds, take });
  for (const bound of bounds) {
    noteFree(context, invariants, { bound, log: number });
  }
  const { id } = purchase;
  return { verdict: { id, accepted: true, reason: null, repeated: false } };
}

function recordCharge(
  context: DecisionContext,
  { fresh, id, company, amount }: Purchase,
  { fact, bounds, take }: {
    readonly fact: ExpenseDecided;
    readonly bounds: readonly BoundName[];
    readonly take: () => void;
  },
): number {
  const space = companySpace(company);
  const looked = fresh ? { unknown: true } : {};
  const floor = bounds[0] === floorBound(company);
  // First what this node may be forbidden to write: then nothing is left behind.
  context.record(space, { ...fact, ...(floor ? { floor } : {}) }, looked);
  take();
  return context.record(space, {
    type: "SpendCaptured",
    id: captureId(id),
    at: context.at,
    purchase: id,
    bounds,
    amount,
  }, fresh ? { ...looked, drawn: true } : {}).logNumber;
}

function recordHold(
  context: DecisionContext,
  { fresh, expiresInMs = 0, ...input }: Purchase,
  { bounds, take }: {
    readonly bounds: readonly BoundName[];
    readonly take: () => void;
  },
): number {
  const { id, company, amount } = input;
  const expiresAt = context.at + expiresInMs * 1000;
  const { logNumber } = context.record(companySpace(company), {
    type: "HoldPlaced",
    id,
    at: context.at,
    bounds,
    amount,
    expiresAt,
  }, fresh ? { unknown: true } : {});
  take();
  keepHold(context, id, input);
  return logNumber;
}

/** What a refused decision means for a purchase. */
function reasonOf({ code }: Refusal): PurchaseReason {
  return code === "overloaded" || code === "node_stopping"
    ? "overloaded"
    : code === "amount_out_of_range"
    ? "amount_invalid"
    : "rights_unreachable";
}
