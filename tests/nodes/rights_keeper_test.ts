/** Rights in a mesh of whole nodes: two tills of one site, together and apart. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FactId, ProductId, SiteCode } from "../../crdt/mod.ts";
import { money } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { idOf } from "../support/facts.ts";
import { createTestMesh, type TestMesh } from "../support/test_mesh.ts";

const SITE = "CUS" as SiteCode;
const HONEY = "honey" as ProductId;

/** Two tills of one site that know each other. */
async function createTills() {
  const mesh = createTestMesh({ seed: 5 });
  await mesh.add("a", { site: SITE });
  await mesh.add("b", { site: SITE, dials: ["a"] });
  await mesh.run(2000);
  return { mesh, a: mesh.node("a").useCases, b: mesh.node("b").useCases };
}

/** Makes honey at a till, to be sold strictly. */
async function createHoney(mesh: TestMesh, till: UseCases, stock: number) {
  const made = await mesh.settle(till.createProduct({
    scope: `site:${SITE}`,
    product: HONEY,
    name: "honey",
    price: money(1000, "PEN"),
    stock,
    policy: "strict",
  }));
  ok(made.ok);
  await mesh.run(2000);
}

async function sell(
  mesh: TestMesh,
  till: UseCases,
  quantity = 1,
  fields: { readonly id?: FactId; readonly observation?: boolean } = {},
): Promise<string> {
  const sold = await mesh.settle(till.recordSale({
    lines: [{ product: HONEY, quantity }],
    ...fields,
  }));
  return sold.ok ? "sold" : sold.error.code;
}

async function receive(mesh: TestMesh, till: UseCases, quantity: number) {
  const lines = [{ product: HONEY, quantity }];
  const id = idOf("delivery");
  ok((await mesh.settle(till.receiveStock({ id, site: SITE, lines }))).ok);
}

function cut(mesh: TestMesh): void {
  const [a, b] = ["a", "b"].map((name) => mesh.peers.get(name)?.peer);
  if (a !== undefined && b !== undefined) mesh.network.partition([a], [b]);
}

/** What each log may sell, as a till sees it; its own first. */
function free(till: UseCases): number[] {
  return till.rights({ limit: 100 }).items
    .toSorted((one, other) => Number(other.own) - Number(one.own))
    .map((row) => row.free);
}

function violations(mesh: TestMesh): number {
  return ["a", "b"].flatMap((name) => mesh.node(name).useCases.invariants())
    .reduce((sum, it) => sum + it.violations, 0);
}

Deno.test("two tills that are cut off from each other sell exactly what is there", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 6);
  await receive(mesh, b, 4);
  await mesh.run(2000);
  cut(mesh);
  const codes = new Map<string, number>();
  for (let i = 0; i < 10; i++) {
    for (const till of [a, b]) {
      const code = await sell(mesh, till);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  deepStrictEqual([...codes], [["sold", 10], ["rights_insufficient", 10]]);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 0);
    deepStrictEqual(free(till), [0, 0]);
  }
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("a till without rights refuses, whatever stands on the shelf", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 6);
  cut(mesh);
  strictEqual(b.stockOf(SITE, HONEY)?.onHand, 6);
  strictEqual(await sell(mesh, b), "rights_insufficient");
  strictEqual(await sell(mesh, a, 6), "sold");
  strictEqual(await sell(mesh, a), "rights_insufficient");
  await mesh.stop();
});

Deno.test("a sale retried at two tills counts once, and one of them gets its right back", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 3);
  await receive(mesh, b, 3);
  cut(mesh);
  for (const till of [a, b]) {
    strictEqual(await sell(mesh, till, 1, { id: idOf("sale") }), "sold");
  }
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 5);
    strictEqual(free(till).reduce((sum, it) => sum + it), 5);
  }
  await mesh.stop();
});

Deno.test("two voids of one sale made apart give its right back once, in the till that sold", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 3);
  const id = idOf("sale");
  strictEqual(await sell(mesh, a, 2, { id }), "sold");
  await mesh.run(2000);
  cut(mesh);
  for (const till of [a, b]) {
    ok((await mesh.settle(till.voidSale({ sale: id, reason: "" }))).ok);
  }
  deepStrictEqual(free(a), [3]);
  deepStrictEqual(free(b), [1]);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 3);
    deepStrictEqual(free(till), [3]);
  }
  await mesh.stop();
});

Deno.test("a void made elsewhere gives back once the till that sold sees it", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 1);
  const id = idOf("sale");
  strictEqual(await sell(mesh, a, 1, { id }), "sold");
  await mesh.run(2000);
  ok((await mesh.settle(b.voidSale({ sale: id, reason: "" }))).ok);
  await mesh.run(2000);
  strictEqual(await sell(mesh, a), "sold");
  strictEqual(await sell(mesh, b), "rights_insufficient");
  await mesh.stop();
});

Deno.test("a delivery sent twice to one till counts once, and to two tills twice", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 0);
  const doubles = () =>
    mesh.node("a").incidents.list().filter(({ kind }) =>
      kind === "delivery_double"
    ).length;
  for (const till of [a, a]) await receive(mesh, till, 4);
  strictEqual(doubles(), 0);
  await receive(mesh, b, 4);
  await mesh.run(2000);
  strictEqual(doubles(), 1);
  strictEqual(a.stockOf(SITE, HONEY)?.onHand, 8);
  deepStrictEqual(free(a), [4, 4]);
  await mesh.stop();
});

Deno.test("an observation takes more than there are rights: the till owes, and a delivery pays", async () => {
  const { mesh, a } = await createTills();
  await createHoney(mesh, a, 1);
  strictEqual(await sell(mesh, a, 3, { observation: true }), "sold");
  deepStrictEqual(free(a), [-2]);
  const kinds = () =>
    mesh.node("b").incidents.list().map(({ kind }) => kind)
      .filter((kind) => kind.startsWith("rights"));
  await mesh.run(2000);
  deepStrictEqual(kinds(), ["rights_owed"]);
  await receive(mesh, a, 3);
  await mesh.run(2000);
  deepStrictEqual([free(a), kinds()], [[1], []]);
  await mesh.stop();
});

Deno.test("counts keep the rights in step with what is there, and begin a bound at one till only", async () => {
  const { mesh, a, b } = await createTills();
  await createHoney(mesh, a, 10);
  const count = async (till: UseCases, counted: number) => {
    const place = { site: SITE, product: HONEY, counted };
    ok((await mesh.settle(till.countStock(place))).ok);
    await mesh.run(2000);
  };
  await count(b, 12);
  deepStrictEqual(free(a), [10, 2]);
  await count(a, 7);
  deepStrictEqual(free(a), [5, 2]);
  const change = (policy: "soft" | "strict") =>
    mesh.settle(
      a.changeProduct({ scope: `site:${SITE}`, product: HONEY, policy }),
    );
  await change("soft");
  await change("strict");
  await mesh.run(2000);
  strictEqual(await sell(mesh, a), "rights_insufficient");
  // The till that the change does not name makes no more than the difference that it found.
  await count(b, 8);
  strictEqual(await sell(mesh, b, 2), "rights_insufficient");
  strictEqual(await sell(mesh, b), "sold");
  await mesh.run(2000);
  await count(a, 7);
  strictEqual(await sell(mesh, a, 7), "sold");
  strictEqual(await sell(mesh, a), "rights_insufficient");
  await mesh.stop();
});
