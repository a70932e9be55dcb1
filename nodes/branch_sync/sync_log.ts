/**
 * The synchronisation log of a node: one row for each message that was received or sent, written in the transaction that
 * it tells of.
 *
 * @module
 */
import type { Reader, Row, Writer } from "../../crdt/mod.ts";
import type { Page, PageQuery } from "../answers.ts";
import { SYNC_LOG } from "../tables.ts";
import type { SyncLogRow } from "./branch_sync_use_cases.ts";

/** Most rows that are kept; the oldest go first. */
export const SYNC_LOG_ROWS_MAX = 10_000;
/** Longest message of a row, in UTF-16 units. */
export const SYNC_LOG_MESSAGE_MAX = 500;

const DIRECTIONS: readonly SyncLogRow["direction"][] = ["sent", "received"];

/**
 * Adds a row.
 *
 * @param writer The transaction.
 * @param row What happened; its message is cut.
 */
export function appendSyncLog(
  writer: Writer,
  row: Omit<SyncLogRow, "number">,
): void {
  const [last] = writer.scan(SYNC_LOG, { reverse: true, limit: 1 });
  const number = Number(last?.["number"] ?? 0) + 1;
  writer.put(SYNC_LOG, {
    number,
    at: row.at,
    direction: DIRECTIONS.indexOf(row.direction),
    ok: row.ok ? 1 : 0,
    message: row.message.slice(0, SYNC_LOG_MESSAGE_MAX).toWellFormed(),
    site: row.site,
    records: row.records,
  });
  writer.delete(SYNC_LOG, [number - SYNC_LOG_ROWS_MAX]);
}

/**
 * A page of the log.
 *
 * @param rows The store.
 * @param query Which page.
 * @returns Rows, newest first.
 */
export function syncLogPage(rows: Reader, query: PageQuery): Page<SyncLogRow> {
  const { limit, cursor } = query;
  const below = /^[0-9]{1,15}$/.test(cursor ?? "") ? Number(cursor) : undefined;
  const found = rows.scan(SYNC_LOG, {
    reverse: true,
    limit: limit + 1,
    ...(below === undefined ? {} : { below: [below] }),
  });
  const items = found.slice(0, limit).map(toLogRow);
  const last = items.at(-1);
  return {
    items,
    total: rows.count(SYNC_LOG),
    next: found.length > limit && last !== undefined ? `${last.number}` : null,
  };
}

/**
 * The newest row.
 *
 * @param rows The store.
 * @param options True to take only rows of what went well.
 * @returns The row; null if there is none.
 */
export function lastSyncLog(
  rows: Reader,
  { ok }: { readonly ok?: true } = {},
): SyncLogRow | null {
  const [row] = rows.scan(SYNC_LOG, {
    reverse: true,
    limit: 1,
    ...(ok === undefined ? {} : { index: "by_outcome", prefix: [1] }),
  });
  return row === undefined ? null : toLogRow(row);
}

function toLogRow(row: Row): SyncLogRow {
  return {
    number: Number(row["number"]),
    at: Number(row["at"]),
    direction: DIRECTIONS[Number(row["direction"])] ?? "received",
    ok: row["ok"] === 1,
    message: String(row["message"]),
    site: row["site"] === null ? null : String(row["site"]),
    records: row["records"] === null ? null : Number(row["records"]),
  };
}
