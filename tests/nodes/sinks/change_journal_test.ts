import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { createSeededRandom, STOCK } from "../../../crdt/mod.ts";
import type { Store } from "../../../nodes/ports.ts";
import {
  endJournal,
  journalPosition,
  journalStore,
} from "../../../nodes/sinks/change_journal.ts";
import { META, SINK_CHANGES, TIPS } from "../../../nodes/tables.ts";
import { openNodeStore } from "../../support/node_store.ts";
import { SimulatedDisk } from "../../support/simulated_disk.ts";

const random = createSeededRandom(3);
const journaled = (store: Store, fresh = false) =>
  journalStore(store, { random, now: () => 7, fresh });
const stock = (product: string, sold: number) => ({
  ...{ site: "CUS", product, sold },
  ...{ received: 0, voided: 0, counted: 0, reported: 0 },
});
const tip = (seq: number) => ({
  ...{ log: 1, seq, stamp: "0".repeat(16) },
  ...{ hash: new Uint8Array(32), signature: new Uint8Array(64) },
});

function noted(store: Store): unknown[] {
  return store.scan(SINK_CHANGES, { index: "by_number" })
    .map((row) => [row["target"], row["key"], row["number"]]);
}

Deno.test("a row that changes often is noted once, by its newest change; other tables are not", () => {
  const store = journaled(openNodeStore(new SimulatedDisk()));
  store.write((writer) => {
    writer.put(STOCK, stock("a", 1));
    writer.put(STOCK, stock("b", 1));
    writer.put(META, { name: "x", value: "y" });
  });
  store.write((writer) => writer.put(STOCK, stock("a", 2)));
  store.write((writer) => writer.delete(STOCK, ["CUS", "b"]));

  deepStrictEqual(noted(store), [
    ["stock", '["CUS","a"]', 3],
    ["stock", '["CUS","b"]', 4],
  ]);
});

Deno.test("a transaction that fails notes nothing", () => {
  const store = journaled(openNodeStore(new SimulatedDisk()));
  try {
    store.write((writer) => {
      writer.put(STOCK, stock("a", 1));
      throw new TypeError("no");
    });
  } catch {
    // As it should be.
  }

  deepStrictEqual(noted(store), []);
});

Deno.test("the journal goes on after another start, and begins anew where commits came without it", () => {
  const disk = new SimulatedDisk();
  const first = journaled(openNodeStore(disk));
  first.write((writer) => writer.put(TIPS, tip(1)));
  const position = journalPosition(first);
  first.close();

  const second = journaled(openNodeStore(disk));
  deepStrictEqual(journalPosition(second), position);
  second.close();

  const plain = openNodeStore(disk);
  plain.write((writer) => writer.put(TIPS, tip(2)));
  plain.close();
  const third = journaled(openNodeStore(disk));
  const renewed = journalPosition(third);
  notStrictEqual(renewed?.epoch, position?.epoch);
  ok((renewed?.number ?? 0) > (position?.number ?? 0));
  third.write((writer) => endJournal(writer));
  third.close();

  const fourth = journaled(openNodeStore(disk));
  notStrictEqual(journalPosition(fourth)?.epoch, renewed?.epoch);
  fourth.close();
  const copied = journaled(openNodeStore(disk), true);
  ok(journalPosition(copied) !== undefined);
});

Deno.test("what every sink has is forgotten, but for the newest change and where logs are", () => {
  const store = journaled(openNodeStore(new SimulatedDisk()));
  store.write((writer) => writer.put(TIPS, tip(1)));
  for (const product of "abcd") {
    store.write((writer) => writer.put(STOCK, stock(product, 1)));
  }
  store.trim(4);
  deepStrictEqual(noted(store), [
    ["tips", "[1]", 1],
    ["stock", '["CUS","c"]', 4],
    ["stock", '["CUS","d"]', 5],
  ]);
  store.trim(5);
  store.trim(5);
  strictEqual(journalPosition(store)?.number, 5);
});
