/**
 * What must hold of a company's books once all peers are equal: money is neither made nor lost, no balance is below zero,
 * and each purchase is charged as its callers were told.
 *
 * @module
 */
import {
  accountBound,
  balanceOf,
  type BoundName,
  cardBound,
  EXPENSE_FLOOR,
  expenseId,
  FLEET_COVERED,
  FLEET_EXPENSES,
  FLEET_ISSUED,
  floorBound,
  idText,
  type LogId,
  mayIssue,
  RIGHTS,
  type RightsSums,
  rightsTotal,
  type Row,
} from "../../../crdt/mod.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import type { Replica } from "../../../nodes/replica.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { countingFacts } from "../scenario_model.ts";
import {
  COMPANY,
  COMPANY_SPACE,
  type SimulatedPeer,
} from "../scenario_peers.ts";
import { CARDS, type FleetBook, type KnownPurchase } from "./fleet_book.ts";

/** More than a scenario has. */
const MANY = 500;

/**
 * Compares every peer that reads the company with what callers were told, and with itself.
 *
 * @param context The scenario.
 * @param book What callers know.
 * @param office A peer that reads every space.
 * @returns What is wrong.
 */
export function findWrongBooks(
  context: ScenarioContext,
  book: FleetBook,
  office: SimulatedPeer,
): string[] {
  const readers = context.mesh.peers.filter(({ role, reads }) =>
    role !== "branch" && (reads?.has(COMPANY_SPACE) ?? true)
  );
  const found = readers.flatMap(({ name, node }) =>
    node === undefined ? [] : [
      ...findBelowZero(context, node),
      ...findUnconserved(context, node),
      ...findDifferentSums(node),
      ...findWrongShown(node, office.node),
    ].map((text) => `${name}: ${text}`)
  );
  return [...found, ...findWrongPurchases(context, book, office)];
}

/** Whether nobody may have spent a right twice, and nothing that counted was cut off. */
function isSound({ suspects }: ScenarioContext): boolean {
  return suspects.cloned.size === 0 && suspects.revoked.size === 0;
}

const BOUNDS: readonly BoundName[] = [
  accountBound(COMPANY),
  floorBound(COMPANY),
  ...CARDS.map((card) => cardBound(COMPANY, card)),
];

/** A balance below zero that no observation explains. */
function findBelowZero(
  context: ScenarioContext,
  { replica: { reader } }: NodeWithParts,
): string[] {
  if (!isSound(context)) return [];
  return BOUNDS.flatMap((bound) => {
    const rows = reader.scan(RIGHTS, {
      prefix: [bound],
    }) as unknown as RightsSums[];
    const observed = rows.reduce((sum, row) => sum + row.observed, 0);
    const total = rightsTotal(reader, bound);
    return total + observed >= 0 &&
        rows.every((row) => balanceOf(row) + row.observed >= 0)
      ? []
      : [`${bound} has ${total} altogether: ${JSON.stringify(rows)}`];
  });
}

function isWhole({ register }: Replica): boolean {
  return [...register.all()].every(({ firstBody }) => firstBody === 1);
}

function issuedOf({ reader }: Replica, of: string, card: number): number {
  return reader.scan(FLEET_ISSUED, { prefix: [Number(COMPANY)] })
    .filter((row) =>
      row["of"] === of && row["card"] === card &&
      mayIssue(reader, COMPANY_SPACE, row["name"] as LogId)
    ).reduce((sum, row) => sum + Number(row["amount"]), 0);
}

const sumOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, row) => sum + Number(row["amount"]), 0);

function expensesOf({ reader }: Replica): Row[] {
  return reader.scan(FLEET_EXPENSES, { prefix: [Number(COMPANY)] });
}

const isFloor = (row: Row) => (Number(row["flags"]) & EXPENSE_FLOOR) !== 0;

/** What was issued and not spent is what there is; what was spent stands in the list of expenses. */
function findUnconserved(
  context: ScenarioContext,
  { replica }: NodeWithParts,
): string[] {
  if (!isSound(context)) return [];
  const { reader } = replica;
  const charged = expensesOf(replica).filter((row) =>
    row["accepted"] === 1 && !isFloor(row)
  );
  const paid = new Set(charged.map((row) => idText(row["id"] as Uint8Array)));
  // Where the copy counts that was paid by rights, the cover of the other took nothing or gave it back.
  const covered = sumOf(
    reader.scan(FLEET_COVERED, { prefix: [Number(COMPANY)] })
      .filter((row) => !paid.has(idText(row["id"] as Uint8Array))),
  );
  const account = accountBound(COMPANY);
  const should = issuedOf(replica, "account", -1) - sumOf(charged) - covered;
  const is = rightsTotal(reader, account);
  const found = is === should
    ? []
    : [`${account} has ${is}, not ${should}: money was made or lost`];
  return isWhole(replica) ? [...found, ...findUnspent(replica)] : found;
}

function paymentText(
  { purchase, bounds, amount }: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify([purchase, bounds, amount]);
}

/** Each bound by the facts themselves, read again from all logs. */
function findUnspent(replica: Replica): string[] {
  const spent = new Map<string, number>();
  const captures = countingFacts(replica)
    .filter((fact) => fact["type"] === "SpendCaptured");
  const payments = new Set(captures.map(paymentText));
  for (const fact of captures) {
    // What stood in the place of a payment is given back, or due.
    const other = fact["insteadOf"] as Readonly<Record<string, unknown>>;
    if (other !== undefined && payments.has(paymentText(other))) continue;
    for (const bound of fact["bounds"] as string[]) {
      spent.set(bound, (spent.get(bound) ?? 0) + Number(fact["amount"]));
    }
  }
  return BOUNDS.flatMap((bound) => {
    const [of = "", name = ""] = bound.split(":");
    const card = Number(name.split("/")[1] ?? -1);
    const should = issuedOf(replica, of, card) - (spent.get(bound) ?? 0);
    const is = rightsTotal(replica.reader, bound);
    return is === should ? [] : [
      `${bound} has ${is}, not ${should} after ${spent.get(bound) ?? 0} spent`,
    ];
  });
}

/** Sums that are shown against the list that they sum up. */
function findDifferentSums({ replica, useCases }: NodeWithParts): string[] {
  const charged = expensesOf(replica).filter((row) => row["accepted"] === 1);
  const covered = new Set(
    replica.reader.scan(FLEET_COVERED, { prefix: [Number(COMPANY)] })
      .map((row) => idText(row["id"] as Uint8Array)),
  );
  const open = charged.filter((row) =>
    isFloor(row) && !covered.has(idText(row["id"] as Uint8Array))
  );
  const view = useCases.fleet.company(COMPANY);
  const is = [view?.expenses, view?.spent, view?.floorOpen];
  const should = [charged.length, sumOf(charged), sumOf(open)];
  const cards = CARDS.flatMap((card) => {
    const of = charged.filter((row) => row["card"] === Number(card));
    const seen = useCases.fleet.card(COMPANY, card);
    return seen === undefined || seen.spent === sumOf(of) ? [] : [
      `card ${card} spent ${seen.spent}, not ${sumOf(of)}`,
    ];
  });
  return String(is) === String(should)
    ? cards
    : [...cards, `the company shows ${is}, not ${should}`];
}

/** What people see of the company is the same everywhere. */
function findWrongShown(
  node: NodeWithParts,
  office: NodeWithParts | undefined,
): string[] {
  const shown = ({ useCases: { fleet } }: NodeWithParts) => {
    const view = fleet.company(COMPANY);
    const common = view && { ...view, free: 0, issuer: false };
    const cards = fleet.cards({ company: COMPANY, limit: MANY }).items;
    const months = fleet.settlements({ company: COMPANY, limit: MANY }).items;
    return JSON.stringify([common, cards, months]);
  };
  const [is, should] = [shown(node), office && shown(office)];
  return is === should ? [] : [`the company is ${is}, not ${should}`];
}

/** The books against what callers asked for and were told. */
function findWrongPurchases(
  context: ScenarioContext,
  book: FleetBook,
  { name, node }: SimulatedPeer,
): string[] {
  if (node === undefined) return [`${name} is down`];
  const accepted = Map.groupBy(
    expensesOf(node.replica).filter((row) => row["accepted"] === 1),
    (row) => idText(row["id"] as Uint8Array),
  );
  const known = new Set(book.purchases.map(({ input }) => input.id));
  const strange = [...accepted.keys()].filter((id) => !known.has(id))
    .map((id) => `${id} is charged, for which nobody asked`);
  const found = book.purchases.flatMap((purchase) =>
    findWrongPurchase(context, purchase, accepted.get(purchase.input.id) ?? [])
  );
  return [...strange, ...found].map((text) => `${name}: ${text}`);
}

function findWrongPurchase(
  context: ScenarioContext,
  { input, held, asked, answered, accepted, amounts }: KnownPurchase,
  rows: readonly Row[],
): string[] {
  const { id, amount, company } = input;
  const found: string[] = [];
  // A hold that exists twice may be captured twice, with different amounts.
  const isOnce = !held || isSound(context);
  if (rows.length > 1 && isOnce) {
    found.push(`${id} is charged ${rows.length} times`);
  }
  const fact = context.model.facts.get(expenseId(id));
  const mayBeLost = fact?.mayBeLost === true || fact?.isCut === true;
  if (accepted > 0 && rows.length === 0 && !mayBeLost && isSound(context)) {
    found.push(`${id} was accepted and is not charged`);
  }
  if (accepted === 0 && answered === asked && rows.length > 0) {
    found.push(`${id} was refused ${asked} times and is charged`);
  }
  if (company !== COMPANY && rows.length > 0) {
    found.push(`${id} of a company that nobody knows is charged`);
  }
  for (const row of rows) {
    if (amounts.has(Number(row["amount"]))) continue;
    found.push(`${id} is charged with ${row["amount"]}, not ${amount}`);
  }
  return found;
}
