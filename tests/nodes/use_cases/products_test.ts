/** Products that a narrower scope takes over: what is sold strictly keeps its rights. */
import { deepStrictEqual, ok } from "node:assert/strict";
import {
  type LogId,
  MESH_SPACE,
  money,
  OVER_MAX,
  parseFact,
  type PeerId,
  type Scope,
  type SpaceId,
} from "../../../crdt/mod.ts";
import { LogRegister } from "../../../nodes/log_register.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { countersOf } from "../../../nodes/use_cases/rights.ts";
import { idOf, makeFact } from "../../support/facts.ts";
import { createTestMesh, type TestMesh } from "../../support/test_mesh.ts";
import { HONEY, sellHoney, SITE } from "../../support/tills.ts";

const HERE: Scope = `site:${SITE}`;

/** An office with honey that the whole mesh sells strictly, and two tills with five each. */
async function createTills() {
  const mesh = createTestMesh({ seed: 5 });
  await mesh.add("office", {});
  await mesh.add("a", { site: SITE, dials: ["office"] });
  await mesh.add("b", { site: SITE, dials: ["office", "a"] });
  await mesh.run(3000);
  const office = mesh.node("office").useCases;
  const made = await mesh.settle(office.createProduct({
    scope: "mesh",
    product: HONEY,
    name: "honey",
    price: money(1000, "PEN"),
    policy: "strict",
  }));
  ok(made.ok);
  await mesh.run(3000);
  const tills = ["a", "b"].map((name) => mesh.node(name).useCases);
  for (const till of tills) {
    const lines = [{ product: HONEY, quantity: 5 }];
    ok((await mesh.settle(till.receiveStock({ site: SITE, lines }))).ok);
  }
  await mesh.run(3000);
  return { mesh, tills };
}

async function rename(mesh: TestMesh, till: UseCases): Promise<void> {
  const change = { scope: HERE, product: HONEY, name: "Honey" };
  ok((await mesh.settle(till.changeProduct(change))).ok);
}

Deno.test("a strict product that a site names anew keeps its rights", async () => {
  const { mesh, tills: [a] } = await createTills();
  ok(a !== undefined);
  const bound = () => a.rights({ limit: 1 }).items[0]?.bound;
  const before = bound();
  await rename(mesh, a);
  deepStrictEqual(await sellHoney(mesh, a), "sold");
  deepStrictEqual(bound(), before);
  await mesh.stop();
});

Deno.test("a till that does not know of the new name sells by the same rights", async () => {
  const { mesh, tills } = await createTills();
  const [a, b] = tills;
  ok(a !== undefined && b !== undefined);
  const peerOf = (name: string) => mesh.peers.get(name)?.peer as PeerId;
  mesh.network.partition([peerOf("b")], ["a", "office"].map(peerOf));
  await rename(mesh, a);
  const count = { site: SITE, product: HONEY, counted: 10 };
  ok((await mesh.settle(a.countStock(count))).ok);
  const codes: string[] = [];
  for (let i = 0; i < 12; i++) {
    for (const till of tills) codes.push(await sellHoney(mesh, till));
  }
  mesh.network.heal();
  await mesh.run(60_000);
  deepStrictEqual(codes.filter((code) => code === "sold").length, 10);
  deepStrictEqual(a.stockOf(SITE, HONEY)?.onHand, 0);
  await mesh.stop();
});

Deno.test("a change to strict in the whole mesh names a log of each of thousands of sites", async () => {
  const mesh = createTestMesh({ seed: 5 });
  await mesh.add("a", { site: SITE });
  const { replica } = mesh.node("a");
  const [own] = replica.ownLogs(`site:${SITE}` as SpaceId);
  ok(own !== undefined);
  const register = new LogRegister();
  for (let i = 1; i <= OVER_MAX + 1; i++) {
    const name = i.toString(16).padStart(32, "0") as LogId;
    const space = `site:S${i}` as SpaceId;
    register.set({ ...own, number: i, name, space, own: false });
  }
  const counters = countersOf(register, MESH_SPACE);
  deepStrictEqual(counters.length, OVER_MAX + 1);
  const fact = parseFact(makeFact("ProductChanged", {
    id: idOf("strict"),
    scope: "mesh",
    product: HONEY,
    field: "policy",
    value: "strict",
    over: [],
    counters,
  }));
  ok(typeof fact === "object");
  await mesh.stop();
});
