import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MASTER_SITE } from "../../crdt/goods_facts.ts";
import type { ProductId, SiteCode } from "../../crdt/ids.ts";
import {
  addStock,
  countFold,
  masterSums,
  NO_STOCK,
  onHandOf,
  receiptFold,
  SHORTAGES,
  stockSums,
} from "../../crdt/stock.ts";
import { idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const SITE = "CUS" as SiteCode;
const P = "1" as ProductId;
const PLACE = { site: SITE, product: P };

const receipt = (quantity: number, site = SITE) =>
  placeFact(makeFact("StockReceived", {
    id: idOf("r"),
    site,
    date: "2026-01-01",
    lines: [{ product: P, quantity }, { product: P, quantity: 1 }],
  }));
const count = (difference: number) =>
  placeFact(makeFact("StockCounted", {
    id: idOf("c"),
    site: SITE,
    date: "2026-01-01",
    product: P,
    counted: 0,
    difference,
  }));

Deno.test("receiptFold and countFold add to the stock on hand, and take out again", () => {
  const rows = new MemoryRows();
  receiptFold.add(rows, receipt(4));
  countFold.add(rows, count(-2));
  const sums = stockSums(rows, SITE, P);
  deepStrictEqual([sums?.received, sums?.counted], [5, -2]);
  strictEqual(sums && onHandOf(sums), 3);
  countFold.remove(rows, count(-2));
  receiptFold.remove(rows, receipt(4));
  deepStrictEqual(rows.dump(), {});
});

Deno.test("onHandOf() is received - sold + voided + counted", () => {
  const sums = {
    received: 10,
    sold: 4,
    voided: 1,
    counted: -2,
    reported: 0,
  };
  strictEqual(onHandOf(sums), 5);
  strictEqual(onHandOf(NO_STOCK), 0);
});

Deno.test("shortages are exactly the kept rows below zero of which something was sold", () => {
  const steps = fc.array(
    fc.record({
      received: fc.integer({ min: -3, max: 3 }),
      sold: fc.integer({ min: -3, max: 3 }),
      counted: fc.integer({ min: -3, max: 3 }),
    }),
  );
  fc.assert(fc.property(steps, (list) => {
    const rows = new MemoryRows();
    for (const deltas of list) {
      addStock(rows, PLACE, deltas);
      const sums = stockSums(rows, SITE, P) ?? NO_STOCK;
      const left = onHandOf(sums);
      const kept = sums.received !== 0 || sums.counted !== 0;
      strictEqual(
        rows.get(SHORTAGES, [SITE, P])?.["short"],
        left < 0 && kept && sums.sold > 0 ? -left : undefined,
      );
    }
  }));
});

Deno.test("sums beyond exact integers hold up nothing and come back", () => {
  const rows = new MemoryRows();
  const most = Number.MAX_SAFE_INTEGER;
  addStock(rows, PLACE, { received: 5 });
  for (let i = 0; i < 3; i++) {
    addStock(rows, PLACE, { sold: most, counted: -most });
  }
  strictEqual(
    Number.isSafeInteger(rows.get(SHORTAGES, [SITE, P])?.["short"] ?? 0),
    true,
  );
  for (let i = 0; i < 3; i++) {
    addStock(rows, PLACE, { sold: -most, counted: most });
  }
  deepStrictEqual(rows.scan(SHORTAGES), []);
  strictEqual(onHandOf(stockSums(rows, SITE, P) ?? NO_STOCK), 5);
});

Deno.test("masterSums() is the master's own receipts and counts less every site's sales", () => {
  const rows = new MemoryRows();
  receiptFold.add(rows, receipt(9, MASTER_SITE));
  receiptFold.add(rows, receipt(100));
  addStock(rows, PLACE, { sold: 3, counted: 50 });
  addStock(rows, { ...PLACE, site: "LIM" as SiteCode }, { sold: 2, voided: 1 });
  addStock(rows, { ...PLACE, product: "2" as ProductId }, { sold: 7 });
  strictEqual(onHandOf(masterSums(rows, P, MASTER_SITE)), 10 - 3 - 2 + 1);
});
