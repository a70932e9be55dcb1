import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import {
  lastSale,
  linesShown,
  openTill,
  tillReady,
  type,
} from "../support/till_page.ts";

const browser = createBrowser();
let node: PageNode;
const expected = [/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/];

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch" });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

browserTest(
  "while the node is away sales go on, each counts once when it is back, and what it refuses waits for a decision",
  () =>
    browser.visit({ url: node.url, expected }, async (page) => {
      await openTill(page);
      const before = (await node.must("/v1/sales")).total;
      await type(page, "miel");
      await linesShown(page, 1);
      await node.kill();

      await page.keyboard.press("F9");
      await page.locator(".till-pay").waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("Cobrada: espera al nodo").waitFor();
      // More than there is, which only the node can know.
      await type(page, "900*pan");
      await linesShown(page, 1);
      await page.keyboard.press("F9");
      await page.locator(".till-pay").waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("esperan al nodo: 2").waitFor();
      await type(page, "leche");
      await linesShown(page, 1);

      const back = Date.now();
      await node.restart();
      await page.getByText("Venta enviada y anotada").waitFor();
      await page.getByText("que el nodo no aceptó: 1").waitFor();
      await linesShown(page, 1);
      strictEqual((await node.must("/v1/sales")).total, before + 1);
      const sale = await lastSale(node);
      strictEqual(sale.lines[0].product, "honey");
      ok(Date.parse(sale.at) < back, "it happened when it was paid");

      await page.getByRole("button", { name: "Ver", exact: true }).click();
      await page.getByText(/De «Pan de molde» hay \d+ y se piden 900/)
        .waitFor();
      await page.getByRole("button", { name: "Anotar de todos modos" }).click();
      await page.getByRole("dialog", { name: "¿Anotarla como ya ocurrida?" })
        .getByRole("button", { name: "Anotar de todos modos" }).click();
      await page.getByText("Todas las ventas están anotadas.").waitFor();
      const { items } = await node.must("/v1/sales?order=desc&limit=10");
      const bread = items.find((
        { lines }: { lines: { quantity: number }[] },
      ) => lines[0]?.quantity === 900);
      strictEqual(bread?.total.amount, "7110.00");
    }),
);

browserTest(
  "a sale whose answer was lost is sent again under its id and counts once, also from another page",
  () =>
    browser.visit({ url: node.url, expected }, async (page) => {
      await openTill(page);
      const before = (await node.must("/v1/sales")).total;
      let lost = 0;
      // The node records it, and the answer never arrives.
      await page.route("**/v1/sales", async (route) => {
        if (route.request().method() === "POST") {
          await route.fetch();
          lost += 1;
        }
        await route.abort();
      });
      await type(page, "miel");
      await linesShown(page, 1);
      await page.keyboard.press("F9");
      await page.locator(".till-pay").waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("Cobrada: espera al nodo").waitFor();
      ok(lost > 0);
      await page.unroute("**/v1/sales");
      // It is sent from whichever page is opened next.
      const sent = page.waitForResponse("**/v1/sales");
      await page.goto("/");
      strictEqual((await sent).status(), 200);
      await page.goto("/till");
      await tillReady(page);
      strictEqual(await page.locator(".till-outbox").count(), 0);
      strictEqual((await node.must("/v1/sales")).total, before + 1);
      deepStrictEqual((await lastSale(node)).lines.length, 1);
    }),
);

browserTest(
  "the cart outlives a restart of the node under the page",
  () =>
    browser.visit({ url: node.url, expected }, async (page) => {
      await openTill(page);
      await type(page, "3*bol");
      await linesShown(page, 1);
      await node.restart();
      await page.reload();
      await tillReady(page);
      await linesShown(page, 1);
      await page.locator(".till-total", { hasText: "S/ 0.90" }).waitFor();
    }),
);
