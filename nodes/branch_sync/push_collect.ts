/**
 * Fills the queue of own sales towards an original central: it reads all logs of the site by stored cursors, so a sale is
 * in it once, whichever till made it, however late its log arrives, and whenever the process ends.
 *
 * @module
 */
import {
  AUTHORITY,
  type FactOf,
  idBytes,
  type Reader,
  type SaleRecorded,
  SALES,
  siteSpace,
  type Writer,
} from "../../crdt/mod.ts";
import { createFactReader } from "../log_facts.ts";
import type { LogEntry } from "../log_register.ts";
import { BRANCH_PUSH_LOGS, META } from "../tables.ts";
import {
  isAcknowledged,
  type NotePush,
  PUSH_HELD,
  PUSH_PENDING,
  PUSH_TRIED,
  PUSH_VOIDED,
  PUSH_WITHDRAWN,
  pushedSale,
  pushesOfSale,
  type PushSource,
  putPush,
  removePush,
  withdrawPush,
} from "./push_queue.ts";

/** Most commits of a log that one transaction reads. */
const COLLECT_COMMITS_MAX = 64;
/** Most sales that one transaction adds, beyond those of its last commit. */
const COLLECT_SALES_MAX = 1024;

/** Numbers that are kept with the queue of a target. */
interface PushTotals {
  /** The number of the next row. */
  readonly next: number;
  /** How many authority statements there were when the logs were read from their beginning last. */
  readonly statements: number;
}

const metaName = (target: string) => `branch_push ${target}`;

function totalsOf(rows: Reader, target: string): PushTotals {
  const row = rows.get(META, [metaName(target)]);
  return row === undefined
    ? { next: 1, statements: rows.count(AUTHORITY) }
    : JSON.parse(String(row["value"])) as PushTotals;
}

function putTotals(writer: Writer, target: string, totals: PushTotals): void {
  writer.put(META, {
    name: metaName(target),
    value: JSON.stringify(totals),
  });
}

function isOvertaken(rows: Reader, target: string): boolean {
  return totalsOf(rows, target).statements !== rows.count(AUTHORITY);
}

/**
 * Whether logs hold commits that were not read for sales.
 *
 * @param source Whose sales.
 * @returns True if `collectPushes` has something to do.
 */
export function hasUncollectedPushes(source: PushSource): boolean {
  const { replica, site, target } = source;
  const { reader } = replica;
  if (isOvertaken(reader, target)) return true;
  return replica.register.ofSpace(siteSpace(site)).some((entry) =>
    entry.seq > cursorOf(reader, target, entry)
  );
}

function cursorOf(rows: Reader, target: string, { number }: LogEntry): number {
  return Number(rows.get(BRANCH_PUSH_LOGS, [target, number])?.["seq"] ?? 0);
}

/**
 * Reads the site's logs on from where they were read to, and adds a row for each sale that the central does not have
 * from elsewhere. What authority statements changed is found by reading from the beginning: rows that are known stay.
 *
 * @param source Whose sales.
 * @param writer The transaction.
 * @param note Told of what is not sent.
 */
export function collectPushes(
  source: PushSource,
  writer: Writer,
  note: NotePush,
): void {
  const { replica, site, target } = source;
  if (isOvertaken(writer, target)) {
    for (const row of writer.scan(BRANCH_PUSH_LOGS, { prefix: [target] })) {
      writer.delete(BRANCH_PUSH_LOGS, [target, row["log"] ?? null]);
    }
  }
  const statements = writer.count(AUTHORITY);
  putTotals(writer, target, { ...totalsOf(writer, target), statements });
  const until = totalsOf(writer, target).next + COLLECT_SALES_MAX;
  for (const entry of replica.register.ofSpace(siteSpace(site))) {
    const from = cursorOf(writer, target, entry) + 1;
    const to = Math.min(entry.seq, from + COLLECT_COMMITS_MAX - 1);
    if (to < from) continue;
    const factsAt = createFactReader(replica.archive, entry);
    let seq = from - 1;
    while (seq < to && totalsOf(writer, target).next < until) {
      for (const { fact } of factsAt(++seq)) {
        if (fact.type === "SaleRecorded" && fact.site === site) {
          addSale(source, writer, { sale: fact, log: entry.number, note });
        } else if (fact.type === "SaleVoided" && fact.site === site) {
          noteVoid(source, writer, { voided: fact, note });
        }
      }
    }
    writer.put(BRANCH_PUSH_LOGS, { target, log: entry.number, seq });
  }
}

function addSale(
  { site, target }: PushSource,
  writer: Writer,
  { sale, log, note }: {
    readonly sale: SaleRecorded;
    readonly log: number;
    readonly note: NotePush;
  },
): void {
  // What an original branch made it sends itself.
  if (sale.legacy !== undefined) return;
  const id = idBytes(sale.id);
  const stands = writer.get(SALES, [site, sale.at, id, log]);
  if (stands === undefined) return;
  const known = pushesOfSale(writer, target, id);
  // A copy that took over another's number is known by its log, one that a fork has renumbered by its number.
  const same = known.find((row) =>
    row["log"] === log || row["receipt"] === sale.receipt
  );
  if (same !== undefined && same["state"] !== PUSH_WITHDRAWN) {
    // The row follows the sale into the log in which it counts now: a row that names no sale would be given up.
    if (pushedSale(writer, site, same) === undefined) {
      putPush(writer, { ...same, log, at: sale.at });
    }
    return;
  }
  if (same !== undefined) removePush(writer, same);
  const isVoided = stands["voided"] === 1;
  if (isVoided && same === undefined) {
    note(writer, { receipt: sale.receipt, kind: "withdrawn" });
  }
  const totals = totalsOf(writer, target);
  putPush(writer, {
    target,
    state: isVoided ? PUSH_WITHDRAWN : PUSH_PENDING,
    number: totals.next,
    sale: id,
    log,
    at: sale.at,
    receipt: sale.receipt,
    since: null,
    note: isVoided ? PUSH_VOIDED : "",
  });
  putTotals(writer, target, { ...totals, next: totals.next + 1 });
}

/** A void is no message that a central takes: what waits is not sent, and what was sent stays there. */
function noteVoid(
  { site, target }: PushSource,
  writer: Writer,
  { voided, note }: {
    readonly voided: FactOf<"SaleVoided">;
    readonly note: NotePush;
  },
): void {
  for (const row of pushesOfSale(writer, target, idBytes(voided.sale))) {
    if (pushedSale(writer, site, row)?.["voided"] !== 1) continue;
    const receipt = String(row["receipt"]);
    if (isAcknowledged(row) && row["note"] !== PUSH_VOIDED) {
      note(writer, { receipt, kind: "kept_there" });
      putPush(writer, { ...row, note: PUSH_VOIDED });
    } else if (row["state"] === PUSH_PENDING || row["state"] === PUSH_HELD) {
      const kind = row["note"] === PUSH_TRIED ? "unknown" : "withdrawn";
      withdrawPush(writer, row);
      note(writer, { receipt, kind });
    }
  }
}
