import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type Columns,
  createRowPicker,
  findColumns,
} from "../../../nodes/replay/columns.ts";
import { createStoreNodes } from "../../../nodes/replay/stores.ts";

Deno.test("createStoreNodes() keeps a store at its node and spreads stores evenly", () => {
  fc.assert(fc.property(
    fc.array(fc.constantFrom("1", "2", "3", "4", "5", "6")),
    fc.integer({ min: 1, max: 4 }),
    (stores, count) => {
      const targets = Array.from({ length: count }, (_, i) => `http://${i}`);
      const nodes = createStoreNodes({ targets });
      const first = stores.map(nodes.nodeOf);
      deepStrictEqual(stores.map(nodes.nodeOf), first);
      const distinct = [...new Set(stores)];
      const found = distinct.map(nodes.nodeOf);
      deepStrictEqual(found, distinct.map((_, i) => targets[i % count]));
    },
  ));
});

Deno.test("createStoreNodes() heeds the map, and takes only the stores that are named, in their order", () => {
  const nodes = createStoreNodes({
    targets: ["http://a", "http://b"],
    map: new Map([["9", "http://b"]]),
    only: ["9", "5", "4", "5"],
  });
  deepStrictEqual(["4", "5", "9", "7"].map(nodes.nodeOf), [
    "http://b",
    "http://a",
    "http://b",
    undefined,
  ]);
});

const COLUMNS: Columns = {
  store: "store_id",
  product: "product_id",
  quantity: "quantity",
  amount: "sales_value",
  time: "time",
};

Deno.test("findColumns() names what is missing and what there is", () => {
  const found = findColumns(COLUMNS, ["store_id", "Product_ID ", "qty"]);
  ok(!found.ok);
  strictEqual(
    found.error,
    'no column "quantity" for --quantity; the file has: store_id, Product_ID, qty',
  );
});

Deno.test("findColumns() takes the exact name before one that differs in case", () => {
  const header = ["STORE_ID", "store_id", "PRODUCT_ID", "quantity"];
  const found = findColumns(COLUMNS, [...header, "sales_value", "time"]);
  ok(found.ok);
  strictEqual(found.value.store, "store_id");
  strictEqual(found.value.product, "PRODUCT_ID");
});

Deno.test("createRowPicker() finds fields by name, and none in a short row", () => {
  const header = ["time", "sales_value", "quantity", "product_id", "store_id"];
  const pick = createRowPicker(COLUMNS, header);
  deepStrictEqual(pick(3, ["t", "a", "q"]), {
    row: 3,
    store: undefined,
    product: undefined,
    quantity: "q",
    amount: "a",
    time: "t",
  });
});
