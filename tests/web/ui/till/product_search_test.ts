import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Product } from "../../../../web/ui/wire_types.ts";
import {
  categoriesOf,
  exact,
  FOUND_MAX,
  indexOf,
  search,
} from "../../../../web/ui/till/product_search.ts";

function product(
  id: string,
  name: string,
  details: Product["details"] = {},
  listed = true,
): Product {
  return {
    scope: "site:CUS",
    product: id,
    name,
    listed,
    policy: "soft",
    price: { amount: "1.00", currency: "PEN" },
    priceFact: null,
    onHand: 1,
    details,
    contested: [],
  };
}

const index = indexOf([
  product("p-1", "Café molido", { category: "Bebidas" }),
  product("p-2", "Descafeinado", { barcode: "7750001000017" }),
  product("p-3", "Taza para café", { category: "Hogar" }),
  product("p-10", "Miel", { category: "Bebidas" }),
  product("p-9", "Café viejo", {}, false),
]);

const ids = (words: string) =>
  search(index, words).map(({ product }) => product);

Deno.test("search() finds words without accents, beginnings of names first, and nothing that was removed", () => {
  deepStrictEqual(ids("cafe"), ["p-1", "p-3", "p-2"]);
  deepStrictEqual(ids("TAZA caf"), ["p-3"]);
  deepStrictEqual(ids(""), []);
  deepStrictEqual(ids("té"), []);
});

Deno.test("search() puts the exact id before ids that begin with it", () => {
  deepStrictEqual(ids("p-1"), ["p-1", "p-10"]);
});

Deno.test("search() shows a bounded number", () => {
  const many = indexOf(
    Array.from({ length: 500 }, (_, i) => product(`p${i}`, `Pan ${i}`)),
  );
  strictEqual(search(many, "pan").length, FOUND_MAX);
});

Deno.test("exact() goes by barcode or id alone", () => {
  strictEqual(exact(index, "7750001000017")?.product, "p-2");
  strictEqual(exact(index, "p-10")?.product, "p-10");
  strictEqual(exact(index, "Miel"), undefined);
  strictEqual(exact(index, "p-9"), undefined);
});

Deno.test("categoriesOf() names each once", () => {
  deepStrictEqual(categoriesOf(index), ["Bebidas", "Hogar"]);
});
