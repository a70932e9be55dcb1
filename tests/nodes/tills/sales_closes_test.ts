/** X reports and Z closes, of one till and of tills that meet late. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { SalesReport } from "../../../nodes/tills/till_use_cases.ts";
import { idOf } from "../../support/facts.ts";
import { createSiteMesh } from "../../support/test_mesh.ts";
import { createTestNode } from "../../support/test_node.ts";
import {
  cash,
  codeOf,
  honeyBack,
  listHoney,
  pen,
  sellHoney,
  SHOP_SITE,
  taken,
} from "../../support/till_shop.ts";

const DATE = "2026-11-22";
const SITE = SHOP_SITE;

async function createShop() {
  const test = await createTestNode();
  await listHoney(test.useCases);
  return { ...test, tills: test.useCases.tills };
}

const sums = ({ sales, returns, voids }: SalesReport) =>
  [sales, returns, voids].map(({ count, amounts }) => [
    count,
    amounts[0]?.units ?? 0,
  ]);

Deno.test("salesReport() sums a day by method, seller and product; what is voided counts as voided alone", async () => {
  const { useCases, tills, stop } = await createShop();
  const rosa = { id: "1", name: "Rosa" };
  const first = await sellHoney(useCases, 3, {
    seller: rosa,
    discount: pen(100),
    payments: [...cash(1900), { method: "card", amount: pen(1000) }],
  });
  taken(await useCases.recordSale(honeyBack(first.id, 1, cash(-967))));
  const wrong = await sellHoney(useCases, 5, { seller: rosa });
  taken(await useCases.voidSale({ sale: wrong.id, reason: "wrong" }));
  const last = await sellHoney(useCases, 2);
  const report = taken(tills.salesReport({}));
  strictEqual(report.date, DATE);
  deepStrictEqual(sums(report), [[2, 4900], [1, 967], [1, 5000]]);
  deepStrictEqual(report.discounts, [pen(100)]);
  deepStrictEqual(report.methods, [
    { method: "card", amount: pen(1000) },
    { method: "cash", amount: pen(933) },
    { method: "unstated", amount: pen(2000) },
  ]);
  deepStrictEqual(report.sellers, [
    { seller: null, count: 1, amounts: [pen(1033)] },
    { seller: rosa, count: 1, amounts: [pen(2900)] },
  ]);
  deepStrictEqual(
    report.products.map(({ product, units }) => [product, units]),
    [
      ["honey", 4],
    ],
  );
  deepStrictEqual(report.receipts, {
    first: first.receipt,
    last: last.receipt,
  });
  deepStrictEqual(
    sums(taken(tills.salesReport({ date: "2026-11-21" }))),
    [[0, 0], [0, 0], [0, 0]],
  );
  await stop();
});

Deno.test("a close keeps what it covers; later sales and voids of covered ones go to numbered supplements", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 1);
  const wrong = await sellHoney(useCases, 2);
  taken(await useCases.voidSale({ sale: wrong.id, reason: "" }));
  const close = taken(
    await tills.closeSales({ by: { id: "1", name: "Rosa" } }),
  );
  deepStrictEqual([close.number, close.by?.id, close.matches], [0, "1", true]);
  deepStrictEqual(sums(close.report), [[1, 1000], [0, 0], [1, 2000]]);
  strictEqual(codeOf(await tills.closeSales({})), "nothing_to_close");

  taken(await useCases.voidSale({ sale: sale.id, reason: "" }));
  await sellHoney(useCases, 4);
  const supplement = taken(await tills.closeSales({}));
  deepStrictEqual(
    [supplement.number, supplement.matches],
    [1, true],
  );
  deepStrictEqual(sums(supplement.report), [[0, 3000], [0, 0], [1, 1000]]);
  const shown = tills.salesCloses({ limit: 9 }).items;
  deepStrictEqual(shown, [close, supplement]);
  deepStrictEqual(
    sums(taken(tills.salesReport({}))),
    [[1, 4000], [0, 0], [2, 3000]],
  );
  await stop();
});

Deno.test("a supplement may take more out than it brings", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 1);
  taken(await tills.closeSales({ till: "own" }));
  taken(await useCases.voidSale({ sale: sale.id, reason: "" }));
  const supplement = taken(await tills.closeSales({ till: "own" }));
  deepStrictEqual(sums(supplement.report), [[-1, -1000], [0, 0], [1, 1000]]);
  strictEqual(supplement.matches, true);
  await stop();
});

Deno.test("two tills that close apart both close, in one order at every peer, and both digests hold", async () => {
  const mesh = await createSiteMesh(["a", "b"], { seed: 5, site: SITE });
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases);
  ok(a !== undefined && b !== undefined);
  await mesh.settle(listHoney(a));
  await mesh.run(5000);
  await mesh.settle(sellHoney(a, 1));
  await mesh.settle(sellHoney(b, 2));
  await mesh.run(5000);
  mesh.cutOff("b");
  await mesh.run(60_000);
  await mesh.settle(sellHoney(a, 3));
  await mesh.settle(sellHoney(b, 4));
  const ofA = taken(await mesh.settle(a.tills.closeSales({})));
  await mesh.run(10);
  const ofB = taken(await mesh.settle(b.tills.closeSales({})));
  deepStrictEqual([ofA.number, ofB.number], [0, 0]);
  const other = mesh.peers.get("b")?.peer;
  deepStrictEqual([ofA.heard, ofA.unheard], [[], [other]]);
  deepStrictEqual(sums(ofA.report)[0], [3, 6000]);
  deepStrictEqual(sums(ofB.report)[0], [3, 7000]);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const { tills } of [a, b]) {
    const shown = tills.salesCloses({ limit: 9 }).items;
    deepStrictEqual(
      shown.map((
        one,
      ) => [one.id, one.number, one.matches, sums(one.report)[0]]),
      [[ofA.id, 0, true, [3, 6000]], [ofB.id, 1, true, [1, 4000]]],
    );
    strictEqual(
      codeOf(await mesh.settle(tills.closeSales({}))),
      "nothing_to_close",
    );
    deepStrictEqual(sums(taken(tills.salesReport({})))[0], [4, 10_000]);
  }
  await mesh.settle(sellHoney(a, 1));
  const linked = taken(await mesh.settle(a.tills.closeSales({})));
  deepStrictEqual([linked.heard, linked.unheard], [[other], []]);
  await mesh.stop();
});

Deno.test("a till's reports and closes are of its own sales", async () => {
  const mesh = await createSiteMesh(["a", "b"], { seed: 6, site: SITE });
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases);
  ok(a !== undefined && b !== undefined);
  await mesh.settle(listHoney(a));
  await mesh.run(5000);
  const sale = await mesh.settle(sellHoney(a, 1));
  await mesh.settle(sellHoney(b, 2));
  await mesh.run(5000);
  const own = taken(await mesh.settle(a.tills.closeSales({ till: "own" })));
  deepStrictEqual(sums(own.report)[0], [1, 1000]);
  strictEqual(own.report.till, sale.log);
  deepStrictEqual(sums(taken(b.tills.salesReport({ till: sale.log })))[0], [
    1,
    1000,
  ]);
  deepStrictEqual(sums(taken(b.tills.salesReport({ till: "own" })))[0], [
    1,
    2000,
  ]);
  deepStrictEqual(sums(taken(b.tills.salesReport({})))[0], [2, 3000]);
  await mesh.run(5000);
  // A close of the till is none of the site.
  deepStrictEqual(b.tills.salesCloses({ limit: 9 }).items, []);
  deepStrictEqual(b.tills.salesCloses({ limit: 9, till: sale.log }).items, [
    own,
  ]);
  // The other till voids it: that goes to a supplement of the till that sold.
  taken(await mesh.settle(b.voidSale({ sale: sale.id, reason: "" })));
  await mesh.run(5000);
  const supplement = taken(
    await mesh.settle(a.tills.closeSales({ till: "own" })),
  );
  deepStrictEqual(sums(supplement.report), [[-1, -1000], [0, 0], [1, 1000]]);
  await mesh.stop();
});

Deno.test("a close whose facts are not all here says so", async () => {
  const mesh = await createSiteMesh(["a"], { seed: 7, site: SITE });
  const { useCases: a, replica } = mesh.node("a");
  await mesh.settle(listHoney(a));
  await mesh.settle(sellHoney(a, 1));
  const close = taken(await mesh.settle(a.tills.closeSales({})));
  strictEqual(close.matches, true);
  const sale = a.sales({ limit: 1 }).items[0];
  ok(sale !== undefined);
  // As where a commit that it covers has not come: its sale is taken out of the views.
  replica.transact((_writer, rows) => {
    const entry = replica.register.ofSpace(`site:${SITE}` as never)[0];
    ok(entry !== undefined);
    const encoded = replica.archive.commit(entry.number, sale.seq);
    ok(encoded !== undefined);
    for (const fact of replica.archive.placedFacts(entry, encoded)) {
      replica.ledger.unplace(rows, fact);
    }
  });
  strictEqual(a.tills.salesCloses({ limit: 1 }).items[0]?.matches, false);
  await mesh.stop();
});

Deno.test("salesCloses() pages by whole dates, newest first", async () => {
  const { useCases, tills, clock, stop } = await createShop();
  for (let day = 0; day < 3; day++) {
    for (let i = 0; i < 2; i++) {
      await sellHoney(useCases, 1);
      taken(await tills.closeSales({}));
    }
    clock.advance(86_400_000);
  }
  const first = tills.salesCloses({ limit: 3 });
  const shape = (page: typeof first) =>
    page.items.map(({ number, report }) => `${report.date} ${number}`);
  deepStrictEqual(shape(first), ["2026-11-24 0", "2026-11-24 1"]);
  const second = tills.salesCloses({ limit: 9, cursor: first.next ?? "" });
  deepStrictEqual(shape(second), [
    "2026-11-23 0",
    "2026-11-23 1",
    "2026-11-22 0",
    "2026-11-22 1",
  ]);
  strictEqual(second.next, null);
  deepStrictEqual(
    shape(tills.salesCloses({ limit: 9, date: "2026-11-23" })),
    shape(second).slice(0, 2),
  );
  await stop();
});

Deno.test("salesCloses() sums no more than a month of days up at once, and its cursor goes on", async () => {
  const { tills, stop } = await createShop();
  const closed: string[] = [];
  for (let day = 0; day < 40; day++) {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
    const close = await tills.closeSales({ date: date.slice(0, 10) });
    closed.unshift(taken(close).report.date);
  }
  const first = tills.salesCloses({ limit: 1000 });
  const second = tills.salesCloses({ limit: 1000, cursor: first.next ?? "" });
  deepStrictEqual([first.items.length, second.next], [31, null]);
  deepStrictEqual(
    [...first.items, ...second.items].map(({ report }) => report.date),
    closed,
  );
  await stop();
});

Deno.test("an office reads reports of a site that it names, and refuses without one", async () => {
  const office = await createTestNode({ roles: ["office"] });
  const { tills } = office.useCases;
  strictEqual(codeOf(tills.salesReport({})), "invalid_argument");
  deepStrictEqual(
    taken(tills.salesReport({ site: SITE, date: DATE })).sales.count,
    0,
  );
  strictEqual(
    codeOf(await tills.openCashSession({ id: idOf("o"), float: pen(1) })),
    "forbidden",
  );
  strictEqual(tills.openSession(), undefined);
  deepStrictEqual(tills.cashSessions({ limit: 9 }).items, []);
  await office.stop();
});
