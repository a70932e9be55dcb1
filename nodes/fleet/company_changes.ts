/**
 * What a company's administrator changes: deposits, names, registrations, limits and the floor. A repeat is known by the
 * act that is recorded with each change.
 *
 * @module
 */
import {
  accountBound,
  type Actor,
  type BoundName,
  cardBound,
  type CardId,
  type CompanyId,
  directoryEntry,
  type FactId,
  type FactOf,
  floorBound,
  isRightsAmount,
  ok,
  type Reader,
  type Result,
  RIGHTS_AMOUNT_MAX,
  rightsTotal,
  TEXT_LENGTH_MAX,
} from "../../crdt/mod.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
} from "../use_cases/context.ts";
import { acceptGrants, reachableRights } from "../use_cases/rights.ts";
import { isRegistered, issueRights } from "./cards.ts";
import {
  companyBalance,
  companySpace,
  type FleetContext,
  mayChange,
  openCompanyLog,
  refuseChange,
} from "./fleet_context.ts";
import type {
  CardView,
  CompanyView,
  FleetUseCases,
} from "./fleet_use_cases.ts";
import { findCard, findCompany } from "./fleet_views.ts";

/** Greatest balance of a company: sums of many deposits stay exact. */
const BALANCE_MAX = 1_000_000_000_000_000;
/** How long the holders of rights that are destroyed may take to give them back, in milliseconds. */
const GATHER_MS = 8000;

type Changes = Pick<
  FleetUseCases,
  "deposit" | "nameCompany" | "registerCard" | "setLimit" | "setFloor"
>;

/** What was changed, by whom; the id is the caller's, so that a repeat is known. */
interface Act {
  readonly id?: FactId | undefined;
  readonly act: string;
  readonly subject: string;
  readonly note: string;
  readonly by?: Actor | undefined;
}

function actFact(context: DecisionContext, act: Act): FactOf<"ActRecorded"> {
  return {
    type: "ActRecorded",
    id: act.id ?? context.newId(),
    at: context.at,
    act: act.act,
    subject: act.subject,
    ...(act.by === undefined ? {} : { by: act.by }),
    note: act.note,
  };
}

/**
 * Decides a change by a person: refused where another node makes it, and done once however often it is sent.
 *
 * @param use The node.
 * @param company The company.
 * @param change The act, and what records it.
 * @returns Whether it was known before.
 */
export async function changeOnce(
  use: FleetContext,
  company: CompanyId,
  { act, decide }: {
    readonly act: Act;
    readonly decide: (context: DecisionContext) => Result<unknown, Refusal>;
  },
): Promise<Result<{ readonly repeated: boolean }, Refusal>> {
  const { replica } = use;
  if (!mayChange(use, replica.reader, company)) return refuseChange(company);
  const opened = await openCompanyLog(use, company);
  if (!opened.ok) return opened;
  const space = companySpace(company);
  return await decideExactly<{ repeated: boolean }>(replica, (context) => {
    const fact = actFact(context, act);
    const repeat = act.id === undefined
      ? undefined
      : findRepeat(context, space, fact);
    if (repeat === "other") return refuseReuse(fact.id);
    if (repeat !== undefined) return ok({ repeated: true });
    if (!mayChange(use, context.rows, company)) return refuseChange(company);
    const decided = decide(context);
    if (!decided.ok) return decided;
    context.record(space, fact);
    return ok({ repeated: false });
  });
}

function checkAmount(amount: number): Result<null, Refusal> {
  return Number.isInteger(amount) && amount >= 0 && isRightsAmount(amount)
    ? ok(null)
    : refuse(
      "amount_out_of_range",
      `An amount is a whole number from 0 to ${RIGHTS_AMOUNT_MAX}`,
    );
}

async function deposit(
  use: FleetContext,
  input: Parameters<Changes["deposit"]>[0],
): ReturnType<Changes["deposit"]> {
  const { company, amount, note, by, id, balanceMax = BALANCE_MAX } = input;
  const checked = checkAmount(amount);
  if (!checked.ok) return checked;
  const subject = `company/${company}`;
  const text = note === undefined ? `${amount}` : `${amount}: ${note}`;
  const act = { id, act: "deposit_made", subject, note: text, by };
  const done = await changeOnce(use, company, {
    act: { ...act, note: text.slice(0, TEXT_LENGTH_MAX) },
    decide(context) {
      const balance = companyBalance(context.rows, company) + amount;
      if (balance > Math.min(balanceMax, BALANCE_MAX)) {
        return refuse(
          "amount_out_of_range",
          `The balance of company ${company} would be ${balance}`,
          { balance: balance - amount },
        );
      }
      const bound = accountBound(company);
      issueRights(context, company, { bound, amount, note });
      return ok(null);
    },
  });
  if (!done.ok) return done;
  const { repeated } = done.value;
  return ok({ balance: companyBalance(use.replica.reader, company), repeated });
}

function shownCompany(
  use: FleetContext,
  company: CompanyId,
): Result<CompanyView, Refusal> {
  const view = findCompany(use, company);
  return view === undefined
    ? refuse("company_unknown", `Nobody knows company ${company}`, { company })
    : ok(view);
}

async function nameCompany(
  use: FleetContext,
  { company, name, by, id }: Parameters<Changes["nameCompany"]>[0],
): ReturnType<Changes["nameCompany"]> {
  const space = companySpace(company);
  const subject = `company/${company}`;
  const done = await changeOnce(use, company, {
    act: { id, act: "company_named", subject, note: name, by },
    decide(context) {
      const before = directoryEntry(context.rows, space, subject);
      setFields(context, { space, subject, before }, { name });
      return ok(null);
    },
  });
  return done.ok ? shownCompany(use, company) : done;
}

function shownCard(
  { replica }: FleetContext,
  company: CompanyId,
  card: CardId,
): Result<CardView, Refusal> {
  const view = findCard(replica.reader, company, card);
  return view === undefined ? unknownCard(card) : ok(view);
}

function unknownCard(card: CardId) {
  return refuse("card_unknown", `There is no card ${card}`, { card });
}

async function registerCard(
  use: FleetContext,
  { company, card, limit, by, id }: Parameters<Changes["registerCard"]>[0],
): ReturnType<Changes["registerCard"]> {
  const checked = checkAmount(limit);
  if (!checked.ok) return checked;
  const subject = `card/${company}/${card}`;
  const done = await changeOnce(use, company, {
    act: { id, act: "card_registered", subject, note: `${limit}`, by },
    decide(context) {
      if (isRegistered(context.rows, company, card)) {
        return refuse("card_exists", `There is already a card ${card}`, {
          card,
        });
      }
      const balance = companyBalance(context.rows, company);
      if (limit > balance) {
        return refuse(
          "limit_above_balance",
          `A limit of ${limit} is more than the balance of ${balance}`,
          { balance },
        );
      }
      context.record(companySpace(company), {
        type: "CardRegistered",
        id: context.newId(),
        at: context.at,
        company,
        card,
        limit,
        ...(by === undefined ? {} : { by }),
      });
      const bound = cardBound(company, card);
      issueRights(context, company, { bound, amount: limit });
      return ok(null);
    },
  });
  return done.ok ? shownCard(use, company, card) : done;
}

/** What is still to be destroyed of a bound so that it has no more than was meant. */
function excess(rows: Reader, bound: BoundName, target: number): number {
  return Math.max(0, rightsTotal(rows, bound) - target);
}

/** Destroys what this node has of a bound beyond what was meant. */
function lower(
  use: FleetContext,
  context: DecisionContext,
  { company, bound, target }: {
    readonly company: CompanyId;
    readonly bound: BoundName;
    readonly target: number;
  },
): void {
  const { register } = use.replica;
  const log = register.own(companySpace(company));
  if (log === undefined) return;
  const { free, granted } = reachableRights(context.rows, register, {
    log,
    bound,
  });
  const amount = Math.min(
    excess(context.rows, bound, target),
    Math.max(0, free + granted),
    RIGHTS_AMOUNT_MAX,
  );
  if (amount === 0) return;
  if (amount > free) acceptGrants(context, register, { log, bound });
  issueRights(context, company, { bound, amount: -amount });
}

/** Asks those who hold rights beyond what was meant to give them back, and destroys what comes, within a deadline. */
async function lowerElsewhere(
  use: FleetContext,
  place: {
    readonly company: CompanyId;
    readonly bound: BoundName;
    readonly target: number;
  },
): Promise<void> {
  const { replica, clock } = use;
  const latest = clock.monotonic() + GATHER_MS;
  for (;;) {
    const amount = excess(replica.reader, place.bound, place.target);
    const waitMs = latest - clock.monotonic();
    if (amount === 0 || waitMs <= 0) return;
    await use.gather({ bound: place.bound, amount, waitMs });
    await decideExactly(replica, (context) => {
      lower(use, context, place);
      return ok(null);
    });
    // Who has the rest does not answer.
    if (excess(replica.reader, place.bound, place.target) >= amount) return;
  }
}

/** Brings a bound to what was meant, up at once and down as far as its holders give back. */
async function setTotal(
  use: FleetContext,
  company: CompanyId,
  { act, bound, amount, check }: {
    readonly act: Act;
    readonly bound: BoundName;
    readonly amount: number;
    readonly check: (context: DecisionContext) => Result<number, Refusal>;
  },
): Promise<Result<{ readonly repeated: boolean }, Refusal>> {
  const checked = checkAmount(amount);
  if (!checked.ok) return checked;
  let target = amount;
  const done = await changeOnce(use, company, {
    act,
    decide(context) {
      const meant = check(context);
      if (!meant.ok) return meant;
      target = meant.value;
      const more = target - rightsTotal(context.rows, bound);
      if (more > 0) issueRights(context, company, { bound, amount: more });
      else lower(use, context, { company, bound, target });
      return ok(null);
    },
  });
  if (done.ok && !done.value.repeated) {
    await lowerElsewhere(use, { company, bound, target });
  }
  return done;
}

async function setLimit(
  use: FleetContext,
  { company, card, limit, by, id }: Parameters<Changes["setLimit"]>[0],
): ReturnType<Changes["setLimit"]> {
  const subject = `card/${company}/${card}`;
  const done = await setTotal(use, company, {
    act: { id, act: "card_limit_set", subject, note: `${limit}`, by },
    bound: cardBound(company, card),
    amount: limit,
    check: ({ rows }) =>
      isRegistered(rows, company, card)
        ? ok(Math.min(limit, companyBalance(rows, company)))
        : unknownCard(card),
  });
  return done.ok ? shownCard(use, company, card) : done;
}

async function setFloor(
  use: FleetContext,
  { company, amount, by, id }: Parameters<Changes["setFloor"]>[0],
): ReturnType<Changes["setFloor"]> {
  const subject = `company/${company}`;
  const done = await setTotal(use, company, {
    act: { id, act: "floor_set", subject, note: `${amount}`, by },
    bound: floorBound(company),
    amount,
    check: () => ok(amount),
  });
  return done.ok ? shownCompany(use, company) : done;
}

/**
 * Makes the use-cases of a company's administrator.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createFleetChanges(use: FleetContext): Changes {
  return {
    deposit: (input) => deposit(use, input),
    nameCompany: (input) => nameCompany(use, input),
    registerCard: (input) => registerCard(use, input),
    setLimit: (input) => setLimit(use, input),
    setFloor: (input) => setFloor(use, input),
  };
}
