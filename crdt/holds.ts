/**
 * The fold of holds: rights that are set apart for a purchase, until the purchase is charged or let go. One hold stands
 * in one log; the continuations of a fork end what their trunk began.
 *
 * @module
 */
import type { BoundName } from "./bounds.ts";
import { isOfFamily } from "./fact_rows.ts";
import type { FactOf } from "./facts.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import type { FactId, LogId } from "./ids.ts";
import { rederive } from "./rights_sums.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

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

/** A fact that sets rights apart for a purchase, or ends that. */
export type HoldFact = FactOf<"HoldPlaced" | "SpendCaptured" | "HoldReleased">;

/**
 * What a hold takes from.
 *
 * @param hold A row of `HOLDS` of kind 0.
 * @returns The bounds, in the hold's order.
 */
export function boundsOfHold(hold: Row): BoundName[] {
  return JSON.parse(String(hold["bounds"]));
}

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

/**
 * What orders copies of a fact before their places do: a charge by the log that held the rights comes before those of
 * logs that held nothing, whatever their stamps.
 *
 * @param rows The rows.
 * @param placed The copy.
 * @returns The lesser comes first.
 */
export function holdRank(rows: Reader, { fact, log }: LogFact): 0 | 1 {
  if (fact.type !== "SpendCaptured") return 0;
  const held = holdsOf(rows, log, fact.purchase)
    .some((row) => row["kind"] === 0);
  return held ? 0 : 1;
}

/**
 * Puts a hold or what ended it in, or takes it out.
 *
 * @param rows The rows.
 * @param placed The fact and its place.
 * @param adds True to put it in.
 */
export function toggleHold(
  rows: FoldRows,
  placed: LogFact<HoldFact>,
  adds: boolean,
): void {
  if (placed.drawn === true) return changeHold(rows, placed, adds);
  const { fact, log: name } = placed;
  const id = fact.type === "HoldPlaced" ? fact.id : fact.purchase;
  const purchase = idBytes(id);
  for (const { log = null, expires = null } of openHolds(rows, name, id)) {
    rows.delete(OPEN_HOLDS, [log, expires, purchase]);
  }
  const heldEffects = () =>
    openHolds(rows, name, id).flatMap((open) =>
      boundsOfHold(open).map((bound) => ({
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
