/**
 * Statements about rights: which log issues a company's rights, and which log gets those of a lost one. Of several
 * statements about one thing the least (stamp, log, seq) counts; what follows a reassignment is named by its receiver.
 *
 * @module
 */
import { trunkOf } from "./commit.ts";
import { compareRows } from "./fact_rows.ts";
import type { FactOf } from "./facts.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import type { LogId } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Statements by what they speak of: a lost log's name without suffix, or a company's space. `seq` and `hash` end the log. */
export const RIGHTS_STATED: TableSchema = {
  name: "rights_stated",
  columns: {
    subject: "text",
    id: "blob",
    stamp: "text",
    name: "text",
    seq: "integer",
    receiver: "text",
    head: "integer",
  },
  key: ["subject", "id", "stamp", "name"],
  indexes: { by_id: ["id"], by_receiver: ["receiver"] },
};

/** A statement about rights. */
export type RightsStatement = Extract<
  FactOf<"AuthorityStated">["statement"],
  { readonly kind: "reassign" | "issuer" }
>;

/**
 * Whether an authority statement is about rights.
 *
 * @param statement The statement.
 */
export function isAboutRights(
  statement: FactOf<"AuthorityStated">["statement"],
): statement is RightsStatement {
  return statement.kind === "reassign" || statement.kind === "issuer";
}

/**
 * What a statement about rights speaks of.
 *
 * @param statement The statement.
 * @returns A log's name without suffix, or a company's space.
 */
export function rightsSubject(statement: RightsStatement): string {
  return statement.kind === "reassign"
    ? trunkOf(statement.log)
    : `company:${statement.company}`;
}

/**
 * Puts a statement's row in or takes it out.
 *
 * @param rows The rows.
 * @param placed The statement and its place.
 * @param adds True to put it in.
 */
export function toggleStatement(
  rows: FoldRows,
  placed: LogFact<FactOf<"AuthorityStated">>,
  adds: boolean,
): void {
  const { fact: { id: text, statement }, stamp, log: name, seq } = placed;
  if (!isAboutRights(statement)) return;
  const subject = rightsSubject(statement);
  const id = idBytes(text);
  if (!adds) return rows.delete(RIGHTS_STATED, [subject, id, stamp, name]);
  const reassigns = statement.kind === "reassign";
  rows.put(RIGHTS_STATED, {
    subject,
    id,
    stamp,
    name,
    seq,
    receiver: trunkOf(reassigns ? statement.to : statement.log),
    head: reassigns ? statement.seq : 0,
  });
}

/**
 * The statement about a log or a company that counts.
 *
 * @param rows The rows.
 * @param subject What it speaks of.
 * @returns Its row of `RIGHTS_STATED`; undefined if there is none.
 */
export function statedOf(rows: Reader, subject: string): Row | undefined {
  return rows.scan(RIGHTS_STATED, { prefix: [subject] })
    .toSorted(compareRows)[0];
}

/**
 * The log to which a lost log's rights go.
 *
 * @param rows The rows.
 * @param log The lost log.
 * @returns The receiver without suffix; undefined if the log was never reassigned.
 */
export function reassignedTo(rows: Reader, log: LogId): LogId | undefined {
  return statedOf(rows, trunkOf(log))?.["receiver"] as LogId | undefined;
}

/**
 * Whether a log may issue a company's rights: the log that a statement names, or one to which it was reassigned. Where
 * nobody named one, any log may.
 *
 * @param rows The rows.
 * @param owner The company's space.
 * @param log The log.
 */
export function mayIssue(rows: Reader, owner: string, log: LogId): boolean {
  let issuer = statedOf(rows, owner)?.["receiver"] as LogId | undefined;
  if (issuer === undefined) return true;
  const seen = new Set<LogId>();
  while (issuer !== undefined && !seen.has(issuer)) {
    if (issuer === trunkOf(log)) return true;
    seen.add(issuer);
    issuer = reassignedTo(rows, issuer);
  }
  return false;
}
