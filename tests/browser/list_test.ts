import { ok, strictEqual } from "node:assert/strict";
import { browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import { until } from "../support/processes.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch" });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

/** Rows of a list that is far longer than a node of a test could be filled with. */
const ALL = 1_000_000;

/** So many of them somebody scrolls past. */
const ROWS_READ = 1_800;

browserTest(
  "a list over a million sales holds and draws only what is near, however far somebody scrolls",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      const { items: [sale] } = await node.must("/v1/sales?limit=1");
      let read = 0;
      await page.route(/\/v1\/sales\?/, async (route) => {
        const asked = new URL(route.request().url()).searchParams;
        const at = Number(asked.get("cursor") ?? 0);
        const limit = Number(asked.get("limit"));
        read = Math.max(read, at + limit);
        const items = Array.from({ length: limit }, (_, i) => {
          const number = String(at + i).padStart(8, "0");
          return {
            ...sale,
            id: sale.id.slice(0, -8) + number,
            receipt: number,
          };
        });
        const json = { items, total: ALL, next: String(at + limit) };
        await route.fulfill({ json });
      });
      await page.goto("/sales");
      await page.getByText("1,000,000 filas").waitFor();
      const rows = page.locator(".table .row");
      // The end moves away each time that more rows have come.
      while (read < ROWS_READ) {
        const before = read;
        await until("more rows are read", async () => {
          await page.evaluate(
            "document.querySelector('.table.scrolls').scrollTop = 1e9",
          );
          return read > before;
        });
        ok(await rows.count() < 80, "rows that nobody sees are not drawn");
      }
      await page.evaluate(
        "document.querySelector('.table.scrolls').scrollTop = 0",
      );
      await page.getByText("00000000", { exact: true }).waitFor();
      strictEqual(await page.getByText("00000300", { exact: true }).count(), 0);
    }),
);

browserTest(
  "a list shows a new sale at its top without losing what it had",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.goto("/sales");
      await page.locator(".table .opens").first().waitFor();
      await page.evaluate(`
      globalThis.emptied = 0;
      new MutationObserver(() => {
        if (document.querySelector(".table .opens") === null) emptied += 1;
      }).observe(document.querySelector("main"), { childList: true, subtree: true });
    `);
      const sale = await node.must("/v1/sales", {
        lines: [{ product: "bag", quantity: 7 }],
      });
      await page.getByText(sale.receipt).waitFor();
      strictEqual(await page.evaluate("emptied"), 0);
    }),
);
