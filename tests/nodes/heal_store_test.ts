import { deepStrictEqual, throws } from "node:assert/strict";
import { makeStamp, SALES, type SpaceId } from "../../crdt/mod.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { healStore } from "../../nodes/heal_store.ts";
import { COMMITS, NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { flipByte } from "../support/altered_reader.ts";
import { openBareReplica } from "../support/bare_replica.ts";
import { makeSale } from "../support/facts.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  ForgedLog,
} from "../support/forged_log.ts";

const forger = createForger("a");
const verify = {
  root: forger.root.publicKey,
  signatures: FORGED_SIGNATURES,
};

async function openStore() {
  const log = new ForgedLog(forger, "site:CUS" as SpaceId);
  for (let i = 1; i <= 3; i++) {
    log.add({ stamp: makeStamp(i, 0), facts: [makeSale(`sale ${i}`)] });
  }
  const { replica, clock, disk } = openBareReplica(forger);
  const taken = replica.take(log.run(1, 3));
  clock.advance(0);
  await taken;
  replica.stop();
  const options = { tables: NODE_TABLES, version: SCHEMA_VERSION };
  return { store: openSimulatedStore(disk, options), log };
}

Deno.test("healStore() makes wrong views right and names them", async () => {
  const { store } = await openStore();
  deepStrictEqual(healStore(store, verify), []);
  const right = store.scan(SALES);
  store.write((writer) => {
    const [row] = right;
    if (row !== undefined) writer.put(SALES, { ...row, total: 1 });
  });
  deepStrictEqual(healStore(store, verify), ["sales"]);
  deepStrictEqual(store.scan(SALES), right);
  store.close();
});

Deno.test("healStore() refuses a store with a wrong commit and names it", async () => {
  const { store, log } = await openStore();
  const body = log.commits[1]?.bytes ?? new Uint8Array();
  store.write((writer) =>
    writer.put(COMMITS, { log: 1, seq: 2, body: flipByte(body, 90, 1) })
  );
  throws(() => healStore(store, verify), {
    code: "data_folder_damaged",
    message: new RegExp(`commit 2 of log ${log.name} is wrong`),
  });
  store.close();
});
