import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { createSeededRandom } from "../../../crdt/random.ts";
import { DEMO_PRODUCTS, pickBasket } from "../../../nodes/demo/basket.ts";

Deno.test("pickBasket() gives 1 to 3 lines of different products the demo sells", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const basket = pickBasket(createSeededRandom(seed));
    const products = basket.map(({ product }) => product);
    ok(basket.length >= 1 && basket.length <= 3);
    deepStrictEqual(products, [...new Set(products)]);
    ok(products.every((it) => DEMO_PRODUCTS.includes(it)));
    ok(basket.every(({ quantity }) => quantity >= 1 && quantity <= 4));
  }));
});

Deno.test("pickBasket() sells every product sooner or later", () => {
  const random = createSeededRandom(1);
  const sold = new Set<string>();
  for (let i = 0; i < 200; i++) {
    for (const { product } of pickBasket(random)) sold.add(product);
  }
  deepStrictEqual([...sold].sort(), [...DEMO_PRODUCTS]);
});
