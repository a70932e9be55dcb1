/** What a sale has besides plain lines: discounts, payments, seller, customer, and products by measure. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type Money,
  money,
  type ProductId,
  rescale,
  SALES,
} from "../../../crdt/mod.ts";
import type {
  RecordSaleInput,
  SaleView,
  UseCases,
} from "../../../nodes/use_cases.ts";
import { measuredAmount } from "../../../nodes/use_cases/sale_pricing.ts";
import { idOf } from "../../support/facts.ts";
import { createTestNode } from "../../support/test_node.ts";

const HONEY = "honey" as ProductId;
const RICE = "rice" as ProductId;
const pen = (units: number): Money => money(units, "PEN");
const cash = (units: number) => [{ method: "cash", amount: pen(units) }];

/** A node that sells honey at 10.00 a piece and rice at 4.55 a kilogram. */
async function createShop() {
  const test = await createTestNode();
  const { useCases } = test;
  for (
    const [product, price, details] of [
      [HONEY, pen(1000), {}],
      [RICE, pen(455), { unit: "kg" }],
    ] as const
  ) {
    const made = await useCases.createProduct({
      scope: "site:CUS",
      product,
      name: product,
      price,
      stock: 100_000,
      details,
    });
    ok(made.ok);
  }
  return test;
}

async function sell(
  useCases: UseCases,
  input: Omit<RecordSaleInput, "lines"> & {
    readonly lines?: RecordSaleInput["lines"];
  },
): Promise<SaleView> {
  const sold = await useCases.recordSale({
    lines: [{ product: HONEY, quantity: 1 }],
    ...input,
  });
  ok(sold.ok, JSON.stringify(sold));
  return sold.value.sale;
}

async function codeOf(
  useCases: UseCases,
  input: Partial<RecordSaleInput>,
): Promise<string> {
  const sold = await useCases.recordSale({
    lines: [{ product: HONEY, quantity: 1 }],
    ...input,
  });
  return sold.ok ? "" : sold.error.code;
}

Deno.test("recordSale() keeps seller, discounts, payments and customer, and every reading shows them alike", async () => {
  const { useCases, stop } = await createShop();
  const terms = {
    seller: { id: "7", name: "Rosa Quispe" },
    customer: { name: "José", document: "10456789012" },
    discount: pen(50),
    payments: [
      { method: "card", amount: pen(1000) },
      { method: "cash", amount: pen(850) },
    ],
  };
  const sale = await sell(useCases, {
    ...terms,
    lines: [{ product: HONEY, quantity: 2, discount: pen(100) }],
  });
  deepStrictEqual(sale.total, pen(1850));
  deepStrictEqual(sale.lines[0]?.amount, pen(1900));
  deepStrictEqual(sale.lines[0]?.discount, pen(100));
  deepStrictEqual(sale.discount, pen(50));
  deepStrictEqual(sale.payments, [
    { method: "card", amount: 1000 },
    { method: "cash", amount: 850 },
  ]);
  deepStrictEqual([sale.seller, sale.customer], [
    terms.seller,
    terms.customer,
  ]);
  deepStrictEqual(useCases.sale(sale.id), sale);
  deepStrictEqual(useCases.sales({ limit: 9 }).items, [sale]);
  deepStrictEqual(useCases.totals({}).amounts, [pen(1850)]);
  await stop();
});

Deno.test("recordSale() refuses payments that are not the total, stand twice, are no word or not above 0", async () => {
  const { useCases, stop } = await createShop();
  const paid = (payments: RecordSaleInput["payments"] & object) =>
    codeOf(useCases, { payments });
  for (
    const payments of [
      cash(999),
      cash(1001),
      [],
      [...cash(500), ...cash(500)],
      [...cash(1000), { method: "card", amount: pen(0) }],
      [...cash(1100), { method: "card", amount: pen(-100) }],
      [{ method: "Cash!", amount: pen(1000) }],
      Array.from({ length: 20 }, (_, i) => ({
        method: `m${i}`,
        amount: pen(50),
      })),
    ]
  ) {
    strictEqual(await paid(payments), "payment_invalid");
  }
  strictEqual(
    await paid([{ method: "cash", amount: money(1000, "USD") }]),
    "currency_mismatch",
  );
  strictEqual(
    await paid([{ method: "cash", amount: money(100000, "PEN", 4) }]),
    "",
  );
  strictEqual(useCases.totals({}).count, 1);
  await stop();
});

Deno.test("recordSale() takes off at most what there is to pay", async () => {
  const { useCases, stop } = await createShop();
  const line = { product: HONEY, quantity: 2 };
  for (
    const input of [
      { lines: [{ ...line, discount: pen(2001) }] },
      { lines: [{ ...line, discount: pen(0) }] },
      { lines: [{ ...line, discount: pen(1), amount: pen(100) }] },
      { lines: [line], discount: pen(2001) },
      { lines: [line], discount: pen(-1) },
    ]
  ) {
    strictEqual(await codeOf(useCases, input), "discount_invalid");
  }
  const free = await sell(useCases, {
    lines: [line],
    discount: pen(2000),
    payments: [],
  });
  deepStrictEqual(free.total, pen(0));
  await stop();
});

Deno.test("recordSale() prices what is weighed by the thousandth, rounded half to even once", async () => {
  const { useCases, stop } = await createShop();
  const sale = await sell(useCases, {
    lines: [{ product: RICE, quantity: 1234 }],
  });
  const [line] = sale.lines;
  deepStrictEqual(
    [line?.quantity, line?.measured, line?.price, line?.amount],
    [1234, true, pen(455), pen(561)],
  );
  // 4.50 a kilogram, 5 grams: 2.25 cents; 15 grams: 6.75; 10 grams: 4.5 is even, 30 grams: 13.5 is not.
  deepStrictEqual(
    [5, 15, 10, 30].map((grams) => measuredAmount(pen(450), grams).units),
    [2, 7, 4, 14],
  );
  strictEqual(useCases.totals({}).units, 1);
  strictEqual(useCases.totals({ product: RICE }).units, 1234);
  await stop();
});

Deno.test("measuredAmount() is within half a unit of the exact amount", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 2, max: 4 }),
      (units, quantity, exponent) => {
        const price = money(units, "PEN", exponent);
        const exact = BigInt(units) * BigInt(quantity);
        const { units: got } = rescale(
          measuredAmount(price, quantity),
          exponent,
        );
        const off = BigInt(got) * 1000n - exact;
        ok(off <= 500n && off >= -500n);
      },
    ),
  );
});

Deno.test("recordSale() answers a repeat with terms like the first, and refuses other terms under its id", async () => {
  const { useCases, stop } = await createShop();
  // A price with more decimal places than the currency has must not make a repeat another sale.
  ok(
    (await useCases.setPrice({
      scope: "site:CUS",
      product: HONEY,
      price: money(10005, "PEN", 3),
    })).ok,
  );
  const input = {
    id: idOf("terms"),
    lines: [
      { product: HONEY, quantity: 2, discount: pen(1) },
      { product: RICE, quantity: 1000 },
    ],
    discount: pen(15),
    payments: [{ method: "cash", amount: pen(2440) }],
    seller: { id: "1", name: "a" },
  };
  const first = await useCases.recordSale(input);
  ok(first.ok, JSON.stringify(first));
  const again = await useCases.recordSale(input);
  ok(again.ok && again.value.repeated);
  deepStrictEqual(again.value.sale, first.value.sale);
  for (
    const other of [
      { ...input, discount: pen(16) },
      { ...input, payments: [{ method: "card", amount: pen(2440) }] },
      { ...input, customer: { name: "", document: "1" } },
    ]
  ) {
    strictEqual(await codeOf(useCases, other), "id_reused");
  }
  await stop();
});

Deno.test("recordSale() keeps the wall clock's distance from UTC, so that peers elsewhere show the site's time", async () => {
  const { useCases, node, stop } = await createShop();
  const at = Date.UTC(2026, 5, 1, 17, 30) * 1000 + 5;
  const sale = await sell(useCases, { at });
  strictEqual(sale.localTime, "2026-06-01T12:30:00.000005");
  deepStrictEqual(
    node.replica.reader.scan(SALES).map((row) => row["offset"]),
    [-300],
  );
  await stop();
});

Deno.test("recordSale() knows a repeat whose price in force was in another currency than the node's", async () => {
  const { useCases, stop } = await createShop();
  const gold = "gold" as ProductId;
  const made = await useCases.createProduct({
    scope: "site:CUS",
    product: gold,
    name: "Gold",
    price: money(1000, "USD"),
    stock: 9,
  });
  ok(made.ok);
  const line = { product: gold, quantity: 1 };
  const lines = [line];
  const first = await sell(useCases, { id: idOf("gold"), lines });
  deepStrictEqual(await sell(useCases, { id: idOf("gold"), lines }), first);
  // A price of the caller's own beside one in force.
  const both = [...lines, { ...line, price: money(900, "USD") }];
  const second = await sell(useCases, { id: idOf("both"), lines: both });
  deepStrictEqual(
    await sell(useCases, { id: idOf("both"), lines: both }),
    second,
  );
  const other = [{ product: gold, quantity: 2 }];
  strictEqual(
    await codeOf(useCases, { id: idOf("gold"), lines: other }),
    "id_reused",
  );
  await stop();
});
