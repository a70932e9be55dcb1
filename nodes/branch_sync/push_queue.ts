/**
 * The durable queue of own sales towards an original central, row by row. A row leaves `PUSH_PENDING` in the transaction
 * that knows what became of it. What fills it stands in `push_collect.ts`.
 *
 * @module
 */
import {
  type Reader,
  type Row,
  SALES,
  type SiteCode,
  type Writer,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { BRANCH_PUSHES } from "../tables.ts";

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

/** The note of a row whose sale was voided. */
export const PUSH_VOIDED = "voided";
/** The note of a row that may have reached the central. */
export const PUSH_TRIED = "tried";

/**
 * Rows of all copies of a sale.
 *
 * @param rows The store.
 * @param target The central.
 * @param sale The sale's id.
 * @returns Rows of `BRANCH_PUSHES`.
 */
export function pushesOfSale(
  rows: Reader,
  target: string,
  sale: Uint8Array,
): Row[] {
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

/**
 * Whether the central has acknowledged a sale.
 *
 * @param row Its row.
 * @returns True if it has, also while it is compared.
 */
export function isAcknowledged(row: Row): boolean {
  return row["state"] === PUSH_CONFIRMED || row["state"] === PUSH_CHECKING;
}

/**
 * Adds a row.
 *
 * @param writer The transaction.
 * @param row The row.
 */
export function putPush(writer: Writer, row: Row): void {
  writer.put(BRANCH_PUSHES, row);
}

/**
 * Takes a row out.
 *
 * @param writer The transaction.
 * @param row The row.
 */
export function removePush(writer: Writer, row: Row): void {
  writer.delete(BRANCH_PUSHES, keyOf(row));
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
  move(writer, row, { state: PUSH_WITHDRAWN, note: PUSH_VOIDED });
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
  const rows = pushesOfSale(writer, target, row["sale"] as Uint8Array);
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
  if (other === undefined) removePush(writer, row);
  else takeOver(writer, row, other);
  return true;
}

/** What does not count goes; where it was tried, the copy that counts goes on under its number. */
function takeOver(writer: Writer, from: Row, to: Row): void {
  removePush(writer, from);
  if (from["note"] !== PUSH_TRIED || to["state"] !== PUSH_PENDING) return;
  move(writer, to, { receipt: from["receipt"] ?? null, note: PUSH_TRIED });
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
    if (now !== undefined && now["note"] !== PUSH_TRIED) {
      writer.put(BRANCH_PUSHES, { ...now, note: PUSH_TRIED });
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
    const isVoided = row["note"] === PUSH_VOIDED;
    move(writer, row, {
      state: end.check ? PUSH_CHECKING : PUSH_CONFIRMED,
      since: end.at,
      note: isVoided ? PUSH_VOIDED : "",
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
  return first?.["note"] === PUSH_TRIED ||
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
        pushesOfSale(rows, other, sale as Uint8Array).some(isAcknowledged)
      )
    ).length;
}
