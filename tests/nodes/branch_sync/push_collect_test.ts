import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  contentDigest,
  makeStamp,
  MESH_SPACE,
  type SaleRecorded,
  signStatement,
  type SpaceId,
  toHex,
} from "../../../crdt/mod.ts";
import { idOf, makeFact, makeSale } from "../../support/facts.ts";
import {
  createForgedAuthority,
  createForger,
  forgeChain,
  ForgedLog,
  type Forger,
} from "../../support/forged_log.ts";
import {
  createOriginalCentral,
  type OriginalCentralModel,
} from "../../support/original_central_model.ts";
import {
  createPushingBranch,
  memoryBranchCentral,
  type PushingBranch,
} from "../../support/pushing_branch.ts";

const SITE = "site:CUS" as SpaceId;
const RECEIPT = "CUS-20261122-00002001";
const KEY = createForgedAuthority();
/** A till that an authority can end. */
const TILL: Forger = {
  ...createForger("a till"),
  chain: forgeChain(KEY.root, createForger("a till").signer, {}, {
    signer: KEY.signer,
    chain: KEY.authority,
  }),
};

async function withBranch(
  test: (branch: PushingBranch, central: OriginalCentralModel) => Promise<void>,
): Promise<void> {
  const central = createOriginalCentral();
  const { port } = memoryBranchCentral(central);
  const branch = await createPushingBranch({
    centrals: (clock) => [{ url: "http://central", port: port(clock) }],
  });
  try {
    await test(branch, central);
  } finally {
    await branch.stop();
  }
}

function logOf(forger: Forger, ...facts: readonly unknown[]): ForgedLog {
  const log = new ForgedLog(forger, SITE);
  log.add({ stamp: makeStamp(1, 0), facts });
  return log;
}

const sale = makeSale("a", { receipt: RECEIPT, date: "2026-11-22" });

const voidOf = (voided: SaleRecorded) =>
  makeFact("SaleVoided", {
    id: idOf("void"),
    site: "CUS",
    date: "2026-11-22",
    sale: voided.id,
    content: contentDigest(voided),
    reason: "mistake",
  });

/** Ends the till: nothing that it ever wrote counts. */
function revocation(): ForgedLog {
  const log = new ForgedLog(KEY, MESH_SPACE);
  const { root, signer, authority: chain } = KEY;
  log.add({
    stamp: makeStamp(100, 0),
    facts: [
      signStatement({ root: root.publicKey, signer, chain }, {
        id: idOf("cut"),
        at: 0,
        statement: {
          kind: "revoke",
          peer: toHex(TILL.signer.publicKey),
          logs: [],
        },
      }),
    ],
  });
  return log;
}

Deno.test("collectPushes() sends a sale whose void an authority has taken out of what counts", () =>
  withBranch(async (branch, central) => {
    await branch.hear(logOf(createForger("another till"), sale));
    await branch.hear(logOf(TILL, voidOf(sale)));
    await branch.run(100);
    strictEqual(branch.pusher.pending(), 0);
    strictEqual(await branch.push(), 0);

    await branch.hear(revocation());
    await branch.run(100);
    strictEqual(branch.pusher.pending(), 1);
    strictEqual(await branch.push(), 1);
    deepStrictEqual([...central.sales.keys()], [RECEIPT]);
  }));

Deno.test("collectPushes() does not send a sale of a till that an authority has ended, and sends no other twice", () =>
  withBranch(async (branch, central) => {
    const own = await branch.sell();
    await branch.push();
    await branch.hear(logOf(TILL, sale));
    await branch.run(100);
    strictEqual(branch.pusher.pending(), 1);
    await branch.hear(revocation());
    strictEqual(await branch.push(), 0);
    strictEqual(branch.pusher.pending(), 0);
    deepStrictEqual([...central.sales.keys()], [own]);
    strictEqual(central.skipped, 0);
  }));

Deno.test("C-21: a void that is heard of before its sale keeps it from being sent", () =>
  withBranch(async (branch, central) => {
    await branch.hear(logOf(TILL, voidOf(sale)));
    await branch.run(100);
    await branch.hear(logOf(createForger("another till"), sale));
    strictEqual(await branch.push(), 0);
    strictEqual(central.sales.size, 0);
    deepStrictEqual(branch.log(), [
      `Venta ${RECEIPT} anulada antes de enviarse: no se envía`,
    ]);
  }));

Deno.test("collectPushes() keeps what waits over crashes and restarts, in order and once", () =>
  withBranch(async (branch, central) => {
    const receipts: string[] = [];
    for (let i = 0; i < 150; i++) receipts.push(await branch.sell());
    await branch.crash();
    await branch.until(() => branch.pusher.pending() === 150);
    await branch.restart();
    strictEqual(await branch.push(), 150);
    ok(central.sales.size === 150);
    deepStrictEqual([...central.sales.keys()], receipts);
  }));
