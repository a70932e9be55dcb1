import { match, rejects, strictEqual } from "node:assert/strict";
import { makeStamp, PanalError, SALES, type SpaceId } from "../../crdt/mod.ts";
import { runRebuild } from "../../nodes/rebuild_command.ts";
import { storeLog } from "../support/bare_replica.ts";
import { makeSale } from "../support/facts.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  ForgedLog,
} from "../support/forged_log.ts";
import { clearTable, openNodeStore } from "../support/node_store.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";

const VERIFY = {
  root: createForger("a").root.publicKey,
  signatures: FORGED_SIGNATURES,
};

async function makeDisk(): Promise<SimulatedDisk> {
  const forger = createForger("a");
  const log = new ForgedLog(forger, "site:CUS" as SpaceId);
  log.add({ stamp: makeStamp(1, 0), facts: [makeSale("a"), makeSale("b")] });
  return await storeLog(forger, log);
}

async function run(args: readonly string[], disk = new SimulatedDisk()) {
  const out = { stdout: "", stderr: "", closed: 0 };
  const code = await runRebuild(args, {
    stdout: (text) => out.stdout += text,
    stderr: (text) => out.stderr += text,
    open(path) {
      if (path === "none") {
        throw new PanalError("config_invalid", "There is no data folder");
      }
      const store = openNodeStore(disk);
      return Promise.resolve({
        store,
        verify: VERIFY,
        close() {
          out.closed++;
          store.close();
          return Promise.resolve();
        },
      });
    },
  });
  return { code, ...out };
}

Deno.test("runRebuild() says that views were right, and ends with 0", async () => {
  const { code, stdout, stderr, closed } = await run(
    ["--data", "x"],
    await makeDisk(),
  );
  strictEqual(code, 0);
  match(stdout, /^sales: 2 rows before, 2 after, equal$/m);
  match(stdout, /^2 facts read\. The views were right\.$/m);
  match(stderr, /^1 of 1: site:CUS [0-9a-f]{32}, 1 commits$/m);
  strictEqual(closed, 1);
});

Deno.test("runRebuild() makes wrong views right, and ends with 1", async () => {
  const disk = await makeDisk();
  const store = openNodeStore(disk);
  store.write((writer) => clearTable(writer, SALES));
  store.close();
  const first = await run(["--data", "x"], disk);
  strictEqual(first.code, 1);
  match(first.stdout, /^sales: 0 rows before, 2 after, different$/m);
  strictEqual((await run(["--data", "x"], disk)).code, 0);
});

Deno.test("runRebuild() ends with 2 and one line when it cannot work", async () => {
  const wrong = [[], ["--data", "none"], ["x"], ["--date", "x"], ["--data"]];
  for (const args of wrong) {
    const { code, stdout, stderr } = await run(args);
    strictEqual(code, 2, String(args));
    strictEqual(stdout, "");
    match(stderr, /^rebuild: [^\n]+\n$/);
  }
});

Deno.test("runRebuild() explains itself", async () => {
  const { code, stdout } = await run(["--help"]);
  strictEqual(code, 0);
  match(stdout, /deno task rebuild --data DIR/);
});

Deno.test("runRebuild() lets an unforeseen error pass, and closes the folder", async () => {
  let closed = false;
  await rejects(
    runRebuild(["--data", "x"], {
      stdout: () => {},
      stderr: () => {
        throw new TypeError("broken pipe");
      },
      open: async () => ({
        store: openNodeStore(await makeDisk()),
        verify: VERIFY,
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      }),
    }),
    TypeError,
  );
  strictEqual(closed, true);
});
