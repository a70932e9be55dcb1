import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { type BoundName, SIMULATED_SIGNATURES } from "../../crdt/mod.ts";
import { readMeshPlace } from "../../nodes/membership.ts";
import { type StatingNode, writeRootLog } from "../../nodes/revocation.ts";
import { makeIssuer, makeReassignment } from "../../nodes/rights_statements.ts";
import { createHoney, createTwoTills, sellHoney } from "../support/tills.ts";
import type { TestMesh } from "../support/test_mesh.ts";

/** A node of the mesh beside which the root key lies. */
function statingNode(mesh: TestMesh, name: string): StatingNode {
  const peer = mesh.peers.get(name);
  const { replica } = mesh.node(name);
  ok(peer !== undefined);
  const place = readMeshPlace(
    replica.certificate,
    peer.signer.publicKey,
    SIMULATED_SIGNATURES,
  );
  ok(place.ok);
  return {
    place: place.value,
    signer: peer.signer,
    signatures: SIMULATED_SIGNATURES,
    root: mesh.root,
    reader: replica.reader,
    now: mesh.clock.now(),
    random: mesh.random,
  };
}

function peerOf(mesh: TestMesh, name: string): string {
  return mesh.peers.get(name)?.peer ?? "";
}

/** Brings statements by the root key to a node. */
async function state(
  mesh: TestMesh,
  name: string,
  facts: ReturnType<typeof makeReassignment>,
): Promise<void> {
  const options = { now: mesh.clock.now(), random: mesh.random };
  const { commit, head } = writeRootLog(mesh.root, facts, options);
  const { replica } = mesh.node(name);
  const outcome = await mesh.settle(replica.take({ commits: [commit], head }));
  strictEqual(outcome.kind, "taken");
  await mesh.run(3000);
}

Deno.test("makeReassignment() names what is at risk, and the other till sells all that the lost one held", async () => {
  const { mesh, a, b } = await createTwoTills(12);
  await createHoney(mesh, a, 10);
  strictEqual(await sellHoney(mesh, a, 3), "sold");
  await mesh.run(1000);
  mesh.crash("a");
  await mesh.run(1000);
  strictEqual(await sellHoney(mesh, b, 5), "rights_insufficient");

  const facts = makeReassignment(statingNode(mesh, "b"), {
    from: peerOf(mesh, "a"),
    to: peerOf(mesh, "b"),
  });
  const bound = b.rights({ limit: 1 }).items[0]?.bound;
  const free = b.rights({ limit: 9 }).items
    .filter(({ own }) => !own).reduce((sum, one) => sum + one.balance, 0);
  deepStrictEqual(
    facts.map(({ statement }) =>
      statement.kind === "reassign" && statement.atRisk
    ),
    [[{ bound, amount: free }]],
  );
  await state(mesh, "b", facts);

  strictEqual(await sellHoney(mesh, b, 7), "sold");
  strictEqual(await sellHoney(mesh, b, 1), "rights_insufficient");
  await mesh.stop();
});

Deno.test("makeReassignment() refuses who holds nothing, and a receiver that is unknown", async () => {
  const { mesh, a } = await createTwoTills(12);
  const node = statingNode(mesh, "b");
  const [from, to] = [peerOf(mesh, "a"), peerOf(mesh, "b")];
  throws(() => makeReassignment(node, { from, to }), /holds no rights/);
  await createHoney(mesh, a, 10);
  throws(
    () => makeReassignment(node, { from, to: "12D3KooWnobody" }),
    /knows no member/,
  );
  await mesh.stop();
});

Deno.test("makeIssuer() names the log in which a company's rights are made from then on", async () => {
  const { mesh, a, b } = await createTwoTills(12);
  const issue = (till: typeof a) =>
    mesh.settle(till.issueRights({
      bound: "account:7" as BoundName,
      amount: 100,
      note: "",
    }));
  const node = statingNode(mesh, "b");
  const peer = peerOf(mesh, "a");
  throws(
    () => makeIssuer(node, { company: "7", peer }),
    /nothing in company:7/,
  );
  ok((await issue(a)).ok);
  await mesh.run(3000);

  await state(mesh, "b", makeIssuer(node, { company: "7", peer }));

  strictEqual((await issue(b)).ok, false);
  ok((await issue(a)).ok);
  await mesh.stop();
});
