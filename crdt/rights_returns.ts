/**
 * The fold of returns: what a log spent on what was voided, on what another log spent too, or in the place of a payment
 * that has come since, is due to be given back, and counts as given back once the log has said so.
 *
 * @module
 */
import { isOfFamily } from "./fact_rows.ts";
import { contentOf, type Fact, type FactOf } from "./facts.ts";
import {
  compareOrder,
  type FactArchive,
  type FoldRows,
  type LogFact,
  orderOf,
} from "./fold.ts";
import { holdRank } from "./holds.ts";
import { spentBy } from "./rights_effects.ts";
import { type BoundAmount, captureId } from "./rights_facts.ts";
import { applyEffects, destroyed, type RightsEffect } from "./rights_sums.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { FACTS, hasVoid, idBytes, idText } from "./sales.ts";

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

/** What stands in the place of a purchase's payment, by that purchase; `spender` is the fact that stands there. */
export const RIGHTS_STANDING_IN: TableSchema = {
  name: "rights_standing_in",
  columns: { purchase: "blob", log: "integer", spender: "blob" },
  key: ["purchase", "log", "spender"],
};

/**
 * The rights that a row of returns holds.
 *
 * @param row A row of `RETURNS`, `RETURNS_COUNTED` or `RETURNS_DUE`.
 * @returns Bounds and amounts, in order.
 */
export function returnedRights(row: Row): BoundAmount[] {
  const rights: [BoundAmount["bound"], number][] = JSON.parse(
    String(row["rights"]),
  );
  return rights.map(([bound, amount]) => ({ bound, amount }));
}

function rightsText(rights: readonly BoundAmount[]): string {
  return JSON.stringify(rights.map(({ bound, amount }) => [bound, amount]));
}

/** Puts in and takes out what logs give back. */
export interface Returns {
  /** Puts what a log gave back in, or takes it out. */
  toggle(
    rows: FoldRows,
    placed: LogFact<FactOf<"RightsReturned">>,
    adds: boolean,
  ): void;
  /** Whether what a copy took has to come back, whether it did, and what follows; `copies` are all of its fact. */
  reviewCopy(
    rows: FoldRows,
    placed: LogFact,
    copies: readonly LogFact[],
  ): void;
  /** Looks again at every copy of the fact with an id; `known` cannot be read yet if its commit is being written. */
  reviewCopies(rows: FoldRows, id: Uint8Array, known?: LogFact): void;
  /** Forgets what a copy that is taken out gave back or has to. */
  forget(rows: FoldRows, placed: LogFact): void;
  /** Notes in the place of which payment a charge stands, or forgets it. */
  toggleStandIn(
    rows: FoldRows,
    placed: LogFact<FactOf<"SpendCaptured">>,
    adds: boolean,
  ): void;
  /** Looks again at what stands in the place of a payment, which is here now or no longer. */
  reviewStandIns(
    rows: FoldRows,
    placed: LogFact<FactOf<"SpendCaptured">>,
  ): void;
}

/**
 * Makes the fold of returns.
 *
 * @param archive Reads facts again.
 * @returns The fold; it keeps no state of its own.
 */
export function createReturns(archive: FactArchive): Returns {
  /** The copies of a fact; `known` cannot be read yet if its commit is being written. */
  const copiesOf = (
    rows: Reader,
    id: Uint8Array,
    known?: LogFact,
  ): LogFact[] =>
    rows.scan(FACTS, { prefix: [id] })
      .map((row) =>
        row["log"] === known?.logNumber && idText(id) === known?.fact.id
          ? known
          : archive.read(Number(row["log"]), Number(row["seq"]), id)
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
    const [space, content] = [archive.spaceOf(log), contentOf(fact)];
    const text = rightsText(spentBy(placed));
    const rank = holdRank(rows, placed);
    const compare = (copy: LogFact) =>
      holdRank(rows, copy) - rank ||
      compareOrder(orderOf(copy), orderOf(placed));
    return copies.some((copy) =>
      copy.logNumber !== log && archive.spaceOf(copy.logNumber) === space &&
      compare(copy) < 0 &&
      rightsText(spentBy(copy)) === text &&
      contentOf(copy.fact) === content
    );
  };

  /** Whether the payment is here in whose place a charge stands. */
  const isReplaced = (
    rows: Reader,
    { fact, logNumber }: LogFact,
    known?: LogFact,
  ): boolean => {
    if (fact.type !== "SpendCaptured" || fact.insteadOf === undefined) {
      return false;
    }
    const { purchase, bounds, amount } = fact.insteadOf;
    const id = captureId(purchase);
    const { at } = fact;
    const content = contentOf({
      type: "SpendCaptured",
      ...{ id, at, purchase, bounds, amount },
    });
    const space = archive.spaceOf(logNumber);
    return copiesOf(rows, idBytes(id), known).some((copy) =>
      archive.spaceOf(copy.logNumber) === space &&
      contentOf(copy.fact) === content
    );
  };

  const reviewCopy = (
    rows: FoldRows,
    placed: LogFact,
    copies: readonly LogFact[],
    known?: LogFact,
  ) => {
    const { fact, logNumber: log } = placed;
    const rights = spentBy(placed);
    if (rights.length === 0) return;
    const spender = idBytes(fact.id);
    const text = rightsText(rights);
    const isUndone = isVoided(rows, fact) || isRepeat(rows, placed, copies) ||
      isReplaced(rows, placed, known);
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
    for (const copy of copies) reviewCopy(rows, copy, copies, known);
  };

  const toggle = (
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

  return {
    toggle,
    reviewCopy,
    reviewCopies,
    toggleStandIn(rows, { fact, logNumber: log }, adds) {
      if (fact.insteadOf === undefined) return;
      const purchase = idBytes(fact.insteadOf.purchase);
      const spender = idBytes(fact.id);
      if (adds) rows.put(RIGHTS_STANDING_IN, { purchase, log, spender });
      else rows.delete(RIGHTS_STANDING_IN, [purchase, log, spender]);
    },
    reviewStandIns(rows, placed) {
      const prefix = [idBytes(placed.fact.purchase)];
      const found = rows.scan(RIGHTS_STANDING_IN, { prefix });
      const spenders = new Set(
        found.map((row) => idText(row["spender"] as Uint8Array)),
      );
      for (const id of spenders) reviewCopies(rows, idBytes(id), placed);
    },
    forget(rows, { fact, logNumber: log }) {
      const spender = idBytes(fact.id);
      settleReturn(rows, { log, spender, rights: [] });
      rows.delete(RETURNS_DUE, [log, spender]);
    },
  };
}

function isVoided(rows: Reader, fact: Fact): boolean {
  return fact.type === "SaleRecorded" && hasVoid(rows, fact);
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
    applyEffects(rows, returnEffects(returnedRights(before), log), -1);
    rows.delete(RETURNS_COUNTED, [log, spender]);
  }
  if (rights.length === 0) return;
  applyEffects(rows, returnEffects(rights, log), 1);
  rows.put(RETURNS_COUNTED, { log, spender, rights: rightsText(rights) });
}

function returnEffects(
  rights: readonly BoundAmount[],
  log: number,
): RightsEffect[] {
  return rights.map(({ bound, amount }) => ({
    bound,
    log,
    deltas: amount > 0 ? { returned: amount } : destroyed(-amount),
  }));
}
