/** Deliveries and counts of strict products: what one fact may make, and counts beside absurd facts of others. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BoundName,
  type FactOf,
  logFactId,
  money,
  ok as okay,
  type ProductId,
  RIGHTS_AMOUNT_MAX,
  type SiteCode,
  type SpaceId,
} from "../../../crdt/mod.ts";
import { SET_ASIDE } from "../../../nodes/tables.ts";
import { idOf } from "../../support/facts.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createTestNode } from "../../support/test_node.ts";

const SITE = "CUS" as SiteCode;
const SPACE = "site:CUS" as SpaceId;
const HONEY = "honey" as ProductId;
const honey = {
  scope: SPACE as `site:${string}`,
  product: HONEY,
  name: "honey",
  price: money(1000, "PEN"),
  stock: 5,
  policy: "strict" as const,
};

Deno.test("a delivery or a sale of more than one fact may make or take is refused, and nothing is recorded", async () => {
  const { useCases, node, stop } = await createTestNode();
  ok((await useCases.createProduct(honey)).ok);
  const quantity = RIGHTS_AMOUNT_MAX + 1;
  const before = node.replica.register.own(SPACE)?.seq;
  const lines = [{ product: HONEY, quantity }];
  const price = money(0, "PEN");
  const answers = [
    await useCases.receiveStock({ site: SITE, lines }),
    await useCases.recordSale({
      lines: [{ product: HONEY, quantity, price }],
      observation: true,
    }),
  ];
  for (const answer of answers) {
    strictEqual(answer.ok ? "" : answer.error.code, "amount_out_of_range");
  }
  deepStrictEqual(
    [
      useCases.stockOf(SITE, HONEY)?.onHand,
      node.replica.register.own(SPACE)?.seq,
    ],
    [5, before],
  );
  await stop();
});

Deno.test("a count beside absurd rights of another log is a fact that every peer reads", async () => {
  const mesh = createTestMesh({ seed: 5 });
  await mesh.add("a", { site: SITE, dials: [] });
  await mesh.add("b", { site: SITE, dials: ["a"] });
  await mesh.run(2000);
  const [a, b] = [mesh.node("a"), mesh.node("b")];
  ok((await mesh.settle(a.useCases.createProduct(honey))).ok);
  await mesh.run(2000);
  const [row] = a.useCases.rights({ limit: 1 }).items;
  const bound = (row?.bound as BoundName).slice(-36) as FactOf<
    "StockReceived"
  >["id"];
  const quantity = RIGHTS_AMOUNT_MAX;
  await mesh.settle(b.replica.decide((context) => {
    context.record(SPACE, {
      type: "StockReceived",
      id: logFactId(context.log(SPACE).name, idOf("absurd")),
      at: context.at,
      site: SITE,
      date: "2026-01-01",
      lines: [1, 2].map(() => ({ product: HONEY, quantity, bound })),
    });
    return okay(null);
  }));
  await mesh.run(5000);
  const counting = { site: SITE, product: HONEY, counted: 5 };
  ok((await mesh.settle(a.useCases.countStock(counting))).ok);
  await mesh.run(5000);
  const balances = [a, b].map(({ useCases }) =>
    useCases.rights({ limit: 10 }).items.map((it) => [it.log, it.balance])
      .toSorted()
  );
  const aside = b.replica.reader.scan(SET_ASIDE);
  await mesh.stop();
  deepStrictEqual(balances[0], balances[1]);
  strictEqual(aside.length, 0);
});
