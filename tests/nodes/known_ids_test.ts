import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type FactId, FACTS, idBytes } from "../../crdt/mod.ts";
import { KnownIds } from "../../nodes/known_ids.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const id = (n: number) =>
  `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}` as FactId;

function store(rows: MemoryRows, n: number): void {
  rows.put(FACTS, { id: idBytes(id(n)), log: 1, seq: 1, at: 0, status: 0 });
}

Deno.test("KnownIds finds the ids that stand in the rows or were asked for, in any order", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(60)),
    fc.array(fc.nat(60)),
    (stored, asked) => {
      const rows = new MemoryRows();
      for (const n of stored) store(rows, n);
      const known = new KnownIds(rows);
      const expected = new Set(stored);
      for (const n of asked) {
        strictEqual(known.isUnknown(id(n)), !expected.has(n));
        expected.add(n);
        store(rows, n);
      }
    },
  ));
});

/** How often rows with some stored ids are looked at for others. */
function looksFor(stored: readonly number[], asked: readonly number[]): number {
  const rows = new MemoryRows();
  for (const n of stored) store(rows, n);
  let looks = 0;
  const counted = {
    get: rows.get.bind(rows),
    count: rows.count.bind(rows),
    scan: (...args: Parameters<MemoryRows["scan"]>) => {
      looks++;
      return rows.scan(...args);
    },
  };
  const known = new KnownIds(counted);
  for (const n of asked) strictEqual(known.isUnknown(id(n)), true);
  return looks;
}

const range = (length: number, first: number, step: number) =>
  Array.from({ length }, (_, i) => first + i * step);

Deno.test("KnownIds looks once for ids that come after all others", () => {
  strictEqual(looksFor(range(100, 0, 1), range(500, 100, 1)), 1);
});

Deno.test("KnownIds looks seldom where ids of others lie between in stretches", () => {
  // Ten ids of this log, ten of others, and so on.
  const stretches = range(100, 0, 20);
  const stored = stretches.flatMap((first) => range(10, first, 1));
  const asked = stretches.flatMap((first) => range(10, first + 10, 1));
  ok(looksFor(stored, asked) <= 20);
});
