import { match, strictEqual } from "node:assert/strict";
import { SALES, toHex } from "../../crdt/mod.ts";
import { runAudit } from "../../nodes/audit_command.ts";
import { COMMITS } from "../../nodes/tables.ts";
import { storeLog } from "../support/bare_replica.ts";
import { joinBytes } from "../support/bytes.ts";
import { createForger, FORGED_SIGNATURES } from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";
import { clearTable, openNodeStore } from "../support/node_store.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";

const forger = createForger("a");
const ROOT = toHex(forger.root.publicKey);

const makeDisk = () => storeLog(forger, forgeSales(forger, 3));

/** The surroundings of one command: a folder "x", and files in memory. */
function surroundings(disk = new SimulatedDisk()) {
  const files = new Map<string, Uint8Array>();
  const run = async (...args: string[]) => {
    const out = { stdout: "", stderr: "" };
    const code = await runAudit(args, {
      stdout: (text) => void (out.stdout += text),
      stderr: (text) => void (out.stderr += text),
      signatures: FORGED_SIGNATURES,
      files: {
        openFolder(path) {
          const store = openNodeStore(disk);
          return Promise.resolve({
            store,
            verify: {
              root: forger.root.publicKey,
              signatures: FORGED_SIGNATURES,
            },
            identity: {
              path,
              databasePath: "",
              seed: new Uint8Array(32),
              signer: forger.signer,
              peer: "" as never,
              place: { chain: forger.chain } as never,
            },
            close: () => Promise.resolve(store.close()),
          });
        },
        readBundle: (path) =>
          Promise.resolve(files.get(path) ?? new Uint8Array()),
        writeBundle(path, pieces) {
          const bytes = joinBytes(pieces);
          files.set(path, bytes);
          return Promise.resolve(bytes.length);
        },
      },
    });
    return { code, ...out };
  };
  return { run, files };
}

Deno.test("audit verify finds an honest folder right, and ends with 0", async () => {
  const { run } = surroundings(await makeDisk());
  const { code, stdout } = await run("verify", "--data", "x", "--views");
  strictEqual(
    stdout,
    `root ${ROOT}\n1 logs, 3 commits, 1 signed heads, 0 countersignatures, 0 stored documents. Everything verifies.\n`,
  );
  strictEqual(code, 0);
});

Deno.test("audit verify names a wrong commit, and ends with 1", async () => {
  const disk = await makeDisk();
  const store = openNodeStore(disk);
  store.write((writer) => {
    const row = writer.get(COMMITS, [1, 2]);
    const body = (row?.["body"] as Uint8Array).slice();
    body[100] = (body[100] ?? 0) ^ 1;
    writer.put(COMMITS, { log: 1, seq: 2, body });
  });
  store.close();
  const { code, stdout } = await surroundings(disk).run(
    "verify",
    "--data",
    "x",
  );
  strictEqual(code, 1);
  match(
    stdout,
    /^wrong: log [0-9a-f]{32}, commit 2: its hash is not the one that vouches for it$/m,
  );
});

Deno.test("audit verify --views names a wrong view and leaves it", async () => {
  const disk = await makeDisk();
  const store = openNodeStore(disk);
  store.write((writer) => clearTable(writer, SALES));
  store.close();
  const { run } = surroundings(disk);
  strictEqual((await run("verify", "--data", "x")).code, 0);
  for (let i = 0; i < 2; i++) {
    const { code, stdout } = await run("verify", "--data", "x", "--views");
    strictEqual(code, 1);
    match(stdout, /^wrong: the view sales is not what the facts give/m);
  }
});

Deno.test("audit export makes a bundle that audit verify takes without the folder", async () => {
  const { run, files } = surroundings(await makeDisk());
  const made = await run(
    ...["export", "--data", "x", "--site", "CUS", "--out", "f"],
  );
  strictEqual(made.code, 0, made.stderr);
  match(made.stdout, /^1 logs, 3 commits, \d+ bytes in f$/m);
  const right = await run("verify", "--bundle", "f", "--root", ROOT);
  strictEqual(right.code, 0, right.stdout);
  match(right.stdout, /Everything verifies\.$/m);

  const other = await run("verify", "--bundle", "f", "--root", "ab".repeat(32));
  strictEqual(other.code, 1);
  match(other.stdout, /of another mesh/);

  files.set("f", files.get("f")?.subarray(0, 300) ?? new Uint8Array());
  const cut = await run("verify", "--bundle", "f");
  strictEqual(cut.code, 1);
  match(cut.stdout, /refused: it was cut short/);
});

Deno.test("audit ends with 2 and one line when it cannot work", async () => {
  const { run } = surroundings(await makeDisk());
  const wrong = [
    [],
    ["look"],
    ["verify"],
    ["verify", "x"],
    ["verify", "--data", "x", "--bundle", "f"],
    ["verify", "--data", "x", "--root", ROOT],
    ["verify", "--bundle", "f", "--root", "12"],
    ["export", "--data", "x", "--out", "f"],
    ["export", "--data", "x", "--site", "C", "--out", "f"],
    ["export", "--data", "x", "--site", "LIM", "--out", "f"],
    ["export", "--data", "x", "--site", "CUS"],
    [
      ...["export", "--data", "x", "--site", "CUS", "--out", "f"],
      ...["--from", "2026-02-30"],
    ],
    [
      ...["export", "--data", "x", "--site", "CUS", "--out", "f"],
      ...["--from", "2026-02-20", "--to", "2026-02-01"],
    ],
  ];
  for (const args of wrong) {
    const { code, stdout, stderr } = await run(...args);
    strictEqual(code, 2, String(args));
    strictEqual(stdout, "");
    match(stderr, /^audit: [^\n]+\n$/);
  }
});

Deno.test("audit explains itself", async () => {
  const { run } = surroundings();
  for (const args of [["--help"], ["verify", "--help"], ["export", "-h"]]) {
    const { code, stdout } = await run(...args);
    strictEqual(code, 0);
    match(stdout, /deno task audit/);
  }
});
