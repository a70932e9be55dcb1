/** Closes of a business day among peers that meet late. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type FactId,
  ok as decided,
  type SiteCode,
  siteSpace,
} from "../../../crdt/mod.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createTestNode } from "../../support/test_node.ts";

const SITE = "E03" as SiteCode;
const SALE = {
  id: "0193f1aa-1111-7222-8333-444455556666" as FactId,
  site: SITE,
  pump: "12",
  fuel: "97",
  volumeMl: 8000,
  price: 1415,
  amount: 11_320,
  payment: "tarjeta",
  source: "pump",
} as const;

Deno.test("closeDay() covers a delivery once, also if another peer's earlier copy of it comes after the close", async () => {
  const mesh = createTestMesh({ seed: 4 });
  await mesh.add("a", { site: SITE });
  await mesh.add("b", { site: SITE, dials: ["a"] });
  await mesh.run(3_000);
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases.forecourt);
  ok(a !== undefined && b !== undefined);
  mesh.cutOff("b");
  const first = await mesh.settle(b.recordFuelSale(SALE));
  ok(first.ok);
  await mesh.run(2_000);
  ok((await mesh.settle(a.recordFuelSale(SALE))).ok);
  const { date } = first.value.sale;
  const closed = await mesh.settle(a.closeDay({ site: SITE, date }));
  ok(closed.ok);
  mesh.network.heal();
  await mesh.run(60_000);

  const again = await mesh.settle(a.closeDay({ site: SITE, date }));
  strictEqual(again.ok ? "closed" : again.error.code, "nothing_to_close");
  for (const peer of [a, b]) {
    deepStrictEqual(
      peer.dayCloses({ site: SITE, limit: 9 }).items.map(({ report }) =>
        report.total.count
      ),
      [1],
    );
  }
  await mesh.stop();
});

Deno.test("dayCloses() lists the days of a site although a member has closed one that no calendar has", async () => {
  const node = await createTestNode({ site: "E03", roles: ["station"] });
  const { useCases: { forecourt }, node: { replica } } = node;
  await replica.decide((decision) => {
    decision.record(siteSpace(SITE), {
      type: "DayClosed",
      id: decision.newId(),
      at: decision.at,
      site: SITE,
      date: "2026-13-45",
      covers: [],
      count: 0,
      volumeMl: 0,
      amount: 0,
      currency: "PEN",
      exponent: 2,
    });
    return decided(null);
  });
  deepStrictEqual(
    forecourt.dayCloses({ site: SITE, limit: 9 }).items.map((it) =>
      it.report.date
    ),
    ["2026-13-45"],
  );
  await node.stop();
});
