import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import { createProcessGroup, type ProcessGroup } from "../support/processes.ts";

const HOSTILE = `<img src=x onerror="document.title='owned'">`;
const WIDTHS = [390, 820, 1440];
/** The pages of each surface. */
const PAGES = {
  "inventory-branch": ["/", "/dashboard"],
  "inventory-central": ["/dashboard", "/new-sale", "/docs", "/redoc"],
} as const;
type Surface = keyof typeof PAGES;

const browser = createBrowser();
let group: ProcessGroup;
let node: NodeProcess;

Deno.test.beforeAll(async () => {
  group = await createProcessGroup();
  node = await group.run([
    ...["branch+office", "--site", "CUS", "--data", group.dataOf("node")],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error", "--surface", "branch-sync=off"],
    ...Object.keys(PAGES).flatMap((name) => [
      "--surface",
      `${name}=127.0.0.1:0`,
    ]),
  ]);
  await sample();
});
Deno.test.afterAll(async () => {
  await browser.close();
  await group[Symbol.asyncDispose]();
});

function at(surface: Surface): string {
  return (node.ready.surfaces[surface] ?? "").replace(/\/$/, "");
}

async function post(
  surface: Surface,
  path: string,
  body: unknown,
): Promise<void> {
  const response = await fetch(`${at(surface)}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  strictEqual(response.status, 200, await response.text());
}

/** Goods and sales, some of them with names that are no names. */
async function sample(): Promise<void> {
  const hostile = { id: 42, name: HOSTILE, price: 6, stock: 12 };
  await post("inventory-branch", "/inventory", hostile);
  for (const id of [1, 2, 42]) {
    await post("inventory-branch", "/sales", { "product_id": id, quantity: 2 });
    await post("inventory-central", "/sale-notification", {
      ...{ "branch_id": HOSTILE, "product_id": id, "quantity_sold": 3 },
      ...{ timestamp: "2025-10-01T18:02:09", "sale_price": 12.5 },
    });
  }
}

async function look(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  // What a person may open is looked at open.
  await page.evaluate(
    "document.querySelectorAll('details').forEach((one, i) => { one.open = i % 2 === 0 })",
  );
  await axe(page);
  strictEqual(await page.locator("img").count(), 0);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await fitsWidth(page);
    await screenshot(page, `${name}-${width}`);
  }
}

for (const surface of Object.keys(PAGES) as Surface[]) {
  browserTest(
    `the pages of ${surface} are sound in both themes and at every width, and hostile names are text`,
    async () => {
      for (const scheme of ["light", "dark"] as const) {
        await browser.visit({ url: at(surface), scheme }, async (page) => {
          for (const path of PAGES[surface]) {
            const name = `${surface}${path.replaceAll(/\W+/g, "-")}-${scheme}`;
            await look(page, path, name);
          }
          await page.goto("/dashboard");
          ok((await page.locator("main").innerText()).includes(HOSTILE));
          const [back, image] = await page.evaluate<string[]>(
            "[getComputedStyle(document.body).backgroundColor, document.title]",
          );
          strictEqual(
            back,
            scheme === "dark" ? "rgb(20, 18, 14)" : "rgb(247, 245, 240)",
          );
          match(image ?? "", /EcoMarket/);
        });
      }
    },
  );
}

browserTest(
  "a person comes from the node's own pages, enters a sale by the keyboard alone, and sees what became of it",
  () =>
    browser.visit(
      { url: at("inventory-central"), width: 390 },
      async (page) => {
        await page.goto("/dashboard");
        await page.getByRole("link", { name: "Registrar Nueva Venta" }).click();
        await page.getByLabel("Sucursal:").fill("Norte <b>2</b>");
        await page.keyboard.press("Tab");
        await page.keyboard.type("Quinoa");
        await page.keyboard.press("Tab");
        await page.keyboard.type("3");
        strictEqual(
          await page.getByLabel("Precio Total:").inputValue(),
          "37.50",
        );
        await page.keyboard.press("Enter");

        await page.getByRole("heading", { name: "✅ Venta registrada" })
          .waitFor();
        const said = await page.locator("main").innerText();
        ok(said.includes("Norte <b>2</b> vendió 3x Quinoa por $37.5"), said);
        await axe(page);
        await fitsWidth(page);
        await screenshot(page, "inventory-central-answer-390");
        await page.getByRole("link", { name: "Ir al Dashboard" }).click();
        const row = page.locator("tr", { hasText: "Norte <b>2</b>" });
        deepStrictEqual(
          (await row.locator("td").allInnerTexts()).slice(1),
          ["Norte <b>2</b>", "Quinoa", "3", "$37.5", "$37.5", "$0.0"],
        );
      },
    ),
);

browserTest(
  "a name of no product is told on a page that leads back",
  () =>
    browser.visit(
      { url: at("inventory-central"), expected: [/status of 422/] },
      async (page) => {
        await page.goto("/new-sale");
        await page.getByLabel("Producto:").fill("Té que no hay");
        await page.getByRole("button", { name: "Enviar Venta" }).click();

        await page.getByText("❌ Producto no encontrado.").waitFor();
        await axe(page);
        await page.getByRole("link", { name: "Volver" }).click();
        await page.getByLabel("Producto:").waitFor();
      },
    ),
);

browserTest(
  "an operation is tried on the API page, under its policy",
  () =>
    browser.visit({ url: at("inventory-branch") }, async (page) => {
      await page.goto("/");
      const one = page.locator("details", { hasText: "/sales/stats" });
      await one.locator("summary").click();
      await one.getByRole("button", { name: "Probar" }).click();

      await one.locator("output", { hasText: "total_sales" }).waitFor();
    }),
);

browserTest(
  "D-45: a form of another host's page is refused",
  () =>
    browser.visit(
      { url: "http://evil.example", expected: [/status of 403/] },
      async (page) => {
        const before = await notifications();
        const target = `${at("inventory-central")}/submit-sale`;
        const body = `<form method="POST" action="${target}">
        <input name="branch_id" value="Ajena"><input name="product_id" value="5">
        <input name="quantity_sold" value="1"><input name="sale_price" value="1"><button>Go</button></form>`;
        await page.route(
          "http://evil.example/",
          (route) => route.fulfill({ contentType: "text/html", body }),
        );
        await page.goto("/");
        const [answer] = await Promise.all([
          page.waitForResponse(target),
          page.getByRole("button").click(),
        ]);

        strictEqual(
          answer.request().headers()["origin"],
          "http://evil.example",
        );
        strictEqual(answer.status(), 403);
        strictEqual(await notifications(), before);
      },
    ),
);

async function notifications(): Promise<number> {
  const response = await fetch(`${at("inventory-central")}/`);
  return (await response.json()).total_notifications;
}
