import { strictEqual } from "node:assert/strict";
import { productNamed } from "../../../web/surfaces/inventory_product_name.ts";

const PRODUCTS = ["Café", "café", "Pan", "PAN ", "Té"].map((name, id) => ({
  id,
  name,
  price: null,
  stock: 0,
}));

Deno.test("D-43: productNamed() prefers the exact name, then case, accents and outer blanks do not matter", () => {
  strictEqual(productNamed(PRODUCTS, "café")?.id, 1);
  strictEqual(productNamed(PRODUCTS, "Pan")?.id, 2);
  strictEqual(productNamed(PRODUCTS, " te ")?.id, 4);
});

Deno.test("D-43: productNamed() finds nothing where several products or none would do", () => {
  strictEqual(productNamed(PRODUCTS, "CAFÉ"), undefined);
  strictEqual(productNamed(PRODUCTS, "pan"), undefined);
  strictEqual(productNamed(PRODUCTS, "mate"), undefined);
  strictEqual(productNamed(PRODUCTS, ""), undefined);
});
