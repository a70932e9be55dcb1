import { ok, strictEqual } from "node:assert/strict";
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
let branch: PageNode;

Deno.test.beforeAll(async () => {
  branch = await startPageNode({ role: "branch", people: true });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await branch.stop();
});

const heading = { level: 1, name: "Inicio" } as const;

browserTest(
  "the start page names what needs attention, with the page that solves it",
  async () => {
    await branch.must("/v1/products", {
      product: "rare",
      name: "<img src=x onerror=alert(1)>",
      price: "3.00",
      stock: 1,
      details: { minimum: 2 },
    });
    await browser.visit({ url: branch.url, locale: "es-PE" }, async (page) => {
      await page.goto("/");
      await signIn(page, "supervisor", PAGE_PASSWORD);
      await page.goto("/");
      await page.getByRole("heading", heading).waitFor();
      const low = page.getByRole("link", { name: /se está[n]? acabando/ });
      await low.waitFor();

      // A name that somebody wrote is text.
      ok((await low.innerText()).includes("<img src=x onerror=alert(1)>"));
      strictEqual(await page.locator("main img").count(), 0);
      await low.click();
      await page.waitForURL(/\/stock\?tab=low/);
    });
  },
);

browserTest(
  "the start page follows today's sales as they are recorded",
  () =>
    browser.visit({ url: branch.url, locale: "es-PE" }, async (page) => {
      await page.goto("/");
      await signIn(page, "cashier", PAGE_PASSWORD);
      await page.goto("/");
      const sales = page.getByRole("link", { name: /^Ventas \d+/ });
      await sales.waitFor();
      const before = Number(await sales.locator(".value").innerText());
      await branch.must("/v1/sales", {
        lines: [{ product: "milk", quantity: 1 }],
      });
      await sales.locator(".value", { hasText: new RegExp(`^${before + 1}$`) })
        .waitFor();
      // Who sells is one press away from selling.
      await page.getByRole("link", { name: "Vender" }).click();
      await page.waitForURL(/\/till$/);
    }),
);

browserTest(
  "the start page has doors to the pages of the person's role, and to no others",
  () =>
    browser.visit({ url: branch.url, locale: "es-PE" }, async (page) => {
      await page.goto("/");
      await signIn(page, "cashier", PAGE_PASSWORD);
      await page.goto("/");
      const doors = page.locator(".home-doors");
      await doors.getByRole("link", { name: "Productos" }).waitFor();
      strictEqual(
        await doors.getByRole("link", { name: "Usuarios" }).count(),
        0,
      );
      await signIn(page, "admin", PAGE_PASSWORD);
      await page.goto("/");
      await doors.getByRole("link", { name: "Usuarios" }).waitFor();
    }),
);

for (
  const [width, scheme, language] of [
    [390, "light", "es"],
    [820, "dark", "en"],
    [1440, "dark", "es"],
    [1440, "light", "en"],
  ] as const
) {
  browserTest(
    `the start page is accessible and fits at ${width}, ${scheme}, ${language}`,
    () =>
      browser.visit({ url: branch.url, scheme, width }, async (page) => {
        await page.addInitScript(
          `localStorage.setItem("panal.language", "${language}")`,
        );
        await page.goto("/");
        await signIn(page, "admin", PAGE_PASSWORD);
        await page.goto("/");
        await page.locator(".home-attention a").first().waitFor();
        await page.locator(".figure .value").first().waitFor();
        await fitsWidth(page);
        await axe(page);
        await screenshot(page, `home-${width}-${scheme}-${language}`);
      }),
  );
}
