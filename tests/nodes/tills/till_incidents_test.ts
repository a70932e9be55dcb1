/** What tills that were apart took back twice. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { createSiteMesh } from "../../support/test_mesh.ts";
import {
  honeyBack,
  listHoney,
  sellHoney,
  SHOP_SITE,
  taken,
} from "../../support/till_shop.ts";

const shown = (useCases: UseCases) =>
  useCases.incidents({ limit: 9 }).items
    .filter(({ kind }) => kind === "over_returned")
    .map(({ details }) => [details["sale"], details["units"]]);

Deno.test("goods that two tills apart took back twice are told of at both, until a return is voided", async () => {
  const mesh = await createSiteMesh(["a", "b"], { seed: 9, site: SHOP_SITE });
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases);
  ok(a !== undefined && b !== undefined);
  await mesh.settle(listHoney(a));
  await mesh.run(5000);
  const twice = await mesh.settle(sellHoney(a, 3));
  const voided = await mesh.settle(sellHoney(a, 2));
  await mesh.run(5000);
  mesh.cutOff("b");
  const give = async (at: UseCases, sale: typeof twice, units: number) =>
    taken(await mesh.settle(at.recordSale(honeyBack(sale.id, units)))).sale;
  await give(a, twice, 2);
  const other = await give(b, twice, 2);
  const wrong = await give(b, voided, 1);
  taken(await mesh.settle(a.voidSale({ sale: voided.id, reason: "" })));
  for (const till of [a, b]) deepStrictEqual(shown(till), []);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    deepStrictEqual(
      shown(till).toSorted(),
      [[twice.id, 1], [voided.id, 1]].toSorted(),
    );
  }
  taken(await mesh.settle(a.voidSale({ sale: other.id, reason: "" })));
  taken(await mesh.settle(b.voidSale({ sale: wrong.id, reason: "" })));
  await mesh.run(5000);
  for (const till of [a, b]) deepStrictEqual(shown(till), []);
  strictEqual(
    a.stockOf(SHOP_SITE, twice.lines[0]?.product as never)?.onHand,
    999,
  );
  await mesh.stop();
});
