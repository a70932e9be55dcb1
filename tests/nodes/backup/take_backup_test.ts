import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  fixedFactId,
  money,
  type ProductId,
  SALES,
  SIMULATED_SIGNATURES,
} from "../../../crdt/mod.ts";
import { Replica } from "../../../nodes/replica.ts";
import {
  backUp,
  type BackupRig,
  restoreDisk,
  sourceOf,
  withFolder,
} from "../../support/backup_rig.ts";
import { openBareReplica } from "../../support/bare_replica.ts";
import { canonicalExport } from "../../support/canonical_export.ts";
import { FORGED_SIGNATURES } from "../../support/forged_log.ts";
import { makeMixed, mixedScripts } from "../../support/mixed_commits.ts";
import {
  cutRuns,
  deliver,
  drawFrom,
  drawnNumbers,
  shuffle,
} from "../../support/mixed_delivery.ts";
import { openNodeStore } from "../../support/node_store.ts";
import type { SimulatedDisk } from "../../support/simulated_disk.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const DAY_MS = 86_400_000;
const product = "1" as ProductId;

Deno.test("takeBackup() into one folder, again and again, holds what the node holds, for any commits", async () => {
  await fc.assert(
    fc.asyncProperty(mixedScripts(24), drawnNumbers, async (script, drawn) => {
      const { forger, chains } = makeMixed(script);
      const draw = drawFrom(drawn);
      const bare = openBareReplica(forger);
      const rig: BackupRig = {
        replica: bare.replica,
        signer: forger.signer,
        signatures: FORGED_SIGNATURES,
        root: forger.root.publicKey,
      };
      const runs = shuffle(chains.flatMap((one) => cutRuns(one, draw)), draw);
      await withFolder(async (path) => {
        // Logs grow, fork and are cut between the backups.
        for (const part of [draw(runs.length + 1), runs.length]) {
          await deliver(bare, runs.slice(0, part), draw);
          await backUp(rig, path);
        }
        const { disk } = await restoreDisk(rig, path);
        const restored = openBareReplica(forger, disk).replica;
        deepStrictEqual(
          canonicalExport(restored, { documents: true }),
          canonicalExport(bare.replica, { documents: true }),
        );
        restored.stop();
      });
      bare.replica.stop();
    }),
    { numRuns: 15 },
  );
});

function rigOf({ node }: TestNode): BackupRig {
  const { replica } = node;
  const own = replica.register.own("site:CUS" as never);
  ok(own !== undefined);
  return {
    replica,
    signer: { publicKey: own.publicKey },
    signatures: SIMULATED_SIGNATURES,
    root: replica.verify.root,
  };
}

/** Opens what was restored as a replica that only reads. */
function openRestored(
  { replica, root }: BackupRig,
  disk: SimulatedDisk,
  { clock }: TestNode,
): Replica {
  const own = replica.register.own("site:CUS" as never);
  return new Replica({
    openStore: () => openNodeStore(disk),
    clock,
    random: { bytes: (length) => new Uint8Array(length) },
    signer: { publicKey: own?.publicKey } as never,
    signatures: SIMULATED_SIGNATURES,
    root,
    certificate: own?.certificate as Uint8Array,
    logger: { log: () => {} },
    shown: new Set(),
  });
}

async function sellSome(
  { useCases }: TestNode,
  range: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let i = range.from; i < range.to; i++) {
    const id = fixedFactId(["sale", String(i)]);
    const sale = await useCases.recordSale({
      id,
      lines: [{ product, quantity: 1 }],
    });
    ok(sale.ok);
    if (i % 100 !== 99) continue;
    await useCases.setPrice({
      scope: "site:CUS",
      product,
      price: money(250 + i, "PEN"),
    });
  }
}

async function openShop(): Promise<TestNode> {
  const shop = await createTestNode();
  await shop.useCases.createProduct({
    scope: "site:CUS",
    product,
    name: "honey",
    price: money(250, "PEN"),
    stock: 10_000,
  });
  return shop;
}

async function maintain({ node }: TestNode): Promise<void> {
  while (await node.maintenance.step());
}

Deno.test("takeBackup() copies no commit twice, over sealed pages and retention, and the folder keeps what the node has dropped", async () => {
  const shop = await openShop();
  const rig = rigOf(shop);
  await withFolder(async (path) => {
    await sellSome(shop, { from: 0, to: 1100 });
    await maintain(shop);
    const first = await backUp(rig, path);
    // The first two pages are sealed, the third is open.
    await sellSome(shop, { from: 1100, to: 1700 });
    shop.clock.skew(2 * DAY_MS);
    await maintain(shop);
    const second = await backUp(rig, path);
    shop.clock.skew(100 * DAY_MS);
    await maintain(shop);
    const own = rig.replica.register.own("site:CUS" as never);
    ok((own?.firstBody ?? 0) > 1024, "no commit was dropped");
    await sellSome(shop, { from: 1700, to: 1750 });
    const third = await backUp(rig, path);
    const none = await backUp(rig, path);
    const sum = [...rig.replica.register.all()]
      .reduce((all, { seq }) => all + seq, 0);
    deepStrictEqual(
      [first.commits + second.commits + third.commits, none.commits],
      [sum, 0],
    );
    ok(third.bytes < first.bytes / 4, `${third.bytes} of ${first.bytes}`);

    const { disk, manifest } = await restoreDisk(rig, path);
    const restored = openRestored(rig, disk, shop);
    deepStrictEqual(
      canonicalExport(restored, { documents: true }),
      canonicalExport(rig.replica, { documents: true }),
    );
    strictEqual(restored.reader.count(SALES), 1750);
    // All bodies are there again, though the node has dropped them.
    const log = manifest.logs.find(({ space }) => space === "site:CUS");
    const entry = log && restored.register.byName(log.name);
    ok(entry !== undefined);
    strictEqual(entry.firstBody, 1);
    strictEqual(restored.archive.commit(entry.number, 2)?.commit.seq, 2);
    restored.stop();
  });
  await shop.stop();
});

Deno.test("takeBackup() begins with what retention has left, and the saved pages below", async () => {
  const shop = await openShop();
  const rig = rigOf(shop);
  await sellSome(shop, { from: 0, to: 1100 });
  shop.clock.skew(2 * DAY_MS);
  await maintain(shop);
  shop.clock.skew(100 * DAY_MS);
  await maintain(shop);
  await sellSome(shop, { from: 1100, to: 1110 });
  await withFolder(async (path) => {
    const { manifest } = await backUp(rig, path);
    const log = manifest.logs.find(({ space }) => space === "site:CUS");
    ok(log !== undefined && log.first > 1024);
    const { disk } = await restoreDisk(rig, path);
    const restored = openRestored(rig, disk, shop);
    deepStrictEqual(
      canonicalExport(restored, { documents: true }),
      canonicalExport(rig.replica, { documents: true }),
    );
    restored.stop();
  });
  await shop.stop();
});

Deno.test("takeBackup() refuses another node's folder, and one that has more of the node's logs than the node", async () => {
  const shop = await openShop();
  const rig = rigOf(shop);
  await sellSome(shop, { from: 0, to: 20 });
  await withFolder(async (path) => {
    await backUp(rig, path);
    const other = await createTestNode({ site: "LIM" });
    const source = sourceOf(rig);
    const foreign = { ...source.owner, peer: "12D3other" as never };
    await rejects(backUp(rig, path, { ...source, owner: foreign }), {
      code: "backup_foreign",
    });
    const away = { ...source.owner, root: "0".repeat(64) };
    await rejects(backUp(rig, path, { ...source, owner: away }), {
      code: "backup_foreign",
    });
    // The same node without its log, and with less of it: its disk was set back.
    const back = await createTestNode();
    for (const { node } of [other, back]) {
      const { open } = sourceOf({ ...rig, replica: node.replica });
      await rejects(backUp(rig, path, { ...source, open }), {
        code: "backup_ahead",
      });
    }
    const names = ({ node }: TestNode) =>
      [...node.replica.register.all()].map(({ name }) => name).sort();
    deepStrictEqual(names(back), names(shop));
    await back.stop();
    await other.stop();
  });
  await shop.stop();
});
