/**
 * The folds of fleet cards: cards, expenses and their sums, what waits for a confirmation or a cover, and settlements.
 * What issuers make and what is captured moves money in `rights.ts`; here it only stands in lists.
 *
 * @module
 */
import type { BoundName } from "./bounds.ts";
import type { DirectoryChanged } from "./directory_facts.ts";
import {
  type CardRegistered,
  type CompanyId,
  type ExpenseDecided,
  type FleetSettled,
  type FloorCovered,
  parseCardId,
  parseCompanyId,
  type VerdictConfirmed,
} from "./fleet_facts.ts";
import {
  EXPENSE_FLOOR,
  EXPENSE_SUSPECT,
  FLEET_CARD_SUMS,
  FLEET_CARDS,
  FLEET_COMPANIES,
  FLEET_CONFIRMED,
  FLEET_COVERED,
  FLEET_EXPENSES,
  FLEET_FLOOR,
  FLEET_ISSUED,
  FLEET_MARKED,
  FLEET_MONTHS,
  FLEET_ROUTED,
  FLEET_SETTLEMENTS,
} from "./fleet_tables.ts";
import { type Fold, type FoldRows, type LogFact, toggled } from "./fold.ts";
import type { RightsIssued } from "./rights_facts.ts";
import type { Row } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** The card that stands for all cards of a company. */
export const ALL_CARDS: number = -1;

function addToCompany(
  rows: FoldRows,
  company: CompanyId | number,
  deltas: Readonly<Record<string, number>>,
): void {
  rows.increment(FLEET_COMPANIES, { company: Number(company) }, deltas);
}

/** Cards, from `CardRegistered`. */
export const cardRegisteredFold: Fold<CardRegistered> = toggled(
  (rows, { fact, stamp, log: name, logNumber: log, seq }, sign) => {
    const key = { company: Number(fact.company), card: Number(fact.card) };
    const id = idBytes(fact.id);
    const registered = () =>
      Number(
        rows.get(FLEET_CARD_SUMS, [key.company, key.card])?.["registered"] ?? 0,
      );
    const before = registered();
    rows.increment(FLEET_CARD_SUMS, key, { registered: sign });
    const cards = Math.sign(registered()) - Math.sign(before);
    addToCompany(rows, fact.company, { known: sign, cards });
    if (sign === 1) {
      rows.put(FLEET_CARDS, {
        ...key,
        stamp,
        name,
        log,
        seq,
        id,
        at: fact.at,
        first: fact.limit,
        automatic: fact.automatic === true ? 1 : 0,
      });
    } else {
      rows.delete(FLEET_CARDS, [key.company, key.card, stamp, name, seq, id]);
    }
  },
);

/** Expenses, from `ExpenseDecided`. */
export const expenseFold: Fold<ExpenseDecided> = toggled(
  (rows, placed, sign) => {
    const { fact, logNumber: log } = placed;
    const row = expenseRow(placed);
    const key = [Number(fact.company), fact.at, idBytes(fact.purchase), log];
    if (sign === 1) rows.put(FLEET_EXPENSES, row);
    else rows.delete(FLEET_EXPENSES, key);
    sumExpense(rows, fact, sign);
    markExpense(rows, fact, { log, sign });
    if (isRouted(fact)) toggleRouted(rows, fact, { log, sign });
    if (fact.accepted && fact.floor === true) {
      toggleFloor(rows, fact, { log, sign });
    }
  },
);

/** Whether a regional office has to confirm the verdict. */
function isRouted({ route, source }: ExpenseDecided): boolean {
  return route !== undefined && (route.regional !== "" || source === "import");
}

function expenseRow(
  { fact, logNumber: log, seq }: LogFact<ExpenseDecided>,
): Row {
  const { site, province, station, pump } = fact.place;
  return {
    company: Number(fact.company),
    at: fact.at,
    id: idBytes(fact.purchase),
    log,
    seq,
    card: Number(fact.card),
    amount: fact.amount,
    currency: fact.currency,
    exponent: fact.exponent,
    date: fact.date,
    liters: fact.liters ?? null,
    place: JSON.stringify([
      site ?? null,
      province ?? null,
      station ?? null,
      pump ?? null,
    ]),
    route: fact.route === undefined ? null : JSON.stringify(fact.route),
    source: fact.source,
    accepted: fact.accepted ? 1 : 0,
    reason: fact.reason ?? null,
    flags: (fact.suspect === true ? EXPENSE_SUSPECT : 0) |
      (fact.floor === true ? EXPENSE_FLOOR : 0),
  };
}

function sumExpense(rows: FoldRows, fact: ExpenseDecided, sign: 1 | -1): void {
  const { amount, date } = fact;
  if (!fact.accepted) return addToCompany(rows, fact.company, { known: sign });
  const company = Number(fact.company);
  const card = Number(fact.card);
  const deltas = { expenses: sign, spent: sign * amount };
  const month = date.slice(0, 7);
  addToCompany(rows, company, { known: sign, ...deltas });
  rows.increment(FLEET_CARD_SUMS, { company, card }, deltas);
  rows.increment(FLEET_MONTHS, { company, month, card }, deltas);
  rows.increment(FLEET_MONTHS, { company, month, card: ALL_CARDS }, deltas);
}

/** Where a fact stands, and whether its rows come or go. */
interface Placing {
  readonly log: number;
  readonly sign: 1 | -1;
}

function markExpense(
  rows: FoldRows,
  fact: ExpenseDecided,
  { log, sign }: Placing,
): void {
  const marks = [
    ...(fact.reason === undefined ? [] : [fact.reason, "refused"]),
    ...(fact.suspect === true ? ["suspect"] : []),
  ];
  const company = Number(fact.company);
  const id = idBytes(fact.purchase);
  for (const mark of marks) {
    if (sign === 1) {
      rows.put(FLEET_MARKED, { company, mark, at: fact.at, id, log });
    } else rows.delete(FLEET_MARKED, [company, mark, fact.at, id, log]);
  }
}

function toggleRouted(
  rows: FoldRows,
  fact: ExpenseDecided,
  { log, sign }: Placing,
): void {
  const company = Number(fact.company);
  const id = idBytes(fact.purchase);
  if (sign === -1) {
    return rows.delete(FLEET_ROUTED, [company, id, fact.at, log]);
  }
  const known = rows.get(FLEET_CONFIRMED, [company, id]) !== undefined;
  const confirmed = known ? 1 : 0;
  rows.put(FLEET_ROUTED, { company, id, at: fact.at, log, confirmed });
}

function toggleFloor(
  rows: FoldRows,
  { company: of, card: by, purchase, at, amount, date }: ExpenseDecided,
  { log, sign }: Placing,
): void {
  const company = Number(of);
  const card = Number(by);
  const month = date.slice(0, 7);
  const id = idBytes(purchase);
  const known = rows.scan(FLEET_COVERED, { prefix: [company, id], limit: 1 });
  const covered = known.length > 0 ? 1 : 0;
  if (sign === 1) {
    rows.put(FLEET_FLOOR, {
      company,
      id,
      at,
      log,
      card,
      month,
      amount,
      covered,
    });
  } else rows.delete(FLEET_FLOOR, [company, id, at, log]);
  if (covered === 0) {
    addToCompany(rows, company, { "open_count": sign, open: sign * amount });
  } else addCovered(rows, { company, month }, sign * amount);
}

function addCovered(
  rows: FoldRows,
  place: { readonly company: number; readonly month: string },
  covered: number,
): void {
  rows.increment(FLEET_MONTHS, { ...place, card: ALL_CARDS }, { covered });
}

/** Confirmations, from `VerdictConfirmed`. */
export const verdictConfirmedFold: Fold<VerdictConfirmed> = toggled(
  (rows, { fact }, sign) => {
    const company = Number(fact.company);
    const id = idBytes(fact.purchase);
    if (sign === 1) rows.put(FLEET_CONFIRMED, { company, id, at: fact.at });
    else rows.delete(FLEET_CONFIRMED, [company, id]);
    for (const row of rows.scan(FLEET_ROUTED, { prefix: [company, id] })) {
      rows.put(FLEET_ROUTED, { ...row, confirmed: sign === 1 ? 1 : 0 });
    }
  },
);

/** Covers of floor expenses, from `FloorCovered`. */
export const floorCoveredFold: Fold<FloorCovered> = toggled(
  (rows, { fact }, sign) => {
    const company = Number(fact.company);
    const id = idBytes(fact.purchase);
    const { amount, at } = fact;
    if (sign === 1) rows.put(FLEET_COVERED, { company, id, amount, at });
    else rows.delete(FLEET_COVERED, [company, id, amount]);
    const known = rows.scan(FLEET_COVERED, { prefix: [company, id], limit: 1 });
    const covered = known.length > 0 ? 1 : 0;
    for (const row of rows.scan(FLEET_FLOOR, { prefix: [company, id] })) {
      if (row["covered"] === covered) continue;
      rows.put(FLEET_FLOOR, { ...row, covered });
      const open = covered === 1 ? -1 : 1;
      const sum = open * Number(row["amount"]);
      addToCompany(rows, company, { "open_count": open, open: sum });
      addCovered(rows, { company, month: String(row["month"]) }, -sum);
    }
  },
);

/** What a bound of a company guards; undefined for another. */
function issuedOf(
  bound: BoundName,
): { company: number; of: string; card: number } | undefined {
  const [of = "", rest = ""] = bound.split(":");
  const [id, card, period] = rest.split("/");
  const company = parseCompanyId(id);
  if (company === undefined || period !== undefined) return undefined;
  if (of === "account" || of === "floor") {
    return { company: Number(company), of, card: ALL_CARDS };
  }
  const known = of === "card" ? parseCardId(card) : undefined;
  return known === undefined
    ? undefined
    : { company: Number(company), of, card: Number(known) };
}

/** What issuers made and destroyed, from `RightsIssued`. */
export const fleetIssuedFold: Fold<RightsIssued> = toggled(
  (rows, { fact, stamp, log: name, logNumber: log, seq }, sign) => {
    const issued = issuedOf(fact.bound);
    if (issued === undefined) return;
    const { company } = issued;
    const id = idBytes(fact.id);
    addToCompany(rows, company, { known: sign });
    if (sign === -1) {
      return rows.delete(FLEET_ISSUED, [company, stamp, name, seq, id]);
    }
    const { at, amount } = fact;
    rows.put(FLEET_ISSUED, {
      ...issued,
      stamp,
      name,
      log,
      seq,
      id,
      at,
      amount,
    });
  },
);

/** Settlements, from `FleetSettled`. */
export const fleetSettledFold: Fold<FleetSettled> = toggled(
  (rows, { fact, stamp, log: name, logNumber: log, seq }, sign) => {
    const company = Number(fact.company);
    const { month, at, count, amount } = fact;
    const id = idBytes(fact.id);
    if (sign === -1) {
      const key = [company, month, stamp, name, seq, id];
      return rows.delete(FLEET_SETTLEMENTS, key);
    }
    rows.put(FLEET_SETTLEMENTS, {
      company,
      month,
      stamp,
      name,
      log,
      seq,
      id,
      at,
      covers: JSON.stringify(fact.covers.map((one) => [one.log, one.seq])),
      count,
      amount,
      "floor_settled": fact.floorSettled,
      by: fact.by === undefined ? null : JSON.stringify(fact.by),
    });
  },
);

/**
 * Makes a fold of a directory's changes note companies that have a name.
 *
 * @param fold The fold of directories.
 * @returns The fold.
 */
export function withCompanies(
  fold: Fold<DirectoryChanged>,
): Fold<DirectoryChanged> {
  const note = (rows: FoldRows, fact: DirectoryChanged, sign: 1 | -1) => {
    const [kind, id] = fact.space.split(":");
    const company = kind === "company" ? parseCompanyId(id) : undefined;
    if (company === undefined || fact.subject !== `company/${company}`) return;
    addToCompany(rows, company, { known: sign });
  };
  return {
    add(rows, placed) {
      fold.add(rows, placed);
      note(rows, placed.fact, 1);
    },
    remove(rows, placed) {
      fold.remove(rows, placed);
      note(rows, placed.fact, -1);
    },
  };
}
