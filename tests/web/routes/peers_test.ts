import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ProductId } from "../../../crdt/mod.ts";
import { createTestMesh, type TestMesh } from "../../support/test_mesh.ts";
import { checkedApi, refuses, withApi } from "../native_api.ts";

async function peersOf(mesh: TestMesh, name: string) {
  const api = await checkedApi(mesh.node(name).useCases, {
    clock: mesh.clock,
    requireSignIn: false,
  });
  const { status, body } = await api.get("/v1/peers");
  strictEqual(status, 200);
  return body.items;
}

async function withMesh(test: (mesh: TestMesh) => Promise<void>) {
  const mesh = createTestMesh({ seed: 11 });
  try {
    await mesh.add("office", {});
    await mesh.add("cusco", { site: "CUS", dials: ["office"] });
    await mesh.run(5_000);
    await test(mesh);
  } finally {
    await mesh.stop();
  }
}

Deno.test("GET /v1/peers shows the node itself and its neighbors", () =>
  withMesh(async (mesh) => {
    const peers = await peersOf(mesh, "office");

    strictEqual(peers.length, 2);
    const self = peers.find((it: { self: boolean }) => it.self);
    const other = peers.find((it: { self: boolean }) => !it.self);
    strictEqual(self.peer, mesh.peers.get("office")?.peer);
    deepStrictEqual(
      [other.peer, other.site, other.roles, other.linked, other.lag],
      [mesh.peers.get("cusco")?.peer, "CUS", ["branch"], true, []],
    );
    ok(other.lastSeen.endsWith("Z"));
    ok(other.certificateEnds.startsWith("2100-01-01"));
  }));

Deno.test("GET /v1/peers shows in commits and seconds how far apart two peers are", () =>
  withMesh(async (mesh) => {
    const [office, cusco] = ["office", "cusco"].map((name) =>
      mesh.peers.get(name)?.peer
    );
    ok(office && cusco);
    mesh.network.partition([office], [cusco]);
    const { useCases } = mesh.node("cusco");
    for (const product of ["honey", "wax"]) {
      const created = await mesh.settle(useCases.createProduct({
        scope: "site:CUS",
        product: product as ProductId,
        name: product,
        stock: 3,
      }));
      ok(created.ok);
    }
    await mesh.run(60_000);

    const apart = (await peersOf(mesh, "cusco"))
      .find((it: { self: boolean }) => !it.self);
    strictEqual(apart.linked, false);
    ok(apart.lag.length > 0);
    ok(apart.lag.every((it: { commits: number }) => it.commits < 0));
    strictEqual(apart.behindCommits, 0);

    mesh.network.heal();
    await mesh.run(120_000);
    const together = (await peersOf(mesh, "office"))
      .find((it: { self: boolean }) => !it.self);
    deepStrictEqual(
      [together.linked, together.lag, together.behindCommits],
      [true, [], 0],
    );
  }));

Deno.test("GET /v1/peers refuses a cursor that no page gave", () =>
  withApi(async (api) => {
    refuses(await api.get("/v1/peers?cursor=x"), 422, "request_invalid");
    refuses(await api.get("/v1/peers?limit=x"), 422, "request_invalid");
    deepStrictEqual((await api.get("/v1/peers?cursor=999")).body.items, []);
  }));
