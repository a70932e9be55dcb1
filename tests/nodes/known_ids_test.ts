import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type FactId, FACTS, idBytes } from "../../crdt/mod.ts";
import { KnownIds } from "../../nodes/known_ids.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const id = (n: number) =>
  `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}` as FactId;

function store(rows: MemoryRows, n: number): void {
  rows.put(FACTS, { id: idBytes(id(n)), log: 1, seq: 1, at: 0, status: 0 });
}

Deno.test("KnownIds finds the ids that stand in the rows or were asked for, in any order and with any guess", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(60)),
    fc.array(fc.nat(60)),
    fc.integer({ min: 0, max: 40 }),
    (stored, asked, facts) => {
      const rows = new MemoryRows();
      for (const n of stored) store(rows, n);
      const known = new KnownIds(rows, facts);
      const expected = new Set(stored);
      for (const n of asked) {
        strictEqual(known.isUnknown(id(n)), !expected.has(n));
        expected.add(n);
        store(rows, n);
      }
    },
  ));
});

Deno.test("KnownIds looks once for a stretch of ids in order", () => {
  const rows = new MemoryRows();
  for (let n = 0; n < 100; n += 2) store(rows, n);
  let looks = 0;
  const counted = {
    get: rows.get.bind(rows),
    count: rows.count.bind(rows),
    scan: (...args: Parameters<MemoryRows["scan"]>) => {
      looks++;
      return rows.scan(...args);
    },
  };
  const known = new KnownIds(counted, 50);
  for (let n = 1; n < 100; n += 2) strictEqual(known.isUnknown(id(n)), true);
  strictEqual(looks, 1);
});
