import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { PanalError } from "../../../crdt/errors.ts";
import { createSeededRandom } from "../../../crdt/random.ts";
import { openSimulatedStore } from "../../../nodes/adapters/simulated_store.ts";
import type {
  Cell,
  Store,
  StoreOptions,
  TableSchema,
} from "../../../nodes/ports.ts";
import { throwsCode } from "../../contract/store_contract.ts";
import { SimulatedDisk } from "../../support/simulated_disk.ts";
import {
  MODEL_OPERATION,
  MODEL_OPTIONS,
  StoreModel,
} from "../../support/store_model.ts";

const TABLE: TableSchema = {
  name: "things",
  columns: { id: "integer", body: "blob" },
  key: ["id"],
};
const OPTIONS: StoreOptions = { tables: [TABLE], version: 1 };
const SECTOR = 512;
const LOG_OFFSET = 2 * SECTOR;

function put(store: Store, id: number, length = 3): void {
  const body = new Uint8Array(length).fill(id);
  store.write((writer) => writer.put(TABLE, { id, body }));
}

function ids(store: Store): unknown[] {
  return store.scan(TABLE).map((row) => row["id"]);
}

/** The length of each row's body, by id. */
function lengths(store: Store): Map<unknown, number> {
  return new Map(
    store.scan(TABLE).map((row) => {
      return [row["id"], (row["body"] as Uint8Array).length];
    }),
  );
}

/** Opens a store on a disk that halts; whether it lived. */
function survives(disk: SimulatedDisk, run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    ok(disk.isHalted, String(error));
    return false;
  }
}

Deno.test("openSimulatedStore() has every returned write after a crash", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  for (let id = 0; id < 5; id++) put(store, id, 700);
  disk.crash(createSeededRandom(1));
  deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), [0, 1, 2, 3, 4]);
});

Deno.test("openSimulatedStore() writes nothing when there is nothing new", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  put(store, 1);
  const [size, syncs] = [disk.size(), disk.syncs];
  store.write((writer) => writer.count(TABLE));
  strictEqual(disk.syncs, syncs);
  openSimulatedStore(disk, OPTIONS);
  strictEqual(disk.size(), size);
});

Deno.test("openSimulatedStore() makes durable what it has read", () => {
  for (let seed = 0; seed < 20; seed++) {
    const disk = new SimulatedDisk();
    const store = openSimulatedStore(disk, OPTIONS);
    disk.haltAfter(1);
    ok(!survives(disk, () => put(store, 1)));
    // Only the process died: the write is in the file, and was never synced.
    disk.haltAfter(Infinity);
    deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), [1]);
    disk.crash(createSeededRandom(seed));
    deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), [1]);
  }
});

Deno.test("write() is undone by a failed sync, also after a crash", () => {
  for (let seed = 0; seed < 40; seed++) {
    const disk = new SimulatedDisk();
    const store = openSimulatedStore(disk, OPTIONS);
    put(store, 1);
    disk.failNextSync();
    throwsCode("store_failed", () => put(store, 2, 700));
    deepStrictEqual(ids(store), [1]);
    if (seed % 2 === 0) put(store, 3);
    disk.crash(createSeededRandom(seed));
    const expected = seed % 2 === 0 ? [1, 3] : [1];
    deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), expected);
  }
});

Deno.test("write() whose failure cannot be undone has an unknown outcome", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  disk.failNextSync(2);
  throwsCode("store_outcome_unknown", () => put(store, 1));
  throwsCode("store_closed", () => put(store, 2));
  store.close();
});

Deno.test("write() of unknown outcome ends the store until it is reopened", () => {
  for (const outcome of ["keep", "lose"] as const) {
    const disk = new SimulatedDisk();
    const store = openSimulatedStore(disk, OPTIONS);
    put(store, 1);
    disk.unknownNextSync(outcome);
    throwsCode("store_outcome_unknown", () => put(store, 2));
    throwsCode("store_closed", () => store.get(TABLE, [1]));
    const expected = outcome === "keep" ? [1, 2] : [1];
    deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), expected);
  }
});

Deno.test("write() on a full disk is undone, and the store stays usable", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  put(store, 1);
  disk.capacityBytes = disk.size() + SECTOR;
  throwsCode("store_full", () => put(store, 2, 5_000));
  deepStrictEqual(ids(store), [1]);
  put(store, 3);
  throwsCode("store_full", () => put(store, 4));
  disk.capacityBytes = Infinity;
  put(store, 4);
  deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), [1, 3, 4]);
});

Deno.test("openSimulatedStore() finds a flipped bit before the last record", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  for (let id = 0; id < 4; id++) put(store, id);
  const places = [SECTOR];
  for (let at = LOG_OFFSET; at < disk.size() - SECTOR; at += SECTOR) {
    places.push(at);
  }
  for (const place of places) {
    for (const byte of [0, 5, 12, 18, 25, 35]) {
      disk.flipBit(place + byte);
      throwsCode(
        "data_folder_damaged",
        () => openSimulatedStore(disk, OPTIONS),
      );
      disk.flipBit(place + byte);
    }
  }
  strictEqual(openSimulatedStore(disk, OPTIONS).count(TABLE), 4);
});

Deno.test("openSimulatedStore() refuses a file that is no log", () => {
  const disk = new SimulatedDisk();
  disk.write(0, new Uint8Array(2_000).fill(7));
  disk.sync();
  throwsCode("data_folder_damaged", () => openSimulatedStore(disk, OPTIONS));
});

Deno.test("a log that outgrows its live rows is replaced", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  let largest = 0;
  for (let i = 0; i < 3_000; i++) {
    put(store, i % 10, 300);
    largest = Math.max(largest, disk.size());
  }
  ok(largest < 200_000, `the file grew to ${largest}`);
  strictEqual(openSimulatedStore(disk, OPTIONS).count(TABLE), 10);
});

Deno.test("a full disk puts off replacing the log and fails no write that fits", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  for (let i = 0; disk.size() < 66 * 1024; i++) put(store, i % 7, 400);
  disk.capacityBytes = disk.size() + 2 * SECTOR;
  put(store, 1, 400);
  put(store, 2, 400);
  throwsCode("store_full", () => put(store, 3, 400));
  disk.capacityBytes = Infinity;
  for (let i = 0; i < 200; i++) put(store, i % 7, 400);
  strictEqual(openSimulatedStore(disk, OPTIONS).count(TABLE), 7);
});

Deno.test("no crash or failed sync while the log is replaced changes a row", () => {
  for (let seed = 0; seed < 600; seed++) {
    const random = createSeededRandom(seed);
    const disk = new SimulatedDisk();
    let store = openSimulatedStore(disk, OPTIONS);
    let expected = new Map<unknown, number>();
    // Enough to replace the log behind the old one, and then before it.
    const writes = 8 + seed % 30;
    for (let i = 0; i < writes; i++) {
      const [id, length] = [i % 4, 8_000 + i];
      const after = new Map(expected).set(id, length);
      if (i > writes - 3) {
        if (seed % 3 === 0) disk.failNextSync(1 + seed % 2, (seed / 6 | 0) % 4);
        else disk.haltAfter((seed / 3 | 0) % 9);
      }
      try {
        put(store, id, length);
        expected = after;
      } catch (error) {
        const failed = error instanceof PanalError &&
          error.code === "store_failed";
        if (disk.isHalted || !failed) {
          disk.crash(random);
          store = openSimulatedStore(disk, OPTIONS);
          if (lengths(store).get(id) === length) expected = after;
        }
      }
      disk.haltAfter(Infinity);
      disk.failNextSync(0);
    }
    disk.crash(random);
    store = openSimulatedStore(disk, OPTIONS);
    deepStrictEqual(lengths(store), sorted(expected), `seed ${seed}`);
    put(store, 9, 1);
    disk.crash(random);
    const last = lengths(openSimulatedStore(disk, OPTIONS));
    deepStrictEqual(last, sorted(expected.set(9, 1)), `seed ${seed}`);
  }
});

Deno.test("a refused header leaves the old log in force", () => {
  const disk = new SimulatedDisk();
  const store = openSimulatedStore(disk, OPTIONS);
  const expected = new Map<unknown, number>();
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    // A write syncs once; only one that replaces the log comes to a second sync, of the header.
    disk.failNextSync(1, 1);
    const syncs = disk.syncs;
    put(store, i % 4, i);
    expected.set(i % 4, i);
    if (disk.syncs - syncs > 1) {
      refused++;
      deepStrictEqual(
        lengths(openSimulatedStore(copyOf(disk), OPTIONS)),
        expected,
      );
    }
  }
  ok(refused > 0);
});

function copyOf(disk: SimulatedDisk): SimulatedDisk {
  const copy = new SimulatedDisk();
  copy.write(0, disk.read(0, disk.size()));
  copy.sync();
  return copy;
}

Deno.test("records left by an older log are never taken for the log", () => {
  // Records of one sector each: where a new snapshot ends, an old record begins.
  const run = (disk: SimulatedDisk): [Map<unknown, number>, number] => {
    const store = openSimulatedStore(disk, OPTIONS);
    const expected = new Map<unknown, number>();
    let shrunk = 0;
    for (let i = 0; shrunk === 0; i++) {
      const size = disk.size();
      const write = () => put(store, i % 4, 100 + i % 50);
      if (!survives(disk, write)) break;
      expected.set(i % 4, 100 + i % 50);
      if (disk.size() < size) shrunk = disk.operations;
    }
    return [expected, shrunk];
  };
  const [, operations] = run(new SimulatedDisk());
  ok(operations > 0);
  for (let seed = 0; seed < 120; seed++) {
    const disk = new SimulatedDisk();
    disk.haltAfter(operations - 1 - seed % 8);
    const [expected] = run(disk);
    disk.crash(createSeededRandom(seed));
    const found = lengths(openSimulatedStore(disk, OPTIONS));
    const changed = [...found].filter(([id, n]) => expected.get(id) !== n);
    // The write that was interrupted may be there; nothing older may be back.
    ok(changed.length <= 1, `seed ${seed}`);
    for (const [id, n] of changed) {
      ok(n - 100 === (Number(expected.get(id)) - 100 + 4) % 50, `seed ${seed}`);
    }
  }
});

function sorted(map: Map<unknown, number>): Map<unknown, number> {
  return new Map([...map].sort(([a], [b]) => Number(a) - Number(b)));
}

Deno.test("a crash while an older version is opened is repaired by opening again", () => {
  const wider: TableSchema = {
    ...TABLE,
    columns: { ...TABLE.columns, total: "integer" },
  };
  const step: NonNullable<StoreOptions["migrations"]>[number] = (writer) => {
    for (const row of writer.scan(wider)) {
      writer.put(wider, { ...row, total: Number(row["total"]) + 5 });
    }
  };
  const options = { tables: [wider], version: 2, migrations: { 1: step } };
  for (let seed = 0; seed < 100; seed++) {
    const disk = new SimulatedDisk();
    const store = openSimulatedStore(disk, OPTIONS);
    for (let id = 0; id < 3; id++) put(store, id, 400);
    disk.haltAfter(seed % 8);
    survives(disk, () => openSimulatedStore(disk, options));
    disk.crash(createSeededRandom(seed));
    const reopened = openSimulatedStore(disk, options);
    deepStrictEqual(reopened.scan(wider).map((row) => row["total"]), [5, 5, 5]);
  }
});

Deno.test("a crash while the store is created leaves nothing in the way", () => {
  for (let seed = 0; seed < 100; seed++) {
    const disk = new SimulatedDisk();
    disk.haltAfter(seed % 7);
    survives(disk, () => openSimulatedStore(disk, OPTIONS));
    disk.crash(createSeededRandom(seed));
    put(openSimulatedStore(disk, OPTIONS), 1);
    deepStrictEqual(ids(openSimulatedStore(disk, OPTIONS)), [1]);
  }
});

Deno.test("100,000 rows put in any order are sorted and found", () => {
  const store = openSimulatedStore(new SimulatedDisk(), OPTIONS);
  store.write((writer) => {
    for (let i = 0; i < 100_000; i++) {
      writer.put(TABLE, { id: (i * 7_919) % 100_003, body: null });
    }
  });
  const all = ids(store) as number[];
  strictEqual(all.length, 100_000);
  ok(all.every((id, i) => i === 0 || id > (all[i - 1] ?? id)));
  deepStrictEqual(store.get(TABLE, [7_919]), { id: 7_919, body: null });
});

type Fault =
  | { readonly kind: "none" | "refuse" }
  | { readonly kind: "fail"; readonly times: number }
  | { readonly kind: "unknown"; readonly outcome: "keep" | "lose" }
  | { readonly kind: "halt"; readonly operations: number }
  | { readonly kind: "full"; readonly room: number };

const FAULT: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fault>({ kind: "none" }) },
  fc.constant<Fault>({ kind: "refuse" }),
  fc.integer({ min: 1, max: 2 }).map((times): Fault => ({
    kind: "fail",
    times,
  })),
  fc.constantFrom("keep" as const, "lose" as const).map((outcome): Fault => ({
    kind: "unknown",
    outcome,
  })),
  fc.nat({ max: 4 }).map((operations): Fault => ({ kind: "halt", operations })),
  fc.nat({ max: 2_000 }).map((room): Fault => ({ kind: "full", room })),
);

function arm(disk: SimulatedDisk, fault: Fault): void {
  if (fault.kind === "fail") disk.failNextSync(fault.times);
  if (fault.kind === "unknown") disk.unknownNextSync(fault.outcome);
  if (fault.kind === "halt") disk.haltAfter(fault.operations);
  if (fault.kind === "full") disk.capacityBytes = disk.size() + fault.room;
}

function disarm(disk: SimulatedDisk): void {
  disk.failNextSync(0);
  disk.unknownNextSync(undefined);
  disk.haltAfter(Infinity);
  disk.capacityBytes = Infinity;
}

Deno.test("openSimulatedStore() agrees with the model under every fault", () => {
  const step = fc.record({
    operations: fc.array(MODEL_OPERATION, { maxLength: 12, size: "max" }),
    fault: FAULT,
    then: fc.constantFrom("go on", "go on", "reopen", "crash"),
    seed: fc.nat(),
  });
  const steps = fc.array(step, { maxLength: 10, size: "max" });
  fc.assert(
    fc.property(steps, (steps) => {
      const disk = new SimulatedDisk();
      let store = openSimulatedStore(disk, MODEL_OPTIONS);
      let model = new StoreModel();
      for (const { operations, fault, then, seed } of steps) {
        const [before, refusal] = [model, new Error("refused")];
        let after = model;
        let inDoubt = false;
        arm(disk, fault);
        try {
          store.write((writer) => {
            after = before.run(operations, writer);
            if (fault.kind === "refuse") throw refusal;
          });
          model = after;
        } catch (error) {
          const code = error instanceof PanalError ? error.code : undefined;
          inDoubt = disk.isHalted || code === "store_outcome_unknown";
          ok(
            inDoubt || error === refusal || code === "store_failed" ||
              code === "store_full",
            String(error),
          );
        }
        if (disk.isHalted || then === "crash") {
          disk.crash(createSeededRandom(seed));
        }
        disarm(disk);
        if (then !== "go on" || inDoubt) {
          store = openSimulatedStore(disk, MODEL_OPTIONS);
        }
        if (inDoubt && after.equals(store)) model = after;
        ok(model.equals(store));
      }
    }),
    { numRuns: 600 },
  );
});

Deno.test("openSimulatedStore() lends rows that nobody can change, if it is asked to", () => {
  const disk = new SimulatedDisk();
  const change = (store: Store) => {
    (store.get(TABLE, [1]) as Record<string, Cell>)["id"] = 9;
  };
  const lending = { ...OPTIONS, lendsRows: true };
  const store = openSimulatedStore(disk, lending);
  put(store, 1);
  throws(() => change(store), TypeError);
  strictEqual(store.get(TABLE, [1]), store.scan(TABLE)[0]);
  throws(() => change(openSimulatedStore(disk, lending)), TypeError);
  const copying = openSimulatedStore(disk, OPTIONS);
  change(copying);
  deepStrictEqual(ids(copying), [1]);
});

Deno.test("openSimulatedStore() lends no rows that lack a column of a newer version", () => {
  const disk = new SimulatedDisk();
  put(openSimulatedStore(disk, OPTIONS), 1);
  const columns = { ...TABLE.columns, total: "integer" } as const;
  const wider: TableSchema = { ...TABLE, columns };
  const options = { tables: [wider], version: 2, lendsRows: true };
  const store = openSimulatedStore(disk, options);
  strictEqual(store.scan(wider)[0]?.["total"], null);
});
