import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BACKUP_TOOLS } from "../../nodes/adapters/backup_tools.ts";
import { openDataFolder } from "../../nodes/adapters/data_folder.ts";
import {
  askHealth,
  examineFolder,
} from "../../nodes/adapters/doctor_folder.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import type { Finding } from "../../nodes/doctor/finding.ts";
import type { Writer } from "../../nodes/ports.ts";
import {
  INCIDENTS,
  LOGS,
  NODE_TABLES,
  SCHEMA_VERSION,
  SET_ASIDE,
} from "../../nodes/tables.ts";
import { withFolder } from "../support/backup_rig.ts";
import { makeBranchFolder } from "../support/branch_folder.ts";

const random = createSystemRandom();
const DAY_MS = 86_400_000;

async function doctor(...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const code = await BACKUP_TOOLS.doctor(args, {
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
  });
  return { code, ...out };
}

/** A new folder for each case, made once and copied. */
async function withCopies(
  body: (copy: () => Promise<string>) => Promise<void>,
): Promise<void> {
  await withFolder(async (outer) => {
    const first = join(outer, "first");
    await makeBranchFolder(first, { stock: 100, sales: 3 });
    let number = 0;
    await body(async () => {
      const path = join(outer, `copy-${++number}`);
      await Deno.mkdir(path);
      for await (const { name } of Deno.readDir(first)) {
        await Deno.copyFile(join(first, name), join(path, name));
      }
      return path;
    });
  });
}

function change(path: string, body: (writer: Writer) => void): void {
  const store = openSqliteStore(join(path, "node.db"), {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  store.write(body);
  store.close();
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await Deno.writeFile(path, bytes);
}

async function find(path: string, text: string): Promise<number> {
  const bytes = await Deno.readFile(path);
  return new TextDecoder("latin1").decode(bytes).indexOf(text);
}

Deno.test("doctor says that all is well, of a folder at rest and of one in use", async () => {
  await withFolder(async (outer) => {
    const path = join(outer, "data");
    await makeBranchFolder(path, { stock: 10, sales: 3 });
    const rest = await doctor("--data", path);
    strictEqual(rest.code, 0, rest.stdout);
    match(rest.stdout, /^node 12D3\w+ \(branch, CUS\) in /);
    match(rest.stdout, /^well no node runs on it$/m);
    match(rest.stdout, /^well every one of \d+ commits in 2 logs verifies$/m);
    match(rest.stdout, /^All is well\.$/m);
    const folder = await openDataFolder(path, { random });
    const used = await doctor("--data", path, "--quick", "--json");
    folder.close();
    strictEqual(used.code, 0);
    const { findings } = JSON.parse(used.stdout);
    const texts = (findings as Finding[]).map(({ text }) => text);
    deepStrictEqual(
      texts.filter((text) => /runs on it|verifies/.test(text)),
      ["a node runs on it; a second one would be refused"],
    );
    // Its node starts as if nobody had looked.
    const again = await openDataFolder(path, { random });
    strictEqual(again.fingerprintChanged, false);
    again.close();
  });
});

Deno.test("doctor names what keeps a node from working, with the remedy, and ends with 2", async () => {
  await withCopies(async (copy) => {
    const cases: [RegExp, (path: string) => void | Promise<void>][] = [
      [
        /^bad {2}commit \d+ of log \w+ is wrong: .*\n {5}-> Stop the node, restore/m,
        async (path) => {
          const file = join(path, "node.db");
          await flip(file, await find(file, "SaleRecorded"));
        },
      ],
      [/^bad {2}.*\n {5}-> Restore the newest backup/m, async (path) => {
        const bytes = await Deno.readFile(join(path, "node.db"));
        await Deno.writeFile(join(path, "node.db"), bytes.subarray(0, 8000));
      }],
      [
        /^bad {2}a newer version of the program wrote it \(tables 999/m,
        (path) => {
          const database = new DatabaseSync(join(path, "node.db"));
          database.exec("PRAGMA user_version = 999");
          database.close();
        },
      ],
      [
        /^bad {2}.*peer\.key is missing/m,
        (path) => Deno.remove(join(path, "peer.key")),
      ],
      [
        /^bad {2}.*certificate is missing or damaged/m,
        (path) => Deno.writeTextFile(join(path, "certificate"), "no"),
      ],
      [
        /^bad {2}.*was moved to another machine.*\n.*Start the node where/m,
        (path) =>
          Deno.writeTextFile(
            join(path, "moved"),
            JSON.stringify({ id: "a", at: 1, sealed: true, epochs: {} }),
          ),
      ],
    ];
    for (const [wanted, harm] of cases) {
      const path = await copy();
      await harm(path);
      const { code, stdout } = await doctor("--data", path);
      strictEqual(code, 2, stdout);
      match(stdout, wanted);
      match(stdout, /keep the node from working\.\n$/);
    }
  });
});

Deno.test("doctor names what wants a look, and ends with 1", async () => {
  await withCopies(async (copy) => {
    const path = await copy();
    change(path, (writer) => {
      const at = { since: 1, count: 3, details: "{}" };
      const message = "A peer was refused: its certificate has ended";
      const refused = { id: "n/1", kind: "not_admitted", message, ...at };
      writer.put(INCIDENTS, refused);
      writer.put(SET_ASIDE, {
        ...{ log: 1, seq: 1, item: 0, reason: "unknown_type" },
        ...{ doc: "journal/x/0", id: null, type: null },
      });
      const [one, other] = writer.scan(LOGS);
      if (one === undefined || other === undefined) throw new TypeError();
      writer.put(LOGS, { ...other, parent: one["log"] ?? null });
    });
    const { code, stdout } = await doctor("--data", path, "--quick");
    strictEqual(code, 1, stdout);
    match(stdout, /^warn it is a copy, or was restored or moved/m);
    match(stdout, /^warn the database was changed while no node ran$/m);
    match(stdout, /^warn 1 of 2 logs were forked\n {5}-> Nothing is lost/m);
    match(stdout, /^warn 1 things in commits are set aside/m);
    match(
      stdout,
      /^warn the node saw not_admitted 3 times: A peer was refused.*\n {5}-> If it should be a member/m,
    );
    match(stdout, /^\d of these want a look\.\n$/m);
  });
});

Deno.test("doctor judges certificate and clock by the machine's time", async () => {
  await withFolder(async (outer) => {
    const path = join(outer, "data");
    await makeBranchFolder(path, { stock: 10, sales: 1 });
    const at = async (now: number) => {
      const options = { random, now, quick: true, progress: () => {} };
      const { findings } = await examineFolder(path, options);
      return findings.filter(({ level }) => level !== "well")
        .map(({ level, text }) => `${level} ${text}`);
    };
    const now = Date.now();
    deepStrictEqual(await at(now), []);
    match((await at(now - DAY_MS)).join(), /^warn The clock is behind/);
    match(
      (await at(now + 725 * DAY_MS)).join(),
      /^warn The certificate ends at/,
    );
    match(
      (await at(now + 800 * DAY_MS)).join(),
      /^bad The certificate ended at/,
    );
  });
});

Deno.test("doctor asks a running node how it is", async () => {
  const answers = [
    { ready: true, problems: [] },
    {
      ready: false,
      problems: [{ text: "The disk is full", remedy: "Free some space" }],
    },
  ];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json(answers.shift() ?? { hello: "world" }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const levels = async () => (await askHealth(url)).map(({ level }) => level);
  deepStrictEqual(await levels(), ["well"]);
  deepStrictEqual(await levels(), ["bad", "warn"]);
  deepStrictEqual(await levels(), ["bad"]);
  await server.shutdown();
  deepStrictEqual(await levels(), ["bad"]);
});

Deno.test("doctor explains itself, and ends with 2 and one line where there is nothing to look at", async () => {
  match((await doctor("--help")).stdout, /deno task doctor --data DIR/);
  await withFolder(async (outer) => {
    const wrong = [
      [],
      ["x"],
      ["--data", join(outer, "none")],
      ["--data", outer],
      ["--data", outer, "--http", "8080"],
    ];
    for (const args of wrong) {
      const { code, stdout, stderr } = await doctor(...args);
      deepStrictEqual([code, stdout], [2, ""]);
      match(stderr, /^doctor: [^\n]+\n$/);
    }
  });
});
