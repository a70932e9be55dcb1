import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ProductId } from "../../../crdt/mod.ts";
import {
  compareTotals,
  describeDifference,
} from "../../../nodes/replay/compare.ts";
import {
  createFileTotals,
  equalSums,
  formatNanos,
  NO_SUMS,
  type PlaceTotals,
  sumPlaces,
} from "../../../nodes/replay/totals.ts";

const line = fc.record({
  row: fc.nat(),
  store: fc.constantFrom("1", "2", "3"),
  basket: fc.constant("a"),
  product: fc.constantFrom("p", "q").map((it) => it as ProductId),
  quantity: fc.integer({ min: -5, max: 100_000 }),
  amount: fc.record({
    units: fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
    currency: fc.constant("USD"),
    exponent: fc.integer({ min: 0, max: 9 }),
  }),
  at: fc.constant(0),
});
const NODES: Readonly<Record<string, string>> = {
  "1": "A",
  "2": "B",
  "3": "A",
};

Deno.test("createFileTotals() sums up the same by store, by node and by product", () => {
  fc.assert(fc.property(fc.array(line), (lines) => {
    const totals = createFileTotals((store) => NODES[store] ?? "");
    for (const it of lines) {
      totals.addLine(it);
      totals.addSale(it.store);
    }
    const all = sumPlaces(totals.nodes.values());
    const units = lines.reduce((sum, it) => sum + it.quantity, 0);
    strictEqual(all.units, units);
    strictEqual(all.count, lines.length);
    const noProducts = { products: new Map() };
    const stores = [...totals.stores.values()];
    const byStore = sumPlaces(stores.map((it) => ({ ...it, ...noProducts })));
    strictEqual(equalSums(byStore, all), true);
    const products = [...all.products.values()];
    const byProduct = sumPlaces(
      products.map((it) => ({ ...it, ...noProducts })),
    );
    strictEqual(equalSums(byProduct, all), true);
  }));
});

Deno.test("sumPlaces() keeps money exact where binary fractions do not", () => {
  const totals = createFileTotals(() => "A");
  for (let row = 0; row < 1000; row++) {
    totals.addLine({
      row,
      store: "1",
      basket: "a",
      product: "p" as ProductId,
      quantity: 1,
      amount: { units: 10, currency: "USD", exponent: 2 },
      at: 0,
    });
  }
  strictEqual(formatNanos(sumPlaces(totals.nodes.values()).nanos), "100.00");
});

Deno.test("formatNanos() writes every amount so that it reads back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (nanos) => {
      const text = formatNanos(nanos);
      const [whole = "", fraction = ""] = text.replace("-", "").split(".");
      const read = BigInt(whole + fraction.padEnd(9, "0"));
      strictEqual(text.startsWith("-") ? -read : read, nanos);
      strictEqual(fraction.length >= 2, true);
    }),
  );
});

function placeOf(units: number, products: Record<string, number>): PlaceTotals {
  const entries = Object.entries(products).map(([product, of]) =>
    [product, { ...NO_SUMS, count: 1, units: of }] as const
  );
  return { count: 1, units, nanos: 0n, products: new Map(entries) };
}

Deno.test("compareTotals() finds nothing in equal totals, whatever their order", () => {
  const file = new Map([["A", placeOf(3, { p: 1, q: 2 })]]);
  const node = new Map([["A", placeOf(3, { q: 2, p: 1 })]]);
  deepStrictEqual(compareTotals(file, node), []);
});

Deno.test("compareTotals() finds what either side lacks", () => {
  const file = new Map([["A", placeOf(3, { p: 1, q: 2 })]]);
  const node = new Map([
    ["A", placeOf(3, { p: 1, r: 2 })],
    ["B", placeOf(1, {})],
  ]);
  const found = compareTotals(file, node);
  deepStrictEqual(found.map((it) => [it.site, it.product]), [
    ["A", "q"],
    ["A", "r"],
    ["B", null],
  ]);
  deepStrictEqual(found.map(describeDifference), [
    "A product q: file 1 lines, 2 units, 0.00; node 0 lines, 0 units, 0.00",
    "A product r: file 0 lines, 0 units, 0.00; node 1 lines, 2 units, 0.00",
    "B: file 0 sales, 0 units, 0.00; node 1 sales, 1 units, 0.00",
  ]);
});
