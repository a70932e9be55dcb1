/** Deliveries and counts of strict products: what one fact may make, and counts beside absurd facts of others. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BoundName,
  type FactOf,
  logFactId,
  money,
  ok as okay,
  RIGHTS_AMOUNT_MAX,
} from "../../../crdt/mod.ts";
import { SET_ASIDE } from "../../../nodes/tables.ts";
import { idOf } from "../../support/facts.ts";
import { createTestNode } from "../../support/test_node.ts";
import {
  createHoney,
  createTwoTills,
  HONEY,
  SITE,
  SPACE,
  strictHoney,
} from "../../support/tills.ts";

Deno.test("a delivery or a sale of more than one fact may make or take is refused, and nothing is recorded", async () => {
  const { useCases, node, stop } = await createTestNode();
  ok((await useCases.createProduct(strictHoney(5))).ok);
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
  const { mesh } = await createTwoTills(5);
  const [a, b] = [mesh.node("a"), mesh.node("b")];
  await createHoney(mesh, a.useCases, 5);
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
