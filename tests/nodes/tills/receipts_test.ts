/** Receipts as text and as pages. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ProductId } from "../../../crdt/mod.ts";
import { receiptToHtml } from "../../../nodes/tills/receipt_html.ts";
import {
  RECEIPT_COLUMNS,
  receiptToText,
} from "../../../nodes/tills/receipt_text.ts";
import { idOf } from "../../support/facts.ts";
import { createTestNode } from "../../support/test_node.ts";
import {
  cash,
  codeOf,
  honeyBack,
  listHoney,
  pen,
  sellHoney,
  SHOP_HONEY,
  taken,
} from "../../support/till_shop.ts";

const RICE = "rice" as ProductId;

async function createShop() {
  const test = await createTestNode();
  const { useCases } = test;
  await listHoney(useCases);
  taken(
    await useCases.createProduct({
      scope: "site:CUS",
      product: RICE,
      name: "Arroz <Costeño> extra superior embolsado de cinco kilogramos",
      price: pen(455),
      stock: 9000,
      details: { unit: "kg" },
    }),
  );
  taken(
    await useCases.tills.setBusiness({
      name: 'Bodega "El Sol" S.A.C.',
      ruc: "20123456789",
      address: "Av. El Sol 123, Cusco",
      phone: "084-123456",
    }),
  );
  return { ...test, tills: useCases.tills };
}

/** A receipt without the log's digits, which differ from node to node. */
const plain = (text: string) =>
  text.replaceAll(/CUS-(\d{8})-\d{5}(\d{3})/g, "CUS-$1-00000$2");

Deno.test("receiptText() shows business, lines, discounts, payments and change in 48 columns", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 0, {
    lines: [
      { product: SHOP_HONEY, quantity: 2, discount: pen(100) },
      { product: RICE, quantity: 1234 },
    ],
    discount: pen(61),
    seller: { id: "7", name: "Rosa Quispe" },
    customer: { name: "José Ñahui", document: "10456789012" },
    payments: [...cash(1400), { method: "card", amount: pen(1000) }],
  });
  strictEqual(
    plain(taken(tills.receiptText(sale.id, { received: pen(2000) }))),
    `             Bodega "El Sol" S.A.C.
                RUC 20123456789
             Av. El Sol 123, Cusco
                Tel. 084-123456
------------------------------------------------
Recibo                     CUS-20261122-00000001
Fecha                        2026-11-22 10:00:00
Vendedor                             Rosa Quispe
Cliente                               José Ñahui
Documento                            10456789012
------------------------------------------------
Honey
  2 x 10.00                                20.00
  Descuento                                -1.00
Arroz <Costeño> extra superior embolsado de
cinco kilogramos
  1.234 kg x 4.55                           5.61
------------------------------------------------
Subtotal                                   24.61
Descuento                                  -0.61
TOTAL PEN                                  24.00
Efectivo                                   14.00
Tarjeta                                    10.00
Recibido                                   20.00
Vuelto                                      6.00
------------------------------------------------
           Gracias por su preferencia
`,
  );
  strictEqual(
    codeOf(tills.receiptText(sale.id, { received: pen(1399) })),
    "payment_invalid",
  );
  strictEqual(codeOf(tills.receiptText(idOf("none"))), "sale_unknown");
  await stop();
});

Deno.test("receiptText() marks voids, returns, and goods that came back", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 2);
  const back = taken(await useCases.recordSale(honeyBack(sale.id, 1))).sale;
  const ofBack = taken(tills.receiptText(back.id));
  match(ofBack, /DEVOLUCIÓN/);
  match(ofBack, new RegExp(`de ${sale.receipt}`));
  match(ofBack, /Motivo: broken/);
  match(ofBack, /TOTAL PEN +-10\.00/);
  match(taken(tills.receiptText(sale.id)), /DEVUELTO\nHoney +1\n/);
  taken(await useCases.voidSale({ sale: back.id, reason: "" }));
  ok(!taken(tills.receiptText(sale.id)).includes("DEVUELTO"));
  match(taken(tills.receiptText(back.id)), /\*\*\* ANULADA \*\*\*/);
  await stop();
});

Deno.test("receiptHtml() is one page that shows names as text and loads nothing", async () => {
  const { useCases, tills, stop } = await createShop();
  const nasty = `<script>alert('1')</script>&"\u001b@\u202e`;
  const sale = await sellHoney(useCases, 1, {
    seller: { id: "1", name: nasty },
    customer: { name: nasty, document: nasty },
  });
  taken(await tills.setBusiness({ name: nasty, phone: "" }));
  const page = taken(tills.receiptHtml(sale.id));
  ok(!page.includes("<script"));
  ok(!page.includes("\u001b") && !page.includes("\u202e"));
  match(page, /&lt;script&gt;alert\(&#39;1&#39;\)&lt;\/script&gt;&amp;&quot;/);
  ok(!/( src=|href|url\()/.test(page));
  match(page, /size:80mm/);
  match(page, /<meta charset="utf-8">/);
  ok(!page.includes("Tel."));
  await stop();
});

Deno.test("a receipt of any names has lines of at most 48 characters and no control characters, and pages no tags of theirs", () => {
  const text = fc.string({ unit: "binary", maxLength: 70 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const rows = [
        { kind: "title", text: left },
        { kind: "text", text: right },
        { kind: "pair", left, right },
        { kind: "total", left, right },
        { kind: "mark", text: right },
      ] as const;
      const lines = receiptToText(rows).split("\n");
      for (const line of lines) {
        ok(Array.from(line).length <= RECEIPT_COLUMNS, line);
        ok(!/[\p{Cc}\p{Cf}]/u.test(line));
      }
      const names = receiptToHtml(left, rows).match(/<[a-z!/][^>]*>/g) ?? [];
      const bare = receiptToHtml(
        "",
        rows.map((row) =>
          row.kind === "pair" || row.kind === "total"
            ? { ...row, left: "", right: "" }
            : { ...row, text: "" }
        ),
      );
      deepStrictEqual(names, bare.match(/<[a-z!/][^>]*>/g));
    }),
  );
});

Deno.test("business() is the site's where it says something, else the mesh's", async () => {
  const { tills, stop } = await createShop();
  taken(await tills.setBusiness({ scope: "mesh", name: "Cadena", phone: "1" }));
  taken(await tills.setBusiness({ name: "", phone: "" }));
  deepStrictEqual(tills.business(), {
    name: "Cadena",
    ruc: "20123456789",
    address: "Av. El Sol 123, Cusco",
    phone: "1",
  });
  await stop();
});

Deno.test("salesWithReceipt() finds sales by the number that a customer brings", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 1);
  await sellHoney(useCases, 2);
  deepStrictEqual(tills.salesWithReceipt(sale.receipt), [sale]);
  deepStrictEqual(tills.salesWithReceipt("CUS-20261122-000"), []);
  await stop();
});

Deno.test("returnsOfSale() lists what came back of a sale, without what was voided", async () => {
  const { useCases, tills, stop } = await createShop();
  const sale = await sellHoney(useCases, 3);
  deepStrictEqual(tills.returnsOfSale(sale.id), []);
  const [first, second] = [
    taken(await useCases.recordSale(honeyBack(sale.id, 1))).sale,
    taken(await useCases.recordSale(honeyBack(sale.id, 2))).sale,
  ];
  deepStrictEqual(tills.returnsOfSale(sale.id), [first, second]);
  taken(await useCases.voidSale({ sale: first.id, reason: "mistake" }));
  deepStrictEqual(tills.returnsOfSale(sale.id), [second]);
  strictEqual(tills.returnsOfSale(idOf("none")), undefined);
  await stop();
});
