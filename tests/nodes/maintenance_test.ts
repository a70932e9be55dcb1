import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ProductId, SiteCode, SpaceId } from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { BLOCKS, COMMITS, LANDMARKS } from "../../nodes/tables.ts";
import {
  createSimulatedMesh,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";

const CUS = "site:CUS" as SpaceId;
const RON = "ron" as ProductId;
const DAY_MS = 86_400_000;

async function createBranch(
  options: { checkpointCommits?: number; retentionDays?: number } = {},
) {
  const mesh = createSimulatedMesh({ seed: 3, ...options });
  const peer = await startPeer(mesh, "branch", "CUS");
  return { mesh, peer, node: running(peer) };
}

function ownLog({ replica }: NodeWithParts) {
  const entry = replica.register.own(CUS);
  if (entry === undefined) throw new Error("there is no log");
  return entry;
}

function checkpointSeqs(node: NodeWithParts): number[] {
  return node.replica.reader.scan(LANDMARKS, { prefix: [ownLog(node).number] })
    .filter((row) => row["kind"] === 2).map((row) => Number(row["seq"]));
}

/** What the log's own branch of the month's stock says of a product. */
function stockBranch(node: NodeWithParts): Record<string, unknown> {
  const json = node.useCases.document("stock/CUS/2026-11")?.json;
  const log = ownLog(node).name;
  return Object.fromEntries(
    Object.entries(json as Record<string, unknown> ?? {})
      .filter(([key]) => key !== "version")
      .map(([key, value]) => [key.replace(`/${log}`, ""), value]),
  );
}

Deno.test("maintenance writes a checkpoint after so many commits, and none without new commits", async () => {
  const { mesh, peer, node } = await createBranch({ checkpointCommits: 5 });
  await sellSeen(mesh, peer, 5);
  await mesh.run(10_000);
  deepStrictEqual(checkpointSeqs(node), [7]);

  await mesh.run(60_000);
  deepStrictEqual(checkpointSeqs(node), [7]);

  await sellSeen(mesh, peer, 4);
  await mesh.run(10_000);
  deepStrictEqual(checkpointSeqs(node), [7]);
  await sellSeen(mesh, peer, 1);
  await mesh.run(10_000);
  deepStrictEqual(checkpointSeqs(node), [7, 13]);
  await mesh.stop();
});

Deno.test("maintenance adds up the log's own net change of stock at checkpoints", async () => {
  const { mesh, peer, node } = await createBranch({ checkpointCommits: 5 });
  await mesh.settle(node.useCases.createProduct({
    scope: "site:CUS",
    product: RON,
    name: "Ron",
    stock: 10,
  }));
  await sellSeen(mesh, peer, 4);
  await mesh.run(10_000);
  deepStrictEqual(stockBranch(node), { ron: "6" });

  await mesh.settle(node.useCases.receiveStock({
    site: "CUS" as SiteCode,
    lines: [{ product: RON, quantity: 7 }],
  }));
  await sellSeen(mesh, peer, 4);
  await mesh.run(10_000);
  deepStrictEqual(stockBranch(node), { ron: "9" });
  await mesh.stop();
});

Deno.test("maintenance writes a checkpoint when the stock is as it was", async () => {
  const { mesh, peer, node } = await createBranch({ checkpointCommits: 4 });
  await mesh.settle(node.useCases.createProduct({
    scope: "site:CUS",
    product: RON,
    name: "Ron",
    stock: 10,
  }));
  await sellSeen(mesh, peer, 3);
  await mesh.run(10_000);
  const [first] = checkpointSeqs(node);
  ok(first !== undefined);

  await sellSeen(mesh, peer, 3);
  await mesh.settle(node.useCases.receiveStock({
    site: "CUS" as SiteCode,
    lines: [{ product: RON, quantity: 3 }],
  }));
  await mesh.run(10_000);

  strictEqual(checkpointSeqs(node).length, 2);
  deepStrictEqual(stockBranch(node), { ron: "7" });
  deepStrictEqual(node.maintenance.problems(), []);
  deepStrictEqual(
    node.incidents.list().map(({ kind }) => kind),
    [],
  );
  await mesh.stop();
});

Deno.test("maintenance drops bodies below an old checkpoint, but for certificates and checkpoints", async () => {
  const { mesh, peer, node } = await createBranch({
    checkpointCommits: 200,
    retentionDays: 10,
  });
  await sellSeen(mesh, peer, 700);
  await mesh.run(20_000);
  const { number } = ownLog(node);
  const blocks = () => node.replica.reader.count(BLOCKS, [number]);
  ok(blocks() > 0);
  mesh.clock.skew(5 * DAY_MS);
  await mesh.run(20_000);
  strictEqual(ownLog(node).firstBody, 1);

  mesh.clock.skew(6 * DAY_MS);
  await mesh.run(20_000);

  ok(ownLog(node).firstBody > 512);
  strictEqual(blocks(), 0);
  const kept = node.replica.reader.scan(COMMITS, {
    prefix: [number],
    below: [ownLog(node).firstBody],
  }).map((row) => Number(row["seq"]));
  deepStrictEqual(kept, [
    1,
    ...checkpointSeqs(node).filter((seq) => seq < ownLog(node).firstBody),
  ]);
  const totals = node.useCases.totals({});
  strictEqual(totals.count, 700);
  const { items } = node.useCases.sales({ limit: 1 });
  strictEqual(node.useCases.fact(items[0]?.id as never)[0]?.status, "counts");
  await mesh.stop();
});

Deno.test("maintenance comes to an end after a restart where retention has dropped whole pages", async () => {
  const { mesh, peer, node } = await createBranch({
    checkpointCommits: 200,
    retentionDays: 10,
  });
  await sellSeen(mesh, peer, 1300);
  await mesh.run(20_000);
  mesh.clock.skew(11 * DAY_MS);
  await mesh.run(20_000);
  ok(ownLog(node).firstBody > 1024);
  await mesh.stop();

  ok(await mesh.start(peer, []));
  const again = running(peer);
  await sellSeen(mesh, peer, 900);

  let steps = 0;
  while (await mesh.settle(again.maintenance.step())) {
    ok(++steps < 200, "maintenance does not come to an end");
  }
  ok(again.replica.reader.count(BLOCKS, [ownLog(again).number]) > 0);
  strictEqual(again.useCases.totals({}).count, 2200);
  await mesh.stop();
});

Deno.test("maintenance adds up the stock of commits that a process before it wrote", async () => {
  const { mesh, peer } = await createBranch({ checkpointCommits: 200 });
  await sellSeen(mesh, peer, 150);
  await mesh.stop();
  ok(await mesh.start(peer, []));

  const again = running(peer);
  await sellSeen(mesh, peer, 100);
  await mesh.run(20_000);

  const sold = (seq: number) => {
    let count = 0;
    for (
      const { type } of again.useCases.facts({
        log: ownLog(again).name,
        limit: 1000,
      }).items.filter((fact) => fact.seq < seq)
    ) {
      if (type === "SaleRecorded") count++;
    }
    return count;
  };
  const [first = 0] = checkpointSeqs(again);
  ok(first > 0);
  deepStrictEqual(stockBranch(again), { [RON]: String(-sold(first)) });
  await mesh.stop();
});

Deno.test("maintenance goes on after a disk that was full has room again", async () => {
  const { mesh, peer, node } = await createBranch({ checkpointCommits: 3 });
  await sellSeen(mesh, peer, 3);
  peer.disk.capacityBytes = peer.disk.size();
  await mesh.run(20_000);
  strictEqual(node.maintenance.problems().length, 1);
  deepStrictEqual(checkpointSeqs(node), []);

  peer.disk.capacityBytes = Infinity;
  await mesh.run(20_000);

  deepStrictEqual(node.maintenance.problems(), []);
  strictEqual(checkpointSeqs(node).length, 1);
  await mesh.stop();
});
