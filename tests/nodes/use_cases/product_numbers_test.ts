/** Products that are made without an id, and stock that is changed by a difference. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  money,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../../crdt/mod.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const SITE = "CUS" as SiteCode;
const HERE: Scope = `site:${SITE}`;

async function make({ useCases }: TestNode, product?: ProductId) {
  const made = await useCases.createProduct({
    scope: HERE,
    name: "Pan",
    price: money(50, "PEN"),
    stock: 10,
    ...(product === undefined ? {} : { product }),
  });
  ok(made.ok);
  return made.value.product;
}

Deno.test("numbers of products go up, and pass over what is taken or was removed", async () => {
  const node = await createTestNode();
  const first = await make(node);
  match(first, /^CUS-PROD-\d{5}001$/);
  const stem = first.slice(0, -3);
  await make(node, `${stem}002` as ProductId);
  ok((await node.useCases.removeProduct({ scope: HERE, product: first })).ok);

  strictEqual(await make(node), `${stem}003`);

  await node.stop();
});

Deno.test("tills of a site that work apart make other numbers", async () => {
  const mesh = createTestMesh({ seed: 11 });
  await mesh.add("a", { site: SITE });
  await mesh.add("b", { site: SITE });
  const makeAt = async (till: string): Promise<string> => {
    const { useCases } = mesh.node(till);
    const made = await mesh.settle(
      useCases.createProduct({ scope: HERE, name: "Pan" }),
    );
    ok(made.ok);
    return made.value.product;
  };
  const ids: string[] = [];
  for (const till of ["a", "b", "a", "b", "a", "b"]) {
    ids.push(await makeAt(till));
  }
  strictEqual(new Set(ids).size, 6);
  await mesh.stop();
});

Deno.test("changeProduct() counts stock by a difference, whatever was sold meanwhile", async () => {
  const node = await createTestNode();
  const { useCases } = node;
  const product = await make(node);
  const [changed, sold] = await Promise.all([
    useCases.changeProduct({ scope: HERE, product, adjustment: 5 }),
    useCases.recordSale({ lines: [{ product, quantity: 3 }] }),
  ]);
  ok(changed.ok && sold.ok);
  const { onHand, counted } = useCases.stockOf(SITE, product) ?? {};
  deepStrictEqual({ onHand, counted }, { onHand: 12, counted: 15 });

  const price = money(60, "PEN");
  ok((await useCases.changeProduct({ scope: HERE, product, price })).ok);
  ok((await useCases.changeProduct({ scope: HERE, product, stock: 4 })).ok);

  const view = useCases.product(HERE, product);
  deepStrictEqual(
    [view?.onHand, view?.price?.units, view?.name],
    [4, 60, "Pan"],
  );
  await node.stop();
});
