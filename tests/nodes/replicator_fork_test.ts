import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import {
  createFactIds,
  createSeededRandom,
  type FactId,
  type ProductId,
  type SiteCode,
  type SpaceId,
} from "../../crdt/mod.ts";
import { exportReplica } from "../simulation/scenario_export.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../simulation/scenario_peers.ts";
import { createSimulatedMesh, startPeer } from "../support/simulated_mesh.ts";

const SPACE = "site:CUS" as SpaceId;
const newId = createFactIds(createSeededRandom(5));
const [CUS, HONEY] = ["CUS" as SiteCode, "honey" as ProductId];

async function receive(
  mesh: SimulatedMesh,
  peer: SimulatedPeer,
  times: number,
) {
  const ids: FactId[] = [];
  for (let i = 0; i < times; i++) {
    const id = newId(mesh.clock.now());
    const lines = [{ product: HONEY, quantity: 1 }];
    const done = peer.node?.useCases.receiveStock({ id, site: CUS, lines });
    if (done !== undefined) ok((await mesh.settle(done)).ok);
    ids.push(id);
  }
  return ids;
}

for (const [here, there] of [[1, 1], [3, 1], [1, 3], [3, 0]] as const) {
  Deno.test(`createReplicator() finds a fork whose ends are ${here} and ${there} commits long`, async () => {
    const mesh = createSimulatedMesh({ seed: 3 });
    const office = await startPeer(mesh, "office", null);
    const branch = await startPeer(mesh, "branch", CUS, [office]);
    const made = branch.node?.useCases.createProduct({
      scope: "site:CUS",
      product: HONEY,
      name: "honey",
    });
    if (made !== undefined) ok((await mesh.settle(made)).ok);
    await receive(mesh, branch, 2);
    await mesh.run(100);
    const copy = mesh.copyOf(branch, branch.disk.copy());
    ok(await mesh.start(copy, [], false));
    const ids = [
      ...await receive(mesh, branch, here),
      ...await receive(mesh, copy, there),
    ];
    await mesh.run(100);
    await mesh.stopPeer(branch);
    const before = copy.node?.replica.register.own(SPACE)?.name;
    await mesh.stopPeer(copy);
    ok(await mesh.start(copy, [office]));
    await mesh.run(5000);
    for (const id of ids) {
      strictEqual(office.node?.useCases.fact(id)[0]?.status, "counts");
    }
    strictEqual(
      office.node?.useCases.stockOf(CUS, HONEY)?.received,
      2 + here + there,
    );
    const cus = new Set(["mesh", "site:CUS"]) as never;
    const [a, b] = [office.node?.replica, copy.node?.replica];
    if (a !== undefined && b !== undefined) {
      deepStrictEqual(exportReplica(b), exportReplica(a, cus));
    }
    if (there > 0) {
      ok(office.node?.incidents.list().some(({ kind }) => kind === "fork"));
    }
    ok(copy.node?.incidents.list().some(({ kind }) => kind === "amnesia"));
    await receive(mesh, copy, 1);
    notStrictEqual(copy.node?.replica.register.own(SPACE)?.name, before);
    await mesh.stop();
  });
}
