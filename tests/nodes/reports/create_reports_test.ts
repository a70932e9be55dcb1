/** Reports over days from sums: against the sales themselves, with voids, several sellers and prices. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  money,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { SaleView, UseCases } from "../../../nodes/use_cases.ts";
import { createTestNode } from "../../support/test_node.ts";

const SITE = "CUS" as SiteCode;
const HERE: Scope = `site:${SITE}`;
const GOODS = ["bread", "honey", "milk"] as ProductId[];
const SELLERS = [undefined, { id: "7", name: "Ana" }, { id: "8", name: "Eva" }];
const DAY_US = 86_400_000_000;
const NOON = Date.UTC(2026, 10, 1, 17) * 1000;

async function stocked(useCases: UseCases): Promise<void> {
  for (const [i, product] of GOODS.entries()) {
    const made = await useCases.createProduct({
      scope: HERE,
      product,
      name: product,
      price: money(150 + 100 * i, "PEN"),
      policy: "unmetered",
    });
    ok(made.ok);
  }
}

/** What the sums must say, from the sales themselves. */
function summed(
  sales: readonly SaleView[],
  from: string,
  to: string,
) {
  const seen = sales.filter(({ voided, date }) =>
    !voided && date >= from && date <= to
  );
  const units = new Map<string, number>();
  const sellers = new Map<string, number>();
  for (const sale of seen) {
    const seller = sale.seller?.id ?? "";
    sellers.set(seller, (sellers.get(seller) ?? 0) + sale.total.units);
    for (const { product, quantity } of sale.lines) {
      units.set(product, (units.get(product) ?? 0) + quantity);
    }
  }
  return {
    count: seen.length,
    units: [...units].toSorted(),
    sellers: [...sellers].toSorted(),
  };
}

Deno.test("reports over any days are the sums of their sales", async () => {
  const sold = fc.record({
    day: fc.nat(6),
    product: fc.constantFrom(...GOODS),
    quantity: fc.integer({ min: 1, max: 9 }),
    seller: fc.constantFrom(...SELLERS),
    voided: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(sold, { maxLength: 12 }),
      fc.nat(6),
      fc.nat(6),
      async (plan, first, length) => {
        const { useCases, stop } = await createTestNode();
        await stocked(useCases);
        for (const { day, product, quantity, seller, voided } of plan) {
          const made = await useCases.recordSale({
            at: NOON + day * DAY_US,
            lines: [{ product, quantity }],
            ...(seller === undefined ? {} : { seller }),
          });
          ok(made.ok);
          if (!voided) continue;
          const { id: sale } = made.value.sale;
          ok((await useCases.voidSale({ sale, reason: "test" })).ok);
        }
        const dayOf = (day: number) => `2026-11-0${Math.min(9, day + 1)}`;
        const range = { from: dayOf(first), to: dayOf(first + length) };

        const { items } = useCases.sales({ site: SITE, limit: 1000 });
        const expected = summed(items, range.from, range.to);
        for (const place of [{}, { site: SITE }]) {
          const asked = { ...place, ...range };
          const best = await useCases.reports.bestSellers({
            ...asked,
            limit: 10,
          });
          const sellers = useCases.reports.sellers(asked);
          deepStrictEqual({
            count: useCases.reports.totals(asked).count,
            units: best.map((one) => [one.product, one.units]).toSorted(),
            sellers: sellers.map(({ seller, amounts }) => [
              seller?.id ?? "",
              amounts[0]?.units ?? 0,
            ]).toSorted(),
          }, expected);
        }
        await stop();
      },
    ),
    { numRuns: 12 },
  );
});

Deno.test("best sellers come in order, as many as are asked for", async () => {
  const { useCases, stop } = await createTestNode();
  await stocked(useCases);
  for (const [i, product] of GOODS.entries()) {
    const lines = [{ product, quantity: i + 1 }];
    ok((await useCases.recordSale({ at: NOON, lines })).ok);
  }

  const best = await useCases.reports.bestSellers({
    site: SITE,
    from: "2026-11-01",
    to: "2026-11-01",
    limit: 2,
  });

  deepStrictEqual(best.map(({ product }) => product), ["milk", "honey"]);
  await stop();
});

Deno.test("a product's times are those of its first and its last change", async () => {
  const { useCases, clock, stop } = await createTestNode();
  const start = clock.now();
  await stocked(useCases);
  clock.advance(60_000);
  const price = money(900, "PEN");
  const [product = "" as ProductId] = GOODS;
  ok((await useCases.setPrice({ scope: HERE, product, price })).ok);

  const { createdAt, changedAt } = useCases.reports.productTimes(
    HERE,
    product,
  );

  strictEqual(createdAt, start * 1000);
  strictEqual(changedAt, (start + 60_000) * 1000);
  deepStrictEqual(
    useCases.reports.productTimes(HERE, "none" as ProductId),
    { createdAt: null, changedAt: null },
  );
  await stop();
});

Deno.test("productCount() counts what a scope lists itself, over more than one stretch", async () => {
  const { useCases, stop } = await createTestNode();
  await stocked(useCases);
  const many = await Promise.all(
    Array.from(
      { length: 510 },
      (_, i) => useCases.createProduct({ scope: HERE, name: `p${i}` }),
    ),
  );
  ok(many.every((one) => one.ok));
  const [product = "" as ProductId] = GOODS;
  ok((await useCases.removeProduct({ scope: HERE, product })).ok);

  strictEqual(useCases.reports.productCount(HERE), 512);
  strictEqual(useCases.reports.productCount("site:ABA"), 0);
  await stop();
});

Deno.test("products() by a part of their names, whatever its case, page by page", async () => {
  const { useCases, stop } = await createTestNode();
  for (const name of ["Pan", "Leche", "pan dulce", "Empanada", "Ñandú"]) {
    ok((await useCases.createProduct({ scope: HERE, name })).ok);
  }
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<UseCases["products"]> = useCases.products({
      ...{ scope: HERE, narrowOnly: true, named: "PAN", limit: 1 },
      ...(cursor === null ? {} : { cursor }),
    });
    found.push(...page.items.map(({ name }) => name));
    cursor = page.next;
  } while (cursor !== null);
  deepStrictEqual(found, ["Pan", "pan dulce", "Empanada"]);
  await stop();
});
