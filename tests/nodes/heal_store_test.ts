import { deepStrictEqual, throws } from "node:assert/strict";
import { SALES } from "../../crdt/mod.ts";
import { healStore } from "../../nodes/heal_store.ts";
import { COMMITS } from "../../nodes/tables.ts";
import { storeLog } from "../support/bare_replica.ts";
import { flipByte } from "../support/altered_reader.ts";
import { createForger, FORGED_SIGNATURES } from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";
import { openNodeStore } from "../support/node_store.ts";

const forger = createForger("a");
const verify = {
  root: forger.root.publicKey,
  signatures: FORGED_SIGNATURES,
};

async function openStore() {
  const log = forgeSales(forger, 3);
  return { store: openNodeStore(await storeLog(forger, log)), log };
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
