/**
 * Cash sessions: a till's drawer is opened with a float, takes cash in and out, is counted and closed. A drawer is the
 * business of its own node alone, so one log never has two that are open.
 *
 * @module
 */
import {
  businessDate,
  CASH_CLOSES,
  CASH_SESSIONS,
  currencyExponent,
  type Fact,
  type FactId,
  FACTS,
  idBytes,
  type Money,
  ok,
  PAYMENT_METHOD,
  PAYMENTS_MAX,
  rescale,
  type Result,
  type Row,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Page, Refusal } from "../answers.ts";
import type { DecisionContext } from "../replica.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
  type UseCaseContext,
} from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import { receiptDigits } from "../use_cases/record_sale.ts";
import { openSessionRow } from "./drawer.ts";
import {
  expectedOf,
  placeOf,
  sessionRow,
  sessionView,
  toPayments,
} from "./session_view.ts";
import type {
  CashSessionView,
  MethodAmount,
  TillUseCases,
} from "./till_use_cases.ts";

/** Most sessions that one page of open ones looks through. */
const SESSIONS_LOOKED_MAX = 5000;

type CashUseCases = Pick<
  TillUseCases,
  | "openCashSession"
  | "moveCash"
  | "closeCashSession"
  | "openSession"
  | "cashSession"
  | "cashSessions"
>;

/** Amounts that no drawer holds. */
function refuseAmount() {
  return refuse(
    "invalid_argument",
    "Cash is moved by an amount above 0, and a drawer holds 0 or more",
  );
}

function refuseClosed() {
  return refuse(
    "cash_session_unknown",
    "This till's drawer is not open, or it is another session that is",
  );
}

/** Decimal places that hold all amounts, at least those of the currency. */
function exponentOf(amounts: readonly Money[], currency: string): number {
  return amounts.reduce(
    (most, { exponent }) => Math.max(most, exponent),
    currencyExponent(currency),
  );
}

/** What was decided about a session: a repeat of an id, or a new fact. */
type Decided = Result<FactId, Refusal>;

/** Records a fact of a drawer, once under its id. */
function recordOnce(
  context: DecisionContext,
  site: SiteCode,
  { fact, isGiven, session }: {
    readonly fact: Fact;
    readonly isGiven: boolean;
    readonly session: FactId;
  },
): Decided {
  const space = siteSpace(site);
  const repeat = isGiven ? findRepeat(context, space, fact) : undefined;
  if (repeat === "other") return refuseReuse(fact.id);
  if (repeat === undefined) context.record(space, fact);
  return ok(session);
}

/** The session that a fact under this id names; a repeat may come when the drawer is closed already. */
function sessionNamed(
  context: DecisionContext,
  { id, site }: {
    readonly id: FactId | undefined;
    readonly site: SiteCode;
  },
): FactId | undefined {
  if (id === undefined) return undefined;
  const bytes = idBytes(id);
  for (const row of context.rows.scan(FACTS, { prefix: [bytes] })) {
    const place = [Number(row["log"]), Number(row["seq"])] as const;
    const fact = context.spaceOf(place[0]) === siteSpace(site)
      ? context.read(...place, bytes)?.fact
      : undefined;
    if (fact?.type === "CashMoved" || fact?.type === "CashSessionClosed") {
      return fact.session;
    }
  }
  return undefined;
}

/** The session that is meant: that of a repeat, else the one that is open. */
function meantSession(
  { drawer }: UseCaseContext,
  context: DecisionContext,
  { site, input: { id, session } }: {
    readonly site: SiteCode;
    readonly input: {
      readonly id?: FactId | undefined;
      readonly session?: FactId | undefined;
    };
  },
): Row | undefined {
  const meant = sessionNamed(context, { id, site }) ??
    drawer.session(context.rows);
  return meant === undefined || (session !== undefined && session !== meant)
    ? undefined
    : sessionRow(context.rows, meant);
}

function checkCounted(
  counted: readonly MethodAmount[],
  currency: string,
): Result<null, Refusal> {
  const methods = new Set(counted.map(({ method }) => method));
  const isSound = methods.size === counted.length &&
    counted.length <= PAYMENTS_MAX &&
    counted.every(({ method, amount }) =>
      PAYMENT_METHOD.test(method) && amount.units >= 0
    );
  if (!isSound) {
    return refuse(
      "payment_invalid",
      "What is counted is 0 or more, each method once",
    );
  }
  return counted.every(({ amount }) => amount.currency === currency)
    ? ok(null)
    : refuseCurrency(currency);
}

function refuseCurrency(currency: string) {
  return refuse("currency_mismatch", `The drawer holds ${currency}`);
}

function decideOpen(
  use: UseCaseContext,
  context: DecisionContext,
  { site, input }: {
    readonly site: SiteCode;
    readonly input: Parameters<CashUseCases["openCashSession"]>[0];
  },
): Decided {
  const { float } = input;
  if (float.units < 0) return refuseAmount();
  // A drawer of another currency would expect nothing of what is sold.
  const { currency } = use.node;
  if (float.currency !== currency) return refuseCurrency(currency);
  const exponent = exponentOf([float], float.currency);
  const id = input.id ?? context.newId();
  const fact: Fact = {
    type: "CashSessionOpened",
    id,
    at: context.at,
    site,
    date: businessDate(context.at, use.node.timezone),
    till: input.till ?? receiptDigits(context.log(siteSpace(site)).name),
    float: rescale(float, exponent).units,
    currency: float.currency,
    exponent,
    ...(input.by === undefined ? {} : { by: input.by }),
  };
  const isKnown = input.id !== undefined &&
    sessionRow(context.rows, input.id) !== undefined;
  if (!isKnown && use.drawer.session(context.rows) !== undefined) {
    return refuse("cash_session_open", "This till's drawer is open already");
  }
  use.drawer.changed();
  const isGiven = input.id !== undefined;
  return recordOnce(context, site, { fact, isGiven, session: id });
}

function decideMove(
  use: UseCaseContext,
  context: DecisionContext,
  { site, input }: {
    readonly site: SiteCode;
    readonly input: Parameters<CashUseCases["moveCash"]>[0];
  },
): Decided {
  const { amount, direction, reason } = input;
  if (amount.units <= 0) return refuseAmount();
  const meant = meantSession(use, context, { site, input });
  if (meant === undefined) return refuseClosed();
  const currency = String(meant["currency"]);
  if (amount.currency !== currency) return refuseCurrency(currency);
  const exponent = exponentOf([amount], currency);
  const session = meant["id"] as FactId;
  const fact: Fact = {
    type: "CashMoved",
    id: input.id ?? context.newId(),
    at: context.at,
    site,
    date: businessDate(context.at, use.node.timezone),
    session,
    direction,
    amount: rescale(amount, exponent).units,
    currency,
    exponent,
    reason,
    ...(input.by === undefined ? {} : { by: input.by }),
  };
  const isGiven = input.id !== undefined;
  return recordOnce(context, site, { fact, isGiven, session });
}

function decideClose(
  use: UseCaseContext,
  context: DecisionContext,
  { site, input }: {
    readonly site: SiteCode;
    readonly input: Parameters<CashUseCases["closeCashSession"]>[0];
  },
): Decided {
  const row = meantSession(use, context, { site, input });
  if (row === undefined) return refuseClosed();
  const currency = String(row["currency"]);
  const checked = checkCounted(input.counted, currency);
  if (!checked.ok) return checked;
  const expected = expectedOf(context.rows, row);
  const counted = input.counted.map(({ amount }) => amount);
  const exponent = exponentOf(
    [...counted, ...expected.map(({ amount }) => amount)],
    currency,
  );
  const session = row["id"] as FactId;
  const fact: Fact = {
    type: "CashSessionClosed",
    id: input.id ?? context.newId(),
    at: context.at,
    site,
    date: businessDate(context.at, use.node.timezone),
    session,
    counted: toPayments(input.counted, exponent),
    expected: toPayments(expected, exponent),
    currency,
    exponent,
    ...(input.note === undefined ? {} : { note: input.note }),
    ...(input.by === undefined ? {} : { by: input.by }),
  };
  use.drawer.changed();
  const isGiven = input.id !== undefined;
  return recordOnce(context, site, { fact, isGiven, session });
}

/**
 * Makes the use-cases about cash sessions.
 *
 * @param use The node, its replica and its drawer.
 * @returns The use-cases.
 */
export function createCashUseCases(use: UseCaseContext): CashUseCases {
  const { node, replica } = use;
  const decide = async <T>(
    input: T,
    run: (
      use: UseCaseContext,
      context: DecisionContext,
      asked: { readonly site: SiteCode; readonly input: T },
    ) => Decided,
  ): Promise<Result<CashSessionView, Refusal>> => {
    const { site } = node;
    if (site === null) {
      return refuse("forbidden", "This node has no site, so it has no drawer");
    }
    const decided = await decideExactly(
      replica,
      (context) => run(use, context, { site, input }),
    );
    if (!decided.ok) return decided;
    const row = sessionRow(replica.reader, decided.value);
    return row === undefined
      ? refuse("forbidden", "The session was stored and does not count")
      : ok(sessionView(replica.reader, row));
  };
  return {
    openCashSession: (input) => decide(input, decideOpen),
    moveCash: (input) => decide(input, decideMove),
    closeCashSession: (input) => decide(input, decideClose),
    openSession() {
      if (node.site === null) return undefined;
      const row = openSessionRow(replica.reader, replica, node.site);
      return row === undefined ? undefined : sessionView(replica.reader, row);
    },
    cashSession(id) {
      const row = sessionRow(replica.reader, id);
      return row === undefined ? undefined : sessionView(replica.reader, row);
    },
    cashSessions: (query) => sessionPage(use, query),
  };
}

/** A page of sessions, newest first. One that looks for open ones may end early; its cursor goes on. */
function sessionPage(
  { node, replica }: UseCaseContext,
  query: Parameters<CashUseCases["cashSessions"]>[0],
): Page<CashSessionView> {
  const site = query.site ?? node.site;
  if (site === null) return { items: [], total: null, next: null };
  const rows = replica.reader;
  const before = decodeCursor(query.cursor);
  const found = rows.scan(CASH_SESSIONS, {
    prefix: [site],
    reverse: true,
    limit: query.open === undefined ? query.limit + 1 : SESSIONS_LOOKED_MAX,
    ...(before === undefined ? {} : { below: before }),
  });
  const isOpen = (row: Row) =>
    rows.scan(CASH_CLOSES, { prefix: placeOf(row), limit: 1 }).length === 0;
  const items: CashSessionView[] = [];
  let last: Row | undefined;
  for (const row of found) {
    if (items.length === query.limit) break;
    last = row;
    if (query.open === undefined || isOpen(row) === query.open) {
      items.push(sessionView(rows, row));
    }
  }
  const isWhole = last === found.at(-1) && found.length < SESSIONS_LOOKED_MAX;
  const total = query.open === undefined
    ? rows.count(CASH_SESSIONS, [site])
    : null;
  const next = isWhole || last === undefined ? null : encodeCursor([
    Number(last["at"]),
    String(last["id"]),
    String(last["log"]),
  ]);
  return { items, total, next };
}
