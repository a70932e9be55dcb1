import { strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import {
  linesShown,
  listMore,
  MARKUP,
  openTill,
  payExact,
  type,
} from "../support/till_page.ts";

const browser = createBrowser();
let node: PageNode;
let sale: string;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch" });
  await listMore(node);
  const sold = await node.must("/v1/sales", {
    lines: [{ product: "honey", quantity: 3 }, {
      product: "markup",
      quantity: 1,
    }],
    customer: { name: MARKUP.name, document: "<i>1</i>" },
    payments: [{ method: "cash", amount: "56.50" }],
  });
  sale = sold.id;
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

const LOOKS = [
  { width: 1440, scheme: "light", language: "es" },
  { width: 820, scheme: "dark", language: "en" },
  { width: 390, scheme: "dark", language: "es" },
] as const;

/** Chooses the language before the page is loaded, as an earlier visit would have. */
async function speak(page: Page, language: string): Promise<void> {
  await page.addInitScript(
    `localStorage.setItem("panal.language", ${JSON.stringify(language)})`,
  );
}

for (const { width, scheme, language } of LOOKS) {
  browserTest(
    `the till, sales and drawer are sound at ${width} pixels, ${scheme}, in ${language}`,
    () =>
      browser.visit({ url: node.url, width, scheme }, async (page) => {
        const look = async (name: string) => {
          await axe(page);
          await fitsWidth(page);
          await screenshot(page, `${name}-${width}-${scheme}-${language}`);
        };
        await speak(page, language);
        await openTill(page);
        await type(page, "3*miel");
        await type(page, "0.5*papa");
        await type(page, "img");
        await linesShown(page, 3);
        await page.keyboard.type("a");
        await page.locator(".till-found li").first().waitFor();
        await look("till");
        await page.keyboard.press("Escape");
        await page.keyboard.press("F9");
        await page.locator(".till-pay").waitFor();
        await page.getByRole("radio").last().check();
        await look("pay");
        await page.keyboard.press("Escape");
        await page.locator(".till-pay").waitFor({ state: "detached" });
        await payExact(page);
        await look("done");
        await page.goto("/sales");
        await page.locator(".table .opens").nth(2).waitFor();
        await look("sales");
        await page.goto(`/sales?sale=${sale}`);
        await page.locator(".till-sale-actions").waitFor();
        await page.locator(".facts dd").getByText(MARKUP.name).waitFor();
        await look("sale");
        await page.goto("/cash");
        await page.locator(".till-drawer").waitFor();
        await look("cash");
        await page.goto("/cash?tab=day");
        await page.locator(".till-report").waitFor();
        await look("day");
        await page.goto("/cash?tab=history");
        await page.locator(".table .opens").first().waitFor();
        await look("drawers");
      }),
  );
}

browserTest(
  "a name that is markup is shown as it is, on tiles, in the cart and on the receipt",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await openTill(page);
      await page.getByRole("button", { name: "<b>Otros</b>" }).click();
      await page.locator(".till-tile", { hasText: MARKUP.name }).click();
      await page.locator(".till-lines", { hasText: MARKUP.name }).waitFor();
      await payExact(page);
      await page.getByRole("button", { name: "Ver recibo" }).click();
      await page.locator("pre.receipt", { hasText: "<img src=x" }).waitFor();
      strictEqual(await page.locator("img[src=x]").count(), 0);
      strictEqual(await page.evaluate("document.title"), "Caja · Panal");
    }),
);
