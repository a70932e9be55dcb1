import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  addIssues,
  conflictIssue,
  quarantineIssue,
  sentIssue,
  SYNC_ISSUE_BYTES_MAX,
} from "../../../nodes/branch_sync/sync_issues.ts";
import { SYNC_ISSUES } from "../../../nodes/tables.ts";
import { MemoryRows } from "../../support/memory_rows.ts";

const bad = (raw: unknown) =>
  quarantineIssue({ site: "ABA", receipt: null, reason: "Falta VentaID", raw });

Deno.test("C-27: what comes again is one issue, and a refused set leaves nothing", () => {
  const rows = new MemoryRows();
  strictEqual(
    addIssues(rows, [bad({ a: 1 }), bad({ a: 1 }), bad({ a: 2 })], 5),
    true,
  );
  strictEqual(addIssues(rows, [bad({ a: 2 })], 6), true);
  deepStrictEqual(
    rows.scan(SYNC_ISSUES).map(({ number, raw, at }) => [number, raw, at]),
    [
      [1, '{"a":1}', 5],
      [2, '{"a":2}', 5],
    ],
  );
  const long = bad("x".repeat(SYNC_ISSUE_BYTES_MAX));
  strictEqual(addIssues(rows, [bad({ a: 3 }), long], 7), false);
  strictEqual(rows.count(SYNC_ISSUES), 2);
});

Deno.test("C-27: issues that a person has seen make room for new ones", () => {
  const rows = new MemoryRows();
  const half = "x".repeat(SYNC_ISSUE_BYTES_MAX / 2);
  addIssues(rows, [bad(half)], 1);
  strictEqual(addIssues(rows, [bad(`${half}y`)], 2), false);
  const [row] = rows.scan(SYNC_ISSUES);
  rows.put(SYNC_ISSUES, { ...row, resolved: 1 });
  strictEqual(addIssues(rows, [bad(`${half}y`)], 3), true);
  deepStrictEqual(rows.scan(SYNC_ISSUES).map(({ number }) => number), [2]);
});

Deno.test("issues are named by what they are about", () => {
  strictEqual(
    conflictIssue("ABA", "ABA-20250304-001", 2).digest,
    "branch-sync-conflict/ABA/ABA-20250304-001/2",
  );
  const sent = (reason: string, second: unknown) =>
    sentIssue({ site: "ABA", receipt: "r", reason, first: 1, second }).digest;
  strictEqual(sent("a", 1), sent("a", 2));
  strictEqual(sent("a", 1) === sent("b", 1), false);
  strictEqual(bad(undefined).raw, "null");
});
