/**
 * The fold of rights: what each log may still spend of a bound. A log's balance is what it made, accepted and gave back,
 * less what it granted, spent and destroyed; every term is a fact of that log. So a copy of a fact that does not count
 * elsewhere (another log's copy of the same sale does) counts here: its log has spent the right, until it gives it back.
 *
 * Order of arrival never matters: a grant counts at once, its acceptance only while the grant that it names is here.
 *
 * @module
 */
import type { BoundName } from "./bounds.ts";
import {
  DOUBLE_DELIVERIES,
  STRICT_DELIVERIES,
  toggleDelivery,
} from "./deliveries.ts";
import type { FactOf } from "./facts.ts";
import type { FactArchive, FoldRows, LogFact } from "./fold.ts";
import { type HoldFact, HOLDS, OPEN_HOLDS, toggleHold } from "./holds.ts";
import {
  isAboutRights,
  RIGHTS_STATED,
  rightsSubject,
  toggleStatement,
} from "./reassignment.ts";
import {
  isMadeOnce,
  ownEffects,
  spentBy,
  touchesRights,
} from "./rights_effects.ts";
import { captureId } from "./rights_facts.ts";
import { changeIssuers, ISSUED, toggleIssued } from "./rights_issued.ts";
import {
  createReturns,
  returnedRights,
  RETURNS,
  RETURNS_COUNTED,
  RETURNS_DUE,
  RIGHTS_STANDING_IN,
} from "./rights_returns.ts";
import {
  applyEffects,
  balanceOf,
  RIGHTS,
  RIGHTS_OWED,
  type RightsSums,
} from "./rights_sums.ts";
import {
  ACCEPTANCES,
  createTransfers,
  GRANTS,
  IN_TRANSIT,
  RIGHTS_APART,
  RIGHTS_TAKEN,
  type Transfers,
} from "./rights_transfers.ts";
import type { Reader, TableSchema } from "./rows.ts";
import { FACTS, idBytes } from "./sales.ts";

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
  RIGHTS_STANDING_IN,
  HOLDS,
  OPEN_HOLDS,
  RIGHTS_TAKEN,
  RIGHTS_APART,
  ISSUED,
  RIGHTS_STATED,
  STRICT_DELIVERIES,
  DOUBLE_DELIVERIES,
];

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
    for (const due of returnedRights(row)) {
      if (due.bound === bound) total += due.amount;
    }
  }
  return total;
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
 * @param archive Reads facts again.
 * @param counts The status of a fact's copy that counts.
 * @returns The fold; it keeps no state of its own.
 */
export function createRights(
  archive: FactArchive,
  counts: number,
): Rights {
  const returns = createReturns(archive);
  const transfers = createTransfers((log) => archive.isOwn(log));

  const isCounting = (rows: FoldRows, { fact, logNumber: log }: LogFact) =>
    rows.get(FACTS, [idBytes(fact.id), log])?.["status"] === counts;

  const toggle = (rows: FoldRows, placed: LogFact, adds: boolean) => {
    const { fact } = placed;
    switch (fact.type) {
      case "RightsReturned":
        return returns.toggle(
          rows,
          placed as LogFact<FactOf<"RightsReturned">>,
          adds,
        );
      case "RightsGranted":
        return transfers.toggleGrant(
          rows,
          placed as LogFact<FactOf<"RightsGranted">>,
          adds,
        );
      case "RightsAccepted":
        return transfers.toggleAcceptance(
          rows,
          placed as LogFact<FactOf<"RightsAccepted">>,
          adds,
        );
      case "SpendCaptured":
        returns.toggleStandIn(
          rows,
          placed as LogFact<FactOf<"SpendCaptured">>,
          adds,
        );
        return toggleHold(rows, placed as LogFact<HoldFact>, adds);
      case "HoldPlaced":
      case "HoldReleased":
        toggleHold(rows, placed as LogFact<HoldFact>, adds);
        if (fact.type !== "HoldPlaced" || placed.fresh === true) return;
        return returns.reviewCopies(rows, idBytes(captureId(fact.id)));
      case "AuthorityStated":
        return changeStated(
          rows,
          placed as LogFact<FactOf<"AuthorityStated">>,
          { adds, transfers },
        );
    }
  };

  const reviewStandIns = (rows: FoldRows, placed: LogFact) => {
    if (placed.fact.type !== "SpendCaptured") return;
    returns.reviewStandIns(rows, placed as LogFact<FactOf<"SpendCaptured">>);
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
      if (placed.drawn === true) return;
      returns.reviewCopy(rows, placed, []);
      reviewStandIns(rows, placed);
    },
    remove(rows, placed) {
      const { fact } = placed;
      if (!touchesRights(fact)) return;
      if (!isMadeOnce(fact) || isCounting(rows, placed)) {
        makeEffects(rows, placed, -1);
      }
      toggle(rows, placed, false);
      if (spentBy(placed).length > 0) returns.forget(rows, placed);
    },
    recount(rows, placed, sign) {
      if (isMadeOnce(placed.fact)) makeEffects(rows, placed, sign);
    },
    reviewCopies(rows, placed) {
      const { id, type } = placed.fact;
      if (type !== "SaleRecorded" && type !== "SpendCaptured") return;
      returns.reviewCopies(rows, idBytes(id), placed);
      reviewStandIns(rows, placed);
    },
  };
}

/** Puts in or takes out what follows from one fact alone. */
function makeEffects(rows: FoldRows, placed: LogFact, sign: 1 | -1): void {
  const { fact } = placed;
  if (fact.type === "RightsIssued") {
    return toggleIssued(rows, placed as LogFact<typeof fact>, sign);
  }
  applyEffects(rows, ownEffects(placed), sign);
  if (fact.type === "StockReceived") {
    toggleDelivery(rows, placed as LogFact<typeof fact>, sign === 1);
  }
}

/** A statement says who issues, or who gets a lost log's rights. */
function changeStated(
  rows: FoldRows,
  placed: LogFact<FactOf<"AuthorityStated">>,
  { adds, transfers }: {
    readonly adds: boolean;
    readonly transfers: Transfers;
  },
): void {
  const { statement } = placed.fact;
  if (!isAboutRights(statement)) return;
  const subject = rightsSubject(statement);
  const id = idBytes(placed.fact.id);
  const change = () => toggleStatement(rows, placed, adds);
  changeIssuers(
    rows,
    () => transfers.changeHeirs(rows, { subject, id }, change),
  );
}
