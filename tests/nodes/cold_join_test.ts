import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Checkpoint,
  type EncodedCommit,
  type FactId,
  type Hash,
  MESH_SPACE,
  money,
  type ProductId,
  type SpaceId,
} from "../../crdt/mod.ts";
import { COUNTERSIGNATURES, LANDMARKS, SET_ASIDE } from "../../nodes/tables.ts";
import { exportVectors } from "../simulation/scenario_export.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../simulation/scenario_peers.ts";
import { clearTable } from "../support/node_store.ts";
import { makeRawLog, RawPeer } from "../support/raw_peer.ts";
import {
  assertEqual,
  createSimulatedMesh,
  incidentsOf,
  ownLog,
  running,
  startPeer,
} from "../support/simulated_mesh.ts";

const CUS = "site:CUS" as SpaceId;
const DAY_MS = 86_400_000;

const createMesh = (
  options: { checkpointCommits?: number; retentionDays?: number } = {},
) => createSimulatedMesh({ seed: 5, checkpointCommits: 8, ...options });

/** Sells one by one, voids every seventh, and gives the ids. */
async function sell(
  mesh: SimulatedMesh,
  peer: SimulatedPeer,
  times: number,
): Promise<FactId[]> {
  const { useCases } = running(peer);
  const ids: FactId[] = [];
  for (let i = 0; i < times; i++) {
    const done = await mesh.settle(useCases.recordSale({
      observation: true,
      lines: [{
        product: `p${i % 3}` as ProductId,
        quantity: 1 + i % 4,
        price: money(500, "PEN"),
      }],
    }));
    if (!done.ok) throw new Error(done.error.message);
    ids.push(done.value.sale.id);
    if (i % 7 === 0) {
      await mesh.settle(
        useCases.voidSale({ sale: done.value.sale.id, reason: "" }),
      );
    }
  }
  return ids;
}

function checkpoints(peer: SimulatedPeer, kind = 2): number[] {
  const { replica } = running(peer);
  return replica.reader.scan(LANDMARKS).filter((row) => row["kind"] === kind)
    .filter((row) =>
      replica.register.byNumber(Number(row["log"]))?.space === CUS
    )
    .map((row) => Number(row["seq"]));
}

Deno.test("a log writes a checkpoint after so many commits, and others find it right", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);

  await sell(mesh, branch, 20);
  await mesh.run(20_000);

  const written = checkpoints(branch);
  ok(written.length >= 1);
  deepStrictEqual(checkpoints(office), written);
  deepStrictEqual(incidentsOf(office), []);
  assertEqual(office, branch, [MESH_SPACE, CUS]);
  await mesh.stop();
});

Deno.test("a log writes a checkpoint on a new day", async () => {
  const mesh = createMesh({ checkpointCommits: 4096 });
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await sell(mesh, branch, 3);
  await mesh.run(10_000);
  deepStrictEqual(checkpoints(branch), []);

  mesh.clock.skew(DAY_MS);
  await mesh.run(10_000);

  strictEqual(checkpoints(branch).length, 1);
  deepStrictEqual(checkpoints(office), checkpoints(branch));
  await mesh.run(30_000);
  strictEqual(checkpoints(branch).length, 1);
  await mesh.stop();
});

Deno.test("a cold office takes saved branches and ends equal to one that took all commits", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await sell(mesh, branch, 40);
  await mesh.run(20_000);
  await sell(mesh, branch, 3);
  await mesh.run(5000);

  const fresh = await startPeer(mesh, "fresh", null, [branch, office]);
  await mesh.run(30_000);

  const entry = running(fresh).replica.register.byName(ownLog(branch).name);
  ok((entry?.firstBody ?? 0) > 8, `first body ${entry?.firstBody}`);
  assertEqual(fresh, office);
  deepStrictEqual(incidentsOf(fresh), []);

  await sell(mesh, branch, 30);
  await mesh.run(20_000);
  assertEqual(fresh, office);
  deepStrictEqual(incidentsOf(fresh), []);
  // The page was saved in part and goes on by commits.
  const page = `journal/${ownLog(branch).name}/0`;
  deepStrictEqual(
    running(fresh).useCases.document(page),
    running(branch).useCases.document(page),
  );
  await mesh.stop();
});

Deno.test("a cold office takes the commits where the writer is away", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await sell(mesh, branch, 40);
  await mesh.run(20_000);
  mesh.crash(branch);

  const fresh = await startPeer(mesh, "fresh", null, [office]);
  await mesh.run(30_000);

  assertEqual(fresh, office);
  await mesh.stop();
});

for (const first of [0, 1, 2, 5, 9, 14]) {
  Deno.test(`a crash ${first} steps into a cold join is recovered from, with the writer or without it`, async () => {
    for (const withWriter of [true, false]) {
      const mesh = createMesh();
      const office = await startPeer(mesh, "office", null);
      const branch = await startPeer(mesh, "branch", "CUS", [office]);
      await sell(mesh, branch, 600);
      await mesh.run(20_000);
      mesh.network.setFaults({
        bytesPerSecond: 100_000,
        latencyMsMin: 1,
        latencyMsMax: 1,
      });
      const fresh = await startPeer(mesh, "fresh", null, [branch]);
      const { name } = ownLog(branch);
      const begun = () => running(fresh).replica.register.byName(name);
      for (let i = 0; i < 10_000 && begun() === undefined; i++) {
        await mesh.run(1);
      }
      strictEqual(begun()?.seq, 0);
      await mesh.run(first);

      mesh.crash(fresh);
      if (!withWriter) mesh.crash(branch);
      mesh.network.setFaults({ bytesPerSecond: Infinity });
      ok(await mesh.start(fresh, [branch, office]));
      await mesh.run(90_000);

      assertEqual(fresh, office);
      deepStrictEqual(incidentsOf(fresh), []);
      await mesh.stop();
    }
  });
}

for (const isSigned of [false, true]) {
  Deno.test(
    `a cold join whose writer disappears goes on ${
      isSigned ? "with another's saved branches" : "commit by commit"
    }`,
    async () => {
      const mesh = createMesh();
      const office = await startPeer(mesh, "office", null);
      const branch = await startPeer(mesh, "branch", "CUS", [office]);
      await sell(mesh, branch, 600);
      await mesh.run(20_000);
      if (!isSigned) {
        running(office).replica.transact((writer) =>
          clearTable(writer, COUNTERSIGNATURES)
        );
      }
      mesh.network.setFaults({ bytesPerSecond: 100_000 });
      const fresh = mesh.add("fresh", null);
      mesh.network.partition([fresh.peer], [office.peer]);
      ok(await mesh.start(fresh, [branch, office]));
      const { name } = ownLog(branch);
      const begun = () => running(fresh).replica.register.byName(name);
      for (let i = 0; i < 10_000 && begun() === undefined; i++) {
        await mesh.run(1);
      }
      strictEqual(begun()?.seq, 0);

      for (const link of [...fresh.links]) mesh.network.cut(link);
      mesh.network.heal();
      mesh.network.partition([fresh.peer], [branch.peer]);
      await mesh.run(90_000);

      strictEqual(begun()?.firstBody === 1, !isSigned);
      assertEqual(fresh, office);
      deepStrictEqual(incidentsOf(fresh), []);
      await mesh.stop();
    },
  );
}

function rightCheckpoint([first]: readonly EncodedCommit[]): Checkpoint {
  return {
    last: null,
    certificates: [{ seq: 1, hash: first?.hash as Hash }],
    branches: [],
  };
}

const checkpointsThatLie: readonly [
  what: string,
  lie: (commits: readonly EncodedCommit[]) => Checkpoint,
][] = [
  [
    "names no certificate",
    () => ({ last: null, certificates: [], branches: [] }),
  ],
  ["names another checkpoint", (commits) => ({
    ...rightCheckpoint(commits),
    last: { seq: 2, hash: "a".repeat(64) as Hash },
  })],
  ["lists a branch that is not there", (commits) => ({
    ...rightCheckpoint(commits),
    branches: [{
      doc: "directory/mesh",
      head: "b".repeat(64) as Hash,
      changes: 1,
    }],
  })],
];

for (const [what, lie] of checkpointsThatLie) {
  Deno.test(`a checkpoint that ${what} is set aside and reported, and the log goes on`, async () => {
    const mesh = createMesh();
    const office = await startPeer(mesh, "office", null);
    const identity = mesh.add("raw", null);
    const raw = new RawPeer(mesh, identity);
    await raw.join(office);

    const log = makeRawLog(mesh, identity, {
      space: "mesh",
      length: 4,
      checkpoint: lie,
    });
    raw.send(log.message());
    await mesh.run(100);

    const { replica } = running(office);
    strictEqual(replica.register.byName(log.name)?.seq, 4);
    deepStrictEqual(
      replica.reader.scan(SET_ASIDE).map((row) => row["reason"]),
      ["checkpoint_wrong"],
    );
    deepStrictEqual(incidentsOf(office), ["set_aside"]);
    await raw.stop();
    await mesh.stop();
  });
}

Deno.test("a right checkpoint is not set aside", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const identity = mesh.add("raw", null);
  const raw = new RawPeer(mesh, identity);
  await raw.join(office);
  raw.send(
    makeRawLog(mesh, identity, {
      space: "mesh",
      length: 4,
      checkpoint: rightCheckpoint,
    }).message(),
  );
  await mesh.run(100);
  deepStrictEqual(incidentsOf(office), []);
  await raw.stop();
  await mesh.stop();
});

Deno.test("saved branches that differ from their checkpoint are refused, and the log comes by commits", async () => {
  for (const lie of ["branch", "garbage", "signature", "writer"] as const) {
    const mesh = createMesh();
    const office = await startPeer(mesh, "office", null);
    const liar = mesh.add("liar", null);
    const [raw, honest] = [
      new RawPeer(mesh, liar),
      new RawPeer(mesh, mesh.add("honest", null)),
    ];
    await raw.join(office);
    await honest.join(office);
    const writer = lie === "writer" ? mesh.add("writer", null) : liar;
    const log = makeRawLog(mesh, writer, {
      space: "mesh",
      length: 10,
      checkpoint: (commits) => ({
        ...rightCheckpoint(commits),
        branches: lie === "garbage" || lie === "branch"
          ? [{
            doc: "directory/mesh",
            head: "b".repeat(64) as Hash,
            changes: 1,
          }]
          : [],
      }),
    });
    const { head } = log.message();
    const claim = {
      kind: "delta" as const,
      space: MESH_SPACE,
      entries: [{ log: log.name, seq: 10, hash: head.hash }],
    };
    raw.send(claim);
    await mesh.run(20);
    strictEqual(raw.of("savedRequest").length, 1);

    raw.send({
      kind: "savedStart",
      log: log.name,
      head: lie === "signature"
        ? { ...head, signature: new Uint8Array(64) }
        : head,
      landmarks: [log.commits[0]?.bytes, log.commits[9]?.bytes] as Uint8Array[],
      more: false,
      vouchers: [],
    });
    if (lie === "garbage") {
      raw.send({
        kind: "savedPart",
        log: log.name,
        doc: "directory/mesh",
        bytes: Uint8Array.of(1, 2, 3),
      });
    }
    if (lie === "branch") {
      raw.send({
        kind: "savedPart",
        log: log.name,
        doc: "journal/x/0",
        bytes: Uint8Array.of(1),
      });
    }
    await mesh.run(20);
    deepStrictEqual(incidentsOf(office), ["bad_saved_branches"], lie);
    strictEqual(raw.ended !== undefined, true, lie);

    honest.send(claim);
    await mesh.run(50);
    strictEqual(honest.of("savedRequest").length, 1);
    honest.send({ kind: "savedNone", log: log.name });
    await mesh.run(50);
    deepStrictEqual(honest.of("pull").map(({ from }) => from), [1], lie);
    honest.send(log.message());
    await mesh.run(50);
    strictEqual(running(office).replica.register.byName(log.name)?.seq, 10);
    await honest.stop();
    await raw.stop();
    await mesh.stop();
  }
});

Deno.test("a peer that needs bodies that were dropped takes saved branches", async () => {
  const mesh = createMesh({ checkpointCommits: 64, retentionDays: 1 });
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  const other = await startPeer(mesh, "other", null, [office, branch]);
  await sell(mesh, branch, 5);
  await mesh.run(5000);
  const had = running(other).replica.register.byName(ownLog(branch).name);
  ok((had?.seq ?? 0) >= 5);
  mesh.crash(other);

  const ids = await sell(mesh, branch, 700);
  await mesh.run(20_000);
  mesh.clock.skew(3 * DAY_MS);
  await mesh.run(60_000);
  ok(ownLog(branch).firstBody > 512, `first body ${ownLog(branch).firstBody}`);
  for (const id of [ids[0], ids[300], ids.at(-1)] as FactId[]) {
    for (const peer of [branch, office]) {
      const [view] = running(peer).useCases.fact(id);
      strictEqual(view?.type, "SaleRecorded");
      strictEqual(view.status, "counts");
    }
  }
  const page = `journal/${ownLog(branch).name}/0`;
  ok(running(office).useCases.document(page) !== undefined);

  ok(await mesh.start(other, [office, branch]));
  await mesh.run(120_000);

  strictEqual(
    exportVectors(running(other).replica),
    exportVectors(running(office).replica),
  );
  assertEqual(other, office);
  deepStrictEqual(incidentsOf(other), []);
  await mesh.stop();
});
