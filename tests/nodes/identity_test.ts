/** Who a node is, as real processes: changed, copied and restored data folders give an incident and no wrong number. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  type NodeProcess,
  startNodeProcess,
} from "../../nodes/adapters/node_process.ts";
import { STOCK } from "../../crdt/mod.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  receive,
  sell,
  startPair,
  type TestProcessOptions,
  totalsOf,
  until,
} from "../support/processes.ts";

/** What a branch shows of money and stock. */
async function numbersOf(node: NodeProcess) {
  const totals = await totalsOf(node, "CUS");
  const stock = (await ask(node, "/v1/stock/CUS/1")).body;
  return { totals, stock };
}

async function kindsOf(node: NodeProcess): Promise<Set<string>> {
  const { body } = await ask(node, "/v1/incidents");
  return new Set(body.items.map((it: { kind: string }) => it.kind));
}

async function soldAt(node: NodeProcess): Promise<number> {
  return (await totalsOf(node, "CUS")).count ?? 0;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** An office, and a branch that has joined it, sold twice and was stopped; with how the branch starts again. */
async function stopAfterTwo(group: ProcessGroup) {
  const { office, branch } = await startPair(group);
  await receive(branch);
  await sell(branch, 1);
  await sell(branch, 2);
  await until("the office has both", async () => await soldAt(office) === 2);
  await branch.stop();
  const [peer] = office.ready.listen;
  const options = { name: "CUS", site: "CUS", more: ["--peer", peer ?? ""] };
  return { office, data: group.dataOf("CUS"), options };
}

/** Starts the branch once more, and stops it when the office has its third sale. */
async function sellThird(
  group: ProcessGroup,
  office: NodeProcess,
  options: TestProcessOptions,
): Promise<void> {
  const later = await group.start(options);
  await sell(later, 4);
  await until("the office has three", async () => await soldAt(office) === 3);
  await later.stop();
}

/** Waits until nodes have all four sales, and fails unless each counts once. */
async function checkAllFour(nodes: readonly NodeProcess[]): Promise<void> {
  for (const node of nodes) {
    await until("all four everywhere", async () => await soldAt(node) === 4);
    strictEqual((await numbersOf(node)).stock.sold, 15);
    strictEqual((await kindsOf(node)).has("fork"), false);
  }
}

async function flip(path: string, at: number): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  const byte = new Uint8Array(1);
  await file.seek(at, Deno.SeekMode.Start);
  await file.read(byte);
  byte[0] = (byte[0] ?? 0) ^ 0x04;
  await file.seek(at, Deno.SeekMode.Start);
  await file.write(byte);
}

function find(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  return bytes.findIndex((_, i) =>
    wanted.every((byte, j) => bytes[i + j] === byte)
  );
}

Deno.test("a data folder with one byte changed is healed with an incident, or refused: never a wrong number", async () => {
  await using group = await createProcessGroup();
  const options = { name: "CUS", site: "CUS" };
  const first = await group.start(options);
  await receive(first);
  for (let i = 1; i <= 3; i++) await sell(first, i);
  const right = await numbersOf(first);
  await first.stop();
  const path = join(group.dataOf("CUS"), "node.db");
  const before = await Deno.readFile(path);
  const places = [
    // A commit's body, and the receipt number in a view.
    find(before, "SaleRecorded"),
    before.length - 1 - find(before.toReversed(), "-SUC"),
    ...Array.from(
      { length: 6 },
      (_, i) => Math.floor(before.length * (2 * i + 1) / 12),
    ),
  ];
  const ends: string[] = [];
  for (const at of places) {
    const whole = await Deno.readFile(path);
    await flip(path, at);
    const started = await startNodeProcess(group.args(options));
    if (started.ok) {
      const node = started.value;
      try {
        deepStrictEqual(await numbersOf(node), right, `byte ${at}`);
        ok((await kindsOf(node)).has("data_folder_changed"), `byte ${at}`);
      } finally {
        await node.stop();
      }
      ends.push("healed");
    } else {
      const { code, stderr } = started.error;
      deepStrictEqual(
        [code, stderr.trimEnd().split("\n").length],
        [2, 1],
        stderr,
      );
      ends.push(/commit \d+ of log/.test(stderr) ? "commit" : "damaged");
      await Deno.writeFile(path, whole);
    }
  }
  strictEqual(ends[0], "commit");

  // In a view, where SQLite itself sees nothing wrong.
  const store = openSqliteStore(path, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  store.write((writer) => {
    const [row] = writer.scan(STOCK);
    if (row !== undefined) writer.put(STOCK, { ...row, sold: 1 });
  });
  store.close();
  const healed = await group.start(options);
  deepStrictEqual(await numbersOf(healed), right);
  ok((await kindsOf(healed)).has("data_folder_changed"));
  await healed.stop();
  const last = await group.start(options);
  deepStrictEqual(await numbersOf(last), right);
});

Deno.test("a copied folder started beside the original opens a log of its own, and all sales count once", async () => {
  await using group = await createProcessGroup();
  const { office, data, options } = await stopAfterTwo(group);
  await copyFolder(data, group.dataOf("copy"));
  const original = await group.start(options);
  const copy = await group.start({ ...options, name: "copy" });

  await sell(original, 3);
  await sell(copy, 4);
  await sell(original, 5);
  await sell(copy, 6);
  ok((await kindsOf(copy)).has("folder_moved"));
  strictEqual((await kindsOf(original)).has("folder_moved"), false);
  await until("the office has all six", async () => await soldAt(office) === 6);
  strictEqual((await numbersOf(office)).stock.sold, 21);
  strictEqual((await kindsOf(office)).has("fork"), false);
});

Deno.test("a restored old backup opens a new log and gets its sales back from its peers", async () => {
  await using group = await createProcessGroup();
  const { office, data, options } = await stopAfterTwo(group);
  await copyFolder(data, group.dataOf("backup"));
  await sellThird(group, office, options);

  await Deno.remove(data, { recursive: true });
  await copyFolder(group.dataOf("backup"), data);
  const restored = await group.start(options);
  await sell(restored, 8);
  ok((await kindsOf(restored)).has("folder_moved"));
  await checkAllFour([office, restored]);
});

Deno.test("an old database put into the folder is noticed at the start, also out of contact", async () => {
  await using group = await createProcessGroup();
  const { office, data, options } = await stopAfterTwo(group);
  await Deno.copyFile(join(data, "node.db"), join(group.folder, "old.db"));
  await sellThird(group, office, options);
  await office.stop();

  // The folder's other files stay what they are: no fingerprint tells it.
  const target = await Deno.open(join(data, "node.db"), {
    write: true,
    truncate: true,
  });
  const source = await Deno.open(join(group.folder, "old.db"));
  await source.readable.pipeTo(target.writable);
  const old = await group.start({ name: "CUS", site: "CUS" });
  await sell(old, 8);
  ok((await kindsOf(old)).has("data_folder_changed"));
  strictEqual(await soldAt(old), 3);
  await old.stop();

  const again = await group.start({ name: "office" });
  const [there] = again.ready.listen;
  const healed = await group.start({
    ...options,
    more: ["--peer", there ?? ""],
  });
  await checkAllFour([again, healed]);
});
