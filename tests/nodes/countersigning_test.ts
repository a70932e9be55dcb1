import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  countersign,
  type Countersignature,
  equalBytes,
  MESH_SPACE,
  signHead,
  SIMULATED_SIGNATURES,
  verifyCountersignature,
} from "../../crdt/mod.ts";
import { auditStore } from "../../nodes/audit_folder.ts";
import type { Message } from "../../net/mod.ts";
import {
  chainOfMember,
  countersignaturesOf,
  putCountersignature,
} from "../../nodes/countersigning.ts";
import {
  COUNTERSIGN_LOG_MS,
  COUNTERSIGN_MS,
  COUNTERSIGNERS_MAX,
} from "../../nodes/limits.ts";
import { COUNTERSIGNATURES } from "../../nodes/tables.ts";
import type { SimulatedPeer } from "../simulation/scenario_peers.ts";
import { openBareReplica, takeLog } from "../support/bare_replica.ts";
import { createForger } from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";
import { makeRawLog, RawPeer } from "../support/raw_peer.ts";
import {
  assertEqual,
  createSimulatedMesh,
  incidentsOf,
  ownLog,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";

const createMesh = () => createSimulatedMesh({ seed: 7, checkpointCommits: 8 });

/** What a peer has of the countersignatures of a branch's log. */
function countersigned(at: SimulatedPeer, branch: SimulatedPeer) {
  const { register, reader } = running(at).replica;
  const entry = register.byName(ownLog(branch).name);
  return entry === undefined ? [] : countersignaturesOf(reader, entry);
}

Deno.test("neighbors sign heads and checkpoints of others' logs, and everybody gets to know", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  const other = await startPeer(mesh, "other", null, [office, branch]);
  await sellSeen(mesh, branch, 20);
  await mesh.run(2 * COUNTERSIGN_LOG_MS);

  const { seq, publicKey } = ownLog(branch);
  for (const peer of [branch, office, other]) {
    const found = countersigned(peer, branch);
    const signers = new Set(found.map(({ signer }) => String(signer)));
    deepStrictEqual(
      signers,
      new Set([office, other].map((one) => String(one.signer.publicKey))),
    );
    ok(found.some(({ head }) => head.seq === seq), `${peer.name} newest`);
    for (const one of found) {
      ok(verifyCountersignature(one, publicKey, SIMULATED_SIGNATURES));
      ok(
        chainOfMember(running(peer).replica.register, one.signer) !== undefined,
      );
    }
    deepStrictEqual(incidentsOf(peer), []);
  }
  await mesh.stop();
});

Deno.test("a checkpoint that another member has signed is taken from anyone, without the writer", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const branch = await startPeer(mesh, "branch", "CUS", [office]);
  await sellSeen(mesh, branch, 40);
  await mesh.run(COUNTERSIGN_LOG_MS);
  const { name } = ownLog(branch);
  mesh.crash(branch);

  const fresh = await startPeer(mesh, "fresh", null, [office]);
  await mesh.run(30_000);
  const entry = running(fresh).replica.register.byName(name);
  ok((entry?.firstBody ?? 0) > 8, `first body ${entry?.firstBody}`);
  assertEqual(fresh, office);
  deepStrictEqual(incidentsOf(fresh), []);

  // Whoever joined cold passes the signature on, but has not seen the commits and signs nothing itself.
  await mesh.run(COUNTERSIGN_LOG_MS);
  const signers = running(fresh).replica.reader.scan(COUNTERSIGNATURES, {
    prefix: [entry?.number ?? 0],
  }).filter((row) => Number(row["seq"]) < (entry?.firstBody ?? 0))
    .map((row) => String(row["signer"]));
  deepStrictEqual(new Set(signers), new Set([String(office.signer.publicKey)]));
  mesh.crash(office);
  const last = await startPeer(mesh, "last", null, [fresh]);
  await mesh.run(30_000);
  const joined = running(last).replica.register.byName(name);
  ok((joined?.firstBody ?? 0) > 8, `first body ${joined?.firstBody}`);
  assertEqual(last, fresh);
  for (const peer of [fresh, last]) {
    const { reader } = running(peer).replica;
    const { faults, witnesses } = auditStore(reader, {
      root: mesh.root.publicKey,
      signatures: SIMULATED_SIGNATURES,
    });
    deepStrictEqual(faults, []);
    ok(witnesses > 0);
  }
  await mesh.stop();
});

Deno.test("saved branches from another than the writer are refused without a member's signature, or with a wrong one", async () => {
  for (const voucher of ["none", "stranger", "writer", "forged"] as const) {
    const mesh = createMesh();
    const office = await startPeer(mesh, "office", null);
    const [relay, writer] = [mesh.add("relay", null), mesh.add("writer", null)];
    const raw = new RawPeer(mesh, relay);
    await raw.join(office);
    const log = makeRawLog(mesh, writer, {
      space: "mesh",
      length: 10,
      checkpoint: ([first]) => ({
        last: null,
        certificates: [{ seq: 1, hash: first?.hash ?? "" as never }],
        branches: [],
      }),
    });
    const { head } = log.message();
    raw.send({
      kind: "delta",
      space: MESH_SPACE,
      entries: [{ log: log.name, seq: 10, hash: head.hash }],
    });
    await mesh.run(20);
    strictEqual(raw.of("savedRequest").length, 1);
    const by =
      { none: relay, forged: relay, writer, stranger: mesh.add("x", null) }[
        voucher
      ];
    const signed = countersign({ log: log.name, ...head }, by.signer);
    const stranger = createSimulatedMesh({ seed: 8 });
    raw.send({
      kind: "savedStart",
      log: log.name,
      head,
      landmarks: [log.commits[0]?.bytes, log.commits[9]?.bytes] as Uint8Array[],
      more: false,
      vouchers: voucher === "none" ? [] : [{
        chain: (voucher === "stranger" ? stranger : mesh).certificate(by),
        signature: voucher === "forged" ? new Uint8Array(64) : signed.signature,
      }],
    });
    await mesh.run(20);
    deepStrictEqual(incidentsOf(office), ["bad_saved_branches"], voucher);
    await raw.stop();
    await mesh.stop();
  }
});

/** An office, and a raw peer that is a member with a log of its own, and that log's message of a countersignature. */
async function createRaw() {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const [identity, writer] = [mesh.add("raw", null), mesh.add("writer", null)];
  const raw = new RawPeer(mesh, identity);
  await raw.join(office);
  raw.send(
    makeRawLog(mesh, identity, { space: "mesh", length: 1 }).message(),
  );
  const log = makeRawLog(mesh, writer, { space: "mesh", length: 6 });
  raw.send(log.message(1, 5));
  await mesh.run(50);
  const message = (
    seq: number,
    { signer = identity.signer, hash = log.commits[seq - 1]?.hash } = {},
  ): Extract<Message, { kind: "countersigned" }> => {
    const place = { log: log.name, seq, hash: hash ?? "" as never };
    const head = signHead(place, writer.signer);
    const one = countersign(head, signer);
    const wire = { seq, hash: head.hash, signature: head.signature };
    return {
      kind: "countersigned",
      items: [{
        log: log.name,
        head: wire,
        signer: signer.publicKey,
        signature: one.signature,
      }],
    };
  };
  const stored = () => {
    const { register, reader } = running(office).replica;
    const entry = register.byName(log.name);
    return entry === undefined ? [] : countersignaturesOf(reader, entry)
      // The office signs by itself too.
      .filter(({ signer }) => equalBytes(signer, identity.signer.publicKey))
      .map(({ head }) => head.seq);
  };
  return { mesh, office, raw, writer, log, message, stored };
}

Deno.test("a countersignature is stored, also of a head beyond the stored end", async () => {
  const { mesh, office, raw, message, stored } = await createRaw();
  raw.send(message(3));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), [3]);
  raw.send(message(6));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), [6]);
  raw.send(message(4));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), [6]);
  deepStrictEqual(incidentsOf(office), []);
  await raw.stop();
  await mesh.stop();
});

Deno.test("a countersignature that does not verify ends the link, and one of no member is not kept", async () => {
  const { mesh, office, raw, writer, message, stored } = await createRaw();
  const stranger = SIMULATED_SIGNATURES.signer(new Uint8Array(32));
  raw.send(message(3, { signer: stranger }));
  // The writer's own name is no other member's.
  raw.send(message(3, { signer: writer.signer }));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), []);
  deepStrictEqual(incidentsOf(office), ["bad_countersignature"]);
  strictEqual(raw.ended !== undefined, true);
  await raw.stop();
  await mesh.stop();
});

Deno.test("a countersignature of a member that was put out of the mesh is not kept", async () => {
  const { mesh, office, raw, message, stored } = await createRaw();
  const { replica } = running(office);
  Object.assign(replica, { isRevokedMember: () => true });
  raw.send(message(3));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), []);
  Object.assign(replica, { isRevokedMember: () => false });
  raw.send(message(3));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), [3]);
  await raw.stop();
  await mesh.stop();
});

Deno.test("a countersigned head with another hash than the commit that is here is an incident", async () => {
  const { mesh, office, raw, message, stored } = await createRaw();
  raw.send(message(3, { hash: "ab".repeat(32) as never }));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), []);
  deepStrictEqual(incidentsOf(office), ["countersigned_fork"]);
  await raw.stop();
  await mesh.stop();
});

Deno.test("of a log that enough members signed only what contradicts it is looked at", async () => {
  const { mesh, office, raw, log, message, stored } = await createRaw();
  const names = Array.from({ length: COUNTERSIGNERS_MAX }, (_, i) => `m${i}`);
  const members = names.map((name) => mesh.add(name, null));
  for (const member of members) {
    raw.send(makeRawLog(mesh, member, { space: "mesh", length: 1 }).message());
  }
  await mesh.run(50);
  for (const member of members) raw.send(message(5, member));
  await mesh.run(COUNTERSIGN_MS);
  const all = () => {
    const { register, reader } = running(office).replica;
    const entry = register.byName(log.name);
    return entry === undefined ? [] : countersignaturesOf(reader, entry);
  };
  strictEqual(all().length, COUNTERSIGNERS_MAX);
  // What adds nothing is not even verified; what is wrong would end the link.
  const [item] = message(5).items;
  if (item === undefined) throw new Error("there is no item");
  const wrong = { ...item, signature: new Uint8Array(64) };
  raw.send({ kind: "countersigned", items: [wrong] });
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(incidentsOf(office), []);
  strictEqual(all().length, COUNTERSIGNERS_MAX);
  deepStrictEqual(stored(), []);
  raw.send(message(5, { hash: "ab".repeat(32) as never }));
  await mesh.run(20);
  deepStrictEqual(incidentsOf(office), ["countersigned_fork"]);
  await raw.stop();
  await mesh.stop();
});

Deno.test("what a peer sends beyond the bound is dropped before it is verified", async () => {
  const { mesh, office, raw, message, stored } = await createRaw();
  const [item] = message(3).items;
  if (item === undefined) throw new Error("there is no item");
  const wrong = { ...item, log: "ab".repeat(16) as never };
  for (let i = 0; i < 5; i++) {
    raw.send({ kind: "countersigned", items: Array(32).fill(wrong) });
  }
  raw.send(message(3));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), []);
  raw.send(message(3));
  await mesh.run(COUNTERSIGN_MS);
  deepStrictEqual(stored(), [3]);
  deepStrictEqual(incidentsOf(office), []);
  await raw.stop();
  await mesh.stop();
});

Deno.test("a node whose own log was signed further than it has it opens a new log", async () => {
  const mesh = createMesh();
  const office = await startPeer(mesh, "office", null);
  const identity = mesh.add("raw", null);
  const raw = new RawPeer(mesh, identity);
  await raw.join(office);
  raw.send(makeRawLog(mesh, identity, { space: "mesh", length: 1 }).message());
  await mesh.run(50);
  const { register } = running(office).replica;
  const before = register.own(MESH_SPACE);
  if (before === undefined) throw new Error("there is no log");
  const place = { log: before.name, seq: 9, hash: "cd".repeat(32) as never };
  const head = signHead(place, office.signer);
  raw.send({
    kind: "countersigned",
    items: [{
      log: before.name,
      head: { seq: 9, hash: place.hash, signature: head.signature },
      signer: identity.signer.publicKey,
      signature: countersign(head, identity.signer).signature,
    }],
  });
  await mesh.run(20);
  deepStrictEqual(incidentsOf(office), ["amnesia"]);
  strictEqual(register.own(MESH_SPACE), undefined);
  await raw.stop();
  await mesh.stop();
});

Deno.test("putCountersignature() keeps a few signers, and of each its newest head", async () => {
  const forger = createForger("a");
  const log = forgeSales(forger, 4);
  const bare = openBareReplica(createForger("b"));
  await takeLog(bare, log);
  const { replica } = bare;
  const put = (one: Countersignature) =>
    replica.transact((writer) => putCountersignature(writer, 1, one));
  for (let i = 0; i < COUNTERSIGNERS_MAX + 2; i++) {
    const { signer } = createForger(`signer ${i}`);
    for (const seq of [2, 4, 3]) {
      strictEqual(
        put(countersign(log.head(seq), signer)),
        i < COUNTERSIGNERS_MAX,
      );
    }
  }
  const entry = replica.register.byName(log.name);
  if (entry === undefined) throw new Error("there is no log");
  const found = countersignaturesOf(replica.reader, entry);
  strictEqual(found.length, COUNTERSIGNERS_MAX);
  ok(found.every(({ head }) => head.seq === 4));
});
