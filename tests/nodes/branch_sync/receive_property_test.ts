/** Messages in any order, split, repeated, and to either of two nodes that exchange or cannot. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  LEGACY_NUMBERS,
  type ProductId,
  SALES,
  SHARED_RECEIPTS,
  STOCK_REPORTS,
} from "../../../crdt/mod.ts";
import { saidMessage, saidSale } from "../../support/branch_messages.ts";
import { createTestMesh, type TestMesh } from "../../support/test_mesh.ts";

/** A sale of the branch: its number, and which of two sales under that number it is. */
interface Told {
  readonly number: number;
  readonly other: boolean;
}

/** A message to one of two nodes, and how long nothing happens then. */
interface Delivery {
  readonly node: "a" | "b";
  readonly sales: readonly Told[];
  readonly waitMs: number;
  readonly cut: boolean;
}

const PRODUCTS = 4;
const productOf = (number: number) => `ABA-PROD-00${number % PRODUCTS}`;
/** What the shelf holds once a sale was made. */
const stockAfter = (number: number, product: string) =>
  1000 - 7 * number - Number(product.at(-1));

function messageOf(sales: readonly Told[]) {
  const newest = Math.max(...sales.map(({ number }) => number));
  return saidMessage(sales.map(({ number, other }) => {
    const product = productOf(number);
    return {
      ...saidSale({
        number,
        products: [{ id: product, stock: stockAfter(newest, product) }],
      }),
      Total: other ? 99 : 2.5,
    };
  }));
}

const told = fc.record({
  number: fc.integer({ min: 1, max: 9 }),
  other: fc.boolean(),
});
const delivery: fc.Arbitrary<Delivery> = fc.record({
  node: fc.constantFrom("a", "b"),
  sales: fc.array(told, { minLength: 1, maxLength: 6 }),
  waitMs: fc.constantFrom(0, 1, 20, 500, 3_000),
  cut: fc.boolean(),
});

/** What every node must show in the end. */
function expected(deliveries: readonly Delivery[]) {
  const sales = new Set<string>();
  const newest = new Map<string, number>();
  for (const { sales: some } of deliveries) {
    const version = Math.max(...some.map(({ number }) => number));
    for (const { number, other } of some) {
      sales.add(`ABA-20250304-00${number} ${other ? 9900 : 250}`);
      const product = productOf(number);
      newest.set(product, Math.max(version, newest.get(product) ?? 0));
    }
  }
  const stock = [...newest].map(([product, version]) =>
    `${product} ${stockAfter(version, product)}`
  );
  return { sales: [...sales].toSorted(), stock: stock.toSorted() };
}

function shown(mesh: TestMesh, name: string) {
  const { replica, useCases } = mesh.node(name);
  const sales = replica.reader.scan(SALES, { prefix: ["ABA"] })
    .map((row) => `${row["receipt"]} ${row["total"]}`);
  const products = new Set(
    replica.reader.scan(STOCK_REPORTS).map((row) => String(row["product"])),
  );
  const stock = [...products].map((product) => {
    const found = useCases.product("site:ABA", product as ProductId);
    return `${product} ${found?.onHand}`;
  });
  return { sales: sales.toSorted(), stock: stock.toSorted() };
}

async function deliver(
  mesh: TestMesh,
  { node, sales, waitMs, cut }: Delivery,
): Promise<void> {
  if (cut) mesh.cutOff("b");
  else mesh.network.heal();
  const { branchSync } = mesh.node(node).useCases;
  const received = await mesh.settle(
    branchSync.receive({ body: messageOf(sales), address: null }),
  );
  ok(received.ok);
  const { received: fresh, duplicates, conflicts, quarantined } =
    received.value;
  strictEqual(fresh + duplicates + conflicts.length, sales.length);
  strictEqual(quarantined, 0);
  await mesh.run(waitMs);
}

Deno.test("C-19: messages in any order, split and repeated, over two nodes give each sale once and the newest stock", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      async (deliveries, seed) => {
        const mesh = createTestMesh({ seed });
        await mesh.add("a", {});
        await mesh.add("b", { dials: ["a"] });
        await mesh.run(2_000);
        for (const one of deliveries) await deliver(mesh, one);
        mesh.network.heal();
        await mesh.run(120_000);
        const wanted = expected(deliveries);
        const conflicts = wanted.sales.length -
          new Set(wanted.sales.map((sale) => sale.split(" ")[0])).size;
        for (const name of ["a", "b"]) {
          deepStrictEqual(shown(mesh, name), wanted, name);
          const { useCases } = mesh.node(name);
          const { items } = useCases.branchSync.conflicts({ limit: 100 });
          strictEqual(items.length, conflicts, name);
        }
        const [one, other] = ["a", "b"].map((name) => {
          const { reader } = mesh.node(name).replica;
          return [reader.scan(LEGACY_NUMBERS), reader.scan(SHARED_RECEIPTS)];
        });
        deepStrictEqual(one, other);
        await mesh.stop();
      },
    ),
    { numRuns: 25 },
  );
});
