/** Goods that come back, and voids of sales of which goods came back. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type FactId,
  type Money,
  money,
  type ProductId,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { RecordSaleInput, UseCases } from "../../../nodes/use_cases.ts";
import { idOf } from "../../support/facts.ts";
import { createTestNode } from "../../support/test_node.ts";
import { createSiteMesh } from "../../support/test_mesh.ts";

const SITE = "CUS" as SiteCode;
const HONEY = "honey" as ProductId;
const pen = (units: number): Money => money(units, "PEN");

async function createShop(policy: "soft" | "strict" = "soft") {
  const test = await createTestNode();
  const made = await test.useCases.createProduct({
    scope: "site:CUS",
    product: HONEY,
    name: "Honey",
    price: pen(1000),
    stock: 100,
    policy,
  });
  ok(made.ok);
  return test;
}

async function sell(
  useCases: UseCases,
  quantity: number,
  input: Partial<RecordSaleInput> = {},
): Promise<FactId> {
  const sold = await useCases.recordSale({
    lines: [{ product: HONEY, quantity }],
    ...input,
  });
  ok(sold.ok, JSON.stringify(sold));
  return sold.value.sale.id;
}

const back = (sale: FactId, ...quantities: number[]): RecordSaleInput => ({
  lines: quantities.map((quantity) => ({ product: HONEY, quantity })),
  returns: { sale, reason: "broken" },
});

async function give(useCases: UseCases, input: RecordSaleInput) {
  const given = await useCases.recordSale(input);
  ok(given.ok, JSON.stringify(given));
  return given.value.sale;
}

async function codeOf(useCases: UseCases, input: RecordSaleInput) {
  const answer = await useCases.recordSale(input);
  return answer.ok ? "" : answer.error.code;
}

Deno.test("a return brings goods and money back, names its sale, and is priced as the sale was", async () => {
  const { useCases, stop } = await createShop();
  const sale = await sell(useCases, 3);
  ok(
    (await useCases.setPrice({
      scope: "site:CUS",
      product: HONEY,
      price: pen(9999),
    })).ok,
  );
  const given = await give(useCases, {
    ...back(sale, -2),
    payments: [{ method: "cash", amount: pen(-2000) }],
  });
  deepStrictEqual(given.total, pen(-2000));
  deepStrictEqual(given.returns, { sale, reason: "broken" });
  deepStrictEqual(given.lines[0]?.price, pen(1000));
  strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 99);
  strictEqual(useCases.sale(given.id)?.returns?.sale, sale);
  await stop();
});

Deno.test("a return of a removed product is taken, under the name that it had", async () => {
  const { useCases, stop } = await createShop();
  const sale = await sell(useCases, 1);
  ok(
    (await useCases.removeProduct({ scope: "site:CUS", product: HONEY })).ok,
  );
  const given = await give(useCases, back(sale, -1));
  strictEqual(given.lines[0]?.name, "Honey");
  await stop();
});

Deno.test("no more comes back than was sold and has not come back yet", async () => {
  const { useCases, stop } = await createShop();
  const sale = await sell(useCases, 3);
  strictEqual(await codeOf(useCases, back(sale, -4)), "return_exceeds");
  strictEqual(await codeOf(useCases, back(sale, -2, -2)), "return_exceeds");
  const first = await give(useCases, back(sale, -2));
  strictEqual(await codeOf(useCases, back(sale, -2)), "return_exceeds");
  // What comes back is no sale of which something could come back.
  strictEqual(await codeOf(useCases, back(first.id, -1)), "return_exceeds");
  ok((await useCases.voidSale({ sale: first.id, reason: "" })).ok);
  await give(useCases, back(sale, -1, -2));
  strictEqual(await codeOf(useCases, back(sale, -1)), "return_exceeds");
  strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 100);
  await stop();
});

Deno.test("a return is refused with prices of its own, goods that go out, other products and unknown sales", async () => {
  const { useCases, stop } = await createShop();
  const sale = await sell(useCases, 3);
  const returns = { sale, reason: "" };
  const line = { product: HONEY, quantity: -1 };
  const codes = await Promise.all([
    { lines: [{ ...line, price: pen(1) }], returns },
    { lines: [{ ...line, amount: pen(-1) }], returns },
    { lines: [{ ...line, discount: pen(1) }], returns },
    { lines: [{ ...line, quantity: 1 }], returns },
    { lines: [{ ...line, quantity: 0 }], returns },
    { lines: [{ ...line, product: "wax" as ProductId }], returns },
    { lines: [line], returns: { sale: idOf("none"), reason: "" } },
    { lines: [line], returns, discount: pen(1) },
    {
      lines: [line],
      returns,
      payments: [{ method: "cash", amount: pen(1000) }],
    },
  ].map((input) => codeOf(useCases, input)));
  deepStrictEqual(codes, [
    ...Array(5).fill("invalid_argument"),
    "return_exceeds",
    "sale_unknown",
    "discount_invalid",
    "payment_invalid",
  ]);
  strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 97);
  await stop();
});

Deno.test("a voided sale gives nothing back a second time, and a sale of which goods came back is not voided whole", async () => {
  const { useCases, stop } = await createShop();
  const voided = await sell(useCases, 2);
  ok((await useCases.voidSale({ sale: voided, reason: "" })).ok);
  strictEqual(await codeOf(useCases, back(voided, -1)), "return_exceeds");

  const returned = await sell(useCases, 2);
  const given = await give(useCases, back(returned, -1));
  const refused = await useCases.voidSale({ sale: returned, reason: "" });
  strictEqual(refused.ok ? "" : refused.error.code, "sale_returned");
  ok((await useCases.voidSale({ sale: given.id, reason: "" })).ok);
  ok((await useCases.voidSale({ sale: returned, reason: "" })).ok);
  strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 100);
  deepStrictEqual(useCases.totals({}).amounts, []);
  await stop();
});

Deno.test("a return of a strict product makes its rights again, also when it is repeated under its id", async () => {
  const { useCases, stop } = await createShop("strict");
  const sale = await sell(useCases, 100);
  const input = { ...back(sale, -40), id: idOf("strict") };
  const given = await give(useCases, input);
  const again = await useCases.recordSale(input);
  ok(again.ok && again.value.repeated);
  strictEqual(again.value.sale.id, given.id);
  strictEqual(useCases.rights({ limit: 9 }).items[0]?.free, 40);
  strictEqual(await codeOf(useCases, back(sale, -61)), "return_exceeds");
  // The caller may name the return by its own id, too.
  ok((await useCases.voidSale({ sale: idOf("strict"), reason: "" })).ok);
  strictEqual(useCases.rights({ limit: 9 }).items[0]?.free, 0);
  await stop();
});

Deno.test("all returns of a sale together give back exactly what was paid, whatever the discounts and the order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          quantity: fc.integer({ min: 1, max: 7 }),
          price: fc.integer({ min: 0, max: 999 }),
          off: fc.nat(100),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.nat(100),
      fc.array(
        fc.record({
          units: fc.integer({ min: 1, max: 5 }),
          voided: fc.boolean(),
        }),
        {
          maxLength: 8,
        },
      ),
      async (lines, off, steps) => {
        const { useCases, stop } = await createShop();
        const whole = lines.map(({ quantity, price }) => quantity * price);
        const discounts = whole.map((sum, i) =>
          Math.floor(sum * (lines[i]?.off ?? 0) / 100)
        );
        const sum = whole.reduce((a, b) => a + b) -
          discounts.reduce((a, b) => a + b);
        const discount = Math.floor(sum * off / 100);
        const sale = await sell(useCases, 0, {
          lines: lines.map(({ quantity, price }, i) => ({
            product: HONEY,
            quantity,
            price: pen(price),
            ...(discounts[i] === 0 ? {} : { discount: pen(discounts[i] ?? 0) }),
          })),
          ...(discount === 0 ? {} : { discount: pen(discount) }),
        });
        let left = lines.reduce((all, { quantity }) => all + quantity, 0);
        let refunded = 0;
        const total = sum - discount;
        const giveBack = async (units: number) => {
          const given = await give(useCases, back(sale, -units));
          left -= units;
          refunded -= given.total.units;
          ok(given.total.units <= 0 && refunded <= total);
          return given;
        };
        for (const { units, voided } of steps) {
          if (units > left) continue;
          const given = await giveBack(units);
          if (!voided) continue;
          ok((await useCases.voidSale({ sale: given.id, reason: "" })).ok);
          left += units;
          refunded += given.total.units;
        }
        if (left > 0) await giveBack(left);
        strictEqual(refunded, total);
        strictEqual(useCases.stockOf(SITE, HONEY)?.onHand, 100);
        await stop();
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a till takes goods back that another till of its site sold", async () => {
  const mesh = await createSiteMesh(["a", "b"], { seed: 3, site: "CUS" });
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases);
  ok(a !== undefined && b !== undefined);
  const made = await mesh.settle(a.createProduct({
    scope: "site:CUS",
    product: HONEY,
    name: "Honey",
    price: pen(1000),
    stock: 10,
  }));
  ok(made.ok);
  await mesh.run(5000);
  mesh.cutOff("b");
  const sold = await mesh.settle(
    a.recordSale({ lines: [{ product: HONEY, quantity: 2 }] }),
  );
  ok(sold.ok);
  const { id } = sold.value.sale;
  strictEqual(
    await mesh.settle(codeOf(b, back(id, -1))),
    "sale_unknown",
  );
  mesh.network.heal();
  await mesh.run(60_000);
  await mesh.settle(give(b, back(id, -1)));
  await mesh.run(5000);
  strictEqual(await mesh.settle(codeOf(a, back(id, -2))), "return_exceeds");
  const refused = await mesh.settle(a.voidSale({ sale: id, reason: "" }));
  strictEqual(refused.ok ? "" : refused.error.code, "sale_returned");
  await mesh.stop();
});
