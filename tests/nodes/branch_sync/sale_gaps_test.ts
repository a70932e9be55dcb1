import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { GAP_DAYS } from "../../../nodes/branch_sync/sale_gaps.ts";
import { saidMessage, saidSale } from "../../support/branch_messages.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

/** A node in the evening of 22 November 2026 that has received sales of days and numbers. */
async function withSales(
  days: Readonly<Record<string, readonly number[]>>,
): Promise<TestNode> {
  const office = await createTestNode({
    roles: ["office"],
    startMs: Date.UTC(2026, 10, 21, 17),
  });
  const sales = Object.entries(days).flatMap(([day, numbers]) =>
    numbers.map((number) => saidSale({ day, number }))
  );
  const received = await office.useCases.branchSync.receive({
    body: saidMessage(sales),
    address: null,
  });
  ok(received.ok && received.value.received === sales.length);
  return office;
}

const gapsOf = ({ useCases }: TestNode) => useCases.branchSync.status().gaps;

Deno.test("C-10: missing numbers below the greatest are told, whatever came first", async () => {
  const office = await withSales({ "2026-11-20": [5, 1, 3] });
  deepStrictEqual(gapsOf(office), [{
    site: "ABA",
    date: "2026-11-20",
    missing: ["ABA-20261120-002", "ABA-20261120-004"],
    count: 2,
  }]);
  await office.useCases.branchSync.receive({
    body: saidMessage(
      [2, 4].map((number) => saidSale({ day: "2026-11-20", number })),
    ),
    address: null,
  });
  deepStrictEqual(gapsOf(office), []);
  await office.stop();
});

Deno.test("C-10: a day without a sale between two others is told", async () => {
  const office = await withSales({ "2026-11-17": [1], "2026-11-20": [1, 2] });
  deepStrictEqual(
    gapsOf(office).map(({ date, missing, count }) => [date, missing, count]),
    [
      ["2026-11-18", [], 0],
      ["2026-11-19", [], 0],
    ],
  );
  await office.stop();
});

Deno.test("C-10: numbers from 100,000 on are no original branch's, and old days are let be", async () => {
  const office = await withSales({
    "2026-11-20": [1, 2, 100_007],
    "2026-01-05": [9],
  });
  deepStrictEqual(gapsOf(office), []);
  ok(GAP_DAYS < 300);
  await office.stop();
});

Deno.test("C-10: of many missing numbers a hundred are named, and all are counted", async () => {
  const office = await withSales({ "2026-11-20": [1001] });
  const [gap] = gapsOf(office);
  strictEqual(gap?.count, 1000);
  strictEqual(gap?.missing.length, 100);
  strictEqual(gap?.missing[0], "ABA-20261120-001");
  await office.stop();
});

Deno.test("C-10: a number that stands for two sales is one number", async () => {
  const office = await withSales({ "2026-11-20": [1, 3] });
  const again = saidSale({ day: "2026-11-20", number: 3, quantity: 9 });
  await office.useCases.branchSync.receive({
    body: saidMessage([again]),
    address: null,
  });
  deepStrictEqual(gapsOf(office).map(({ missing }) => missing), [[
    "ABA-20261120-002",
  ]]);
  await office.stop();
});
