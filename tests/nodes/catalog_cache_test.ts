import { rejects, strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../crdt/mod.ts";
import { createTestNode } from "../support/test_node.ts";

const HONEY = "honey" as ProductId;
const PLACE = { scope: "site:CUS", product: HONEY } as const;

Deno.test("a price that the disk refused is not sold at", async () => {
  const { useCases, disk, stop } = await createTestNode();
  const price = money(1_00, "PEN");
  await useCases.createProduct({ ...PLACE, name: "honey", price, stock: 10 });
  disk.failNextSync();
  // The sale of the same group has read the new price.
  const group = [
    useCases.setPrice({ ...PLACE, price: money(2_00, "PEN") }),
    useCases.recordSale({ lines: [{ product: HONEY, quantity: 1 }] }),
  ];
  for (const one of group) await rejects(one);
  const sold = await useCases.recordSale({
    lines: [{ product: HONEY, quantity: 1 }],
  });
  strictEqual(sold.ok && sold.value.sale.total.units, 100);
  await stop();
});

Deno.test("a product that the disk refused is not sold", async () => {
  const { useCases, disk, stop } = await createTestNode();
  const price = money(1_00, "PEN");
  disk.failNextSync();
  const group = [
    useCases.createProduct({ ...PLACE, name: "honey", price, stock: 10 }),
    useCases.recordSale({ lines: [{ product: HONEY, quantity: 1 }] }),
  ];
  for (const one of group) await rejects(one);
  const sold = await useCases.recordSale({
    lines: [{ product: HONEY, quantity: 1 }],
  });
  strictEqual(!sold.ok && sold.error.code, "product_unknown");
  await stop();
});
