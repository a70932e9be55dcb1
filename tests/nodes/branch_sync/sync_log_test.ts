import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  appendSyncLog,
  lastSyncLog,
  SYNC_LOG_ROWS_MAX,
  syncLogPage,
} from "../../../nodes/branch_sync/sync_log.ts";
import { SYNC_LOG } from "../../../nodes/tables.ts";
import { MemoryRows } from "../../support/memory_rows.ts";

const row = (at: number, ok = true) => ({
  at,
  direction: "received" as const,
  ok,
  message: "x".repeat(600),
  site: "ABA",
  records: 2,
});

Deno.test("C-38: the log keeps code and count, and cuts the text at 500", () => {
  const rows = new MemoryRows();
  appendSyncLog(rows, row(5));
  deepStrictEqual(lastSyncLog(rows), {
    ...row(5),
    number: 1,
    message: "x".repeat(500),
  });
});

Deno.test("C-37: the newest row is told beside the newest one that went well", () => {
  const rows = new MemoryRows();
  strictEqual(lastSyncLog(rows), null);
  appendSyncLog(rows, row(1));
  appendSyncLog(rows, row(2, false));
  strictEqual(lastSyncLog(rows)?.at, 2);
  strictEqual(lastSyncLog(rows, { ok: true })?.at, 1);
});

Deno.test("appendSyncLog() keeps the newest rows, and syncLogPage() pages them", () => {
  const rows = new MemoryRows();
  for (let at = 1; at <= 5; at++) appendSyncLog(rows, row(at));
  const first = syncLogPage(rows, { limit: 2 });
  strictEqual(first.total, 5);
  deepStrictEqual(first.items.map(({ at }) => at), [5, 4]);
  const second = syncLogPage(rows, { limit: 2, cursor: first.next ?? "" });
  deepStrictEqual(second.items.map(({ at }) => at), [3, 2]);
  const end = syncLogPage(rows, { limit: 2, cursor: "2" });
  deepStrictEqual([end.items.length, end.next], [1, null]);
  const [last] = rows.scan(SYNC_LOG, { reverse: true, limit: 1 });
  rows.put(SYNC_LOG, { ...last, number: SYNC_LOG_ROWS_MAX + 1 });
  appendSyncLog(rows, row(6));
  const numbers = rows.scan(SYNC_LOG).map(({ number }) => number);
  deepStrictEqual(numbers, [1, 3, 4, 5, 10_001, 10_002]);
});
