import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  decodeInvitation,
  peerIdOf,
  type ProductId,
  SIMULATED_SIGNATURES,
} from "../../../crdt/mod.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { checkedApi, refuses, withApi } from "../native_api.ts";

const ROOT = { node: { roles: ["office"], founder: true } };
const PEER = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

Deno.test("GET /v1/mesh says whether the node may invite", async () => {
  await withApi(async (api) => {
    const { body } = await api.get("/v1/mesh");
    strictEqual(body.mayInvite, true);
    deepStrictEqual([body.revoked, body.links], [[], []]);
  }, ROOT);
  await withApi(async (api) => {
    strictEqual((await api.get("/v1/mesh")).body.mayInvite, false);
  });
});

Deno.test("POST /v1/invitations makes an invitation that this node redeems, and writes it nowhere", () =>
  withApi(async (api) => {
    const { status, headers, body } = await api.post("/v1/invitations", {
      roles: ["branch"],
      sites: ["CUS"],
      days: 2,
    });

    strictEqual(status, 201);
    strictEqual(headers.get("cache-control"), "no-store");
    const content = decodeInvitation(body.token, SIMULATED_SIGNATURES);
    deepStrictEqual(
      [content?.roles, content?.sites, content?.notAfter],
      [["branch"], ["CUS"], api.clock.now() + 2 * 86_400_000],
    );
    strictEqual(
      content && peerIdOf(content.issuer),
      api.useCases.node.peer,
    );
    strictEqual(body.reachable, false);
    const facts = await api.get("/v1/facts?limit=1000");
    ok(!JSON.stringify(facts.body).includes(body.token));
    const acts = await api.get("/v1/acts");
    deepStrictEqual(
      acts.body.items.map((it: { act: string; subject: string }) => [
        it.act,
        it.subject,
      ]),
      [["member_invited", "member/branch"]],
    );
  }, ROOT));

Deno.test("POST /v1/invitations refuses what does not fit, and a node that may not invite", async () => {
  await withApi(async (api) => {
    for (
      const body of [
        { roles: ["branch"] },
        { roles: ["region"], sites: ["CUS"] },
        { roles: ["company"] },
        { roles: ["branch"], sites: ["CUS", "LIM"] },
      ]
    ) {
      const answer = await api.post("/v1/invitations", body);
      refuses(answer, 422, "invalid_argument");
    }
    for (const body of [{}, { roles: [] }, { roles: ["x"] }]) {
      const answer = await api.post("/v1/invitations", body);
      refuses(answer, 422, "request_invalid");
    }
  }, ROOT);
  await withApi(async (api) => {
    const answer = await api.post("/v1/invitations", {
      roles: ["branch"],
      sites: ["CUS"],
    });
    refuses(answer, 403, "forbidden");
  });
});

Deno.test("POST /v1/peers/{peer}/revocation refuses strangers and the node itself", () =>
  withApi(async (api) => {
    const revoke = (peer: string) =>
      api.post(`/v1/peers/${peer}/revocation`, {});
    refuses(await revoke(PEER), 403, "forbidden");
    refuses(await revoke(api.useCases.node.peer), 403, "forbidden");
    refuses(await revoke("x"), 404, "not_found");
  }, ROOT));

Deno.test("GET /v1/storage counts what is stored", () =>
  withApi(async (api) => {
    const before = await api.get("/v1/storage");
    await api.post("/v1/products", {
      scope: "mesh",
      product: "honey",
      name: "Miel",
    });
    const { body } = await api.get("/v1/storage");

    strictEqual(body.commits > before.body.commits, true);
    deepStrictEqual([body.folderBytes, body.freeBytes], [null, null]);
  }));

Deno.test("GET /v1/mesh remembers links that were lost and came again; a proof names who has the fact", async () => {
  const mesh = createTestMesh({ seed: 13 });
  try {
    await mesh.add("office", {});
    await mesh.add("cusco", { site: "CUS", dials: ["office"] });
    await mesh.run(5_000);
    const [office, cusco] = ["office", "cusco"].map((name) =>
      mesh.peers.get(name)?.peer
    );
    ok(office && cusco);
    const { useCases } = mesh.node("cusco");
    const api = await checkedApi(useCases, {
      clock: mesh.clock,
      requireSignIn: false,
    });
    const links = async () =>
      (await api.get("/v1/mesh")).body.links
        .map((it: { peer: string; up: boolean }) => [it.peer, it.up]);
    const price = (product: string) =>
      mesh.settle(useCases.createProduct({
        scope: "site:CUS",
        product: product as ProductId,
        name: product,
      }));
    const holds = async () => {
      const facts = await api.get("/v1/facts?order=desc&limit=1");
      const { body } = await api.get(
        `/v1/facts/${facts.body.items[0].id}/proof`,
      );
      return body.items[0].holders
        .map((it: { peer: string; linked: boolean; holds: boolean }) => [
          it.peer,
          it.linked,
          it.holds,
        ]);
    };
    deepStrictEqual(await links(), [[office, true]]);
    await price("honey");
    await mesh.run(5_000);
    deepStrictEqual(await holds(), [[office, true, true]]);

    mesh.network.partition([office], [cusco]);
    await mesh.run(60_000);
    await price("wax");
    deepStrictEqual(await links(), [[office, false], [office, true]]);
    deepStrictEqual(await holds(), [[office, false, false]]);

    mesh.network.heal();
    await mesh.run(120_000);
    deepStrictEqual((await links())[0], [office, true]);
    deepStrictEqual(await holds(), [[office, true, true]]);
  } finally {
    await mesh.stop();
  }
});
