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

Deno.test("a pump's name that the disk refused is not recorded", async () => {
  const { useCases: { forecourt }, disk, stop } = await createTestNode();
  await forecourt.addPump({ pump: 1, name: "old" });
  const sale = {
    pump: "1",
    fuel: "93",
    volumeMl: 1,
    price: 1,
    amount: 0,
    payment: "",
    source: "pump",
  } as const;
  await forecourt.recordFuelSale(sale);
  disk.failNextSync();
  // The delivery of the same group has read the new name.
  const group = [
    forecourt.changePump({ pump: 1, name: "new" }),
    forecourt.recordFuelSale(sale),
  ];
  for (const one of group) await rejects(one);
  const recorded = await forecourt.recordFuelSale(sale);
  strictEqual(recorded.ok && recorded.value.sale.pumpName, "old");
  await forecourt.changePump({ pump: 1, name: "newer" });
  const renamed = await forecourt.recordFuelSale(sale);
  strictEqual(renamed.ok && renamed.value.sale.pumpName, "newer");
  await stop();
});
