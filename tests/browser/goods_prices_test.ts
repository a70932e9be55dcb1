import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { axe, browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch" });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

async function priceOf(product: string): Promise<string> {
  return (await node.must(`/v1/products/${product}`)).price.amount;
}

browserTest(
  "a price is set now, another scheduled, shown with who knows of it, and cancelled",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.goto("/prices");
      await page.getByLabel("Buscar producto").fill("miel");
      await page.getByText("1 fila", { exact: true }).waitFor();
      const row = page.getByRole("row", { name: /Miel/ });
      await row.press("Enter");
      const dialog = page.getByRole("dialog", { name: /Precio de Miel/ });
      await dialog.getByText("sin otros pares").waitFor();
      await dialog.getByText("Ver en el diario").waitFor();
      await dialog.getByLabel("Precio nuevo").fill("x");
      await dialog.getByLabel("Precio nuevo").press("Enter");
      await dialog.getByText("Escriba un precio").waitFor();
      await dialog.getByLabel("Precio nuevo").fill("19,90");
      await dialog.getByLabel("Precio nuevo").press("Enter");
      await page.getByText("Precio de «Miel de abeja 500 g» cambiado")
        .waitFor();
      await row.getByText("19.90").waitFor();
      strictEqual(await priceOf("honey"), "19.90");

      await row.press("Enter");
      await dialog.getByLabel("Precio nuevo").fill("25.00");
      await dialog.getByLabel("Vale desde").selectOption("later");
      await dialog.getByLabel("Fecha").fill("2020-01-01");
      await dialog.getByRole("button", { name: "Programar" }).click();
      await dialog.getByText("Ya pasó").waitFor();
      await dialog.getByLabel("Fecha").fill("2199-01-01");
      await dialog.getByLabel("Hora").fill("08:30");
      await axe(page);
      await dialog.getByRole("button", { name: "Programar" }).click();
      await page.getByText(/«Miel de abeja 500 g» programado/).waitFor();
      const { items: [coming] } = await node.must("/v1/price-changes");
      // The browser's zone is Lima, five hours behind UTC.
      deepStrictEqual([coming.price.amount, coming.effectiveAt], [
        "25.00",
        "2199-01-01T13:30:00.000000Z",
      ]);

      await page.getByRole("button", { name: "Programados" }).click();
      const later = page.getByRole("row", { name: /Miel/ });
      await later.getByText("25.00").waitFor();
      await later.press("Enter");
      await dialog.getByText("Quién lo sabe").waitFor();
      await dialog.getByRole("button", { name: "Cancelar el cambio" }).click();
      await page.getByRole("dialog", { name: /¿Cancelar/ })
        .getByRole("button", { name: "Cancelar el cambio" }).click();
      await page.getByText("No hay cambios de precio programados.").waitFor();
      strictEqual(await priceOf("honey"), "19.90");
      deepStrictEqual((await node.must("/v1/price-changes")).items, []);
    }),
);

browserTest(
  "what was sold and is not there gets the remedy that a person chose",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await node.must("/v1/sales", {
        lines: [{ product: "bread", quantity: 50 }],
        observation: true,
      });
      await page.goto("/oversells");
      const row = page.getByRole("row", { name: /Pan de molde/ });
      await row.getByText("propuesto").waitFor();
      await row.press("Enter");
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Remedio").selectOption("transfer");
      await dialog.getByLabel("Sede que lo manda").fill("cus");
      await dialog.getByRole("button", { name: "Decidir" }).click();
      await dialog.getByText("Escriba el código de otra sede.").waitFor();
      await dialog.getByLabel("Sede que lo manda").fill("lim");
      await axe(page);
      await dialog.getByRole("button", { name: "Decidir" }).click();
      await page.getByText(/Remedio anotado/).waitFor();
      await page.getByText("Ninguna sobreventa por decidir.").waitFor();
      await page.getByLabel("Mostrar").selectOption("fixed");
      await row.getByText("Traer de LIM").waitFor();
      const { items: [item] } = await node.must("/v1/oversells");
      deepStrictEqual([item.remedy, item.from], ["transfer", "LIM"]);
    }),
);
