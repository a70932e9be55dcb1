import { ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { saidMessage, saidSale } from "../support/branch_messages.ts";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import {
  type CentralServer,
  OriginalCentral,
  serveOriginalCentral,
} from "../support/original_central.ts";
import { createProcessGroup, type ProcessGroup } from "../support/processes.ts";
import { settled } from "../support/settled_page.ts";

const XSS = "<img src=x onerror=alert(1)>";
const browser = createBrowser();
const central = new OriginalCentral();
let server: CentralServer;
let group: ProcessGroup;
let office: NodeProcess;
let branch: NodeProcess;

Deno.test.beforeAll(async () => {
  group = await createProcessGroup();
  server = serveOriginalCentral(central);
  office = await group.run(group.args({
    name: "office",
    more: ["--surface", "branch-sync=127.0.0.1:0"],
  }));
  branch = await group.run(group.args({
    name: "cusco",
    site: "CUS",
    more: ["--notify", server.url],
  }));
});
Deno.test.afterAll(async () => {
  await browser.close();
  await group[Symbol.asyncDispose]();
  await server.stop();
});

async function post(
  url: string,
  body: unknown,
  status = [200, 201],
): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  ok(status.includes(response.status), `${url}: ${text}`);
}

async function look(page: Page, name: string): Promise<void> {
  await settled(page);
  for (const width of [390, 820, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await fitsWidth(page);
    await screenshot(page, `links-${name}-${width}`);
  }
  await axe(page, "main");
}

browserTest(
  "branch-sync 8: state, pending sales, history, and synchronise now with its result",
  () =>
    browser.visit({ url: branch.ready.http }, async (page) => {
      const { http } = branch.ready;
      const named = { product: "99", name: "Miel", price: "2.50", stock: 10 };
      await post(`${http}/v1/products`, named);
      for (const product of ["1", "99"]) {
        const lines = [{ product, quantity: 1 }];
        await post(`${http}/v1/sales`, { lines });
      }
      await page.goto("/links");
      await page.getByText("Ventas pendientes").waitFor();
      await page.getByRole("button", { name: "Sincronizar ahora" }).click();
      await page.getByText("Ningún otro nodo está al alcance").first()
        .waitFor();
      await look(page, "sync");
    }),
);

browserTest(
  "a notice that the central refused is sent again, or counted as told, once somebody decides",
  () =>
    browser.visit({ url: branch.ready.http, scheme: "dark" }, async (page) => {
      await page.goto("/links?tab=central&state=set_aside");
      const row = page.getByRole("row").filter({ hasText: "Rechazado" });
      await row.click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("The central answered 404").waitFor();
      await axe(page, "dialog");
      const before = central.arrived.length;
      await dialog.getByRole("button", { name: "Enviar otra vez" }).click();
      const question = page.getByRole("dialog", { name: "¿Enviar otra vez?" });
      await question.getByText("lo contará dos veces").waitFor();
      await question.getByRole("button", { name: "Enviar otra vez" }).click();
      await page.getByText("El aviso se enviará otra vez").waitFor();

      await page.goto("/links?tab=central");
      await row.click();
      strictEqual(central.arrived.length, before + 1);
      await dialog.getByRole("button", { name: "Dar por contado" }).click();
      await page.getByRole("dialog", { name: "¿Dar por contado?" })
        .getByRole("button", { name: "Dar por contado" }).click();
      await page.getByText("Nada espera").waitFor();
      await look(page, "central");
    }),
);

browserTest(
  "an office sees branches, a conflict with both versions, and marks it as seen to",
  () =>
    browser.visit({ url: office.ready.http }, async (page) => {
      const to = `${office.ready.surfaces["branch-sync"]}`.replace(/\/$/, "");
      for (const quantity of [1, 2]) {
        const sale = saidSale({
          number: 1,
          quantity,
          products: [{ stock: 10, name: "Leche & miel" }],
        });
        await post(`${to}/api/sincronizar`, saidMessage([sale]));
      }
      await page.goto("/links");
      // The history names the sale too.
      await page.getByRole("row").filter({ hasText: "ABA-20250304-001" })
        .filter({ hasNotText: "Recepción" }).click();
      const dialog = page.getByRole("dialog");
      strictEqual(await dialog.locator("pre").count(), 2);
      await dialog.getByLabel("Nota").fill("Las dos son buenas");
      await dialog.getByRole("button", { name: "Dar por visto" }).click();
      await page.getByText("Quedó como visto").waitFor();
      await page.getByRole("row").filter({ hasText: "ABA-20250304-001" })
        .filter({ hasText: "Visto" }).waitFor();
      await page.getByRole("button", { name: "Aceptar ABA" }).click();
      await page.getByText("Sucursal ABA aceptada").waitFor();
      await page.getByRole("row").filter({ hasText: "Activa" }).waitFor();
      await page.getByRole("row").filter({ hasText: "Recepción" }).first()
        .waitFor();
      await look(page, "office");
    }),
);

browserTest(
  "a notice leaves quarantine once its product is made known",
  () =>
    browser.visit({ url: office.ready.http }, async (page) => {
      const to = `${office.ready.surfaces["inventory-central"]}`
        .replace(/\/$/, "");
      await post(`${to}/sale-notification`, {
        "branch_id": XSS,
        "product_id": 777,
        "quantity_sold": 2,
        "timestamp": "2026-11-22T10:00:00",
        "sale_price": 9,
      }, [404]);
      await page.goto("/links?tab=notices&show=quarantine");
      await page.getByText("1 aviso en cuarentena: nombra").waitFor();
      await page.getByRole("row").filter({ hasText: XSS }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Nombre", { exact: true }).fill("Algarrobina");
      await dialog.getByLabel("Precio").fill("4,50");
      await dialog.getByRole("button", { name: "Crear producto" }).click();
      await page.getByText("sus avisos cuentan").waitFor();
      await page.getByText("Ninguno en cuarentena").waitFor();
      await page.goto("/links?tab=notices");
      await page.getByRole("row").filter({ hasText: XSS }).waitFor();
      await look(page, "notices");
    }),
);

browserTest(
  "connections and fleet links are shown in English and dark",
  () =>
    browser.visit({ url: office.ready.http, scheme: "dark" }, async (page) => {
      await page.addInitScript(`localStorage.setItem("panal.language", "en")`);
      for (const tab of ["equipment", "fleet"]) {
        await page.goto(`/links?tab=${tab}`);
        await look(page, tab);
        strictEqual(await page.locator("main .panel.bad").count(), 0, tab);
      }
      await page.getByLabel("Who decides").selectOption("regional");
      await page.getByText("0 rows").first().waitFor();
      strictEqual(await page.locator("main .panel.bad").count(), 0);
      await page.goto("/links?tab=equipment");
      await page.getByRole("row").filter({ hasText: "branch-sync" })
        .filter({ hasText: "Open" }).waitFor();
    }),
);
