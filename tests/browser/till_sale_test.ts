import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import {
  lastSale,
  linesShown,
  listMore,
  openTill,
  payExact,
  scan,
  scanReady,
  tillReady,
  type,
} from "../support/till_page.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch", people: true });
  await listMore(node);
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

browserTest(
  "a sale of five products by exact cash takes 30 keys or fewer, and no mouse",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      let keys = 0;
      const press = async (key: string) => {
        keys += 1;
        await page.keyboard.press(key, { delay: 20 });
      };
      for (const word of ["mie", "pan", "lec", "bol", "jab"]) {
        for (const key of word) await press(key);
        await press("Enter");
      }
      await linesShown(page, 5);
      await press("Enter");
      await page.locator(".till-pay").waitFor();
      await press("Enter");
      await page.locator(".till-done").waitFor();

      ok(keys <= 30, `${keys} keys`);
      const sale = await lastSale(node);
      deepStrictEqual(
        sale.lines.map(({ product }: { product: string }) => product),
        ["honey", "bread", "milk", "bag", "soap"],
      );
      strictEqual(sale.total.amount, "33.40");
      deepStrictEqual(sale.payments, [{
        method: "cash",
        amount: { amount: "33.40", currency: "PEN" },
      }]);
      strictEqual(sale.seller.name, "The cashier");
      ok(sale.session !== undefined);
    }),
);

browserTest(
  "a scanner's codes come to the cart wherever the focus is, with a quantity before a star",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      await page.getByRole("button", { name: "Limpieza" }).focus();
      await scan(page, "3*7750001000024");
      await linesShown(page, 1);
      await page.locator(".till-lines button").first().focus();
      await scan(page, "7750001000024");
      await page.locator(".till-lines .count", { hasText: "4" }).waitFor();

      await scan(page, "9999999999999");
      await page.getByText("No hay ningún producto con «9999999999999»")
        .waitFor();
      await scan(page, "0.75*7750001000017");
      await linesShown(page, 2);

      // A code that is scanned while the money is taken is a product, no amount.
      await page.keyboard.press("F9");
      await page.locator(".till-pay").waitFor();
      await scan(page, "7750001000024");
      await page.locator(".till-pay").waitFor({ state: "detached" });
      await page.locator(".till-lines").getByText("5", { exact: true })
        .waitFor();
      await payExact(page);
      const { lines } = await lastSale(node);
      deepStrictEqual(
        lines.map((line: Record<string, unknown>) => [
          line["product"],
          line["quantity"],
        ]),
        [["soap", 5], ["potato", 750]],
      );
    }),
);

browserTest(
  "goods by weight, a customer, card and cash with change, and the receipt",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.addInitScript(
        "globalThis.prints = []; globalThis.print = () => prints.push(document.querySelector('.receipt-print')?.textContent)",
      );
      await openTill(page, "cashier");
      await type(page, "papa");
      await page.getByLabel("Cantidad en kg").waitFor();
      await type(page, "1,25");
      await linesShown(page, 1);
      await type(page, "miel");
      await linesShown(page, 2);
      await page.keyboard.press("F6");
      await page.getByLabel("Documento").fill("45678912");
      await page.getByLabel("Nombre o razón social").fill("Ana Ríos");
      await page.keyboard.press("Enter");

      await page.keyboard.press("F9");
      await page.getByRole("radio", { name: "Varias" }).check();
      await page.getByLabel("Tarjeta", { exact: true }).last().fill("10");
      await page.getByLabel("Efectivo recibido").fill("5");
      await page.getByText("Faltan S/ 8.25").waitFor();
      await page.getByLabel("Efectivo recibido").fill("20");
      await page.keyboard.press("Enter");
      await page.locator(".till-done .change", { hasText: "S/ 6.75" })
        .waitFor();

      const sale = await lastSale(node);
      deepStrictEqual(sale.customer, {
        name: "Ana Ríos",
        document: "45678912",
      });
      deepStrictEqual(
        sale.payments.map((
          { method, amount }: { method: string; amount: { amount: string } },
        ) => `${method} ${amount.amount}`),
        ["cash 13.25", "card 10.00"],
      );
      await page.getByRole("button", { name: "Imprimir", exact: true }).click();
      await page.locator(".receipt-print").waitFor({ state: "attached" });
      const [printed] = await page.evaluate<string[]>("globalThis.prints");
      match(printed ?? "", /Recibido +20\.00\n.*Vuelto +6\.75/);
      match(printed ?? "", /1\.250 kg x 3\.80/);
    }),
);

browserTest(
  "a supervisor gives prices and discounts, a cashier needs a supervisor's approval",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "supervisor");
      await type(page, "miel");
      await page.keyboard.press("F2");
      await page.getByLabel("Cantidad", { exact: true }).fill("2");
      await page.getByLabel("Precio especial por unidad").fill("15");
      await page.getByLabel("Descuento de esta línea").fill("10%");
      await page.getByText("S/ 27.00").waitFor();
      await page.keyboard.press("Enter");
      await page.keyboard.press("F4");
      await page.getByRole("textbox", { name: "Descuento de la venta" }).fill(
        "28",
      );
      await page.getByText("más que lo que hay que pagar").waitFor();
      await page.getByRole("textbox", { name: "Descuento de la venta" }).fill(
        "2",
      );
      await page.keyboard.press("Enter");
      await page.locator(".till-total", { hasText: "S/ 25.00" }).waitFor();
      await payExact(page);
      const sale = await lastSale(node);
      strictEqual(sale.total.amount, "25.00");
      strictEqual(sale.discount.amount, "2.00");
      strictEqual(sale.lines[0].price.amount, "15.00");
      strictEqual(sale.lines[0].discount.amount, "3.00");
    }).then(() =>
      browser.visit({ url: node.url }, async (page) => {
        await openTill(page, "cashier");
        await type(page, "miel");
        await page.keyboard.press("F2");
        await page.getByText("Un supervisor lo aprueba al cobrar").waitFor();
        await page.getByLabel("Precio especial por unidad").fill("15");
        await page.keyboard.press("Enter");
        await page.keyboard.press("F9");
        const pay = page.locator(".till-pay");
        await pay.getByLabel("Contraseña del supervisor").waitFor();
        strictEqual(
          await pay.getByRole("button", { name: "Cobrar" }).isDisabled(),
          true,
        );
      })
    ),
);

browserTest(
  "sales are held and taken up again, and cart and held sales outlive a reload",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      await type(page, "miel");
      await page.keyboard.press("F8");
      await page.getByLabel("Nombre para encontrarla").fill("Señora de rojo");
      await page.keyboard.press("Enter");
      await linesShown(page, 0);
      await scanReady(page);
      await type(page, "2*pan");
      await linesShown(page, 1);
      await page.reload();
      await tillReady(page);
      await linesShown(page, 1);
      await scanReady(page);

      await page.keyboard.press("F7");
      await page.getByRole("button", { name: "Señora de rojo" }).first()
        .click();
      await page.locator(".till-lines", { hasText: "Miel" }).waitFor();
      await page.getByRole("button", { name: "Apartadas (1)" }).waitFor();
      await payExact(page);
      const { lines } = await lastSale(node);
      deepStrictEqual(
        lines.map(({ product }: { product: string }) => product),
        ["honey"],
      );
    }),
);

browserTest(
  "a shortage says what is there, and one press sells that much",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      for (
        const [words, why, offer] of [
          ["500*pan", "Pan de molde» hay", /Vender \d+/],
          [
            "500*caf",
            "Café de Quillabamba 250 g» esta caja puede vender 10 y se piden 500",
            "Vender 10",
          ],
        ] as const
      ) {
        await type(page, words);
        await page.getByText("Aquí solo hay").waitFor();
        await page.keyboard.press("F9");
        await page.locator(".till-pay").waitFor();
        await page.keyboard.press("Enter");
        await page.getByText(why).waitFor();
        await page.getByRole("button", { name: offer }).click();
        await payExact(page);
      }
      const { lines } = await lastSale(node);
      deepStrictEqual(
        lines.map((line: Record<string, unknown>) => [
          line["product"],
          line["quantity"],
        ]),
        [["coffee", 10]],
      );
    }),
);

browserTest(
  "a price that changed under the sale is shown before anybody pays it",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      // The page hears of no change: it goes by the price that it read before.
      await page.route("**/v1/products/milk", (route) => route.abort());
      await type(page, "leche");
      await linesShown(page, 1);
      await node.must("/v1/prices", { product: "milk", price: "4.50" });
      await page.keyboard.press("F9");
      await page.locator(".till-pay").waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("Cambió un precio mientras se vendía.").waitFor();
      await page.locator(".till-total", { hasText: "S/ 4.50" }).waitFor();
      await payExact(page);
      strictEqual((await lastSale(node)).total.amount, "4.50");
    }),
);

browserTest(
  "keys change the line at hand, and every dialog gives the keys back to the scan field",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page, "cashier");
      const counts = () => page.locator(".till-lines .count").allTextContents();
      await type(page, "miel");
      await type(page, "pan");
      await linesShown(page, 2);
      await page.keyboard.press("+");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("+");
      await page.keyboard.press("+");
      await page.keyboard.press("-");
      deepStrictEqual(await counts(), ["2", "2"]);
      for (const key of ["F2", "F4", "F6", "F7", "F8", "F9"]) {
        await page.keyboard.press(key);
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      await type(page, "leche");
      await linesShown(page, 3);
      await page.keyboard.press("Delete");
      await linesShown(page, 2);
      deepStrictEqual(await counts(), ["2", "2"]);
    }),
);
