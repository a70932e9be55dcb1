/**
 * The fold of rights: what each log may still spend of a bound. A log's balance is what it made, accepted and gave back,
 * less what it granted, spent and destroyed; every term is a fact of that log. So a copy of a fact that does not count
 * elsewhere (another log's copy of the same sale does) counts here: its log has spent the right, until it gives it back.
 *
 * Order of arrival never matters: a grant counts at once, its acceptance only while the grant that it names is here.
 *
 * @module
 */
import {
  type BoundName,
  containsLog,
  logFactId,
  spaceOfBound,
  stockBound,
} from "./bounds.ts";
import {
  DOUBLE_DELIVERIES,
  STRICT_DELIVERIES,
  toggleDelivery,
} from "./deliveries.ts";
import {
  contentOf,
  type Fact,
  type FactOf,
  type SaleRecorded,
} from "./facts.ts";
import { trunkOf } from "./commit.ts";
import { compareOrder, type FoldRows, type LogFact } from "./fold.ts";
import type { FactId, LogId, SpaceId } from "./ids.ts";
import {
  isAboutRights,
  mayIssue,
  reassignedTo,
  RIGHTS_STATED,
  rightsSubject,
  statedOf,
  toggleStatement,
} from "./reassignment.ts";
import { type BoundAmount, captureId } from "./rights_facts.ts";
import type { Cell, Reader, Row, TableSchema, Writer } from "./rows.ts";
import { FACTS, hasVoid, idBytes, idText } from "./sales.ts";

/** Sums by bound and log. */
export const RIGHTS: TableSchema = {
  name: "rights",
  columns: {
    bound: "text",
    log: "integer",
    made: "integer",
    accepted: "integer",
    returned: "integer",
    granted: "integer",
    spent: "integer",
    destroyed: "integer",
    held: "integer",
    observed: "integer",
    opened: "integer",
  },
  key: ["bound", "log"],
  indexes: { by_log: ["log"] },
};

/** Rows of `RIGHTS` whose balance is below zero, so that they are found without reading all. Follows `RIGHTS`. */
export const RIGHTS_OWED: TableSchema = {
  name: "rights_owed",
  columns: { bound: "text", log: "integer", owed: "integer" },
  key: ["bound", "log"],
  indexes: { by_log: ["log"] },
};

/** Grants that count, by id; `log` gave them. */
export const GRANTS: TableSchema = {
  name: "grants",
  columns: {
    id: "blob",
    log: "integer",
    stamp: "text",
    name: "text",
    seq: "integer",
    bound: "text",
    amount: "integer",
    receiver: "text",
  },
  key: ["id", "log"],
  indexes: { by_receiver: ["receiver"] },
};

/** What receivers have taken over of lost logs, by bound and by the lost log's name without suffix. */
export const RIGHTS_TAKEN: TableSchema = {
  name: "rights_taken",
  columns: { bound: "text", lost: "text", taken: "integer" },
  key: ["bound", "lost"],
};

/** What issuers' logs say, by the company's or the site's space. */
export const ISSUED: TableSchema = {
  name: "rights_issued",
  columns: {
    owner: "text",
    log: "integer",
    id: "blob",
    name: "text",
    bound: "text",
    amount: "integer",
  },
  key: ["owner", "log", "id"],
};

/** Grants that nobody has accepted yet, by the receiving log's name. */
export const IN_TRANSIT: TableSchema = {
  name: "rights_in_transit",
  columns: {
    receiver: "text",
    bound: "text",
    id: "blob",
    log: "integer",
    amount: "integer",
  },
  key: ["receiver", "bound", "id", "amount"],
  indexes: { by_bound: ["bound"] },
};

/** Acceptances by the grant that they name; the grant may not be here yet. */
export const ACCEPTANCES: TableSchema = {
  name: "rights_accepted",
  columns: {
    grant: "blob",
    log: "integer",
    seq: "integer",
    id: "blob",
    stamp: "text",
    name: "text",
    bound: "text",
    amount: "integer",
  },
  key: ["grant", "log", "seq", "id"],
};

/** What logs gave back, by the fact that had spent it. `rights` is JSON. */
export const RETURNS: TableSchema = {
  name: "rights_returned",
  columns: {
    log: "integer",
    name: "text",
    spender: "blob",
    seq: "integer",
    id: "blob",
    rights: "text",
  },
  key: ["log", "spender", "seq", "id"],
  indexes: { by_spender: ["spender"] },
};

/** What of `RETURNS` counts: the fact was voided, or repeats another log's. `rights` is JSON. */
export const RETURNS_COUNTED: TableSchema = {
  name: "rights_returned_counted",
  columns: { log: "integer", spender: "blob", rights: "text" },
  key: ["log", "spender"],
};

/** What a log has to give back: it spent rights on what was voided or another log spent them on too. `rights` is JSON. */
export const RETURNS_DUE: TableSchema = {
  name: "rights_due",
  columns: { log: "integer", spender: "blob", rights: "text" },
  key: ["log", "spender"],
};

/** Holds and what ended them, by purchase. `kind`: 0 placed, 1 captured, 2 released. `bounds` is JSON. */
export const HOLDS: TableSchema = {
  name: "holds",
  columns: {
    log: "integer",
    name: "text",
    purchase: "blob",
    kind: "integer",
    seq: "integer",
    id: "blob",
    bounds: "text",
    amount: "integer",
    expires: "integer",
  },
  key: ["log", "purchase", "kind", "seq", "id"],
  indexes: { by_purchase: ["purchase"] },
};

/** Holds that are open, by the instant when their log may let them go. */
export const OPEN_HOLDS: TableSchema = {
  name: "open_holds",
  columns: {
    log: "integer",
    expires: "integer",
    purchase: "blob",
    amount: "integer",
  },
  key: ["log", "expires", "purchase"],
};

/** Every table of rights. */
export const RIGHTS_TABLES: readonly TableSchema[] = [
  RIGHTS,
  RIGHTS_OWED,
  GRANTS,
  IN_TRANSIT,
  ACCEPTANCES,
  RETURNS,
  RETURNS_COUNTED,
  RETURNS_DUE,
  HOLDS,
  OPEN_HOLDS,
  RIGHTS_TAKEN,
  ISSUED,
  RIGHTS_STATED,
  STRICT_DELIVERIES,
  DOUBLE_DELIVERIES,
];

/** Sums of one log's rights of one bound. */
export interface RightsSums {
  /** By deliveries, counts upward, returns and the issuer. */
  readonly made: number;
  /** Taken over from other logs. */
  readonly accepted: number;
  /** Given back after a void, or because another log's copy counts. */
  readonly returned: number;
  /** Given to other logs. */
  readonly granted: number;
  /** By sales and captured purchases. */
  readonly spent: number;
  /** By counts downward and the issuer. */
  readonly destroyed: number;
  /** Set apart for purchases that are not charged yet. */
  readonly held: number;
  /** The part of `spent` and `destroyed` that had happened already, so that no right was asked for. */
  readonly observed: number;
  /** 1 once the log has counted the whole quantity with which the bound begins. */
  readonly opened: number;
}

/** Sums without any fact. */
export const NO_RIGHTS: RightsSums = {
  made: 0,
  accepted: 0,
  returned: 0,
  granted: 0,
  spent: 0,
  destroyed: 0,
  held: 0,
  observed: 0,
  opened: 0,
};

/**
 * What a log has of a bound, holds included.
 *
 * @param sums The sums.
 * @returns Whole units; below zero if the log owes.
 */
export function balanceOf(sums: RightsSums): number {
  const { made, accepted, returned, granted, spent, destroyed } = sums;
  return made + accepted + returned - granted - spent - destroyed;
}

/**
 * The sums of a log's rights of a bound.
 *
 * @param rows The rows.
 * @param bound The bound.
 * @param log The node's number of the log.
 * @returns The sums; all 0 if nothing is known.
 */
export function rightsOf(
  rows: Reader,
  bound: BoundName,
  log: number,
): RightsSums {
  const row = rows.get(RIGHTS, [bound, log]);
  return (row as unknown as RightsSums | undefined) ?? NO_RIGHTS;
}

/**
 * What a bound has altogether as these rows know it: every log's balance, what is in transit, and what is due to be
 * given back.
 *
 * @param rows The rows.
 * @param bound The bound.
 * @returns Whole units.
 */
export function rightsTotal(rows: Reader, bound: BoundName): number {
  let total = 0;
  for (const row of rows.scan(RIGHTS, { prefix: [bound] })) {
    total += balanceOf(row as unknown as RightsSums);
  }
  for (
    const row of rows.scan(IN_TRANSIT, { index: "by_bound", prefix: [bound] })
  ) total += Number(row["amount"]);
  for (const row of rows.scan(RIGHTS_TAKEN, { prefix: [bound] })) {
    total -= Number(row["taken"]);
  }
  for (const row of rows.scan(RETURNS_DUE)) {
    for (const due of readRights(row["rights"])) {
      if (due.bound === bound) total += due.amount;
    }
  }
  return total;
}

/**
 * Keeps `RIGHTS_OWED` in step with a row of `RIGHTS`.
 *
 * @param writer The transaction.
 * @param before The row before a change, if there was one.
 * @param after The row after it, if there is one.
 */
export function trackOwed(
  writer: Writer,
  before: Row | undefined,
  after: Row | undefined,
): void {
  const owed = (row: Row | undefined) =>
    row === undefined
      ? 0
      : Math.max(0, -balanceOf(row as unknown as RightsSums));
  const row = after ?? before;
  if (row === undefined || (owed(before) === 0 && owed(after) === 0)) return;
  const { bound = null, log = null } = row;
  if (owed(after) === 0) writer.delete(RIGHTS_OWED, [bound, log]);
  else {
    const short = Math.min(owed(after), Number.MAX_SAFE_INTEGER);
    writer.put(RIGHTS_OWED, { bound, log, owed: short });
  }
}

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

/** What a fact took that its log may have to give back. */
function spentBy({ fact, log: name }: LogFact): BoundAmount[] {
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

function readRights(cell: Cell | undefined): BoundAmount[] {
  return JSON.parse(String(cell)).map((
    [bound, amount]: [BoundName, number],
  ) => ({ bound, amount }));
}

function rightsText(rights: readonly BoundAmount[]): string {
  return JSON.stringify(rights.map(({ bound, amount }) => [bound, amount]));
}

interface Effect {
  readonly bound: BoundName;
  readonly log: number;
  readonly deltas: Partial<RightsSums>;
}

function apply(
  rows: FoldRows,
  effects: readonly Effect[],
  sign: 1 | -1,
): void {
  for (const { bound, log, deltas } of effects) {
    const signed = Object.entries(deltas).map(([column, delta]) =>
      [column, sign * delta] as const
    );
    rows.increment(RIGHTS, { bound, log }, Object.fromEntries(signed));
  }
}

/** Effects that follow from several facts: taken out, changed, and put in again. */
function rederive(
  rows: FoldRows,
  effects: () => readonly Effect[],
  change: () => void,
): void {
  apply(rows, effects(), -1);
  change();
  apply(rows, effects(), 1);
}

function spendEffects(
  rights: readonly BoundAmount[],
  log: number,
  observation: boolean,
): Effect[] {
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

function destroyed(amount: number): Partial<RightsSums> {
  return { destroyed: amount, observed: amount };
}

/** Effects of a fact that need no other fact. */
function ownEffects(placed: LogFact): Effect[] {
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

function deliveryEffects(fact: FactOf<"StockReceived">, log: number): Effect[] {
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

function countEffects(fact: FactOf<"StockCounted">, log: number): Effect[] {
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

/** Reads facts again. */
export interface RightsSource {
  /** A fact of a log; undefined if its commit and its page are gone. */
  read(log: number, seq: number, id: Uint8Array): LogFact | undefined;
  /** The space of a log. */
  spaceOf(log: number): SpaceId | undefined;
}

/** Puts rights of facts into rows, whichever copy of a fact counts elsewhere. */
export interface Rights {
  /** Puts a fact in. Its row of `FACTS` is there, and its other effects are in. */
  add(rows: FoldRows, placed: LogFact): void;
  /** Takes a fact out. Its row of `FACTS` is still there. */
  remove(rows: FoldRows, placed: LogFact): void;
  /** Puts in (1) or takes out (-1) what a copy makes or grants: it counts from now on, or no longer. */
  recount(rows: FoldRows, placed: LogFact, sign: 1 | -1): void;
  /** Looks again at every copy of a fact: it was voided, or there are others now. */
  reviewCopies(rows: FoldRows, placed: LogFact): void;
}

/**
 * Makes the fold of rights.
 *
 * @param source Reads facts again.
 * @param counts The status of a fact's copy that counts.
 * @returns The fold; it keeps no state of its own.
 */
export function createRights(
  source: RightsSource,
  counts: number,
): Rights {
  /** The copies of a fact; `known` cannot be read yet if its commit is being written. */
  const copiesOf = (
    rows: Reader,
    id: Uint8Array,
    known?: LogFact,
  ): LogFact[] =>
    rows.scan(FACTS, { prefix: [id] })
      .map((row) =>
        row["log"] === known?.logNumber
          ? known
          : source.read(Number(row["log"]), Number(row["seq"]), id)
      )
      .filter((copy) => copy !== undefined);

  /** Whether another copy of the same fact took the same before: what was taken for one thing stays taken once. */
  const isRepeat = (
    rows: Reader,
    placed: LogFact,
    copies: readonly LogFact[],
  ): boolean => {
    if (copies.length < 2) return false;
    const { fact, logNumber: log } = placed;
    const [space, content] = [source.spaceOf(log), contentOf(fact)];
    const text = rightsText(spentBy(placed));
    const rank = holdRank(rows, placed);
    const compare = (copy: LogFact) =>
      holdRank(rows, copy) - rank ||
      compareOrder(placeOf(copy), placeOf(placed));
    return copies.some((copy) =>
      copy.logNumber !== log && source.spaceOf(copy.logNumber) === space &&
      compare(copy) < 0 &&
      rightsText(spentBy(copy)) === text &&
      contentOf(copy.fact) === content
    );
  };

  /** Whether what a copy took has to come back, whether it did, and what follows. */
  const reviewCopy = (
    rows: FoldRows,
    placed: LogFact,
    copies: readonly LogFact[],
  ) => {
    const { fact, logNumber: log } = placed;
    const rights = spentBy(placed);
    if (rights.length === 0) return;
    const spender = idBytes(fact.id);
    const text = rightsText(rights);
    const isUndone = isVoided(rows, fact) || isRepeat(rows, placed, copies);
    const isReturned = isUndone &&
      rows.scan(RETURNS, { index: "by_spender", prefix: [spender] })
        .some((row) => row["rights"] === text && isOfFamily(row, placed.log));
    settleReturn(rows, { log, spender, rights: isReturned ? rights : [] });
    if (isUndone && !isReturned) {
      rows.put(RETURNS_DUE, { log, spender, rights: text });
    } else rows.delete(RETURNS_DUE, [log, spender]);
  };

  const reviewCopies = (rows: FoldRows, id: Uint8Array, known?: LogFact) => {
    const copies = copiesOf(rows, id, known);
    for (const copy of copies) reviewCopy(rows, copy, copies);
  };

  const toggleReturn = (
    rows: FoldRows,
    { fact, log: name, logNumber: log, seq }: LogFact<
      FactOf<"RightsReturned">
    >,
    adds: boolean,
  ) => {
    const spender = idBytes(fact.of);
    const id = idBytes(fact.id);
    if (adds) {
      const rights = rightsText(fact.rights);
      rows.put(RETURNS, { log, name, spender, seq, id, rights });
    } else rows.delete(RETURNS, [log, spender, seq, id]);
    reviewCopies(rows, spender);
  };

  const isCounting = (rows: FoldRows, { fact, logNumber: log }: LogFact) =>
    rows.get(FACTS, [idBytes(fact.id), log])?.["status"] === counts;

  const toggle = (rows: FoldRows, placed: LogFact, adds: boolean) => {
    const { fact } = placed;
    switch (fact.type) {
      case "RightsReturned":
        return toggleReturn(
          rows,
          placed as LogFact<FactOf<"RightsReturned">>,
          adds,
        );
      case "RightsGranted":
        return toggleGrant(
          rows,
          placed as LogFact<FactOf<"RightsGranted">>,
          adds,
        );
      case "RightsAccepted":
        return toggleAcceptance(
          rows,
          placed as LogFact<FactOf<"RightsAccepted">>,
          adds,
        );
      case "HoldPlaced":
      case "SpendCaptured":
      case "HoldReleased":
        toggleHold(rows, placed as LogFact<HoldFact>, adds);
        if (fact.type !== "HoldPlaced" || placed.fresh === true) return;
        return reviewCopies(rows, idBytes(captureId(fact.id)));
      case "AuthorityStated":
        return changeStated(
          rows,
          placed as LogFact<FactOf<"AuthorityStated">>,
          adds,
        );
    }
  };

  return {
    add(rows, placed) {
      const { fact, fresh } = placed;
      if (!touchesRights(fact)) return;
      if (fresh === true || !isMadeOnce(fact) || isCounting(rows, placed)) {
        makeEffects(rows, placed, 1);
      }
      toggle(rows, placed, true);
      if (fresh === true || spentBy(placed).length === 0) return;
      reviewCopy(rows, placed, []);
    },
    remove(rows, placed) {
      const { fact, logNumber: log } = placed;
      if (!touchesRights(fact)) return;
      if (!isMadeOnce(fact) || isCounting(rows, placed)) {
        makeEffects(rows, placed, -1);
      }
      toggle(rows, placed, false);
      if (spentBy(placed).length === 0) return;
      const spender = idBytes(fact.id);
      settleReturn(rows, { log, spender, rights: [] });
      rows.delete(RETURNS_DUE, [log, spender]);
    },
    recount(rows, placed, sign) {
      if (isMadeOnce(placed.fact)) makeEffects(rows, placed, sign);
    },
    reviewCopies(rows, placed) {
      const { id, type } = placed.fact;
      if (type !== "SaleRecorded" && type !== "SpendCaptured") return;
      reviewCopies(rows, idBytes(id), placed);
    },
  };
}

/** What counts of a log's returns for one fact: noted, so that it is taken out as it was put in. */
function settleReturn(
  rows: FoldRows,
  { log, spender, rights }: {
    readonly log: number;
    readonly spender: Uint8Array;
    readonly rights: readonly BoundAmount[];
  },
): void {
  const before = rows.get(RETURNS_COUNTED, [log, spender]);
  if (before !== undefined) {
    apply(rows, returnEffects(readRights(before["rights"]), log), -1);
    rows.delete(RETURNS_COUNTED, [log, spender]);
  }
  if (rights.length === 0) return;
  apply(rows, returnEffects(rights, log), 1);
  rows.put(RETURNS_COUNTED, { log, spender, rights: rightsText(rights) });
}

function returnEffects(
  rights: readonly BoundAmount[],
  log: number,
): Effect[] {
  return rights.map(({ bound, amount }) => ({
    bound,
    log,
    deltas: amount > 0 ? { returned: amount } : destroyed(-amount),
  }));
}

/** Puts in or takes out what follows from one fact alone. */
function makeEffects(rows: FoldRows, placed: LogFact, sign: 1 | -1): void {
  const { fact } = placed;
  if (fact.type === "RightsIssued") {
    return toggleIssued(rows, placed as LogFact<typeof fact>, sign);
  }
  apply(rows, ownEffects(placed), sign);
  if (fact.type === "StockReceived") {
    toggleDelivery(rows, placed as LogFact<typeof fact>, sign === 1);
  }
}

/** Facts whose ids contain their log: copies of one stand only in the continuations of a fork, and one of them counts. */
function isMadeOnce({ type }: Fact): boolean {
  return type === "StockReceived" || type === "StockCounted" ||
    type === "RightsIssued" || type === "RightsGranted";
}

/** Most facts have nothing to do with rights: they cost no more than this. */
function touchesRights(fact: Fact): boolean {
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

function isVoided(rows: Reader, fact: Fact): boolean {
  return fact.type === "SaleRecorded" && hasVoid(rows, fact);
}

/** Whether a row was written by a log or by a continuation of one of its forks, or by what both go on from. */
function isOfFamily(row: Row, log: LogId): boolean {
  return trunkOf(row["name"] as LogId) === trunkOf(log);
}

/** A charge by the log that held the rights comes before those of logs that held nothing, whatever their stamps. */
function holdRank(rows: Reader, { fact, log }: LogFact): 0 | 1 {
  if (fact.type !== "SpendCaptured") return 0;
  const held = holdsOf(rows, log, fact.purchase)
    .some((row) => row["kind"] === 0);
  return held ? 0 : 1;
}

function placeOf({ fact, stamp, log, seq }: LogFact) {
  return { stamp, log, seq, id: fact.id };
}

/**
 * The grants with an id, each once. There are several only if the giver was cloned or lies: all of them count, so that
 * none takes from its receiver what that has accepted.
 */
function grantsWith(rows: Reader, id: Uint8Array): Row[] {
  const found = rows.scan(GRANTS, { prefix: [id] }).toSorted(compareRows);
  const first = new Map<string, Row>();
  for (const row of found) {
    const key = `${row["receiver"]} ${row["bound"]} ${row["amount"]}`;
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

function compareRows(a: Row, b: Row): number {
  return compareOrder(orderOf(a), orderOf(b));
}

function orderOf(row: Row) {
  return {
    stamp: String(row["stamp"]),
    log: String(row["name"]),
    seq: Number(row["seq"]),
    id: idText(row["id"] as Uint8Array),
  };
}

interface Transfer {
  readonly grant: Row;
  readonly acceptance: Row | undefined;
}

/**
 * The grants with an id and the acceptances that count: of each grant the first that says what it says, made by the
 * receiver or, if that is lost, by the log that gets its rights. An acceptance takes one grant.
 */
function transfersOf(rows: Reader, id: Uint8Array): Transfer[] {
  const open = rows.scan(ACCEPTANCES, { prefix: [id] }).toSorted(compareRows);
  return grantsWith(rows, id).map((grant) => {
    const receiver = grant["receiver"] as LogId;
    const heir = reassignedTo(rows, receiver);
    const at = open.findIndex((row) =>
      [receiver, heir].includes(trunkOf(row["name"] as LogId)) &&
      row["bound"] === grant["bound"] && row["amount"] === grant["amount"]
    );
    const [acceptance] = at < 0 ? [] : open.splice(at, 1);
    return { grant, acceptance };
  });
}

function acceptedEffects(rows: Reader, id: Uint8Array): Effect[] {
  return transfersOf(rows, id).flatMap(({ acceptance }) =>
    acceptance === undefined ? [] : [{
      bound: acceptance["bound"] as BoundName,
      log: Number(acceptance["log"]),
      deltas: { accepted: Number(acceptance["amount"]) },
    }]
  );
}

/** Changes grants, acceptances or heirs, and what follows: who has the rights, or that they are in transit. */
function changeTransfers(
  rows: FoldRows,
  ids: readonly Uint8Array[],
  change: () => void,
): void {
  for (const id of ids) {
    for (const grant of grantsWith(rows, id)) {
      const { receiver = null, bound = null, amount = null } = grant;
      rows.delete(IN_TRANSIT, [receiver, bound, id, amount]);
    }
  }
  rederive(rows, () => ids.flatMap((id) => acceptedEffects(rows, id)), change);
  for (const id of ids) {
    for (const { grant, acceptance } of transfersOf(rows, id)) {
      if (acceptance !== undefined) continue;
      const { receiver = null, bound = null, log = null, amount = null } =
        grant;
      rows.put(IN_TRANSIT, { receiver, bound, id, log, amount });
    }
  }
}

function toggleGrant(
  rows: FoldRows,
  placed: LogFact<FactOf<"RightsGranted">>,
  adds: boolean,
): void {
  const { fact, log: name, logNumber: log, seq, stamp } = placed;
  if (fact.id !== logFactId(name, fact.request)) return;
  const id = idBytes(fact.id);
  changeTransfers(rows, [id], () => {
    if (!adds) return rows.delete(GRANTS, [id, log]);
    const { bound, amount, to: receiver } = fact;
    rows.put(GRANTS, { id, log, stamp, name, seq, bound, amount, receiver });
  });
}

function toggleAcceptance(
  rows: FoldRows,
  placed: LogFact<FactOf<"RightsAccepted">>,
  adds: boolean,
): void {
  const { fact, log: name, logNumber: log, seq, stamp } = placed;
  const grant = idBytes(fact.grant);
  const id = idBytes(fact.id);
  changeTransfers(rows, [grant], () => {
    changeTaken(rows, [grant], () => {
      if (!adds) return rows.delete(ACCEPTANCES, [grant, log, seq, id]);
      const { bound, amount } = fact;
      const row = { grant, log, seq, id, stamp, name, bound, amount };
      rows.put(ACCEPTANCES, row);
    });
  });
}

/** What a receiver took over by a statement: of each bound once, while that statement is the one that counts. */
function takenBy(rows: Reader, id: Uint8Array): readonly Row[] {
  const [stated] = rows.scan(RIGHTS_STATED, { index: "by_id", prefix: [id] });
  if (stated === undefined || Number(stated["head"]) === 0) return [];
  const counting = statedOf(rows, String(stated["subject"]));
  if (idText(counting?.["id"] as Uint8Array) !== idText(id)) return [];
  const first = new Map<string, Row>();
  const all = rows.scan(ACCEPTANCES, { prefix: [id] }).toSorted(compareRows);
  for (const row of all) {
    const bound = String(row["bound"]);
    const isHeir = trunkOf(row["name"] as LogId) === counting?.["receiver"];
    if (isHeir && !first.has(bound)) first.set(bound, row);
  }
  return [...first.values()].map((row) => ({
    ...row,
    lost: stated["subject"] ?? null,
  }));
}

function applyTaken(rows: FoldRows, id: Uint8Array, sign: 1 | -1): void {
  for (const { bound = null, lost = null, log, amount } of takenBy(rows, id)) {
    const taken = sign * Number(amount);
    rows.increment(RIGHTS_TAKEN, { bound, lost }, { taken });
    rows.increment(RIGHTS, { bound, log: log ?? null }, { accepted: taken });
  }
}

/** Changes acceptances of a statement, or which statement counts, and what follows. */
function changeTaken(
  rows: FoldRows,
  ids: readonly Uint8Array[],
  change: () => void,
): void {
  for (const id of ids) applyTaken(rows, id, -1);
  change();
  for (const id of ids) applyTaken(rows, id, 1);
}

function issuedEffect(rows: Reader, row: Row): Effect[] {
  const amount = Number(row["amount"]);
  if (!mayIssue(rows, String(row["owner"]), row["name"] as LogId)) return [];
  return [{
    bound: row["bound"] as BoundName,
    log: Number(row["log"]),
    deltas: amount > 0 ? { made: amount } : { destroyed: -amount },
  }];
}

function toggleIssued(
  rows: FoldRows,
  { fact, log: name, logNumber: log }: LogFact<FactOf<"RightsIssued">>,
  sign: 1 | -1,
): void {
  if (!containsLog(fact.id, name)) return;
  const { bound, amount } = fact;
  const id = idBytes(fact.id);
  const row = { owner: spaceOfBound(bound), log, id, name, bound, amount };
  apply(rows, issuedEffect(rows, row), sign);
  if (sign === 1) rows.put(ISSUED, row);
  else rows.delete(ISSUED, [row.owner, log, id]);
}

/** A statement says who issues, or who gets a lost log's rights: what follows from it is taken out and put in again. */
function changeStated(
  rows: FoldRows,
  placed: LogFact<FactOf<"AuthorityStated">>,
  adds: boolean,
): void {
  const { statement } = placed.fact;
  if (!isAboutRights(statement)) return;
  const subject = rightsSubject(statement);
  const idsOf = (found: readonly Row[]) =>
    found.map((row) => row["id"] as Uint8Array);
  const issued = () =>
    rows.scan(ISSUED).flatMap((row) => issuedEffect(rows, row));
  const others = idsOf(rows.scan(RIGHTS_STATED, { prefix: [subject] }));
  const taken = distinct([...others, idBytes(placed.fact.id)]);
  const scan = { index: "by_receiver", prefix: [subject] };
  const grants = distinct(idsOf(rows.scan(GRANTS, scan)));
  rederive(
    rows,
    issued,
    () =>
      changeTransfers(
        rows,
        grants,
        () =>
          changeTaken(rows, taken, () => toggleStatement(rows, placed, adds)),
      ),
  );
}

function distinct(ids: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(ids.map((id) => [idText(id), id])).values()];
}

type HoldFact = FactOf<"HoldPlaced" | "SpendCaptured" | "HoldReleased">;

/** Holds of a purchase and what ended them, in a log and the continuations of its forks. */
function holdsOf(rows: Reader, log: LogId, purchase: FactId): Row[] {
  const scan = { index: "by_purchase", prefix: [idBytes(purchase)] };
  return rows.scan(HOLDS, scan).filter((row) => isOfFamily(row, log));
}

/** The purchase's holds while they are open; several only in a fork. */
function openHolds(rows: Reader, log: LogId, purchase: FactId): Row[] {
  const found = holdsOf(rows, log, purchase);
  return found.every((row) => row["kind"] === 0) ? found : [];
}

function toggleHold(
  rows: FoldRows,
  placed: LogFact<HoldFact>,
  adds: boolean,
): void {
  const { fact, log: name } = placed;
  const id = fact.type === "HoldPlaced" ? fact.id : fact.purchase;
  const purchase = idBytes(id);
  for (const { log = null, expires = null } of openHolds(rows, name, id)) {
    rows.delete(OPEN_HOLDS, [log, expires, purchase]);
  }
  const heldEffects = () =>
    openHolds(rows, name, id).flatMap((open) =>
      JSON.parse(String(open["bounds"])).map((bound: BoundName) => ({
        bound,
        log: Number(open["log"]),
        deltas: { held: Number(open["amount"]) },
      }))
    );
  rederive(rows, heldEffects, () => changeHold(rows, placed, adds));
  for (
    const { log = null, expires = null, amount = null } of openHolds(
      rows,
      name,
      id,
    )
  ) rows.put(OPEN_HOLDS, { log, expires, purchase, amount });
}

function changeHold(
  rows: FoldRows,
  { fact, log: name, logNumber: log, seq }: LogFact<HoldFact>,
  adds: boolean,
): void {
  const isHold = fact.type === "HoldPlaced";
  const kind = isHold ? 0 : fact.type === "SpendCaptured" ? 1 : 2;
  const purchase = idBytes(isHold ? fact.id : fact.purchase);
  const id = idBytes(fact.id);
  if (!adds) return rows.delete(HOLDS, [log, purchase, kind, seq, id]);
  rows.put(HOLDS, {
    log,
    name,
    purchase,
    kind,
    seq,
    id,
    bounds: isHold ? JSON.stringify(fact.bounds) : "",
    amount: fact.type === "HoldReleased" ? 0 : fact.amount,
    expires: isHold ? fact.expiresAt : 0,
  });
}
