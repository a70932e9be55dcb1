import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  signIn,
} from "../support/browser.ts";
import {
  PAGE_PASSWORD,
  type PageNode,
  startPageNode,
} from "../support/page_node.ts";
import {
  lastSale,
  linesShown,
  listMore,
  openTill,
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

/** Sells three honeys and 1.25 kg of potatoes with discounts: 50.50 + 4.75 - 3.00. */
function sellMixed() {
  return node.must("/v1/sales", {
    lines: [
      { product: "honey", quantity: 3, discount: "5.00" },
      { product: "potato", quantity: 1250 },
    ],
    discount: "3.00",
    payments: [
      { method: "cash", amount: "30.00" },
      { method: "card", amount: "22.25" },
    ],
  });
}

browserTest(
  "a supervisor finds a sale by its number, sees its facts, takes goods back and voids",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await signIn(page, "supervisor", PAGE_PASSWORD);
      const sale = await sellMixed();
      await page.goto("/sales");
      await page.getByLabel("Número de recibo").fill(sale.receipt);
      await page.keyboard.press("Enter");
      await page.getByText("1 fila", { exact: true }).waitFor();
      await page.getByText(sale.receipt).click();
      const details = page.getByRole("dialog", { name: sale.receipt });
      await details.getByText(sale.log).waitFor();
      await details.getByText("Miel de abeja 500 g: S/ 5.00").waitFor();
      strictEqual(
        await details.getByRole("link", { name: sale.id }).getAttribute("href"),
        `/journal?fact=${sale.id}`,
      );

      // What comes back costs what was paid for it, discounts of line and sale shared out.
      await details.getByRole("button", { name: "Devolver" }).click();
      await page.getByLabel("Miel de abeja 500 g", { exact: true }).fill("1");
      await page.getByRole("button", { name: "Todo: Papa nativa" }).click();
      await page.getByLabel("Motivo").fill("dañado");
      await page.getByText("S/ 20.41").waitFor();
      await page.getByRole("dialog").last()
        .getByRole("button", { name: "Devolver" }).click();
      await page.getByText("Ya volvieron productos de esta venta").waitFor();
      const back = await lastSale(node);
      strictEqual(back.returns.sale, sale.id);
      strictEqual(back.total.amount, "-20.41");
      deepStrictEqual(back.payments, [{
        method: "cash",
        amount: { amount: "-20.41", currency: "PEN" },
      }]);

      const other = await sellMixed();
      await page.goto(`/sales?sale=${other.id}`);
      await page.getByRole("button", { name: "Anular" }).click();
      await page.getByLabel("Motivo").fill("se cobró dos veces");
      await page.keyboard.press("Enter");
      await page.getByText("Esta venta está anulada").waitFor();
      strictEqual((await node.must(`/v1/sales/${other.id}`)).voided, true);
    }),
);

browserTest(
  "a cashier reads sales and prints them again, and is told who approves returns and voids",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.addInitScript(
        "globalThis.print = () => document.title = 'printed'",
      );
      await signIn(page, "cashier", PAGE_PASSWORD);
      const sale = await sellMixed();
      await page.goto(`/sales?sale=${sale.id}`);
      await page.getByText("un supervisor lo aprueba aquí").waitFor();
      await page.getByRole("button", { name: "Reimprimir" }).click();
      await page.locator(".receipt-print").waitFor({ state: "attached" });
      strictEqual(await page.evaluate("document.title"), "printed");
      await page.emulateMedia({ media: "print" });
      strictEqual(await page.locator(".receipt-print").isVisible(), true);
      strictEqual(await page.locator("main").isVisible(), false);
      await page.emulateMedia({ media: "screen" });
      await page.goto("/cash?tab=day");
      await page.getByText("Lo hace un supervisor").waitFor();
    }),
);

browserTest(
  "a supervisor approves a void, a return and a discount at a cashier's till, whose session goes on",
  () =>
    browser.visit({ url: node.url, width: 390 }, async (page) => {
      const approve = async (password: string) => {
        const fields = page.getByRole("group", { name: /Aprobación/ });
        await fields.getByLabel("Usuario del supervisor").fill("supervisor");
        await fields.getByLabel("Contraseña del supervisor").fill(password);
      };
      const dialog = page.getByRole("dialog");
      const factOf = async (id: string) =>
        (await node.must(`/v1/facts/${id}`)).items[0].fact;
      await signIn(page, "cashier", PAGE_PASSWORD);
      const [voided, returned] = [await sellMixed(), await sellMixed()];
      await page.goto(`/sales?sale=${voided.id}`);
      await page.getByRole("button", { name: "Anular" }).click();
      await page.getByLabel("Motivo").fill("se cobró dos veces");
      const doVoid = dialog.last().getByRole("button", { name: "Anular" });
      strictEqual(await doVoid.isDisabled(), true);
      await approve("something else");
      await doVoid.click();
      await dialog.getByText("Nadie que pueda aprobarlo").waitFor();
      await approve(PAGE_PASSWORD);
      await axe(page);
      await fitsWidth(page);
      await doVoid.click();
      await page.getByText("Esta venta está anulada").waitFor();
      strictEqual((await node.must(`/v1/sales/${voided.id}`)).voided, true);
      const { items } = await node.must("/v1/facts?type=SaleVoided&order=desc");
      deepStrictEqual(
        [items[0].fact.by.name, items[0].fact.approvedBy.name],
        ["The cashier", "The supervisor"],
      );

      await page.goto(`/sales?sale=${returned.id}`);
      await page.getByRole("button", { name: "Devolver" }).click();
      await page.getByRole("button", { name: "Todo: Papa nativa" }).click();
      await page.getByLabel("Motivo").fill("dañado");
      await approve(PAGE_PASSWORD);
      await dialog.last().getByRole("button", { name: "Devolver" }).click();
      await page.getByText("Ya volvieron productos de esta venta").waitFor();
      const back = await factOf((await lastSale(node)).id);
      strictEqual(back.approvedBy.name, "The supervisor");

      await openTill(page);
      await type(page, "miel");
      await linesShown(page, 1);
      await page.getByRole("button", { name: "Descuento" }).click();
      await page.getByRole("textbox", { name: "Descuento de la venta" }).fill(
        "2",
      );
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Cobrar" }).click();
      await approve(PAGE_PASSWORD);
      await page.locator(".till-pay").getByRole("button", { name: "Cobrar" })
        .click();
      await page.locator(".till-done").waitFor();
      const sold = await factOf((await lastSale(node)).id);
      deepStrictEqual(
        [sold.discount, sold.seller.name, sold.approvedBy.name],
        [200, "The cashier", "The supervisor"],
      );
      const { user } = await (await page.request.get("/v1/sessions/current"))
        .json();
      strictEqual(user.name, "cashier");
    }),
);

browserTest(
  "sales are found by who sold, how they were paid and how much they were",
  () =>
    browser.visit({ url: node.url, width: 390 }, async (page) => {
      await signIn(page, "cashier", PAGE_PASSWORD);
      await node.must("/v1/sales", {
        lines: [{ product: "milk", quantity: 3 }],
        payments: [{ method: "wallet", amount: "12.60" }],
      });
      await page.goto("/sales");
      await page.getByText("Más filtros").click();
      await page.getByLabel("Pago").selectOption("wallet");
      await page.getByText("1 fila", { exact: true }).waitFor();
      await page.getByLabel("Vendedor").fill("ADMIN");
      await page.getByLabel("Importe desde").fill("12,60");
      await page.keyboard.press("Enter");
      await page.getByText("1 fila", { exact: true }).waitFor();
      await page.getByRole("row", { name: /S\/ 12\.60/ }).waitFor();
      await page.getByLabel("Importe desde").fill("12.61");
      await page.keyboard.press("Enter");
      await page.getByText("No hay ventas con estos filtros.").waitFor();
      await page.getByLabel("Importe hasta").fill("x");
      await page.getByText("Escriba un importe").waitFor();
      await axe(page);
      await fitsWidth(page);
      await page.getByRole("button", { name: "Quitar filtros" }).click();
      await page.getByRole("row", { name: /S\/ 12\.60/ }).waitFor();
      strictEqual(await page.getByLabel("Importe desde").inputValue(), "");
    }),
);

browserTest(
  "a drawer is closed by its count and opened again, with cash moved and a history",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await signIn(page, "cashier", PAGE_PASSWORD);
      const open = await node.must("/v1/cash-sessions/current");
      const due = (method: string): number =>
        Number(
          open.expected.find((one: { method: string }) => one.method === method)
            ?.amount.amount,
        );
      await page.goto("/cash");
      await page.getByRole("button", { name: "Entrada o salida" }).click();
      await page.getByLabel("Importe").fill("40");
      await page.getByLabel("Motivo").fill("al banco");
      await page.keyboard.press("Enter");
      await page.getByText("sale S/ 40.00").waitFor();

      await page.getByRole("button", { name: "Contar y cerrar" }).click();
      await page.getByLabel("S/ 20", { exact: true }).fill("5");
      await page.getByLabel("S/ 0.50").fill("3");
      await page.getByText("Contado: S/ 101.50").waitFor();
      await page.reload();
      await page.getByRole("button", { name: "Contar y cerrar" }).click();
      await page.getByText("Contado: S/ 101.50").waitFor();
      await page.getByRole("button", { name: "Coincide: Tarjeta" }).click();
      await page.getByRole("button", { name: "Cerrar la caja" }).click();
      await page.getByText("La caja está cerrada").waitFor();

      const closed = await node.must(`/v1/cash-sessions/${open.id}`);
      const of = (
        list: { method: string; amount: { amount: string } }[],
        method: string,
      ) => list.find((one) => one.method === method)?.amount.amount;
      strictEqual(of(closed.counted, "cash"), "101.50");
      strictEqual(
        of(closed.differences, "cash"),
        (101.5 - (due("cash") - 40)).toFixed(2),
      );
      strictEqual(of(closed.differences, "card"), "0.00");

      await page.getByLabel("Fondo inicial").fill("50");
      await page.getByLabel("Nombre de la caja").fill("Caja 2");
      await page.keyboard.press("Enter");
      await page.getByText("Caja abierta con S/ 50.00").waitFor();
      await page.getByRole("heading", { name: "Caja 2" }).waitFor();
      await page.getByRole("button", { name: "Cajas anteriores" }).click();
      await page.getByText(/^(faltan|sobran) S\//).first().click();
      await page.getByRole("dialog").getByText("al banco").waitFor();
    }),
);

browserTest(
  "a day is closed, and what comes later goes to a supplement",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.addInitScript("globalThis.print = () => undefined");
      await signIn(page, "supervisor", PAGE_PASSWORD);
      await page.goto("/cash?tab=day");
      await page.getByRole("heading", { name: /^X de esta caja/ }).waitFor();
      const confirm = (name: string) =>
        page.getByRole("dialog").getByRole("button", { name }).click();
      await page.getByRole("button", { name: "Cerrar el día (Z)" }).click();
      await confirm("Cerrar el día (Z)");
      await page.getByRole("heading", { name: /^Z del/ }).waitFor();
      await page.getByText("coincide con lo que hay aquí").waitFor();
      const late = await sellMixed();
      const supplement = "Cerrar lo que llegó después (suplemento)";
      await page.getByRole("button", { name: supplement }).click();
      await confirm(supplement);
      await page.getByRole("heading", { name: /^Suplemento 1/ }).waitFor();
      const { items } = await node.must("/v1/sales-closes?till=own");
      const second = items.find(({ number }: { number: number }) =>
        number === 1
      );
      strictEqual(second.report.receipts.first, late.receipt);

      await page.getByRole("button", { name: supplement }).click();
      await confirm(supplement);
      await page.getByText("no llegó nada después").waitFor();
      await page.getByRole("button", { name: "Imprimir X" }).click();
      await page.locator(".receipt-print").waitFor({ state: "attached" });
    }),
);
