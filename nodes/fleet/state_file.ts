/**
 * Taking over an original company's state and giving it back: balance, cards, expenses and verdicts that wait. An import
 * that a crash cut off goes on where it ended: its facts have ids that follow from the file. The account's money comes
 * last, so that nothing is sold of half a company.
 *
 * @module
 */
import {
  accountBound,
  type BoundName,
  cardBound,
  type CardId,
  type CompanyId,
  type ExpenseDecided,
  expenseId,
  type ExpenseRoute,
  type Fact,
  type FactId,
  FACTS,
  fixedFactId,
  FLEET_CARD_SUMS,
  FLEET_EXPENSES,
  FLEET_NUMBER_MAX,
  FLEET_ROUTED,
  idBytes,
  logFactId,
  ok,
  parseCardId,
  parseCompanyId,
  type Reader,
  type Result,
  type Row,
  sha256,
  type TableSchema,
  toHex,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { FLEET_IMPORTS } from "../tables.ts";
import type { Refusal } from "../use_cases.ts";
import { decideExactly, logFactIds, refuse } from "../use_cases/context.ts";
import {
  companyBalance,
  companySpace,
  FLEET_MONEY,
  type FleetContext,
  isKnown,
  mayChange,
  openCompanyLog,
  refuseChange,
  totalOf,
} from "./fleet_context.ts";
import type {
  CompanyView,
  FleetStateFile,
  FleetUseCases,
} from "./fleet_use_cases.ts";
import { findCompany } from "./fleet_views.ts";

/** Facts that one decision of an import records. */
const STEP_FACTS = 500;
/** Rows that one look of an export reads. */
const EXPORT_ROWS = 1000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

type StateFiles = Pick<FleetUseCases, "importState" | "exportState">;
type Confirmation = FleetStateFile["confirmations"][number];

/** A fact to record, and for one that makes rights the id from which its own follows. */
type Draft =
  | { readonly fact: Fact }
  | { readonly id: FactId; readonly bound: BoundName; readonly amount: number };

function isAmount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= FLEET_NUMBER_MAX;
}

function keyOf(card: CardId, amount: number, date: string): string {
  return `${card} ${amount} ${date}`;
}

/** Why a state cannot be taken over; undefined if it can. */
function problemOf(state: FleetStateFile): string | undefined {
  if (parseCompanyId(state.company) === undefined) {
    return "the company's number";
  }
  if (!isAmount(state.balance)) return "the balance";
  const cards = new Set<CardId>();
  const expenses = new Map<string, number>();
  for (const { card, limit, expenses: of } of state.cards) {
    if (parseCardId(card) === undefined || cards.has(card)) {
      return `card ${card}: its number`;
    }
    cards.add(card);
    if (!isAmount(limit)) return `card ${card}: its limit`;
    for (const { amount, date } of of) {
      if (!isAmount(amount) || !DATE.test(date)) {
        return `card ${card}: an expense`;
      }
      const key = keyOf(card, amount, date);
      expenses.set(key, (expenses.get(key) ?? 0) + 1);
    }
  }
  for (
    const { card, amount, date, accepted, timestamp } of state.confirmations
  ) {
    const isFine = parseCardId(card) !== undefined && isAmount(amount) &&
      DATE.test(date) && Number.isSafeInteger(timestamp * 1_000_000) &&
      timestamp >= 0;
    if (!isFine) return `a confirmation of card ${card}`;
    if (!accepted) continue;
    const key = keyOf(card, amount, date);
    const left = (expenses.get(key) ?? 0) - 1;
    if (left < 0) return `a confirmation of card ${card} without its expense`;
    expenses.set(key, left);
  }
  return undefined;
}

function routeOf({ route, retries }: Confirmation): ExpenseRoute {
  return { ...route, retries };
}

function expenseOf(
  company: CompanyId,
  { purchase, card, amount, date, at, route }: {
    readonly purchase: FactId;
    readonly card: CardId;
    readonly amount: number;
    readonly date: string;
    readonly at: number;
    readonly route?: ExpenseRoute | undefined;
  },
): ExpenseDecided {
  return {
    type: "ExpenseDecided",
    id: expenseId(purchase),
    at,
    purchase,
    company,
    card,
    amount,
    ...FLEET_MONEY,
    date,
    place: {},
    ...(route === undefined ? {} : { route }),
    source: "import",
    accepted: true,
  };
}

/** The facts of a card and its expenses, in their order. */
function* cardDrafts(
  company: CompanyId,
  { card, limit, expenses }: FleetStateFile["cards"][number],
  { waiting, now }: {
    readonly waiting: Map<string, Confirmation[]>;
    readonly now: number;
  },
): Generator<Draft> {
  const id = fixedFactId(["import", company, "card", card]);
  yield {
    fact: { type: "CardRegistered", id, at: now, company, card, limit },
  };
  if (limit > 0) yield { id, bound: cardBound(company, card), amount: limit };
  let at = 0;
  for (const [i, { amount, date }] of expenses.entries()) {
    // Days have no time, and the list's order is kept.
    const day = Date.parse(`${date}T00:00:00Z`) * 1000;
    at = Math.max(at + 1, Number.isNaN(day) ? now : day);
    const confirmation = waiting.get(keyOf(card, amount, date))?.shift();
    const route = confirmation === undefined
      ? undefined
      : routeOf(confirmation);
    if (confirmation !== undefined) {
      at = Math.max(at, confirmation.timestamp * 1_000_000);
    }
    const purchase = fixedFactId(["import", company, card, `${i}`]);
    yield {
      fact: expenseOf(company, { purchase, card, amount, date, at, route }),
    };
  }
}

/** Everything that a state says, as facts; the account's money last. */
function* drafts(state: FleetStateFile, now: number): Generator<Draft> {
  const { company, confirmations } = state;
  const waiting = new Map<string, Confirmation[]>();
  for (const one of confirmations.filter(({ accepted }) => accepted)) {
    const key = keyOf(one.card, one.amount, one.date);
    waiting.set(key, [...waiting.get(key) ?? [], one]);
  }
  for (const card of state.cards) {
    yield* cardDrafts(company, card, { waiting, now });
  }
  const refused = confirmations.filter(({ accepted }) => !accepted);
  for (const [i, one] of refused.entries()) {
    const { card, amount, date, timestamp } = one;
    const purchase = fixedFactId(["import", company, "refused", `${i}`]);
    const at = timestamp * 1_000_000;
    const route = routeOf(one);
    const fact = expenseOf(company, {
      purchase,
      card,
      amount,
      date,
      at,
      route,
    });
    // The file does not say why.
    yield { fact: { ...fact, accepted: false, reason: "limit_insufficient" } };
  }
  yield {
    fact: {
      type: "DirectoryChanged",
      id: fixedFactId(["import", company, "company"]),
      at: now,
      space: companySpace(company),
      subject: `company/${company}`,
      field: "imported",
      value: true,
      over: [],
    },
  };
  if (state.balance === 0) return;
  yield {
    id: fixedFactId(["import", company, "account"]),
    bound: accountBound(company),
    amount: state.balance,
  };
}

function isHere(context: DecisionContext, id: FactId): boolean {
  return context.rows.scan(FACTS, { prefix: [idBytes(id)], limit: 1 }).length >
    0;
}

/** Records what is not here yet. */
function record(
  use: FleetContext,
  context: DecisionContext,
  { company, draft }: { readonly company: CompanyId; readonly draft: Draft },
): void {
  const space = companySpace(company);
  if ("fact" in draft) {
    if (!isHere(context, draft.fact.id)) context.record(space, draft.fact);
    return;
  }
  const { id, bound, amount } = draft;
  const { name } = context.log(space);
  const ids = logFactIds(use.replica, { space, id, log: name });
  if (ids.some((one) => isHere(context, one))) return;
  context.record(space, {
    type: "RightsIssued",
    id: logFactId(name, id),
    at: context.at,
    bound,
    amount,
  });
}

/** Notes that an import begins or goes on; refused for a company that is known otherwise. */
async function begin(
  use: FleetContext,
  company: CompanyId,
  digest: string,
): Promise<Result<null, Refusal>> {
  const opened = await openCompanyLog(use, company);
  if (!opened.ok) return opened;
  return await decideExactly(use.replica, (context) => {
    const row = context.writer.get(FLEET_IMPORTS, [Number(company)]);
    const goesOn = row?.["digest"] === digest && row["done"] === 0;
    if (!goesOn && (row !== undefined || isKnown(context.rows, company))) {
      return refuse("company_exists", `Company ${company} is known already`, {
        company,
      });
    }
    setImport(context, company, { digest, done: 0 });
    return ok(null);
  });
}

function setImport(
  { writer }: DecisionContext,
  company: CompanyId,
  state: { readonly digest: string; readonly done: 0 | 1 },
): void {
  writer.put(FLEET_IMPORTS, { company: Number(company), ...state });
}

async function importState(
  use: FleetContext,
  state: FleetStateFile,
): Promise<Result<CompanyView, Refusal>> {
  const { replica } = use;
  const { company } = state;
  const problem = problemOf(state);
  if (problem !== undefined) {
    return refuse("invalid_argument", `The state cannot be read: ${problem}`);
  }
  if (!mayChange(use, replica.reader, company)) return refuseChange(company);
  const text = new TextEncoder().encode(JSON.stringify(state));
  const digest = toHex(sha256(text));
  const begun = await begin(use, company, digest);
  if (!begun.ok) return begun;
  const all = drafts(state, replica.at);
  for (let ended = false; !ended;) {
    const step: Draft[] = [];
    while (step.length < STEP_FACTS) {
      const next = all.next();
      ended = next.done === true;
      if (next.done === true) break;
      step.push(next.value);
    }
    const done = await decideExactly(replica, (context) => {
      for (const draft of step) record(use, context, { company, draft });
      if (ended) setImport(context, company, { digest, done: 1 });
      return ok(null);
    });
    if (!done.ok) return done;
  }
  const view = findCompany(use, company);
  return view === undefined
    ? refuse("company_unknown", `Nobody knows company ${company}`)
    : ok(view);
}

/** All rows of a list, some at a time. */
function* rowsOf(
  rows: Reader,
  table: TableSchema,
  { index, prefix, columns }: {
    readonly index?: string;
    readonly prefix: readonly (string | number)[];
    readonly columns: readonly string[];
  },
): Generator<Row> {
  let after = {};
  for (;;) {
    const page = rows.scan(table, {
      ...(index === undefined ? {} : { index }),
      prefix,
      ...after,
      limit: EXPORT_ROWS,
    });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < EXPORT_ROWS) return;
    after = { after: columns.map((column) => last[column] ?? null) };
  }
}

function saturated(amount: number): number {
  return Math.min(amount, FLEET_NUMBER_MAX);
}

function exportCards(
  rows: Reader,
  company: CompanyId,
): FleetStateFile["cards"] {
  const cards = [...rowsOf(rows, FLEET_CARD_SUMS, {
    prefix: [Number(company)],
    columns: ["card"],
  })].filter((row) => Number(row["registered"]) > 0);
  return cards.map((row) => {
    const card = String(row["card"]) as CardId;
    const expenses = [...rowsOf(rows, FLEET_EXPENSES, {
      index: "by_card",
      prefix: [Number(company), Number(card)],
      columns: ["at", "id", "log"],
    })].filter((one) => one["accepted"] === 1).map((one) => ({
      amount: saturated(Number(one["amount"])),
      date: String(one["date"]),
    }));
    const limit = saturated(totalOf(rows, cardBound(company, card)));
    return { card, limit, expenses };
  });
}

function exportConfirmations(
  rows: Reader,
  company: CompanyId,
): FleetStateFile["confirmations"] {
  const routed = rowsOf(rows, FLEET_ROUTED, {
    index: "by_company",
    prefix: [Number(company), 0],
    columns: ["at", "id", "log"],
  });
  return [...routed].flatMap((row) => {
    const key = FLEET_EXPENSES.key.map((column) => row[column] ?? null);
    const found = rows.get(FLEET_EXPENSES, key);
    if (found === undefined) return [];
    const { retries = 0, ...route } = JSON.parse(String(found["route"]));
    return [{
      route,
      card: String(found["card"]) as CardId,
      amount: saturated(Number(found["amount"])),
      date: String(found["date"]),
      accepted: found["accepted"] === 1,
      timestamp: Math.floor(Number(found["at"]) / 1_000_000),
      retries,
    }];
  });
}

/**
 * Makes the use-cases about state files.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createStateFiles(use: FleetContext): StateFiles {
  return {
    importState: (state) => importState(use, state),
    exportState(company) {
      const { reader } = use.replica;
      if (!isKnown(reader, company)) return undefined;
      return {
        company,
        balance: saturated(companyBalance(reader, company)),
        cards: exportCards(reader, company),
        confirmations: exportConfirmations(reader, company),
      };
    },
  };
}
