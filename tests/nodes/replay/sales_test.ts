import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { LINES_MAX, type ProductId } from "../../../crdt/mod.ts";
import type { SaleRow } from "../../../nodes/replay/lines.ts";
import {
  createSaleGrouper,
  type FileSale,
  type GroupOptions,
} from "../../../nodes/replay/sales.ts";

function lineOf(row: number, basket: string, store = "1"): SaleRow {
  return {
    row,
    store,
    basket,
    product: `p${row}` as ProductId,
    quantity: 1,
    amount: { units: row, currency: "USD", exponent: 2 },
    at: 1_483_273_827_000_000,
  };
}

function group(
  lines: readonly SaleRow[],
  options: GroupOptions = {},
): readonly FileSale[] {
  const grouper = createSaleGrouper(options);
  const sales: FileSale[] = [];
  for (const line of lines) {
    if (grouper.done) break;
    sales.push(...grouper.push(line));
  }
  return [...sales, ...grouper.finish()];
}

function rowsOf(sales: readonly FileSale[]): number[][] {
  return sales.map((sale) => sale.lines.map((line) => line.row));
}

/** Lines of baskets a, b, c … in the order of the letters. */
function linesOf(baskets: string): SaleRow[] {
  return [...baskets].map((basket, i) => lineOf(i + 1, basket));
}

const file = fc.array(
  fc.record({
    basket: fc.constantFrom("a", "b", "c", "d"),
    store: fc.constantFrom("1", "2"),
  }),
  { maxLength: 60 },
).map((rows) => rows.map((it, i) => lineOf(i + 1, it.basket, it.store)));

Deno.test("createSaleGrouper() loses no line, doubles none and mixes no baskets", () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 80 }), (lines, window) => {
      const sales = group(lines, { window });
      const rows = rowsOf(sales).flat().sort((a, b) => a - b);
      deepStrictEqual(rows, lines.map((it) => it.row));
      for (const sale of sales) {
        strictEqual(
          new Set(sale.lines.map((it) => it.store + it.basket)).size,
          1,
        );
        deepStrictEqual(
          sale.lines,
          sale.lines.toSorted((a, b) => a.row - b.row),
        );
      }
    }),
  );
});

Deno.test("createSaleGrouper() makes one sale of a basket whose lines stand within the window", () => {
  fc.assert(fc.property(file, (lines) => {
    const sales = group(lines, { window: 60 });
    const baskets = new Set(lines.map((it) => `${it.store} ${it.basket}`));
    strictEqual(sales.length, baskets.size);
    strictEqual(new Set(sales.map((it) => it.id)).size, sales.length);
  }));
});

Deno.test("createSaleGrouper() takes the same sales with the same ids and lines from any part of a file", () => {
  fc.assert(fc.property(
    file,
    fc.nat({ max: 60 }),
    fc.integer({ min: 1, max: 60 }),
    (lines, offset, limit) => {
      const whole = group(lines, { window: 60 });
      const part = group(lines, { window: 60, offset, limit });
      const wanted = whole.filter(({ lines: [first] }) =>
        first !== undefined && first.row > offset && first.row <= offset + limit
      );
      const byId = (sales: readonly FileSale[]) =>
        sales.toSorted((a, b) => a.id < b.id ? -1 : 1);
      deepStrictEqual(byId(part), byId(wanted));
    },
  ));
});

Deno.test("createSaleGrouper() says which lines it takes", () => {
  fc.assert(fc.property(
    file,
    fc.nat({ max: 60 }),
    fc.integer({ min: 1, max: 60 }),
    (lines, offset, limit) => {
      const grouper = createSaleGrouper({ offset, limit, window: 5 });
      const wanted: number[] = [];
      const sales: FileSale[] = [];
      for (const line of lines) {
        if (grouper.wants(line)) wanted.push(line.row);
        sales.push(...grouper.push(line));
      }
      sales.push(...grouper.finish());
      deepStrictEqual(rowsOf(sales).flat().sort((a, b) => a - b), wanted);
    },
  ));
});

Deno.test("createSaleGrouper() completes a basket as soon as the window has passed", () => {
  const grouper = createSaleGrouper({ window: 2 });
  const sizes = linesOf("aabcda").map((line) => grouper.push(line).length);
  deepStrictEqual(sizes, [0, 0, 0, 1, 1, 1]);
  deepStrictEqual(rowsOf(grouper.finish()), [[5], [6]]);
});

Deno.test("createSaleGrouper() is done once the last wanted sale is complete, not before", () => {
  const grouper = createSaleGrouper({ limit: 2, window: 2 });
  const done = linesOf("aabacde").map((line) => {
    grouper.push(line);
    return grouper.done;
  });
  deepStrictEqual(done, [false, false, false, false, false, true, true]);
});

Deno.test("createSaleGrouper() cuts a basket of more lines than a sale may have", () => {
  const lines = Array.from(
    { length: LINES_MAX + 1 },
    (_, i) => lineOf(i + 1, "a"),
  );
  const sales = group(lines);
  deepStrictEqual(sales.map((it) => it.lines.length), [LINES_MAX, 1]);
  ok(sales[0]?.id !== sales[1]?.id);
  deepStrictEqual(group(lines), sales);
});

Deno.test("createSaleGrouper() tells sales of one basket number at different times apart", () => {
  const [first, second] = linesOf("aa");
  ok(first && second);
  const sales = group([first, { ...second, at: second.at + 1_000_000 }]);
  strictEqual(sales.length, 2);
});

Deno.test("createSaleGrouper() holds a bounded number of baskets", () => {
  const grouper = createSaleGrouper({ window: 1_000_000 });
  let complete = 0;
  for (let row = 1; row <= 10_100; row++) {
    complete += grouper.push(lineOf(row, String(row))).length;
  }
  strictEqual(complete, 100);
});
