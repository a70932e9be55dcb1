import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FactId, ProductId, Result, SiteCode } from "../../../crdt/mod.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import type { SimulatedPeer } from "../../simulation/scenario_peers.ts";
import { createSimulatedMesh, running } from "../../support/simulated_mesh.ts";

const CUS = "CUS" as SiteCode;
const LIM = "LIM" as SiteCode;
const RON = "ron" as ProductId;

function useCasesOf(peer: SimulatedPeer): NodeWithParts["useCases"] {
  return running(peer).useCases;
}

/** An office, a till at CUS with 10 of a product, and two tills at LIM; all linked. */
async function startMesh() {
  const mesh = createSimulatedMesh({ seed: 12 });
  const office = mesh.add("office", null);
  const cusco = mesh.add("cusco", "CUS");
  const [one, two] = [mesh.add("one", "LIM"), mesh.add("two", "LIM")];
  const peers = [office, cusco, one, two];
  for (const peer of peers) ok(await mesh.start(peer, peers));

  async function done<T>(work: Promise<Result<T, unknown>>): Promise<T> {
    const outcome = await mesh.settle(work);
    ok(outcome.ok, JSON.stringify(outcome));
    await mesh.run(3000);
    return outcome.value;
  }

  await done(
    useCasesOf(office).createProduct({
      ...{ scope: "mesh", product: RON, name: "Ron" },
    }),
  );
  await done(
    useCasesOf(cusco).receiveStock({
      ...{ site: CUS, lines: [{ product: RON, quantity: 10 }] },
    }),
  );
  return { mesh, office, cusco, one, two, done };
}

function send(peer: SimulatedPeer, quantity: number) {
  return useCasesOf(peer).goods.sendGoods({
    ...{ from: CUS, to: LIM, note: "" },
    lines: [{ product: RON, quantity }],
  });
}

function takeIn(peer: SimulatedPeer, transfer: FactId) {
  return useCasesOf(peer).goods.receiveGoods({
    ...{ transfer, site: LIM, note: "" },
  });
}

function stockAt(peer: SimulatedPeer, site: SiteCode): number {
  return useCasesOf(peer).stockOf(site, RON)?.onHand ?? 0;
}

Deno.test("the other site learns of goods on their way and takes them in, without reading the stock that they left", async () => {
  const { mesh, office, cusco, one, two, done } = await startMesh();

  const { fact } = await done(send(cusco, 4));
  strictEqual(stockAt(cusco, CUS), 6);
  const waiting = useCasesOf(one).goods.transfers({
    ...{ site: LIM, open: true, limit: 10 },
  });
  deepStrictEqual(waiting.items.map(({ id }) => id), [fact]);

  await done(takeIn(one, fact));
  for (const peer of [one, two, office]) strictEqual(stockAt(peer, LIM), 4);
  strictEqual(stockAt(office, CUS), 6);
  for (const peer of [office, cusco, two]) {
    const [seen] = useCasesOf(peer).goods.transfers({ limit: 10 }).items;
    deepStrictEqual(seen?.arrivals.map(({ site }) => site), [LIM]);
  }
  await mesh.stop();
});

Deno.test("goods that two nodes of a site took in while apart are in its stock once, and it shows", async () => {
  const { mesh, office, cusco, one, two, done } = await startMesh();
  const { fact } = await done(send(cusco, 4));

  mesh.network.partition([one.peer], [two, office, cusco].map((it) => it.peer));
  await done(takeIn(one, fact));
  await done(takeIn(two, fact));
  mesh.network.heal();
  await mesh.run(60_000);

  for (const peer of [one, two, office]) strictEqual(stockAt(peer, LIM), 4);
  const [seen] = useCasesOf(cusco).goods.transfers({ limit: 10 }).items;
  strictEqual(seen?.arrivals.length, 2);
  await mesh.stop();
});
