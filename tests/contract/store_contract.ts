/**
 * What every store promises, as one suite.
 *
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type ErrorCode, PanalError } from "../../crdt/errors.ts";
import type {
  Cell,
  Row,
  Scan,
  Store,
  StoreOptions,
  TableSchema,
  Writer,
} from "../../nodes/ports.ts";

/** A place where a store can be opened again and again, one at a time. */
export interface StorePlace {
  /** Opens the store. */
  open(options: StoreOptions): Store;
  /** Removes it, after closing. */
  dispose(): void;
}

const SALES: TableSchema = {
  name: "sales",
  columns: { branch: "text", seq: "integer", note: "text", body: "blob" },
  key: ["branch", "seq"],
  indexes: { note: ["note"] },
};
const RATES: TableSchema = {
  name: "rates",
  columns: { id: "integer", rate: "real" },
  key: ["id"],
  wide: true,
};
const OPTIONS: StoreOptions = { tables: [SALES, RATES], version: 1 };

/** Passes if `run` throws a PanalError with this code. */
export function throwsCode(code: ErrorCode, run: () => unknown): void {
  throws(
    run,
    (error) => error instanceof PanalError && error.code === code,
    `no PanalError ${code}`,
  );
}

function sale(branch: string, seq: number, note: Cell = null): Row {
  return { branch, seq, note, body: Uint8Array.of(seq & 0xff) };
}

/**
 * Registers the suite.
 *
 * @param name Which implementation, for the tests' names.
 * @param create Makes an empty place.
 */
export function testStore(name: string, create: () => StorePlace): void {
  const test = (title: string, run: (place: StorePlace) => void) =>
    Deno.test(`${name}: ${title}`, () => {
      const place = create();
      try {
        run(place);
      } finally {
        place.dispose();
      }
    });
  const testOpen = (title: string, run: (store: Store) => void) =>
    test(title, (place) => {
      const store = place.open(OPTIONS);
      try {
        run(store);
      } finally {
        store.close();
      }
    });
  testRows(testOpen);
  testOrder(testOpen);
  testTransactions(testOpen);
  testRefusals(testOpen);
  testReopening(test);
  testMigrations(test);
}

type TestOpen = (title: string, run: (store: Store) => void) => void;
type Test = (title: string, run: (place: StorePlace) => void) => void;

function testRows(test: TestOpen): void {
  test("get() gives what put() wrote", (store) => {
    const row = {
      branch: "á\u{1f41d}",
      seq: Number.MAX_SAFE_INTEGER,
      note: null,
      body: new Uint8Array(),
    };
    store.write((writer) => writer.put(SALES, row));
    deepStrictEqual(store.get(SALES, [row.branch, row.seq]), row);
    strictEqual(store.get(SALES, [row.branch, 1]), undefined);
  });
  test("get() gives reals as they were, and 0 for -0", (store) => {
    const rates = [-0, 0.1, 1e300, -2];
    store.write((writer) => {
      rates.forEach((rate, id) => writer.put(RATES, { id, rate }));
    });
    deepStrictEqual(store.scan(RATES).map((row) => row["rate"]), [
      0,
      0.1,
      1e300,
      -2,
    ]);
  });
  test("put() replaces the row of the same key", (store) => {
    store.write((writer) => {
      writer.put(SALES, sale("a", 1, "old"));
      writer.put(SALES, sale("a", 1, "new"));
    });
    deepStrictEqual(store.scan(SALES, { index: "note" }), [
      sale("a", 1, "new"),
    ]);
  });
  test("delete() removes a row, and forgives a missing one", (store) => {
    store.write((writer) => writer.put(SALES, sale("a", 1)));
    store.write((writer) => {
      writer.delete(SALES, ["a", 1]);
      writer.delete(SALES, ["a", 2]);
    });
    strictEqual(store.count(SALES), 0);
    deepStrictEqual(store.scan(SALES, { index: "note" }), []);
  });
  test("rows share no bytes with the caller", (store) => {
    const body = Uint8Array.of(1, 2);
    const row = { branch: "a", seq: 1, note: null, body };
    store.write((writer) => writer.put(SALES, row));
    body[0] = 9;
    const read = store.get(SALES, ["a", 1])?.["body"] as Uint8Array;
    read[1] = 9;
    deepStrictEqual(
      store.get(SALES, ["a", 1])?.["body"],
      Uint8Array.of(1, 2),
    );
  });
}

function testOrder(test: TestOpen): void {
  const seqs = (rows: readonly Row[]) => rows.map((row) => row["seq"]);
  const fill = (store: Store) =>
    store.write((writer) => {
      for (let seq = 1; seq <= 6; seq++) {
        writer.put(SALES, sale("b", seq, seq % 2 === 0 ? "even" : null));
      }
      writer.put(SALES, sale("a", 9));
      writer.put(SALES, sale("c", 9));
    });
  test("scan() orders text by its UTF-8 bytes", (store) => {
    const texts = ["", "a", "ab", "b", "é", "\ue000", "\uffff", "\u{10000}"];
    store.write((writer) => {
      for (const text of texts.toReversed()) writer.put(SALES, sale(text, 1));
    });
    deepStrictEqual(store.scan(SALES).map((row) => row["branch"]), texts);
  });
  test("scan() gives the rows within its bounds, both ways", (store) => {
    fill(store);
    const prefix = ["b"];
    const within = { prefix, from: [2], below: [5] };
    deepStrictEqual(seqs(store.scan(SALES, within)), [2, 3, 4]);
    deepStrictEqual(seqs(store.scan(SALES, { ...within, reverse: true })), [
      4,
      3,
      2,
    ]);
    deepStrictEqual(seqs(store.scan(SALES, { prefix, after: [4] })), [5, 6]);
    deepStrictEqual(seqs(store.scan(SALES, { prefix, limit: 2 })), [1, 2]);
    deepStrictEqual(
      seqs(store.scan(SALES, { prefix, limit: 2, reverse: true })),
      [6, 5],
    );
    deepStrictEqual(store.scan(SALES, { prefix, limit: 0 }), []);
    deepStrictEqual(store.scan(SALES, { prefix, from: [5], below: [2] }), []);
  });
  test("scan() takes bounds over several columns", (store) => {
    fill(store);
    deepStrictEqual(seqs(store.scan(SALES, { from: ["b", 6] })), [6, 9]);
    deepStrictEqual(seqs(store.scan(SALES, { after: ["b"] })), [9]);
    deepStrictEqual(seqs(store.scan(SALES, { below: ["b", 2] })), [9, 1]);
    deepStrictEqual(seqs(store.scan(SALES, { below: ["b"] })), [9]);
  });
  test("scan() of an index puts null first and breaks ties by key", (store) => {
    fill(store);
    const scan = { index: "note", prefix: [null], after: ["a"] };
    deepStrictEqual(seqs(store.scan(SALES, scan)), [1, 3, 5, 9]);
    deepStrictEqual(
      seqs(store.scan(SALES, { index: "note", below: ["even", "b", 4] })),
      [9, 1, 3, 5, 9, 2],
    );
    deepStrictEqual(
      seqs(store.scan(SALES, { index: "note", after: [null] })),
      [2, 4, 6],
    );
  });
  test("scan() by a prefix alone gives the same however often and in whatever turn it is asked", (store) => {
    fill(store);
    const note = (cell: Cell, more: Scan = {}) =>
      seqs(store.scan(SALES, { index: "note", prefix: [cell], ...more }));
    for (let turn = 0; turn < 2; turn++) {
      deepStrictEqual(note(null), [9, 1, 3, 5, 9]);
      deepStrictEqual(note("even"), [2, 4, 6]);
      deepStrictEqual(note(null, { reverse: true, limit: 2 }), [9, 5]);
      deepStrictEqual(note("even", { reverse: true }), [6, 4, 2]);
      deepStrictEqual(note(null, { prefix: [null, "b"] }), [1, 3, 5]);
      deepStrictEqual(note(null, { prefix: [null, "b", 3] }), [3]);
      deepStrictEqual(note(null, { prefix: [] }).length, 8);
      deepStrictEqual(seqs(store.scan(SALES, { prefix: ["b"] })).length, 6);
      deepStrictEqual(seqs(store.scan(SALES, { prefix: ["a"] })), [9]);
    }
  });
  test("count() counts the rows with a prefix", (store) => {
    fill(store);
    strictEqual(store.count(SALES), 8);
    strictEqual(store.count(SALES, ["b"]), 6);
    strictEqual(store.count(SALES, ["b", 7]), 0);
  });
}

function testTransactions(test: TestOpen): void {
  test("write() gives what the body gives, which sees its own changes", (store) => {
    const read = store.write((writer) => {
      writer.put(SALES, sale("a", 1));
      return [
        writer.count(SALES),
        writer.scan(SALES),
        writer.get(SALES, [
          "a",
          1,
        ]),
      ];
    });
    deepStrictEqual(read, [1, [sale("a", 1)], sale("a", 1)]);
  });
  test("write() undoes everything when the body throws", (store) => {
    const before = [sale("a", 1, "x"), sale("a", 2, "y")];
    store.write((writer) => before.forEach((row) => writer.put(SALES, row)));
    const refusal = new Error("refused");
    throws(() =>
      store.write((writer) => {
        writer.put(SALES, sale("a", 1, "changed"));
        writer.put(SALES, sale("a", 1, "changed again"));
        writer.delete(SALES, ["a", 2]);
        writer.put(SALES, sale("b", 3));
        throw refusal;
      }), refusal);
    deepStrictEqual(store.scan(SALES), before);
    deepStrictEqual(store.scan(SALES, { index: "note" }), before);
  });
  test("write() goes on after a refused row when the body allows it", (store) => {
    store.write((writer) => {
      throwsCode("invalid_argument", () => writer.put(SALES, { branch: "a" }));
      writer.put(SALES, sale("a", 1));
    });
    strictEqual(store.count(SALES), 1);
  });
  test("write() refuses to be nested, and the store inside its body", (store) => {
    store.write((writer) => {
      writer.put(SALES, sale("a", 1));
      throwsCode("invalid_argument", () => store.write(() => 1));
      throwsCode("invalid_argument", () => store.count(SALES));
      throwsCode("invalid_argument", () => store.close());
    });
    strictEqual(store.count(SALES), 1);
  });
  test("write() refuses a body that waits", (store) => {
    throwsCode("invalid_argument", () =>
      store.write((writer) => {
        writer.put(SALES, sale("a", 1));
        return Promise.resolve();
      }));
    strictEqual(store.count(SALES), 0);
  });
  test("a writer is of no use after its transaction", (store) => {
    const writers: Writer[] = [];
    store.write((writer) => writers.push(writer));
    throws(() =>
      store.write((writer) => {
        writers.push(writer);
        throw new Error("refused");
      })
    );
    for (const writer of writers) {
      throwsCode("invalid_argument", () => writer.put(SALES, sale("a", 1)));
      throwsCode("invalid_argument", () => writer.count(SALES));
    }
  });
}

function testRefusals(test: TestOpen): void {
  const valid = { branch: "a", seq: 1, note: null, body: null };
  const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
    ["a fraction in an integer column", { ...valid, seq: 1.5 }],
    ["an integer beyond 2^53", { ...valid, seq: 2 ** 53 }],
    ["a number in a text column", { ...valid, note: 1 }],
    ["text in a blob column", { ...valid, body: "x" }],
    ["text with a NUL", { ...valid, note: "a\0b" }],
    ["a lone surrogate", { ...valid, note: "\ud800" }],
    ["null in the key", { ...valid, branch: null }],
    ["a missing column", { branch: "a", seq: 1, note: null }],
    ["an undefined column", { ...valid, note: undefined }],
    ["a column too many", { ...valid, other: 1 }],
  ];
  for (const [what, row] of wrong) {
    test(`put() refuses ${what}`, (store) => {
      throwsCode(
        "invalid_argument",
        () => store.write((writer) => writer.put(SALES, row as Row)),
      );
      strictEqual(store.count(SALES), 0);
    });
  }
  test("put() refuses numbers that are not finite", (store) => {
    for (const rate of [NaN, Infinity]) {
      throwsCode(
        "invalid_argument",
        () => store.write((writer) => writer.put(RATES, { id: 1, rate })),
      );
    }
  });
  test("reads refuse keys, bounds, indexes and tables that do not fit", (store) => {
    const other: TableSchema = { ...SALES, name: "others" };
    const bad = [
      () => store.get(SALES, ["a"]),
      () => store.get(SALES, [1, 1]),
      () => store.scan(SALES, { prefix: ["a", 1, 2] }),
      () => store.scan(SALES, { prefix: ["a"], from: ["b"] }),
      () => store.scan(SALES, { index: "nothing" }),
      () => store.scan(SALES, { limit: -1 }),
      () => store.count(SALES, [1]),
      () => store.scan(other),
      () => store.write((writer) => writer.put(other, valid)),
    ];
    for (const read of bad) throwsCode("invalid_argument", read);
  });
}

function testReopening(test: Test): void {
  test("reopening keeps rows", (place) => {
    const rows = [sale("a", 1, "x"), sale("b", 2)];
    const first = place.open(OPTIONS);
    first.write((writer) => rows.forEach((row) => writer.put(SALES, row)));
    first.close();
    const second = place.open(OPTIONS);
    deepStrictEqual(second.scan(SALES), rows);
    second.close();
  });
  test("close() twice does nothing; every use after it is store_closed", (place) => {
    const store = place.open(OPTIONS);
    store.close();
    store.close();
    throwsCode("store_closed", () => store.get(SALES, ["a", 1]));
    throwsCode("store_closed", () => store.scan(SALES));
    throwsCode("store_closed", () => store.count(SALES));
    throwsCode("store_closed", () => store.write(() => 1));
  });
  test("opening refuses the store of a newer version", (place) => {
    place.open({ ...OPTIONS, version: 3 }).close();
    throwsCode("data_folder_newer", () => place.open(OPTIONS));
    place.open({ ...OPTIONS, version: 3 }).close();
  });
  test("opening refuses wrong declarations", (place) => {
    const bad: StoreOptions[] = [
      { ...OPTIONS, version: 0 },
      { tables: [SALES, SALES], version: 1 },
      { tables: [{ ...SALES, name: 'x"' }], version: 1 },
      { tables: [{ ...SALES, key: [] }], version: 1 },
      { tables: [{ ...SALES, key: ["nothing"] }], version: 1 },
      { tables: [{ ...SALES, indexes: { i: ["nothing"] } }], version: 1 },
    ];
    for (const options of bad) {
      throwsCode("invalid_argument", () => place.open(options));
    }
  });
}

function testMigrations(test: Test): void {
  const sales: TableSchema = {
    name: "sales",
    columns: { branch: "text", seq: "integer", note: "text", total: "integer" },
    key: ["branch", "seq"],
    indexes: { total: ["total"] },
  };
  const days: TableSchema = {
    name: "days",
    columns: { day: "text", key: "integer" },
    key: ["day"],
  };
  const start = (place: StorePlace) => {
    const store = place.open(OPTIONS);
    store.write((writer) => {
      writer.put(SALES, sale("a", 1, "x"));
      writer.put(RATES, { id: 7, rate: 0.5 });
    });
    store.close();
  };
  const tables = [sales, days];
  test("opening runs each step once, in order, and drops old tables", (place) => {
    start(place);
    const steps: string[] = [];
    const migrations = {
      1: (writer: Writer) => {
        steps.push("1");
        deepStrictEqual(writer.scan(sales), [
          { branch: "a", seq: 1, note: "x", total: null },
        ]);
        const [rate] = writer.scan(RATES);
        writer.put(days, { day: "monday", key: rate?.["id"] ?? null });
      },
      2: (writer: Writer) => {
        steps.push("2");
        writer.put(sales, { branch: "a", seq: 1, note: "x", total: 5 });
      },
    };
    for (let i = 0; i < 2; i++) {
      const store = place.open({ tables, version: 3, migrations });
      deepStrictEqual(store.scan(sales, { index: "total", prefix: [5] }), [
        { branch: "a", seq: 1, note: "x", total: 5 },
      ]);
      deepStrictEqual(store.scan(days), [{ day: "monday", key: 7 }]);
      throwsCode("invalid_argument", () => store.scan(RATES));
      store.close();
    }
    deepStrictEqual(steps, ["1", "2"]);
    throwsCode("data_folder_newer", () => place.open(OPTIONS));
    const store = place.open({ tables: [sales, RATES], version: 4 });
    deepStrictEqual(store.scan(RATES), []);
    store.close();
  });
  test("a step that throws leaves the old version", (place) => {
    start(place);
    const broken = new Error("broken");
    const migrations = {
      1: (writer: Writer) => {
        writer.put(days, { day: "monday", key: 1 });
        throw broken;
      },
    };
    throws(() => place.open({ tables, version: 2, migrations }), broken);
    const store = place.open(OPTIONS);
    deepStrictEqual(store.scan(SALES), [sale("a", 1, "x")]);
    strictEqual(store.count(RATES), 1);
    store.close();
  });
  test("a column or table may be added without a step", (place) => {
    start(place);
    const wider = { ...SALES, columns: { ...SALES.columns, extra: "real" } };
    const store = place.open({
      tables: [wider as TableSchema, RATES, days],
      version: 1,
    });
    deepStrictEqual(store.scan(wider as TableSchema), [
      { ...sale("a", 1, "x"), extra: null },
    ]);
    strictEqual(store.count(days), 0);
    store.close();
  });
  test("opening refuses a table whose key or types changed", (place) => {
    start(place);
    const changed: TableSchema[] = [
      { ...SALES, key: ["seq", "branch"] },
      { ...SALES, columns: { ...SALES.columns, note: "blob" } },
      { ...SALES, wide: true },
    ];
    for (const table of changed) {
      throwsCode(
        "invalid_argument",
        () => place.open({ tables: [table, RATES], version: 2 }),
      );
    }
    place.open(OPTIONS).close();
  });
}
