import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
  signIn,
} from "../support/browser.ts";
import {
  PAGE_PASSWORD,
  type PageNode,
  startPageNode,
} from "../support/page_node.ts";

const browser = createBrowser();
let node: PageNode;
const HOSTILE = "<img src=x onerror=alert(1)>";

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch", people: true });
  await node.must("/v1/products", {
    ...{ product: "evil", name: HOSTILE, price: "1.00", stock: 3 },
    details: { minimum: 5, description: HOSTILE },
  });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

/** Opens a page as a user. */
async function open(page: Page, user: string, path: string): Promise<void> {
  await page.goto("/sign-in");
  await signIn(page, user, PAGE_PASSWORD);
  await page.goto(path);
  await page.locator("h1").first().waitFor();
}

browserTest(
  "a supervisor makes a product with the keyboard, finds it by a scan, and changes, removes and restores it",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await open(page, "supervisor", "/products");
      await page.getByRole("row", { name: /Pan de molde/ }).waitFor();
      await page.keyboard.press("F2");
      const form = page.getByRole("dialog");
      await form.getByLabel("Nombre *").waitFor();
      await page.keyboard.type("Quinua real 1 kg");
      await form.getByLabel("Código de barras").fill("7751234567890");
      await form.getByLabel("Precio de compra").fill("8,50");
      await form.getByLabel("Precio de venta *").fill("12.50");
      await form.getByLabel("Existencias ahora").fill("7");
      await form.getByLabel("Precio de venta *").press("Enter");
      await page.getByText("«Quinua real 1 kg» creado").waitFor();
      const details = page.getByRole("dialog", { name: "Quinua real 1 kg" });
      await details.getByText("7751234567890").waitFor();
      await page.keyboard.press("Escape");

      await page.getByLabel("Buscar producto").fill("7751234567890");
      await page.getByText("1 fila", { exact: true }).waitFor();
      await page.getByRole("row", { name: /Quinua real/ }).press("Enter");
      await details.getByRole("button", { name: "Editar" }).click();
      await details.getByLabel("Mínimo").fill("9");
      await details.getByLabel("Precio de venta").fill("13.00");
      await details.getByLabel("Contado").fill("6");
      await details.getByRole("button", { name: "Guardar" }).click();
      await details.getByText("BAJO STOCK").waitFor();
      const { items: [made] } = await node.must(
        "/v1/products?text=7751234567890",
      );
      match(made.product, /^CUS-PROD-/);
      deepStrictEqual([made.price.amount, made.onHand, made.details], [
        "13.00",
        6,
        {
          ...{ barcode: "7751234567890", cost: "8.50 PEN" },
          ...{ minimum: 9, unit: "piece" },
        },
      ]);

      await details.getByRole("button", { name: "Retirar" }).click();
      const question = page.getByRole("dialog", { name: /¿Retirar/ });
      await question.getByRole("button", { name: "Retirar" }).click();
      await page.getByText("«Quinua real 1 kg» retirado").waitFor();
      await page.getByText("Ningún producto coincide").waitFor();
      await page.getByLabel("Mostrar").selectOption("removed");
      await page.getByRole("row", { name: /Quinua real/ }).click();
      await details.getByRole("button", { name: "Volver a vender" }).click();
      await details.getByRole("button", { name: "Editar" }).waitFor();
    }),
);

browserTest(
  "what is to be restocked is listed with a word, and a hostile name is text",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await open(page, "supervisor", "/products?show=low");
      const row = page.getByRole("row", { name: /evil/ });
      await row.getByText("BAJO STOCK").waitFor();
      strictEqual(await row.getByText(HOSTILE).count(), 1);
      strictEqual(await page.locator("img[src=x]").count(), 0);
      await row.click();
      await page.getByRole("dialog", { name: HOSTILE })
        .getByText(HOSTILE).last().waitFor();
      strictEqual(await page.locator("img[src=x]").count(), 0);
    }),
);

browserTest(
  "a cashier sees products and prices, and why there is no more",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await open(page, "cashier", "/products?product=bread");
      const dialog = page.getByRole("dialog", { name: "Pan de molde" });
      await dialog.getByText("Solo un supervisor puede hacer cambios.")
        .waitFor();
      strictEqual(await dialog.getByRole("button").count(), 1);
      await page.keyboard.press("Escape");
      strictEqual(await page.getByRole("button", { name: /nuevo/ }).count(), 0);
      await page.goto("/stock?tab=receive");
      await page.getByText("Solo un supervisor puede hacer cambios.").waitFor();
      await page.goto("/prices");
      await page.getByRole("row", { name: /Leche evaporada/ }).click();
      await page.getByRole("dialog")
        .getByText("Solo un supervisor puede hacer cambios.").waitFor();
    }),
);

const PLACES = {
  products: "/products",
  product: "/products?product=evil",
  stock: "/stock",
  receive: "/stock?tab=receive",
  count: "/stock?tab=count",
  move: "/stock?tab=move",
  rights: "/stock?tab=rights",
  prices: "/prices",
  later: "/prices?tab=later",
  oversells: "/oversells",
} as const;

const ALL = Object.keys(PLACES) as (keyof typeof PLACES)[];

for (
  const { scheme, language, width, places } of [
    { scheme: "light", language: "es", width: 1440, places: ALL },
    { scheme: "dark", language: "en", width: 390, places: ALL },
    {
      ...{ scheme: "dark" as const, language: "es", width: 820 },
      places: ["product", "stock", "count", "later"],
    },
    {
      ...{ scheme: "light" as const, language: "en", width: 390 },
      places: ["products", "prices"],
    },
  ] as const
) {
  browserTest(
    `pages of goods are sound for everybody: ${scheme}, ${language}, ${width} px`,
    () =>
      browser.visit({ url: node.url, scheme, width }, async (page) => {
        await open(page, "supervisor", "/sign-in");
        await page.evaluate(
          `localStorage.setItem("panal.language", "${language}")`,
        );
        for (const name of places) {
          await page.goto(PLACES[name]);
          await page.locator("h1").first().waitFor();
          while (await page.locator(".loading").count() > 0) {
            await page.waitForTimeout(50);
          }
          await axe(page);
          await fitsWidth(page);
          await screenshot(page, `goods-${name}-${width}-${scheme}`);
        }
      }),
  );
}
