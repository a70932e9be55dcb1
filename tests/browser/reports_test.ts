import { match, ok, strictEqual } from "node:assert/strict";
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
let station: PageNode;

Deno.test.beforeAll(async () => {
  branch = await startPageNode({ role: "branch", people: true });
  station = await startPageNode({ role: "station" });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await branch.stop();
  await station.stop();
});

const today = (timezone: string) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(new Date());

browserTest(
  "reports show a range of days as chart and table, exactly as the node sums it",
  () =>
    browser.visit({ url: branch.url, locale: "en-GB" }, async (page) => {
      await page.addInitScript(`localStorage.setItem("panal.language", "en")`);
      await page.goto("/");
      await signIn(page, "supervisor", PAGE_PASSWORD);
      const { timezone } = await branch.must("/v1/health");
      const date = today(timezone);
      const { count, amounts: [sum] } = await branch.must(
        `/v1/totals?site=CUS&date=${date}`,
      );
      ok(count > 0);
      await page.goto("/reports");
      const table = page.getByRole("table", { name: "Sales per day" });
      const cells = table.getByRole("row").nth(1).getByRole("cell");

      strictEqual(await cells.nth(1).innerText(), String(count));
      match(await cells.nth(3).innerText(), new RegExp(sum.amount));
      await page.locator(".report-chart canvas").waitFor();
      // A day opens with its methods, sellers and products.
      await table.getByRole("row").nth(1).press("Enter");
      await page.waitForURL(
        new RegExp(`tab=day&date=${date}|date=${date}.*tab=day`),
      );
      await page.getByRole("table").first().waitFor();
    }),
);

browserTest(
  "a day's closes stand with their supplements, and what a close covered",
  () =>
    browser.visit({ url: branch.url, locale: "es-PE" }, async (page) => {
      const { timezone } = await branch.must("/v1/health");
      const date = today(timezone);
      await branch.must("/v1/sales-closes", { date });
      await branch.must("/v1/sales", {
        lines: [{ product: "milk", quantity: 1 }],
      });
      await branch.must("/v1/sales-closes", { date });
      await page.goto("/");
      await signIn(page, "supervisor", PAGE_PASSWORD);
      await page.goto(`/reports?tab=day&date=${date}`);
      await page.getByRole("link", { name: "Cierre Z" }).waitFor();
      await page.getByRole("link", { name: "Suplemento 1" }).waitFor();
      const csv = await branch.ask(
        `/v1/sales-reports?date=${date}&format=csv&part=products`,
      );
      strictEqual(csv.status, 200);
    }),
);

browserTest(
  "a cashier is told that reports take a supervisor",
  () =>
    browser.visit({ url: branch.url, locale: "es-PE" }, async (page) => {
      await page.goto("/");
      await signIn(page, "cashier", PAGE_PASSWORD);
      await page.goto("/reports");
      await page.getByText("Hace falta el rol «supervisor»").waitFor();
    }),
);

browserTest(
  "fuel of a day and of a shift stands beside the tanks",
  () =>
    browser.visit({ url: station.url, locale: "es-PE" }, async (page) => {
      await page.goto("/reports?tab=fuel");
      await page.getByRole("table", { name: "Tanques: libro contra medición" })
        .waitFor();
      const { timezone } = await station.must("/v1/health");
      const report = await station.must(
        `/v1/day-reports/LIM/${today(timezone)}`,
      );
      const count = page.locator(".figure", { hasText: "Despachos" });
      strictEqual(
        await count.locator(".value").innerText(),
        String(report.total.count),
      );
      await page.getByRole("button", { name: "Turno", exact: true }).click();
      await page.getByLabel("Desde").waitFor();
      await page.getByRole("table", { name: "Contadores de surtidores" })
        .or(page.getByText("Nada que mostrar.")).first().waitFor();
    }),
);

const LOOKS = [
  ["range", 390, "dark", "es"],
  ["day", 820, "light", "en"],
  ["cash", 1440, "dark", "en"],
  ["range", 1440, "light", "es"],
] as const;
for (const [tab, width, scheme, language] of LOOKS) {
  browserTest(
    `the report ${tab} is accessible and fits at ${width}, ${scheme}, ${language}`,
    () =>
      browser.visit({ url: branch.url, scheme, width }, async (page) => {
        await page.addInitScript(
          `localStorage.setItem("panal.language", "${language}")`,
        );
        await page.goto("/");
        await signIn(page, "admin", PAGE_PASSWORD);
        await page.goto(`/reports?tab=${tab}`);
        await page.getByRole("table").first().waitFor();
        await fitsWidth(page);
        await axe(page);
        await screenshot(page, `reports-${tab}-${width}-${scheme}`);
      }),
  );
}
for (const [width, scheme] of [[390, "light"], [1440, "dark"]] as const) {
  browserTest(
    `the fuel report is accessible and fits at ${width}, ${scheme}`,
    () =>
      browser.visit({ url: station.url, scheme, width }, async (page) => {
        await page.goto("/reports?tab=fuel");
        await page.getByRole("table").first().waitFor();
        await fitsWidth(page);
        await axe(page);
        await screenshot(page, `reports-fuel-${width}-${scheme}`);
      }),
  );
}
