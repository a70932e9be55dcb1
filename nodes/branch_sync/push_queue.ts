/**
 * The durable queue of own sales towards an original central. It is filled from all logs of the site by stored cursors,
 * so a sale is in it once, whichever till made it, however late its log arrives, and whenever the process ends. A row
 * leaves `PUSH_PENDING` in the transaction that knows what became of it.
 *
 * @module
 */
import {
  AUTHORITY,
  type FactOf,
  idBytes,
  type Reader,
  type Row,
  type SaleRecorded,
  SALES,
  type SiteCode,
  siteSpace,
  type Writer,
} from "../../crdt/mod.ts";
import { createFactReader } from "../log_facts.ts";
import type { LogEntry } from "../log_register.ts";
import type { Replica } from "../replica.ts";
import { BRANCH_PUSH_LOGS, BRANCH_PUSHES, META } from "../tables.ts";

/** It waits to be sent. */
export const PUSH_PENDING = 0;
/** It waits for a person: the central cannot be told of it. */
export const PUSH_HELD = 1;
/** It was acknowledged with others of which the central had some before: it is compared with what is there. */
export const PUSH_CHECKING = 2;
/** It was acknowledged; `since` says when, in milliseconds since 1970. */
export const PUSH_CONFIRMED = 3;
/** It is not sent: it was voided before, or it was sent under the number of another copy. */
export const PUSH_WITHDRAWN = 4;

/** Most commits of a log that one transaction reads. */
const COLLECT_COMMITS_MAX = 64;
/** Most sales that one transaction adds, beyond those of its last commit. */
const COLLECT_SALES_MAX = 1024;

/** Whose sales are told to whom. */
export interface PushSource {
  /** The node's replica. */
  readonly replica: Replica;
  /** The site. */
  readonly site: SiteCode;
  /** The central, by its address. */
  readonly target: string;
}

/** Something that the log of synchronisation should show. */
export type NotePush = (writer: Writer, note: PushNote) => void;

/** What became of a sale without being sent. */
export interface PushNote {
  /** The sale's number. */
  readonly receipt: string;
  /** `withdrawn`: voided before it was sent. `kept_there`: after; the central keeps it. `unknown`: nobody knows which. */
  readonly kind: "withdrawn" | "kept_there" | "unknown";
}

/** Numbers that are kept with the queue of a target. */
interface PushTotals {
  /** The number of the next row. */
  readonly next: number;
  /** How many authority statements there were when the logs were read from their beginning last. */
  readonly statements: number;
}

/** Notes of rows: the sale was voided; it may have reached the central. */
const VOIDED = "voided";
const TRIED = "tried";

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

function rowsOfSale(rows: Reader, target: string, sale: Uint8Array): Row[] {
  return rows.scan(BRANCH_PUSHES, { index: "by_sale", prefix: [target, sale] });
}

/**
 * The row of `SALES` behind a row of the queue.
 *
 * @param rows The views.
 * @param site The site.
 * @param row A row of `BRANCH_PUSHES`.
 * @returns The sale; undefined if it does not count.
 */
export function pushedSale(
  rows: Reader,
  site: SiteCode,
  row: Row,
): Row | undefined {
  const { at = null, sale = null, log = null } = row;
  return rows.get(SALES, [site, at, sale, log]);
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
  const known = rowsOfSale(writer, target, id);
  // A copy that took over another's number is known by its log, one that a fork has renumbered by its number.
  const same = known.find((row) =>
    row["log"] === log || row["receipt"] === sale.receipt
  );
  if (same !== undefined) {
    if (same["state"] !== PUSH_WITHDRAWN) return;
    writer.delete(BRANCH_PUSHES, keyOf(same));
  }
  const isVoided = stands["voided"] === 1;
  if (isVoided && same === undefined) {
    note(writer, { receipt: sale.receipt, kind: "withdrawn" });
  }
  const totals = totalsOf(writer, target);
  writer.put(BRANCH_PUSHES, {
    target,
    state: isVoided ? PUSH_WITHDRAWN : PUSH_PENDING,
    number: totals.next,
    sale: id,
    log,
    at: sale.at,
    receipt: sale.receipt,
    since: null,
    note: isVoided ? VOIDED : "",
  });
  putTotals(writer, target, { ...totals, next: totals.next + 1 });
}

function isAcknowledged(row: Row): boolean {
  return row["state"] === PUSH_CONFIRMED || row["state"] === PUSH_CHECKING;
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
  for (const row of rowsOfSale(writer, target, idBytes(voided.sale))) {
    if (pushedSale(writer, site, row)?.["voided"] !== 1) continue;
    const receipt = String(row["receipt"]);
    if (isAcknowledged(row) && row["note"] !== VOIDED) {
      note(writer, { receipt, kind: "kept_there" });
      writer.put(BRANCH_PUSHES, { ...row, note: VOIDED });
    } else if (row["state"] === PUSH_PENDING || row["state"] === PUSH_HELD) {
      const kind = row["note"] === TRIED ? "unknown" : "withdrawn";
      withdrawPush(writer, row);
      note(writer, { receipt, kind });
    }
  }
}

function keyOf(row: Row) {
  const { target = null, state = null, number = null } = row;
  return [target, state, number];
}

/**
 * A row as it is now.
 *
 * @param rows The store.
 * @param row The row as it was read.
 * @returns The row; undefined if it has gone or changed its state.
 */
export function samePush(rows: Reader, row: Row): Row | undefined {
  return rows.get(BRANCH_PUSHES, keyOf(row));
}

function move(writer: Writer, row: Row, change: Row): void {
  writer.delete(BRANCH_PUSHES, keyOf(row));
  writer.put(BRANCH_PUSHES, { ...row, ...change });
}

/**
 * Takes a sale that was voided out of what waits.
 *
 * @param writer The transaction.
 * @param row Its row.
 */
export function withdrawPush(writer: Writer, row: Row): void {
  move(writer, row, { state: PUSH_WITHDRAWN, note: VOIDED });
}

/**
 * Settles rows of a sale of which several copies were recorded: only one counts, and it is sent under the number that
 * the central may know already.
 *
 * @param source Whose sales.
 * @param writer The transaction.
 * @param row A row of the sale.
 * @returns True if the row is not to be sent.
 */
export function settleCopies(
  { site, target }: PushSource,
  writer: Writer,
  row: Row,
): boolean {
  const rows = rowsOfSale(writer, target, row["sale"] as Uint8Array);
  const counts = (one: Row) => pushedSale(writer, site, one) !== undefined;
  const other = rows.find((one) =>
    one["number"] !== row["number"] && counts(one) !== counts(row)
  );
  if (counts(row)) {
    if (other === undefined) return false;
    if (isAcknowledged(other)) {
      move(writer, row, {
        state: PUSH_WITHDRAWN,
        note: `sent as ${other["receipt"]}`,
      });
    } else takeOver(writer, other, row);
    return true;
  }
  if (other === undefined) writer.delete(BRANCH_PUSHES, keyOf(row));
  else takeOver(writer, row, other);
  return true;
}

/** What does not count goes; where it was tried, the copy that counts goes on under its number. */
function takeOver(writer: Writer, from: Row, to: Row): void {
  writer.delete(BRANCH_PUSHES, keyOf(from));
  if (from["note"] !== TRIED || to["state"] !== PUSH_PENDING) return;
  move(writer, to, { receipt: from["receipt"] ?? null, note: TRIED });
}

/**
 * Lets a sale wait for a person.
 *
 * @param writer The transaction.
 * @param row Its row.
 * @param why A word that says why.
 * @returns False if it waits already, for the same reason.
 */
export function holdPush(writer: Writer, row: Row, why: string): boolean {
  if (row["state"] === PUSH_HELD && row["note"] === why) return false;
  move(writer, row, { state: PUSH_HELD, note: why });
  return true;
}

/**
 * Lets a sale that waited for a person be sent.
 *
 * @param writer The transaction.
 * @param row Its row.
 */
export function releasePush(writer: Writer, row: Row): void {
  move(writer, row, { state: PUSH_PENDING, note: "" });
}

/**
 * Notes, before a request is made, that its sales may reach the central.
 *
 * @param writer The transaction.
 * @param rows Their rows.
 */
export function tryPushes(writer: Writer, rows: readonly Row[]): void {
  for (const row of rows) {
    const now = samePush(writer, row);
    if (now !== undefined && now["note"] !== TRIED) {
      writer.put(BRANCH_PUSHES, { ...now, note: TRIED });
    }
  }
}

/**
 * Notes that the central has acknowledged the sales of one request.
 *
 * @param writer The transaction.
 * @param rows Their rows.
 * @param end When, in milliseconds since 1970; whether each must be compared with what is there; told of what was voided
 * meanwhile.
 */
export function confirmPushes(
  writer: Writer,
  rows: readonly Row[],
  end: {
    readonly at: number;
    readonly check: boolean;
    readonly note: NotePush;
  },
): void {
  for (const { target = null, number = null, receipt } of rows) {
    // Whatever became of it meanwhile, the central has it.
    const row = [PUSH_PENDING, PUSH_WITHDRAWN, PUSH_HELD]
      .map((state) => writer.get(BRANCH_PUSHES, [target, state, number]))
      .find((one) => one !== undefined);
    if (row === undefined) continue;
    const isVoided = row["note"] === VOIDED;
    move(writer, row, {
      state: end.check ? PUSH_CHECKING : PUSH_CONFIRMED,
      since: end.at,
      note: isVoided ? VOIDED : "",
    });
    if (isVoided) {
      end.note(writer, { receipt: String(receipt), kind: "kept_there" });
    }
  }
}

/**
 * Notes that a sale was compared with what the central has.
 *
 * @param writer The transaction.
 * @param row Its row.
 */
export function checkedPush(writer: Writer, row: Row): void {
  move(writer, row, { state: PUSH_CONFIRMED });
}

/**
 * Rows of one state, in the order of their numbers.
 *
 * @param rows The store.
 * @param target The central.
 * @param page The state, the most rows to give, and the number behind which they stand.
 * @returns Rows of `BRANCH_PUSHES`.
 */
export function pushesOf(
  rows: Reader,
  target: string,
  page: {
    readonly state: number;
    readonly limit: number;
    readonly after?: number;
  },
): Row[] {
  return rows.scan(BRANCH_PUSHES, {
    prefix: [target, page.state],
    limit: page.limit,
    ...(page.after === undefined ? {} : { after: [page.after] }),
  });
}

/**
 * Whether the process ended while sales were being sent or compared.
 *
 * @param rows The store.
 * @param target The central.
 * @returns True if something of it is left to do.
 */
export function isPushInterrupted(rows: Reader, target: string): boolean {
  const [first] = pushesOf(rows, target, { state: PUSH_PENDING, limit: 1 });
  return first?.["note"] === TRIED ||
    rows.count(BRANCH_PUSHES, [target, PUSH_CHECKING]) > 0;
}

/**
 * How many own sales a central has not confirmed.
 *
 * @param rows The store.
 * @param target The central.
 * @returns Sales that wait to be sent, or for a person.
 */
export function unconfirmedPushes(rows: Reader, target: string): number {
  return rows.count(BRANCH_PUSHES, [target, PUSH_PENDING]) +
    rows.count(BRANCH_PUSHES, [target, PUSH_HELD]);
}

/**
 * How many own sales no central has confirmed.
 *
 * @param rows The store.
 * @param targets The centrals.
 * @returns Sales that are confirmed by none of them.
 */
export function unconfirmedByAll(
  rows: Reader,
  targets: readonly string[],
): number {
  const [least, ...others] = targets.toSorted((a, b) =>
    unconfirmedPushes(rows, a) - unconfirmedPushes(rows, b)
  );
  if (least === undefined) return 0;
  if (others.length === 0) return unconfirmedPushes(rows, least);
  return [PUSH_PENDING, PUSH_HELD]
    .flatMap((state) => rows.scan(BRANCH_PUSHES, { prefix: [least, state] }))
    .filter(({ sale }) =>
      !others.some((other) =>
        rowsOfSale(rows, other, sale as Uint8Array).some(isAcknowledged)
      )
    ).length;
}
