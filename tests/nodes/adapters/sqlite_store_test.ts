import {
  deepStrictEqual,
  doesNotMatch,
  match,
  ok,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import {
  sqliteFailure,
  type SqliteStep,
} from "../../../nodes/adapters/sqlite_failure.ts";
import { scanStatements } from "../../../nodes/adapters/sqlite_statements.ts";
import { openSqliteStore } from "../../../nodes/adapters/sqlite_store.ts";
import { describeTable } from "../../../nodes/adapters/table_shape.ts";
import type {
  Scan,
  Store,
  StoreOptions,
  TableSchema,
} from "../../../nodes/ports.ts";
import { throwsCode } from "../../contract/store_contract.ts";
import {
  MODEL_OPERATION,
  MODEL_OPTIONS,
  StoreModel,
} from "../../support/store_model.ts";

const NARROW: TableSchema = {
  name: "narrow",
  columns: { a: "text", n: "integer", w: "text", order: "integer" },
  key: ["a", "n"],
  indexes: { words: ["w", "order"] },
};
const WIDE: TableSchema = {
  name: "wide",
  columns: { a: "text", n: "integer", body: "blob", w: "text" },
  key: ["a", "n"],
  indexes: { words: ["w"] },
  wide: true,
};
const OPTIONS: StoreOptions = { tables: [NARROW, WIDE], version: 1 };

function test(title: string, run: (path: string) => void | Promise<void>) {
  Deno.test(title, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(join(folder, "panal.db"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function putBodies(store: Store, from: number, count: number): void {
  store.write((writer) => {
    for (let n = from; n < from + count; n++) {
      const body = new Uint8Array(2_000);
      writer.put(WIDE, { a: "x", n, body, w: null });
    }
  });
}

test("write() on a full disk is undone, and the store stays usable", (path) => {
  const store = openSqliteStore(path, { ...OPTIONS, maxPages: 40 });
  putBodies(store, 0, 10);
  throwsCode("store_full", () => putBodies(store, 10, 200));
  strictEqual(store.count(WIDE), 10);
  putBodies(store, 10, 5);
  strictEqual(store.count(WIDE), 15);
  store.close();
});

test("write() commits nothing when its body goes on after a full disk", (path) => {
  const store = openSqliteStore(path, { ...OPTIONS, maxPages: 40 });
  const row = { a: "x", n: 0, body: new Uint8Array(500_000), w: null };
  throwsCode("store_full", () =>
    store.write((writer) => {
      throwsCode("store_full", () => writer.put(WIDE, row));
      // SQLite may have rolled back by itself: a put now would be a transaction of its own.
      throwsCode("store_full", () => writer.put(WIDE, { ...row, body: null }));
    }));
  strictEqual(store.count(WIDE), 0);
  store.close();
});

test("openSqliteStore() refuses a file that is no database", (path) => {
  Deno.writeTextFileSync(path, "not a database ".repeat(1_000));
  throwsCode("data_folder_damaged", () => openSqliteStore(path, OPTIONS));
});

test("openSqliteStore() refuses a folder that is not there", (path) => {
  throwsCode(
    "data_folder_damaged",
    () => openSqliteStore(join(path, "missing", "panal.db"), OPTIONS),
  );
});

test("openSqliteStore() refuses a database of another program", (path) => {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE other (a)");
  database.close();
  throwsCode("data_folder_damaged", () => openSqliteStore(path, OPTIONS));
});

test("openSqliteStore() refuses a file that was cut off", (path) => {
  const store = openSqliteStore(path, OPTIONS);
  putBodies(store, 0, 100);
  store.close();
  Deno.truncateSync(path, 4_096);
  throwsCode("data_folder_damaged", () => openSqliteStore(path, OPTIONS));
});

test("get() and scan() throw data_folder_damaged on a damaged page", (path) => {
  const store = openSqliteStore(path, OPTIONS);
  putBodies(store, 0, 100);
  store.close();
  const bytes = Deno.readFileSync(path);
  // The first page names the tables; all others are overwritten.
  bytes.fill(0x5a, 4_096);
  Deno.writeFileSync(path, bytes);
  const damaged = openSqliteStore(path, OPTIONS);
  throwsCode("data_folder_damaged", () => damaged.get(WIDE, ["x", 50]));
  throwsCode("data_folder_damaged", () => damaged.scan(WIDE));
  throwsCode("data_folder_damaged", () => putBodies(damaged, 0, 1));
  damaged.close();
});

test("openSqliteStore() says data_folder_locked beside an exclusive one", (path) => {
  const store = openSqliteStore(path, { ...OPTIONS, exclusive: true });
  throwsCode("data_folder_locked", () => openSqliteStore(path, OPTIONS));
  store.close();
  openSqliteStore(path, OPTIONS).close();
});

test("reads throw on an integer that has no exact number", (path) => {
  const store = openSqliteStore(path, OPTIONS);
  const other = new DatabaseSync(path);
  other.exec("INSERT INTO narrow VALUES ('a', 1, NULL, 9007199254740993)");
  other.close();
  throwsCode("amount_out_of_range", () => store.get(NARROW, ["a", 1]));
  throwsCode("amount_out_of_range", () => store.scan(NARROW));
  store.close();
});

test("people can read the tables with SQL meanwhile", (path) => {
  const store = openSqliteStore(path, OPTIONS);
  store.write((writer) =>
    writer.put(NARROW, { a: "x", n: 1, w: "honey", order: 2 })
  );
  const other = new DatabaseSync(path, { readOnly: true });
  const row = other.prepare('SELECT w, "order" FROM narrow WHERE n = 1').get();
  deepStrictEqual({ ...row }, { w: "honey", order: 2 });
  other.close();
  store.close();
});

test("a kill keeps what was committed and nothing else", async (path) => {
  const module = new URL(
    "../../../nodes/adapters/sqlite_store.ts",
    import.meta.url,
  );
  const program = `
    import { openSqliteStore } from ${JSON.stringify(module.href)};
    const options = ${JSON.stringify(OPTIONS)};
    const store = openSqliteStore(${JSON.stringify(path)}, options);
    const put = (writer, n) =>
      writer.put(options.tables[0], { a: "x", n, w: null, order: null });
    for (let n = 0; n < 20; n++) store.write((writer) => put(writer, n));
    store.write((writer) => {
      for (let n = 20; n < 5000; n++) put(writer, n);
      Deno.kill(Deno.pid, "SIGKILL");
    });`;
  const file = join(path, "..", "killed.ts");
  await Deno.writeTextFile(file, program);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, file],
    stdout: "null",
    stderr: "null",
  }).output();
  strictEqual(signal, "SIGKILL");
  const reopened = openSqliteStore(path, OPTIONS);
  strictEqual(reopened.count(NARROW), 20);
  // What can be read is in the file now, not in a log that was perhaps never synced.
  strictEqual((await Deno.stat(`${path}-wal`)).size, 0);
  reopened.close();
});

test("openSqliteStore() rebuilds a changed index and drops an old one", (path) => {
  const store = openSqliteStore(path, OPTIONS);
  store.write((writer) => {
    for (let n = 0; n < 3; n++) {
      writer.put(NARROW, { a: "x", n, w: "w", order: 3 - n });
    }
  });
  store.close();
  const changed = { ...NARROW, indexes: { words: ["order"] } };
  const tables = [changed, { ...WIDE, indexes: {} }];
  const reopened = openSqliteStore(path, { tables, version: 1 });
  const rows = reopened.scan(changed, { index: "words" });
  deepStrictEqual(rows.map((row) => row["n"]), [2, 1, 0]);
  reopened.close();
  const database = new DatabaseSync(path);
  const names = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL",
  ).all().map((row) => row["name"]);
  deepStrictEqual(names, ["narrow_by_words"]);
  database.close();
});

test("scanStatements() use their index and never sort", (path) => {
  openSqliteStore(path, OPTIONS).close();
  const database = new DatabaseSync(path);
  const scans: Scan[] = [
    { limit: 5 },
    { limit: 5, prefix: ["x"] },
    { limit: 5, prefix: ["x"], from: [3] },
    { limit: 5, prefix: ["x"], after: [3], below: [9] },
    { limit: 5, after: ["x", 3] },
    { below: ["x", 3], from: ["b", 1] },
    {},
    { index: "words" },
    { index: "words", limit: 5, prefix: ["w"] },
    { index: "words", limit: 5, prefix: [null] },
    { index: "words", limit: 5, after: [null] },
    { index: "words", from: ["w"], below: ["z"] },
    { index: "words", below: ["z"] },
  ];
  for (const table of [NARROW, WIDE]) {
    const shape = describeTable(table);
    for (const scan of scans.flatMap((s) => [s, { ...s, reverse: true }])) {
      for (const { sql, values } of scanStatements(shape, scan)) {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all(...values, 5).map((row) => row["detail"]).join("; ");
        doesNotMatch(plan, /TEMP B-TREE/, `${sql}: ${plan}`);
        match(plan, sql.includes("WHERE") ? /^SEARCH/ : /^SCAN/, sql);
        const index = scan.index ? /_by_words/ : /PRIMARY KEY|autoindex|^SCAN/;
        match(plan, index, sql);
      }
    }
  }
  database.close();
});

Deno.test("sqliteFailure() says unknown where a commit may have reached the disk", () => {
  const codeOf = (step: SqliteStep, errcode: number) => {
    const code = "ERR_SQLITE_ERROR";
    const error = Object.assign(new Error("refused"), { code, errcode });
    return (sqliteFailure(step, error) as { code: string }).code;
  };
  const failedSync = 1_034;
  strictEqual(codeOf("commit", failedSync), "store_outcome_unknown");
  strictEqual(codeOf("commit", 13), "store_full");
  strictEqual(codeOf("commit", 5), "store_failed");
  strictEqual(codeOf("write", failedSync), "store_failed");
  strictEqual(codeOf("write", 13), "store_full");
  strictEqual(codeOf("write", 5), "store_failed");
  strictEqual(codeOf("read", 11), "data_folder_damaged");
  strictEqual(codeOf("open", 5), "data_folder_locked");
  const other = new Error("not SQLite's");
  strictEqual(sqliteFailure("open", other), other);
});

test("openSqliteStore() agrees with the model on every operation", (path) => {
  let files = 0;
  const step = fc.record({
    operations: fc.array(MODEL_OPERATION, { maxLength: 20, size: "max" }),
    refuse: fc.boolean(),
    reopen: fc.boolean(),
  });
  const steps = fc.array(step, { maxLength: 6, size: "max" });
  fc.assert(
    fc.property(steps, (steps) => {
      const file = `${path}${files++}`;
      let store = openSqliteStore(file, MODEL_OPTIONS);
      let model = new StoreModel();
      for (const { operations, refuse, reopen } of steps) {
        const refusal = new Error("refused");
        try {
          model = store.write((writer) => {
            const next = model.run(operations, writer);
            if (refuse) throw refusal;
            return next;
          });
        } catch (error) {
          if (error !== refusal) throw error;
        }
        if (reopen) {
          store.close();
          store = openSqliteStore(file, MODEL_OPTIONS);
        }
        ok(model.equals(store));
      }
      store.close();
    }),
    { numRuns: 80 },
  );
});
