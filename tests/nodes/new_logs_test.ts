import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type LogId, makeStamp, type SpaceId } from "../../crdt/mod.ts";
import { NEW_LOGS_MAX, NEW_LOGS_MS, NewLogs } from "../../nodes/new_logs.ts";

const log = (n: number, { writer = 1, space = "mesh" } = {}) => ({
  log: n.toString(16).padStart(32, "0") as LogId,
  space: space as SpaceId,
  writer: new Uint8Array(32).fill(writer),
  stamp: makeStamp(n, 0),
});

function fill(): NewLogs {
  const logs = new NewLogs();
  for (let i = 0; i < NEW_LOGS_MAX; i++) strictEqual(logs.admit(log(i), i), 0);
  return logs;
}

Deno.test("admit() lets ten new logs of a member in one space in within an hour", () => {
  const logs = fill();
  strictEqual(logs.admit(log(20), 100), NEW_LOGS_MS - 100);
  strictEqual(logs.admit(log(20, { writer: 2 }), 100), 0);
  strictEqual(logs.admit(log(20, { space: "site:CUS" }), 100), 0);
  strictEqual(logs.admit(log(20), NEW_LOGS_MS), 0);
  ok(logs.admit(log(21), NEW_LOGS_MS) > 0);
});

Deno.test("admit() takes those that wait in the order of their stamps", () => {
  const logs = fill();
  for (const n of [30, 20, 25]) ok(logs.admit(log(n), 100) > 0);
  // Room for two.
  const now = NEW_LOGS_MS + 1;
  deepStrictEqual(
    [30, 25, 20].map((n) => logs.admit(log(n), now) === 0),
    [false, true, true],
  );
});

Deno.test("admit() counts a log once, however often it comes until the disk takes it", () => {
  const logs = new NewLogs();
  for (let i = 0; i < 3 * NEW_LOGS_MAX; i++) {
    strictEqual(logs.admit(log(1), i), 0);
  }
  strictEqual(logs.admit(log(2), 100), 0);
});
