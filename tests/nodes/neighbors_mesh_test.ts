import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  MESH_SPACE,
  ok as okResult,
  type PeerId,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import { NEIGHBORS_WANTED } from "../../nodes/neighbors.ts";
import { exportReplica } from "../simulation/scenario_export.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../simulation/scenario_peers.ts";
import {
  createSimulatedMesh,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";

/** Two comparisons and the longest wait between two dials. */
const HEALED_MS = 90_000;

/** A mesh of branches of as many sites, without an office: nobody shares a space but `mesh` with anybody, or names any. */
async function createStrangers(seed: number, count: number) {
  const mesh = createSimulatedMesh({ seed });
  const first = await startPeer(mesh, "S0", "S0");
  for (let i = 1; i < count; i++) {
    await startPeer(mesh, `S${i}`, `S${i}`, [first]);
    await mesh.run(500);
  }
  await mesh.run(5000);
  // Started again without a word of anybody: each knows others only by what it remembers.
  for (const peer of mesh.peers) {
    await mesh.stopPeer(peer);
    ok(await mesh.start(peer, []));
  }
  await mesh.run(60_000);
  return { mesh, peers: mesh.peers };
}

const idsOf = (peers: readonly SimulatedPeer[]): PeerId[] =>
  peers.map(({ peer }) => peer);

/** Writes something in `mesh`. */
async function write(mesh: SimulatedMesh, peer: SimulatedPeer): Promise<void> {
  const done = await mesh.settle(
    running(peer).replica.decide((context) => {
      const id = context.newId();
      context.record(MESH_SPACE, {
        type: "IncidentAcknowledged",
        id,
        at: context.at,
        incident: `incident of ${peer.name}`,
        note: "seen",
      });
      return okResult(id);
    }),
  );
  ok(done.ok);
}

/** Peers whose copy of a space is not as the first one's. */
function behind(peers: readonly SimulatedPeer[], space: SpaceId): string[] {
  const copies = peers.map((peer) =>
    JSON.stringify(exportReplica(running(peer).replica, new Set([space])))
  );
  return peers.filter((_, i) => copies[i] !== copies[0]).map(({ name }) =>
    name
  );
}

const linksOf = (peer: SimulatedPeer): PeerId[] =>
  [...peer.links].map(({ peer }) => peer);

/** How many of all pairs are linked, from 0 to 1. */
function density(peers: readonly SimulatedPeer[]): number {
  const ends = peers.reduce((sum, { links }) => sum + links.size, 0);
  return ends / (peers.length * (peers.length - 1));
}

Deno.test("strangers are not all linked, yet everything arrives everywhere", async () => {
  const { mesh, peers } = await createStrangers(1, 16);
  ok(density(peers) < 0.85, `${density(peers)}`);
  ok(peers.every(({ links }) => links.size >= NEIGHBORS_WANTED));
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  for (const peer of peers) await write(mesh, peer);
  await mesh.run(1000);
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  const { register } = running(peers[3] as SimulatedPeer).replica;
  strictEqual(register.ofSpace(MESH_SPACE).length, peers.length);
  ok(register.vector(MESH_SPACE).every(({ seq }) => seq >= 2));
  await mesh.stop();
});

Deno.test("strangers whose mesh was parted find each other, even where each half has neighbors enough", async () => {
  const { mesh, peers } = await createStrangers(3, 20);
  const half = peers.slice(0, 10);
  const other = peers.slice(10);
  mesh.network.partition(idsOf(half), idsOf(other));
  for (const peer of half) {
    for (const link of [...peer.links]) {
      if (idsOf(other).includes(link.peer)) mesh.network.cut(link);
    }
  }
  for (const peer of peers) await write(mesh, peer);
  // Long enough that all have neighbors on their own side, and none that is expected on the other.
  await mesh.run(4 * 60_000);
  deepStrictEqual(behind(half, MESH_SPACE), []);
  deepStrictEqual(behind(other, MESH_SPACE), []);
  ok(behind(peers, MESH_SPACE).length > 0);
  ok(peers.every(({ links }) => links.size >= NEIGHBORS_WANTED));
  mesh.network.heal();
  await mesh.run(HEALED_MS);
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  await mesh.stop();
});

Deno.test("a node all of whose neighbors die finds others", async () => {
  const { mesh, peers } = await createStrangers(4, 16);
  const one = peers.findLast(({ links }) => links.size < peers.length - 4);
  ok(one !== undefined);
  const dead = peers.filter(({ peer }) => linksOf(one).includes(peer));
  for (const peer of dead) mesh.crash(peer);
  await mesh.run(50);
  ok(linksOf(one).every((peer) => !idsOf(dead).includes(peer)));
  const alive = peers.filter((peer) => !dead.includes(peer));
  await mesh.run(HEALED_MS);
  ok(one.links.size > 0);
  await write(mesh, one);
  for (const peer of alive) await write(mesh, peer);
  await mesh.run(HEALED_MS);
  deepStrictEqual(behind(alive, MESH_SPACE), []);
  // And the dead come back to a mesh that has gone on.
  for (const peer of dead) ok(await mesh.start(peer, []));
  await mesh.run(HEALED_MS);
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  await mesh.stop();
});

Deno.test("a mesh that was stopped whole finds itself again by what its nodes remember", async () => {
  const { mesh, peers } = await createStrangers(5, 12);
  for (const peer of peers) await mesh.stopPeer(peer);
  for (const peer of peers) ok(await mesh.start(peer, []));
  for (const peer of peers) await write(mesh, peer);
  await mesh.run(HEALED_MS);
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  await mesh.stop();
});

Deno.test("all who share a space are linked, however many others there are", async () => {
  const mesh = createSimulatedMesh({ seed: 6 });
  const office = await startPeer(mesh, "office", null);
  // Tills of two sites come in turn, between branches of other sites; only the first knows the office.
  const others: SimulatedPeer[] = [];
  for (let i = 0; i < 12; i++) {
    others.push(await startPeer(mesh, `S${i}`, `S${i}`, [office]));
    if (i % 4 === 3) {
      await startPeer(mesh, `ICA${i}`, "ICA", others.slice(-1));
      await startPeer(mesh, `TAC${i}`, "TAC", others.slice(-2, -1));
    }
  }
  await mesh.run(60_000);
  strictEqual(office.links.size, mesh.peers.length - 1);
  ok(density(mesh.peers) < 0.9);
  for (const site of ["ICA", "TAC"]) {
    const tills = mesh.peers.filter((peer) => peer.site === site);
    strictEqual(tills.length, 3);
    for (const till of tills) {
      const linked = linksOf(till);
      for (const other of [...tills, office]) {
        if (other !== till) ok(linked.includes(other.peer), till.name);
      }
      await sellSeen(mesh, till, 3);
    }
    await mesh.run(1000);
    const space = siteSpace(site as SiteCode);
    deepStrictEqual(behind([...tills, office], space), []);
    // Even while the office is away.
    mesh.network.partition([office.peer], idsOf(others).concat(idsOf(tills)));
    for (const till of tills) await sellSeen(mesh, till, 2);
    await mesh.run(1000);
    deepStrictEqual(behind(tills, space), []);
    mesh.network.heal();
    await mesh.run(HEALED_MS);
    deepStrictEqual(behind([...tills, office], space), []);
  }
  await mesh.stop();
});

Deno.test("a node that is shown many by discovery dials a few at a time until it has neighbors", async () => {
  const { mesh, peers } = await createStrangers(7, 10);
  const one = await startPeer(mesh, "TAC", "TAC");
  const made = Array.from({ length: 60 }, (_, i) => `/memory/made${i}`);
  mesh.network.discover(one.peer, made);
  mesh.network.discover(one.peer, peers.map(({ peer }) => `/memory/${peer}`));
  await mesh.run(1000);
  ok(one.links.size < NEIGHBORS_WANTED);
  await mesh.run(10 * 60_000);
  ok(one.links.size >= NEIGHBORS_WANTED);
  deepStrictEqual(behind(peers, MESH_SPACE), []);
  await mesh.stop();
});
