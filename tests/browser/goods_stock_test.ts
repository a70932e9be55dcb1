import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { axe, browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import { scan } from "../support/till_page.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch" });
  await node.must("/v1/products/milk", {
    details: { barcode: "7750001" },
  }, "PATCH");
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

async function onHand(product: string): Promise<number> {
  return (await node.must(`/v1/products/${product}`)).onHand;
}

browserTest(
  "a delivery of several products is taken in with the keyboard alone",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      const before = [await onHand("milk"), await onHand("bread")];
      await page.goto("/stock?tab=receive");
      const field = page.getByLabel("Escanee o busque un producto");
      await field.waitFor();
      await scan(page, "7750001");
      await page.getByLabel(/Cantidad .*Leche/).waitFor();
      await field.pressSequentially("molde");
      await page.getByRole("option", { name: /Pan de molde/ }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      const bread = page.getByLabel(/Cantidad .*Pan de molde/);
      await bread.fill("0");
      await bread.press("Enter");
      await page.getByText("Escriba una cantidad.").waitFor();
      await bread.fill("12");
      await bread.press("Enter");
      await page.getByText("Entrega recibida: 2 productos").waitFor();
      deepStrictEqual([await onHand("milk"), await onHand("bread")], [
        (before[0] ?? 0) + 1,
        (before[1] ?? 0) + 12,
      ]);
    }),
);

browserTest(
  "a count outlives a reload and the node, and what was sent twice counts once",
  () =>
    browser.visit(
      { url: node.url, expected: [/ERR_CONNECTION_REFUSED/] },
      async (page) => {
        await page.goto("/stock?tab=count");
        const field = page.getByLabel("Escanee o busque un producto");
        const milk = page.getByLabel(/Contado .*Leche/);
        await field.waitFor();
        // A scanner is faster than the node.
        for (let i = 0; i < 3; i++) await scan(page, "7750001");
        await scan(page, "no such code");
        await page.getByText("No se encontró «no such code»").waitFor();
        strictEqual(await milk.inputValue(), "3");
        await field.fill("");
        await scan(page, "coffee");
        await page.getByLabel(/Contado .*Café/).fill("10");
        await page.reload();
        strictEqual(await milk.inputValue(), "3");

        await node.kill();
        await page.getByRole("button", { name: "Enviar 2 conteos" }).click();
        await page.getByRole("listitem").getByText("El nodo no responde.")
          .first().waitFor();
        await node.restart();
        await page.getByRole("button", { name: "Enviar 2 conteos" }).click();
        await page.getByText("1 producto no coincidía").waitFor();
        await page.getByText("Escanee o busque el primer producto.").waitFor();
        deepStrictEqual([await onHand("milk"), await onHand("coffee")], [
          3,
          10,
        ]);
        const { items } = await node.must(
          "/v1/facts?type=StockCounted&limit=1000",
        );
        const counts = items.filter(({ fact }: {
          fact: { product: string; counted: number };
        }) => fact.product === "milk" && fact.counted === 3);
        strictEqual(counts.length, 1);
      },
    ),
);

browserTest(
  "stock stands by site with what others can spare, and rights of strict products by till",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.goto("/stock?tab=move");
      await page.getByRole("button", { name: "Ofrecer a otras sedes" }).click();
      await page.getByLabel("Escanee o busque un producto").waitFor();
      await scan(page, "bread");
      await page.getByLabel(/Puede ceder/).fill("4");
      await page.keyboard.press("Enter");
      await page.getByText("Oferta de «Pan de molde» anotada").waitFor();

      await page.goto("/stock");
      const row = page.getByRole("row", { name: /Pan de molde/ });
      await row.getByText("CUS 4").waitFor();
      await page.getByLabel("Solo por reponer").check();
      await row.waitFor({ state: "detached" });

      await page.goto("/stock?tab=rights");
      const coffee = page.getByRole("row", { name: /Café/ });
      await coffee.getByText("este nodo").waitFor();
      strictEqual(
        await coffee.getByRole("cell").nth(3).textContent(),
        String(await onHand("coffee")),
      );
    }),
);

browserTest(
  "goods are sent to another site, are on their way, and what came back is in stock again",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      const before = await onHand("bread");
      await page.goto("/stock?tab=move");
      await page.getByText("No hay nada en camino.").waitFor();
      await page.getByRole("button", { name: "Enviar a otra sede" }).click();
      await page.getByLabel("Escanee o busque un producto").waitFor();
      await scan(page, "bread");
      await page.getByLabel(/Cantidad .*Pan de molde/).fill("100000");
      await page.getByLabel("Va a").fill("lim");
      await page.getByLabel("Va a").press("Enter");
      await page.getByText("No hay existencias suficientes.").waitFor();
      await page.getByLabel(/Cantidad .*Pan de molde/).fill("3");
      await page.getByLabel("Va a").press("Enter");
      await page.getByText("Traslado en camino a LIM").waitFor();
      const row = page.getByRole("row", { name: /CUS → LIM/ });
      await row.getByText("3 × Pan de molde").waitFor();
      strictEqual(await onHand("bread"), before - 3);

      await row.press("Enter");
      const dialog = page.getByRole("dialog", { name: "Traslado" });
      await dialog.getByText("Vuelve a las existencias").waitFor();
      await dialog.getByLabel("Pan de molde").fill("2");
      await axe(page);
      await dialog.getByRole("button", { name: "Recibir de vuelta" }).click();
      await page.getByText("Traslado devuelto a las existencias").waitFor();
      await page.getByText("No hay nada en camino.").waitFor();
      strictEqual(await onHand("bread"), before - 1);
      await page.getByLabel("Mostrar").selectOption("all");
      await row.getByText("Recibido distinto").waitFor();
    }),
);
