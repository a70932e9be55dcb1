/**
 * Rights in decisions: what this node's log may spend, taking over what was granted to it, giving back what it spent on
 * something that no longer counts.
 *
 * @module
 */
import {
  balanceOf,
  type BoundName,
  BOUNDS_MAX,
  type CatalogProduct,
  type Cell,
  COUNTERS_MAX,
  FACTS,
  idBytes,
  idText,
  IN_TRANSIT,
  isRightsAmount,
  type LogFact,
  type LogId,
  ok,
  OPEN_HOLDS,
  PanalError,
  parseBoundName,
  type Reader,
  type Result,
  returnedRights,
  RETURNS_DUE,
  RIGHTS,
  RIGHTS_AMOUNT_MAX,
  RIGHTS_STATED,
  RIGHTS_TAKEN,
  rightsOf,
  rightsTotal,
  type Row,
  type SiteCode,
  siteSpace,
  type SpaceId,
  spaceOfBound,
  statedOf,
  stockBound,
} from "../../crdt/mod.ts";
import { RIGHTS_ACCEPTED_MAX, RIGHTS_ROUNDS_MAX } from "../limits.ts";
import type { LogEntry, LogRegister } from "../log_register.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import type { RightsNeed, UseCaseContext } from "./context.ts";

/** Most grants or returns that one decision records; the rest waits for the next. */
export const RIGHTS_STEP_MAX = 256;

/**
 * The bound of a product that is sold strictly at a site.
 *
 * @param site The site.
 * @param product The product as the site sees it.
 * @returns The bound; undefined where no right is needed.
 */
export function boundOf(
  site: SiteCode,
  product: CatalogProduct | undefined,
): BoundName | undefined {
  return product?.policy === "strict" && product.bound !== null
    ? stockBound(site, product.product, product.bound)
    : undefined;
}

/**
 * What a log may still spend: its balance less its open holds.
 *
 * @param rows The views.
 * @param bound The bound.
 * @param log The log; undefined for one that does not exist yet.
 * @returns Whole units; below zero if the log owes.
 */
export function freeRights(
  rows: Reader,
  bound: BoundName,
  log: Pick<LogEntry, "number"> | undefined,
): number {
  if (log === undefined) return 0;
  const sums = rightsOf(rows, bound, log.number);
  return balanceOf(sums) - sums.held;
}

/** What a giving log and the continuations of its forks have together: a clone may have spent it already. */
function familyBalance(
  rows: Reader,
  register: LogRegister,
  { bound, log }: { readonly bound: BoundName; readonly log: number },
): number {
  const name = register.byNumber(log)?.name;
  if (name === undefined) return 0;
  return register.family(name).reduce(
    (sum, { number }) => sum + balanceOf(rightsOf(rows, bound, number)),
    0,
  );
}

/**
 * Takes over what a lost log had where a statement names this node's log as the one that gets it: its balance where it
 * ends, once all of it up to there is here, and what was on its way to it.
 *
 * @param context The decision.
 * @param register The logs.
 * @param log This node's log.
 * @returns How many facts were recorded.
 */
export function takeOver(
  context: DecisionContext,
  register: LogRegister,
  log: LogEntry,
): number {
  const { rows } = context;
  let recorded = 0;
  const record = (bound: BoundName, amount: number, grant: Uint8Array) => {
    if (spaceOfBound(bound) !== log.space || amount <= 0) return;
    const id = context.newId();
    context.record(log.space, {
      type: "RightsAccepted",
      id,
      at: context.at,
      bound,
      amount,
      grant: idText(grant),
    });
    recorded++;
  };
  const named = { index: "by_receiver", prefix: [log.name] };
  for (const stated of rows.scan(RIGHTS_STATED, named)) {
    const lost = stated["subject"] as LogId;
    const id = stated["id"] as Uint8Array;
    const head = Number(stated["head"]);
    const family = head > 0 ? register.family(lost) : [];
    const counting = statedOf(rows, lost)?.["id"] as Uint8Array;
    if (!family.some(({ seq }) => seq >= head)) continue;
    // A statement that does not end the log (its signer stands not above the writer) gives nobody its rights.
    if (!family.some(({ cut }) => cut !== undefined)) continue;
    if (idText(counting) !== idText(id)) continue;
    const bounds = family.flatMap(({ number }) =>
      rows.scan(RIGHTS, { index: "by_log", prefix: [number] })
        .map((row) => row["bound"] as BoundName)
    );
    for (const bound of new Set(bounds)) {
      if (rows.get(RIGHTS_TAKEN, [bound, lost]) !== undefined) continue;
      const place = { bound, log: family[0]?.number ?? 0 };
      record(bound, familyBalance(rows, register, place), id);
    }
    for (const row of rows.scan(IN_TRANSIT, { prefix: [lost] })) {
      const amount = Number(row["amount"]);
      record(row["bound"] as BoundName, amount, row["id"] as Uint8Array);
    }
  }
  return recorded;
}

/** Rights of one log: of one bound, if only that is wanted. */
export interface WantedRights {
  /** The log. */
  readonly log: LogEntry;
  /** The bound. */
  readonly bound?: BoundName;
}

/**
 * Grants that a log may take over. Each grant's commit is on the disk: it was taken in before. What was given by a log
 * that owes is left until that log has paid.
 *
 * @param rows The views.
 * @param register The logs.
 * @param wanted The log, and one bound if only that is wanted.
 * @returns Rows of `IN_TRANSIT`.
 */
function acceptableGrants(
  rows: Reader,
  register: LogRegister,
  { log, bound }: WantedRights,
): Row[] {
  const prefix = bound === undefined ? [log.name] : [log.name, bound];
  const paid = new Map<string, boolean>();
  const isPaid = (row: Row) => {
    const place = { bound: row["bound"] as BoundName, log: Number(row["log"]) };
    if (spaceOfBound(place.bound) !== log.space) return false;
    const key = `${place.log} ${place.bound}`;
    const known = paid.get(key) ?? familyBalance(rows, register, place) >= 0;
    paid.set(key, known);
    return known;
  };
  // What this log took over stays far from where sums start again at the other end.
  const taken = new Map<BoundName, number>();
  const isExact = (row: Row) => {
    const of = row["bound"] as BoundName;
    const before = taken.get(of) ?? rightsOf(rows, of, log.number).accepted;
    const sum = before + Number(row["amount"]);
    if (sum <= RIGHTS_ACCEPTED_MAX) taken.set(of, sum);
    return sum <= RIGHTS_ACCEPTED_MAX;
  };
  const found: Row[] = [];
  const limit = RIGHTS_STEP_MAX;
  let after: readonly Cell[] | undefined;
  // Grants that cannot be accepted keep no other from being found, however many there are.
  while (found.length < limit) {
    const from = after === undefined ? {} : { after };
    const page = rows.scan(IN_TRANSIT, { prefix, limit, ...from });
    found.push(...page.filter((row) => isPaid(row) && isExact(row)));
    if (page.length < limit) break;
    const { bound: last = null, id = null, amount = null } = page.at(-1) ?? {};
    after = bound === undefined ? [last, id, amount] : [id, amount];
  }
  return found.slice(0, limit);
}

/**
 * Takes over rights that were granted to this node's log.
 *
 * @param context The decision.
 * @param register The logs.
 * @param wanted The log, and one bound if only that is wanted.
 * @returns How many grants were accepted.
 */
export function acceptGrants(
  context: DecisionContext,
  register: LogRegister,
  wanted: WantedRights,
): number {
  const found = acceptableGrants(context.rows, register, wanted);
  recordAcceptances(context, wanted.log, found);
  return found.length;
}

function recordAcceptances(
  context: DecisionContext,
  log: LogEntry,
  grants: readonly Row[],
): void {
  for (const row of grants) {
    context.record(log.space, {
      type: "RightsAccepted",
      id: context.newId(),
      at: context.at,
      bound: row["bound"] as BoundName,
      amount: Number(row["amount"]),
      grant: idText(row["id"] as Uint8Array),
    });
  }
}

/**
 * Accepts what a log that owes has granted to this node's log, where that log asks for what it owes: what is accepted
 * and what pays it stand in one commit, so that nobody has rights that another has spent.
 *
 * @param context The decision.
 * @param register The logs.
 * @param asked This node's log, the bound, the log that asks, and how many it asks for.
 */
export function acceptToPay(
  context: DecisionContext,
  register: LogRegister,
  { log, bound, to, amount }: Required<WantedRights> & {
    readonly to: LogId;
    readonly amount: number;
  },
): void {
  const { rows } = context;
  const debtor = register.byName(to);
  if (debtor === undefined) return;
  const owed = -familyBalance(rows, register, { bound, log: debtor.number });
  if (owed <= 0 || owed > amount) return;
  const givers = new Set(register.family(to).map(({ number }) => number));
  const found = rows.scan(IN_TRANSIT, {
    prefix: [log.name, bound],
    limit: RIGHTS_STEP_MAX,
  }).filter((row) => givers.has(Number(row["log"])));
  const sum = found.reduce((all, row) => all + Number(row["amount"]), 0);
  const { accepted } = rightsOf(rows, bound, log.number);
  const isEnough = freeRights(rows, bound, log) + sum >= owed;
  if (isEnough && accepted + sum <= RIGHTS_ACCEPTED_MAX) {
    recordAcceptances(context, log, found);
  }
}

/**
 * What a decision has of a bound; grants are looked at only where the balance is too small.
 *
 * @param rows The views.
 * @param register The logs.
 * @param wanted The log, if there is one yet, the bound, and how many are wanted.
 * @returns Whole units, and whether grants have to be accepted for it.
 */
export function rightsFor(
  rows: Reader,
  register: LogRegister,
  { log, bound, amount }: {
    readonly log: LogEntry | undefined;
    readonly bound: BoundName;
    readonly amount: number;
  },
): { readonly free: number; readonly accepting: boolean } {
  const free = freeRights(rows, bound, log);
  if (free >= amount || log === undefined) return { free, accepting: false };
  const { granted } = reachableRights(rows, register, { log, bound });
  return { free: free + granted, accepting: true };
}

/**
 * Counts that a decision did not take a balance, less its open holds, below zero.
 *
 * @param context The decision.
 * @param invariants Where it is counted.
 * @param place The bound and the log that spent of it.
 */
export function noteFree(
  context: DecisionContext,
  invariants: UseCaseContext["invariants"],
  { bound, log }: { readonly bound: BoundName; readonly log: number },
): void {
  const free = freeRights(context.rows, bound, { number: log });
  if (free < 0) invariants.violated(5);
  else invariants.checked(5);
}

/**
 * What a log may spend once it has taken over what was granted to it.
 *
 * @param rows The views.
 * @param register The logs.
 * @param wanted The log and the bound.
 * @returns Whole units, and whether grants have to be accepted for it.
 */
export function reachableRights(
  rows: Reader,
  register: LogRegister,
  wanted: Required<WantedRights>,
): { readonly free: number; readonly granted: number } {
  const free = freeRights(rows, wanted.bound, wanted.log);
  const granted = acceptableGrants(rows, register, wanted)
    .reduce((sum, row) => sum + Number(row["amount"]), 0);
  return { free, granted };
}

/**
 * Gives back what this node's log spent on what was voided, or counts in another log.
 *
 * @param context The decision.
 * @param log The log.
 * @returns How many facts' rights were given back.
 */
export function giveBackDue(context: DecisionContext, log: LogEntry): number {
  const due = context.rows.scan(RETURNS_DUE, {
    prefix: [log.number],
    limit: RIGHTS_STEP_MAX,
  });
  for (const row of due) {
    context.record(log.space, {
      type: "RightsReturned",
      id: context.newId(),
      at: context.at,
      of: idText(row["spender"] as Uint8Array),
      rights: returnedRights(row),
    });
  }
  return due.length;
}

/** What a count does to a bound. */
export interface CountedRights {
  /** Rights that it makes; below zero if it destroys them. */
  readonly rights: number;
  /** True for the count with which the bound begins. */
  readonly opens: boolean;
}

/**
 * What a count does to a bound. The log that the change to `strict` names begins the bound: it makes the whole quantity,
 * less what others have made of it meanwhile. From then on any count brings the rights to what is there; before, a
 * count elsewhere makes no more than the difference that it found.
 *
 * @param context The decision.
 * @param place The bound, and what is counted.
 * @param log The counting log.
 * @returns The change of rights.
 */
export function countRights(
  context: DecisionContext,
  place: {
    readonly bound: BoundName;
    readonly counted: number;
    readonly difference: number;
  },
  log: { readonly number: number; readonly name: string },
): CountedRights {
  const { bound, counted, difference } = place;
  const opened = context.rows.scan(RIGHTS, { prefix: [bound] })
    .some((row) => Number(row["opened"]) > 0);
  const opens = !opened && isCounter(context, bound, log.name);
  const wanted = !opened && !opens
    ? difference
    : counted - rightsTotal(context.rows, bound);
  // What is out of range follows from absurd facts of others: the count stands all the same.
  const max = RIGHTS_AMOUNT_MAX;
  return { rights: Math.max(-max, Math.min(max, wanted)), opens };
}

/**
 * Checks what a line takes or makes of a bound.
 *
 * @param quantity Whole units.
 * @throws {PanalError} `amount_out_of_range` if it is more than one fact may.
 */
export function checkRightsAmount(quantity: number): void {
  if (isRightsAmount(quantity)) return;
  throw new PanalError(
    "amount_out_of_range",
    `Cannot take or make rights of ${quantity}: ${RIGHTS_AMOUNT_MAX} is the most`,
  );
}

/** Whether the change that opened a bound names a log. */
function isCounter(
  context: DecisionContext,
  bound: BoundName,
  log: string,
): boolean {
  const id = idBytes(bound.slice(-36) as LogFact["fact"]["id"]);
  return context.rows.scan(FACTS, { prefix: [id] }).some((row) => {
    const fact = context.read(Number(row["log"]), Number(row["seq"]), id)?.fact;
    return fact?.type === "ProductChanged" &&
      fact.counters?.some((counter) => counter === log) === true;
  });
}

/**
 * The logs that begin the bounds of a product that becomes `strict`: of each site the one that wrote last, of this
 * node's own site its own.
 *
 * @param register The logs.
 * @param space The scope's space: a site's, or `mesh` for all sites.
 * @returns Names of logs.
 */
export function countersOf(
  register: LogRegister,
  space: SpaceId,
): LogEntry["name"][] {
  const spaces = space.startsWith("site:")
    ? [space]
    : register.spaces().filter((one) => one.startsWith("site:"));
  return spaces.flatMap((one) => {
    const logs = register.ofSpace(one).filter((log) => !register.isEnded(log));
    const last = register.own(one) ??
      logs.toSorted((a, b) => a.stamp < b.stamp ? -1 : 1).at(-1);
    return last === undefined ? [] : [last.name];
  }).slice(0, COUNTERS_MAX);
}

/** The log that this node writes at a site, if there is one yet. */
export function siteLog(
  register: LogRegister,
  site: SiteCode,
): LogEntry | undefined {
  return register.own(siteSpace(site));
}

/**
 * Lets go of this log's holds whose time is over: only the holder may.
 *
 * @param context The decision.
 * @param log The log.
 * @returns How many were let go.
 */
export function releaseExpired(
  context: DecisionContext,
  log: LogEntry,
): number {
  const ended = context.rows.scan(OPEN_HOLDS, {
    prefix: [log.number],
    below: [context.at],
    limit: RIGHTS_STEP_MAX,
  });
  for (const row of ended) {
    context.record(log.space, {
      type: "HoldReleased",
      id: context.newId(),
      at: context.at,
      purchase: idText(row["purchase"] as Uint8Array),
      reason: "expired",
    });
  }
  return ended.length;
}

/**
 * Decides; what is refused for want of rights asks other peers for them and is decided again.
 *
 * @param decide Decides.
 * @param askRights Asks other peers.
 * @param bounds How many bounds the decision may touch.
 * @returns The last answer.
 */
export async function withRights<T>(
  decide: () => Promise<Result<T, Refusal>>,
  askRights: UseCaseContext["askRights"],
  bounds: number,
): Promise<Result<T, Refusal>> {
  let answer = await decide();
  const rounds = Math.min(bounds + 1, RIGHTS_ROUNDS_MAX);
  for (let asked = 0; asked < rounds; asked++) {
    if (answer.ok || answer.error.code !== "rights_insufficient") break;
    const needs = needsOf(answer.error);
    const enough = await Promise.all(needs.map(askRights));
    if (needs.length === 0 || !enough.every((it) => it)) break;
    answer = await decide();
  }
  return answer;
}

/** What a refusal lacks: `wanted` of one `bound`, or of all that `lacking` names with spaces between them. */
function needsOf({ details }: Refusal): RightsNeed[] {
  const named = String(details?.["lacking"] ?? details?.["bound"]).split(" ");
  const free = Number(details?.["wanted"]);
  return named.slice(0, BOUNDS_MAX).flatMap((name) => {
    const bound = parseBoundName(name);
    return bound === undefined ? [] : [{ bound, free }];
  });
}

/**
 * Opens this node's log in a space, if it has none: peers grant to a log that is there.
 *
 * @param replica The replica.
 * @param space The space.
 */
export async function openRightsLog(
  replica: Replica,
  space: SpaceId,
): Promise<void> {
  if (replica.register.own(space) !== undefined) return;
  await replica.decide((context) => {
    context.log(space);
    return ok(null);
  });
}
