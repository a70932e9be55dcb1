/** Rights of a till that is lost, or was only thought to be. */
import { ok, strictEqual } from "node:assert/strict";
import {
  grantsOfRole,
  issueCertificate,
  makeStamp,
  MESH_SPACE,
  RIGHTS_STATED,
  rightsTotal,
  signStatement,
  SIMULATED_SIGNATURES,
  type Statement,
} from "../../crdt/mod.ts";
import { idOf } from "../support/facts.ts";
import { ForgedLog } from "../support/forged_log.ts";
import type { TestMesh } from "../support/test_mesh.ts";
import { testCertificate } from "../support/test_node.ts";
import {
  createHoney,
  createTwoTills,
  HONEY,
  sellHoney,
  SITE,
  SPACE,
} from "../support/tills.ts";

/** Two tills, of which the first has ten of honey. */
async function openTills() {
  const two = await createTwoTills(12);
  await createHoney(two.mesh, two.a, 10);
  return two;
}

/** Who states something: the root, or an authority of its own that stands above nobody here. */
function authorityOf(mesh: TestMesh, kind: "root" | "stranger") {
  const { root } = mesh;
  if (kind === "root") return { root: root.publicKey, signer: root };
  const signer = SIMULATED_SIGNATURES.signer(mesh.random.bytes(32));
  const chain = issueCertificate({
    kind: "authority",
    root: root.publicKey,
    subject: signer.publicKey,
    issuer: root.publicKey,
    serial: signer.publicKey.slice(0, 8),
    notBefore: 0,
    notAfter: Date.UTC(2100, 0, 1),
    site: null,
    roles: [],
    grants: grantsOfRole("office", { sites: [], companies: [] }),
  }, root);
  return { root: root.publicKey, signer, chain };
}

/** A statement that the log of `a` ends where `b` has it, and that its rights go to `b`. */
async function reassign(
  mesh: TestMesh,
  kind: "root" | "stranger" = "root",
): Promise<void> {
  const { replica } = mesh.node("b");
  const lost = mesh.peers.get("a")?.signer.publicKey.join();
  const entry = replica.register.ofSpace(SPACE).find(({ publicKey }) =>
    publicKey.join() === lost
  );
  const to = replica.register.own(SPACE)?.name;
  ok(entry !== undefined && to !== undefined);
  const { name: log, seq, hash } = entry;
  const statement: Statement = {
    kind: "reassign",
    log,
    seq,
    hash,
    to,
    atRisk: [],
  };
  const authority = authorityOf(mesh, kind);
  const { signer } = authority;
  const stated = { id: idOf("moved"), at: 0, statement };
  const rootLog = new ForgedLog({
    root: mesh.root,
    signer,
    chain: testCertificate(mesh.root, signer.publicKey, null, ["office"]),
  }, MESH_SPACE);
  rootLog.add({
    stamp: makeStamp(mesh.clock.now(), 0),
    facts: [signStatement(authority, stated)],
  });
  const outcome = await mesh.settle(replica.take(rootLog.run(1, 1)));
  strictEqual(outcome.kind, "taken");
  await mesh.run(3000);
}

Deno.test("a lost till's rights go to another till, which sells them", async () => {
  const { mesh, b } = await openTills();
  mesh.crash("a");
  await mesh.run(1000);
  strictEqual(await sellHoney(mesh, b, 1), "rights_insufficient");
  await reassign(mesh);
  strictEqual(await sellHoney(mesh, b, 10), "sold");
  strictEqual(await sellHoney(mesh, b, 1), "rights_insufficient");
  await mesh.stop();
});

Deno.test("a holder that was alive sells no more by its old rights once it knows, and what it had sold is listed", async () => {
  const { mesh, a, b } = await openTills();
  mesh.cutOff("a");
  await reassign(mesh);
  strictEqual(await sellHoney(mesh, b, 10), "sold");
  strictEqual(await sellHoney(mesh, a, 3), "sold");
  mesh.network.heal();
  await mesh.run(120_000);
  strictEqual(await sellHoney(mesh, a, 1), "rights_insufficient");
  for (const name of ["a", "b"]) {
    const { useCases, replica, incidents } = mesh.node(name);
    strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 0);
    const bound = useCases.rights({ limit: 1 }).items[0]?.bound;
    ok(bound !== undefined);
    strictEqual(rightsTotal(replica.reader, bound), 0);
    strictEqual(
      useCases.invariants().every(({ violations }) => violations === 0),
      true,
    );
    if (name === "a") {
      ok(
        incidents.list().some(({ details }) =>
          details["reason"] === "beyond_cut"
        ),
      );
    }
  }
  await mesh.stop();
});

Deno.test("nobody takes over the rights of a log that the statement does not end", async () => {
  const { mesh, a, b } = await openTills();
  await reassign(mesh, "stranger");
  const [row] = mesh.node("b").replica.reader.scan(RIGHTS_STATED);
  ok(row !== undefined, "the statement is not here");
  strictEqual(await sellHoney(mesh, a, 10), "sold");
  strictEqual(await sellHoney(mesh, b, 1), "rights_insufficient");
  await mesh.stop();
});
