/**
 * The fold of what issuers make and destroy. It counts while the log that said it may issue, which a statement decides.
 *
 * @module
 */
import { type BoundName, containsLog, spaceOfBound } from "./bounds.ts";
import type { FactOf } from "./facts.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import type { LogId } from "./ids.ts";
import { mayIssue } from "./reassignment.ts";
import { applyEffects, rederive, type RightsEffect } from "./rights_sums.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

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

function issuedEffect(rows: Reader, row: Row): RightsEffect[] {
  const amount = Number(row["amount"]);
  if (!mayIssue(rows, String(row["owner"]), row["name"] as LogId)) return [];
  return [{
    bound: row["bound"] as BoundName,
    log: Number(row["log"]),
    deltas: amount > 0 ? { made: amount } : { destroyed: -amount },
  }];
}

/**
 * Puts what an issuer's log says in or takes it out.
 *
 * @param rows The rows.
 * @param placed The fact and its place.
 * @param sign 1 to put it in, -1 to take it out.
 */
export function toggleIssued(
  rows: FoldRows,
  { fact, log: name, logNumber: log }: LogFact<FactOf<"RightsIssued">>,
  sign: 1 | -1,
): void {
  if (!containsLog(fact.id, name)) return;
  const { bound, amount } = fact;
  const id = idBytes(fact.id);
  const row = { owner: spaceOfBound(bound), log, id, name, bound, amount };
  applyEffects(rows, issuedEffect(rows, row), sign);
  if (sign === 1) rows.put(ISSUED, row);
  else rows.delete(ISSUED, [row.owner, log, id]);
}

/**
 * Changes who may issue, and what follows.
 *
 * @param rows The rows.
 * @param change Puts a statement in or takes it out.
 */
export function changeIssuers(rows: FoldRows, change: () => void): void {
  const issued = () =>
    rows.scan(ISSUED).flatMap((row) => issuedEffect(rows, row));
  rederive(rows, issued, change);
}
