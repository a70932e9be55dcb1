import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  encodeCommit,
  type Hash,
  issueCertificate,
  type LogId,
  makeStamp,
  MESH_SPACE,
  signHead,
  SIMULATED_SIGNATURES,
  type SiteCode,
  type SpaceId,
  vectorDigest,
} from "../../crdt/mod.ts";
import type { Message } from "../../net/mod.ts";
import { NEW_LOGS_MS } from "../../nodes/new_logs.ts";
import { exportReplica, exportVectors } from "../simulation/scenario_export.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../simulation/scenario_peers.ts";
import { makeCertificate, makeRawLog, RawPeer } from "../support/raw_peer.ts";
import {
  createSimulatedMesh,
  incidentsOf,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";

const CUS = "site:CUS" as SpaceId;

const createMesh = () => createSimulatedMesh({ seed: 11 });

/** A mesh with an office, and a raw peer that is linked and admitted there. */
async function createOfficeAndRaw(site: string | null = null) {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const identity = mesh.add("raw", site);
  const raw = new RawPeer(mesh, identity);
  await raw.join(office);
  const stop = async () => {
    await raw.stop();
    await mesh.stop();
  };
  return { mesh, office, identity, raw, stop };
}

function seqOf({ node }: SimulatedPeer, log: LogId): number {
  return node?.replica.register.byName(log)?.seq ?? 0;
}

const faults: readonly [
  what: string,
  kind: string,
  send: (raw: RawPeer, mesh: SimulatedMesh, identity: SimulatedPeer) => void,
][] = [
  ["garbage", "bad_frame", (raw) => raw.sendFrame(Uint8Array.of(1, 2, 3))],
  [
    "a message of an unknown kind",
    "bad_frame",
    (raw) => raw.sendFrame(Uint8Array.of(0x82, 0x01, 0x18, 0x63)),
  ],
  [
    "a message out of place",
    "bad_frame",
    (raw) => raw.send({ kind: "joined", chain: new Uint8Array() }),
  ],
  [
    "what is no commit",
    "bad_commit",
    (raw, mesh, identity) => {
      const log = makeRawLog(mesh, identity, { space: "mesh", length: 1 });
      raw.send({ ...log.message(), bodies: [Uint8Array.of(9)] });
    },
  ],
  [
    "a commit whose head is signed by another key",
    "bad_commit",
    (raw, mesh, identity) => {
      const signer = SIMULATED_SIGNATURES.signer(new Uint8Array(32));
      raw.send(
        makeRawLog(mesh, identity, { space: "mesh", length: 1, signer })
          .message(),
      );
    },
  ],
  [
    "a commit with a broken chain",
    "bad_commit",
    (raw, mesh, identity) => {
      const log = makeRawLog(mesh, identity, { space: "mesh", length: 3 });
      const message = log.message();
      const [first, , third] = message.bodies as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      raw.send({ ...message, bodies: [first, third] });
    },
  ],
  [
    "a log with the certificate of another key",
    "bad_commit",
    (raw, mesh, identity) => {
      const other = mesh.add("other", null);
      const certificate = mesh.certificate(other);
      raw.send(
        makeRawLog(mesh, identity, { space: "mesh", length: 1, certificate })
          .message(),
      );
    },
  ],
  [
    "commits under another log's name",
    "bad_commit",
    (raw, mesh, identity) => {
      const log = makeRawLog(mesh, identity, { space: "mesh", length: 1 });
      raw.send({ ...log.message(), log: "0".repeat(32) as LogId });
    },
  ],
  [
    "commits of another mesh",
    "bad_commit",
    (raw, mesh, identity) => {
      const root = SIMULATED_SIGNATURES.signer(new Uint8Array(32).fill(9));
      const certificate = makeCertificate(mesh, identity, {}, root);
      raw.send(
        makeRawLog(mesh, identity, { space: "mesh", length: 1, certificate })
          .message(),
      );
    },
  ],
  [
    "a log whose chain stands on a member that is no authority",
    "bad_commit",
    (raw, mesh, identity) => {
      const other = mesh.add("other", null);
      const certificate = issueCertificate(
        {
          kind: "member",
          root: mesh.root.publicKey,
          subject: identity.signer.publicKey,
          issuer: other.signer.publicKey,
          serial: new Uint8Array(8),
          notBefore: 0,
          notAfter: Date.UTC(2100, 0, 1),
          site: null,
          roles: ["office"],
          grants: [],
        },
        other.signer,
        mesh.certificate(other),
      );
      raw.send(
        makeRawLog(mesh, identity, { space: "mesh", length: 1, certificate })
          .message(),
      );
    },
  ],
  [
    "commits in another order",
    "bad_commit",
    (raw, mesh, identity) => {
      const log = makeRawLog(mesh, identity, { space: "mesh", length: 3 });
      const message = log.message();
      const [first, second, third] = message.bodies as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      raw.send({ ...message, bodies: [first, third, second] });
    },
  ],
  [
    "a commit that is cut short",
    "bad_commit",
    (raw, mesh, identity) => {
      const log = makeRawLog(mesh, identity, { space: "mesh", length: 1 });
      const message = log.message();
      raw.send({
        ...message,
        bodies: message.bodies.map((body) => body.slice(0, -1)),
      });
    },
  ],
  [
    "garbage in the place of another log's next commit",
    "bad_commit",
    (raw, mesh, identity) => {
      const [own] = mesh.peers.flatMap(({ node }) =>
        node?.replica.register.vector(MESH_SPACE) ?? []
      );
      const { log = "" as LogId, seq = 0, hash = "" as Hash } = own ?? {};
      const squatter = encodeCommit({
        space: MESH_SPACE,
        log,
        seq: seq + 1,
        prev: hash,
        stamp: makeStamp(mesh.clock.now(), 0),
        changes: [],
      });
      const head = { log, seq: seq + 1, hash: squatter.hash };
      const { signature } = signHead(head, identity.signer);
      raw.send({
        kind: "commits",
        log,
        bodies: [squatter.bytes],
        head: { ...head, signature },
      });
    },
  ],
];

Deno.test("replicator takes commits that are sent again for what they are", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 3 });
  raw.send(log.message());
  await mesh.run(50);
  const before = exportVectors(running(office).replica);
  for (const [from, to] of [[1, 3], [1, 1], [2, 3], [1, 3]]) {
    raw.send(log.message(from, to));
  }
  await mesh.run(50);
  strictEqual(exportVectors(running(office).replica), before);
  deepStrictEqual(incidentsOf(office), []);
  strictEqual(raw.ended, undefined);
  await stop();
});

for (const [what, kind, send] of faults) {
  Deno.test(`replicator drops and reports a peer that sends ${what}`, async () => {
    const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
    strictEqual(office.node?.replicator?.links(), 1);
    const before = exportVectors(office.node.replica);

    send(raw, mesh, identity);
    await mesh.run(100);

    strictEqual(raw.ended !== undefined, true);
    deepStrictEqual(incidentsOf(office), [kind]);
    strictEqual(exportVectors(office.node.replica), before);
    strictEqual(office.node.replicator?.links(), 0);
    strictEqual(
      office.node.invariants.list().every(({ violations }) => violations === 0),
      true,
    );
    await stop();
  });
}

Deno.test("replicator drops a peer that speaks before it was admitted", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const raw = new RawPeer(mesh, mesh.add("raw", null));
  await raw.connect(office);

  raw.send({
    kind: "pull",
    space: MESH_SPACE,
    log: "0".repeat(32) as LogId,
    from: 1,
  });
  await mesh.run(100);

  strictEqual(raw.ended !== undefined, true);
  deepStrictEqual(incidentsOf(office), ["not_admitted"]);
  strictEqual(raw.of("commits").length, 0);
  await raw.stop();
  await mesh.stop();
});

Deno.test("replicator ends a link on which nobody shows a certificate in time", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const raw = new RawPeer(mesh, mesh.add("raw", null));
  await raw.connect(office);

  await mesh.run(9_000);
  strictEqual(raw.ended, undefined);
  await mesh.run(2_000);

  strictEqual(raw.ended !== undefined, true);
  await raw.stop();
  await mesh.stop();
});

const certificates: readonly [
  what: string,
  make: (mesh: SimulatedMesh, peer: SimulatedPeer) => Uint8Array,
][] = [
  ["of another mesh", (mesh, peer) => {
    const root = SIMULATED_SIGNATURES.signer(new Uint8Array(32));
    return makeCertificate(mesh, peer, {}, root);
  }],
  [
    "that has ended",
    (mesh, peer) =>
      makeCertificate(mesh, peer, { notAfter: mesh.clock.now() - 1 }),
  ],
  ["of another key", (mesh) => mesh.certificate(mesh.add("other", null))],
  ["that is none", () => Uint8Array.of(1, 2, 3)],
];

for (const [what, make] of certificates) {
  Deno.test(`replicator refuses a peer with a certificate ${what}`, async () => {
    const mesh = createMesh();
    const office = await startPeer(mesh, "office", null);
    const identity = mesh.add("raw", null);
    const raw = new RawPeer(mesh, identity);

    await raw.join(office, { chain: make(mesh, identity) });
    await mesh.run(100);

    strictEqual(raw.of("refused").length, 1);
    strictEqual(raw.ended !== undefined, true);
    deepStrictEqual(incidentsOf(office), ["not_admitted"]);
    strictEqual(raw.of("entries").length, 0);
    await raw.stop();
    await mesh.stop();
  });
}

Deno.test("replicator ends a link whose certificate has ended meanwhile", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const identity = mesh.add("raw", null);
  const raw = new RawPeer(mesh, identity);
  const notAfter = mesh.clock.now() + 60_000;
  await raw.join(office, {
    chain: makeCertificate(mesh, identity, { notAfter }),
  });
  strictEqual(office.node?.replicator?.links(), 1);

  await mesh.run(100_000);

  strictEqual(raw.ended !== undefined, true);
  strictEqual(office.node.replicator?.links(), 0);
  await raw.stop();
  await mesh.stop();
});

Deno.test("replicator tells nothing of a space that a peer does not read", async () => {
  const { mesh, office, raw, stop } = await createOfficeAndRaw("LIM");
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await mesh.run(2000);
  const log = branch.node?.replica.register.own(CUS)?.name as LogId;
  strictEqual(seqOf(office, log) > 0, true);

  raw.send({ kind: "pull", space: CUS, log, from: 1 });
  raw.send({ kind: "pull", space: MESH_SPACE, log, from: 1 });
  raw.send({ kind: "savedRequest", space: MESH_SPACE, log });
  await mesh.run(30_000);

  const spaces = raw.of("entries").map(({ space }) => space);
  deepStrictEqual(new Set(spaces), new Set([MESH_SPACE]));
  strictEqual(raw.of("commits").some((message) => message.log === log), false);
  strictEqual(raw.of("savedStart").length, 0);
  await stop();
});

Deno.test("replicator drops a peer that sends commits of a space that it does not read", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw("LIM");
  raw.send(
    makeRawLog(mesh, identity, { space: "site:CUS", length: 1 }).message(),
  );
  await mesh.run(100);
  deepStrictEqual(incidentsOf(office), ["foreign_space"]);
  await stop();
});

Deno.test("replicator does not keep a commit whose predecessor is missing, and pulls the gap", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 5 });

  raw.send(log.message(4, 5));
  await mesh.run(100);

  strictEqual(seqOf(office, log.name), 0);
  deepStrictEqual(
    raw.of("pull").map(({ log, from }) => ({ log, from })),
    [{ log: log.name, from: 1 }],
  );
  strictEqual(raw.ended, undefined);
  deepStrictEqual(incidentsOf(office), []);

  raw.send(log.message(1, 5));
  await mesh.run(100);
  strictEqual(seqOf(office, log.name), 5);
  await stop();
});

Deno.test("replicator does not ask again for each commit that comes while a gap is pulled", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 9 });

  for (let seq = 3; seq <= 9; seq++) raw.send(log.message(seq, seq));
  await mesh.run(100);

  strictEqual(raw.of("pull").length, 1);
  strictEqual(seqOf(office, log.name), 0);
  await stop();
});

Deno.test("replicator asks again for a log when nothing of it came in time", async () => {
  const { mesh, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 9 });
  raw.send(log.message(3, 3));
  await mesh.run(40_000);
  strictEqual(raw.of("pull").length >= 2, true);
  await stop();
});

Deno.test("replicator asks again for what lies between when only newer commits come, one after the other", async () => {
  const { mesh, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 20 });
  for (let seq = 3; seq <= 20; seq++) {
    raw.send(log.message(seq, seq));
    await mesh.run(2000);
  }
  strictEqual(raw.of("pull").length >= 2, true);
  await stop();
});

/** Two raw peers, linked to an office, that both say that they have a log. */
async function createTwoSources() {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const second = new RawPeer(mesh, mesh.add("second", null));
  await second.join(office);
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 6 });
  const last = log.commits.at(-1)?.hash as Hash;
  const claim: Message = {
    kind: "delta",
    space: MESH_SPACE,
    entries: [{ log: log.name, seq: 6, hash: last }],
  };
  raw.send(claim);
  second.send(claim);
  await mesh.run(100);
  const stopAll = async () => {
    await second.stop();
    await stop();
  };
  return { mesh, office, log, raw, second, stop: stopAll };
}

Deno.test("replicator pulls a log that two peers have from one of them", async () => {
  const { mesh, office, log, raw, second, stop } = await createTwoSources();
  strictEqual(raw.of("pull").length, 1);
  strictEqual(second.of("pull").length, 0);

  raw.send(log.message());
  await mesh.run(100);

  strictEqual(seqOf(office, log.name), 6);
  strictEqual(second.of("pull").length, 0);
  await stop();
});

Deno.test("replicator pulls from another peer when its source dies", async () => {
  const { mesh, office, log, raw, second, stop } = await createTwoSources();
  raw.send(log.message(1, 2));
  await mesh.run(50);

  await raw.stop();
  await mesh.run(100);

  deepStrictEqual(second.of("pull").map(({ from }) => from), [3]);
  second.send(log.message(3, 6));
  await mesh.run(100);
  strictEqual(seqOf(office, log.name), 6);
  await stop();
});

Deno.test("replicator pulls from one peer what another did not have", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const second = new RawPeer(mesh, mesh.add("second", null));
  await second.join(office);
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 6 });
  for (const [peer, seq] of [[raw, 4], [second, 6]] as const) {
    const hash = log.commits[seq - 1]?.hash as Hash;
    const entries = [{ log: log.name, seq, hash }];
    peer.send({ kind: "delta", space: MESH_SPACE, entries });
    await mesh.run(10);
  }
  strictEqual(raw.of("pull").length, 1);
  strictEqual(second.of("pull").length, 0);

  raw.send(log.message(1, 4));
  await mesh.run(20);

  deepStrictEqual(second.of("pull").map(({ from }) => from), [5]);
  second.send(log.message(5, 6));
  await mesh.run(20);
  strictEqual(seqOf(office, log.name), 6);
  await second.stop();
  await stop();
});

Deno.test("replicator asks a source again at once that got more while it was sending", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const log = makeRawLog(mesh, identity, { space: "mesh", length: 6 });
  const claim = (seq: number) => {
    const hash = log.commits[seq - 1]?.hash as Hash;
    const entries = [{ log: log.name, seq, hash }];
    raw.send({ kind: "delta", space: MESH_SPACE, entries });
  };
  claim(4);
  await mesh.run(10);
  claim(6);
  await mesh.run(10);
  strictEqual(raw.of("pull").length, 1);

  raw.send(log.message(1, 4));
  await mesh.run(20);

  deepStrictEqual(raw.of("pull").map(({ from }) => from), [1, 5]);
  raw.send(log.message(5, 6));
  await mesh.run(20);
  strictEqual(seqOf(office, log.name), 6);
  await stop();
});

Deno.test("replicator pulls from another peer when its source says much and sends nothing", async () => {
  const { mesh, office, log, raw, second, stop } = await createTwoSources();
  for (let i = 0; i < 40; i++) {
    raw.send({
      kind: "delta",
      space: MESH_SPACE,
      entries: [{ log: log.name, seq: 7 + i, hash: "a".repeat(64) as Hash }],
    });
    await mesh.run(1000);
  }
  strictEqual(second.of("pull").length, 1);
  second.send(log.message());
  await mesh.run(100);
  strictEqual(seqOf(office, log.name), 6);
  await stop();
});

Deno.test("replicator turns to a log's other holders when its source has dropped the bodies", async () => {
  const { mesh, log, raw, second, stop } = await createTwoSources();
  raw.send({ kind: "gone", space: MESH_SPACE, log: log.name, firstBody: 5 });
  await mesh.run(100);
  strictEqual(raw.of("savedRequest").length, 1);
  raw.send({ kind: "savedNone", log: log.name });
  await mesh.run(100);
  strictEqual(second.of("pull").length, 1);
  await stop();
});

Deno.test("replicator is not slowed by a peer that stalls, and reports it", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await mesh.run(1000);
  const raw = new RawPeer(mesh, mesh.add("raw", null));
  await raw.join(office);
  const { promise, resolve } = Promise.withResolvers<void>();
  raw.stall = promise;

  for (let i = 0; i < 35; i++) {
    await sellSeen(mesh, branch);
    await mesh.run(100);
    strictEqual(
      exportVectors(running(office).replica),
      exportVectors(running(branch).replica),
    );
    await mesh.run(1000);
  }

  strictEqual(raw.ended !== undefined, true);
  deepStrictEqual(incidentsOf(office), ["bad_link"]);
  resolve();
  await raw.stop();
  await mesh.stop();
});

Deno.test("replicator lets a slow peer catch up by its vector", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await mesh.run(1000);
  mesh.network.setFaults({ bytesPerSecond: 4000 }, { to: office.peer });

  await sellSeen(mesh, branch, 300);
  await mesh.run(120_000);

  const spaces = new Set([MESH_SPACE, CUS]);
  deepStrictEqual(
    exportReplica(running(office).replica, spaces),
    exportReplica(running(branch).replica, spaces),
  );
  deepStrictEqual(incidentsOf(branch), []);
  await mesh.stop();
});

Deno.test("replicator needs one round trip and under 1 KB a space when nothing is missing", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await mesh.run(1000);
  await sellSeen(mesh, branch, 400);
  await mesh.run(30_000);
  const { replica } = running(office);
  strictEqual(exportVectors(running(branch).replica), exportVectors(replica));
  mesh.crash(branch);
  await mesh.run(1000);
  mesh.network.setFaults({ latencyMsMin: 10, latencyMsMax: 10 });

  const before = { ...mesh.network.counts };
  ok(await mesh.start(branch, []));
  running(branch).replicator?.want(`/memory/${office.peer}`);
  while (mesh.network.counts.links === before.links) await mesh.run(1);
  await mesh.run(25);
  const { frames } = mesh.network.counts;
  await mesh.run(1000);

  const spaces = replica.register.spaces().length;
  const bytes = mesh.network.counts.bytes - before.bytes;
  strictEqual(spaces, 2);
  strictEqual(mesh.network.counts.frames, frames);
  ok(bytes / spaces < 1024, `${bytes} bytes for ${spaces} spaces`);
  await mesh.stop();
});

Deno.test("replicator compares a vector of more than 64 logs by buckets", async () => {
  const { mesh, office, raw, stop } = await createOfficeAndRaw();
  const logs = Array.from(
    { length: 100 },
    (_, i) =>
      makeRawLog(mesh, mesh.add(`writer ${i}`, null), {
        space: "mesh",
        length: 1,
      }),
  );
  for (const log of logs) raw.send(log.message());
  await mesh.run(200);
  const vector = running(office).replica.register.vector(MESH_SPACE);
  strictEqual(vector.length, 101);
  raw.received.length = 0;

  raw.send({
    kind: "digests",
    digests: [{ space: MESH_SPACE, digest: vectorDigest(vector.slice(1)) }],
  });
  await mesh.run(50);
  const [buckets] = raw.of("buckets");
  strictEqual(buckets?.digests.length, 64);
  strictEqual(raw.of("entries").length, 0);

  const changed = buckets.digests.map((digest, i) =>
    i === 5 ? new Uint8Array(8) : digest
  );
  raw.send({ kind: "buckets", space: MESH_SPACE, digests: changed });
  await mesh.run(50);
  const [entries] = raw.of("entries");
  deepStrictEqual(entries?.buckets, [5]);
  strictEqual(
    entries.entries.every(({ log }) =>
      parseInt(log.slice(0, 2), 16) % 64 === 5
    ),
    true,
  );
  await stop();
});

Deno.test("replicator makes peers with more than 64 different logs each equal", async () => {
  const mesh = createMesh();
  const peers = [
    await startPeer(mesh, "a", null),
    await startPeer(mesh, "b", null),
  ];
  for (const [i, peer] of peers.entries()) {
    const identity = mesh.add(`raw-${i}`, null);
    const raw = new RawPeer(mesh, identity);
    await raw.join(peer);
    for (let k = 0; k < 150; k++) {
      const writer = mesh.add(`writer ${i} ${k}`, null);
      raw.send(
        makeRawLog(mesh, writer, { space: "mesh", length: 2 }).message(),
      );
    }
    await mesh.run(500);
    await raw.stop();
  }
  const [a, b] = peers as [SimulatedPeer, SimulatedPeer];
  a.node?.replicator?.want(`/memory/${b.peer}`);
  await mesh.run(2000);
  strictEqual(running(a).replica.register.vector(MESH_SPACE).length, 302);
  strictEqual(
    exportVectors(running(a).replica),
    exportVectors(running(b).replica),
  );
  await mesh.stop();
});

Deno.test("replicator fetches a member's new logs some an hour, and reports that there are more", async () => {
  const { mesh, office, identity, raw, stop } = await createOfficeAndRaw();
  const logs = Array.from(
    { length: 15 },
    (_, epoch) =>
      makeRawLog(mesh, identity, { space: "mesh", length: 1, epoch }),
  );
  const fetched = async () => {
    for (const log of logs) raw.send(log.message());
    await mesh.run(200);
    const { register } = running(office).replica;
    return logs.map(({ name }) => register.byName(name) === undefined ? 0 : 1)
      .join("");
  };
  strictEqual(await fetched(), "111111111100000");
  const kinds = running(office).incidents.list().map(({ kind, count }) =>
    `${kind} ${count}`
  );
  deepStrictEqual(kinds, ["too_many_new_logs 5"]);
  await mesh.run(NEW_LOGS_MS);
  strictEqual(await fetched(), "111111111111111");
  await stop();
});

Deno.test("replicator drops a peer that names logs without end", async () => {
  const { mesh, office, raw, stop } = await createOfficeAndRaw();
  for (let i = 0; i < 6; i++) {
    const entries = Array.from({ length: 20_000 }, (_, k) => ({
      log: (i * 20_000 + k).toString(16).padStart(32, "0") as LogId,
      seq: 1,
      hash: "0".repeat(64) as Hash,
    }));
    raw.send({ kind: "delta", space: MESH_SPACE, entries });
    await mesh.run(50);
  }
  strictEqual(raw.ended !== undefined, true);
  deepStrictEqual(incidentsOf(office), ["too_many_logs"]);
  strictEqual(raw.of("pull").length <= 64, true);
  await stop();
});

Deno.test("replicator goes on when its disk is full while peers come and send", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  office.disk.capacityBytes = office.disk.size();
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await sellSeen(mesh, branch, 3);
  await mesh.run(30_000);
  strictEqual(office.node?.replicator?.links(), 1);
  strictEqual(office.node.replica.register.vector(CUS).length, 0);

  office.disk.capacityBytes = Infinity;
  await mesh.run(60_000);

  deepStrictEqual(
    exportReplica(office.node.replica),
    exportReplica(running(branch).replica),
  );
  await mesh.stop();
});

Deno.test("replicator shows how far peers are apart", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await mesh.run(1000);
  const seen = () =>
    office.node?.replicator?.peers().find(({ peer }) => peer === branch.peer);
  deepStrictEqual(seen()?.lag, []);
  strictEqual(seen()?.linked, true);

  mesh.network.partition([branch.peer], [office.peer]);
  await sellSeen(mesh, branch, 3);
  await mesh.run(60_000);
  strictEqual(seen()?.linked, false);
  strictEqual(seen()?.site, "CUS" as SiteCode);

  mesh.network.heal();
  await mesh.run(60_000);
  deepStrictEqual(seen()?.lag, []);
  strictEqual(seen()?.linked, true);
  await mesh.stop();
});
