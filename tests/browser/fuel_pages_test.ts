import { match, ok, strictEqual } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import { LinePump } from "../support/line_pump.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import { openAs, settledVisits } from "../support/settled_page.ts";

const browser = createBrowser();
let node: PageNode;
let pump: LinePump;

const HOSTILE = '<img src=x onerror="document.title=1">';
const PATHS = ["/pumps", "/tanks", "/fuel-prices", "/deliveries"];

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "station", people: true });
  await node.must("/v1/pumps", { name: HOSTILE, pump: 4 });
  const { surfaces } = await node.must("/v1/health");
  pump = await LinePump.register(surfaces["forecourt-pumps"][0], 2);
  await pump.report({ operation: "despachando", liters: 12.5, amount: 16625 });
});
Deno.test.afterAll(async () => {
  pump[Symbol.dispose]();
  await browser.close();
  await node.stop();
});

const visit = settledVisits(browser, () => node);

function tile(page: Page, name: string) {
  return page.getByRole("article", { name });
}

const VIEWS = [
  { width: 390, scheme: "light", language: "es", checked: true },
  { width: 820, scheme: "light", language: "en", checked: false },
  { width: 1440, scheme: "dark", language: "en", checked: true },
] as const;

for (const { width, scheme, language, checked } of VIEWS) {
  browserTest(
    `pages of fuel fit ${width} pixels, ${scheme}, ${language}${
      checked ? ", and are accessible" : ""
    }`,
    () =>
      browser.visit({ url: node.url, width, scheme }, async (page) => {
        await page.addInitScript(
          `localStorage.setItem("panal.language", "${language}")`,
        );
        for (const path of PATHS) {
          await openAs(page, path);
          if (path === "/pumps") {
            await tile(page, "Isla 2").getByText("12.50 L").waitFor();
          }
          await fitsWidth(page);
          await screenshot(page, `fuel${path.replace("/", "-")}-${width}`);
          if (checked) await axe(page);
        }
      }),
  );
}

browserTest(
  "a supervisor pauses a pump that delivers, and lets it go on",
  () =>
    visit("/pumps", async (page) => {
      const isla = tile(page, "Isla 2");
      await isla.getByText("12.50 L").waitFor();
      await isla.getByText("S/ 166.25").waitFor();
      await isla.getByRole("button", { name: "Pausar" }).click();
      match((await pump.told("comando"))["comando"], /^pausar$/);
      await isla.getByText(/Pausa: enviada al surtidor.*The supervisor/)
        .waitFor();

      await pump.report({ operation: "pausado", liters: 13, amount: 17290 });
      await isla.getByText("13.00 L").waitFor();
      await isla.getByText("En pausa").waitFor();
      await isla.getByRole("button", { name: "Reanudar" }).click();
      match((await pump.told("comando"))["comando"], /^reanudar$/);
      await pump.report({
        operation: "despachando",
        liters: 13,
        amount: 17290,
      });
      await isla.getByText("Despachando").waitFor();
    }),
);

browserTest(
  "a cashier stops all pumps in an emergency, after one question, and may not pause",
  () =>
    visit("/pumps", async (page) => {
      const isla = tile(page, "Isla 2");
      ok(await isla.getByRole("button", { name: "Pausar" }).isDisabled());
      await page.getByRole("button", { name: /PARADA DE EMERGENCIA/ }).click();
      const question = page.getByRole("dialog");
      await question.getByText(/termina de inmediato/).waitFor();
      await axe(page);
      await screenshot(page, "fuel-emergency");
      await question.getByRole("button", { name: "Cancelar" }).click();
      await page.getByRole("button", { name: /PARADA DE EMERGENCIA/ }).click();
      await question.getByRole("button", { name: "Parar todos" }).click();
      match((await pump.told("comando"))["comando"], /^detener_emergencia$/);
      await page.getByText(/Parada ordenada a 3 surtidores/).waitFor();
      await isla.getByText(/Parada: enviada al surtidor.*The cashier/)
        .waitFor();
      // Who gave the order is who signed in, whatever a page says.
      const { items } = await node.must(
        "/v1/facts?type=PumpCommanded&order=desc",
      );
      strictEqual(items[0].fact.by.name, "The cashier");
      strictEqual(items[0].fact.reason, "Emergencia");
      await pump.report({ operation: "disponible" });
      await isla.getByText("Disponible").waitFor();
    }, "cashier"),
);

browserTest(
  "a pump is listed, changed and taken off the list; its name is text",
  () =>
    visit("/pumps", async (page) => {
      await tile(page, HOSTILE).getByText(HOSTILE).first().waitFor();
      await page.getByRole("button", { name: "Agregar surtidor" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("Nombre").fill("Is");
      await form.getByRole("button", { name: "Guardar" }).click();
      await form.getByText("Escriba al menos 3 letras.").waitFor();
      await form.getByLabel("Nombre").fill("Isla norte");
      await form.getByLabel("Número").fill("9");
      await form.getByRole("button", { name: "Guardar" }).click();
      await tile(page, "Isla norte").getByTitle("Ver todo").click();
      const panel = page.getByRole("dialog").first();
      await panel.getByText("Ninguno todavía").waitFor();
      await axe(page);
      await screenshot(page, "fuel-pump-panel");
      await panel.getByRole("button", { name: "Modificar" }).click();
      const change = page.getByRole("dialog", { name: "Modificar" });
      await change.getByLabel("Servicio").selectOption("mantenimiento");
      await change.getByRole("button", { name: "Guardar" }).click();
      await panel.getByText("En mantenimiento").first().waitFor();
      await panel.getByRole("button", { name: "Quitar" }).click();
      await page.getByRole("dialog", { name: /¿Quitar/ }).getByRole("button", {
        name: "Quitar",
      }).click();
      await tile(page, "Isla norte").waitFor({ state: "detached" });
      strictEqual(await page.title(), "LIM · Panal");
    }),
);

browserTest(
  "fuel that is brought and a dip change a tank's level and are listed",
  () =>
    visit("/tanks", async (page) => {
      const tank = page.getByRole("region", { name: "Tanque 2 · diesel" });
      await tank.getByText("10,000.000 L").first().waitFor();
      await tank.getByRole("button", { name: "Anotar recepción" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("Litros recibidos").fill("2500,5");
      await form.getByRole("button", { name: "Anotar recepción" }).click();
      await tank.getByText("12,500.500 L").first().waitFor();
      await tank.getByRole("button", { name: "Anotar varillaje" }).click();
      await form.getByLabel("Litros medidos").fill("12490.5");
      await form.getByText("-10.000 L").waitFor();
      await axe(page);
      await screenshot(page, "fuel-dip");
      await form.getByRole("button", { name: "Anotar varillaje" }).click();
      await tank.getByText("-10.000 L sobre 0 L despachados").waitFor();
      await tank.getByRole("img", { name: /62 %/ }).waitFor();
      await tank.getByRole("button", { name: "Movimientos" }).click();
      await form.getByText("+2,500.500 L").or(form.getByText("2,500.500 L"))
        .first().waitFor();
      await form.getByText("Varillaje").first().waitFor();
      await screenshot(page, "fuel-tank-events");
    }),
);

browserTest(
  "prices are changed now and scheduled, and the page shows which pumps took them",
  () =>
    visit("/fuel-prices", async (page) => {
      await page.getByRole("button", { name: "Cambiar precios" }).click();
      const form = page.getByRole("dialog");
      await form.getByRole("button", { name: "Cambiar ahora" }).click();
      await form.getByText(/Escriba un importe/).waitFor();
      await form.getByLabel("Precio de 95").fill("13,45");
      await screenshot(page, "fuel-price-form");
      await axe(page);
      await form.getByRole("button", { name: "Cambiar ahora" }).click();
      strictEqual(
        (await pump.told("actualizacion_precios"))["precios"]["precio_95"],
        1345,
      );
      const now = page.getByRole("table", { name: "Vigentes ahora" });
      await now.getByText("S/ 13.45").waitFor();
      const taken = page.getByRole("table", { name: "Quién los tomó" });
      await taken.getByRole("row", { name: /2 · Isla 2 Tomado/ }).waitFor();
      await taken.getByRole("row", { name: /Nunca se conectó/ }).waitFor();

      await page.getByRole("button", { name: "Cambiar precios" }).click();
      await form.getByLabel("Precio de 97").fill("14.99");
      await form.getByLabel("Desde").fill("2030-01-02T06:00");
      await form.getByRole("button", { name: "Programar" }).click();
      await page.getByRole("table", { name: "Programados" })
        .getByText("97 S/ 14.99").waitFor();
      await screenshot(page, "fuel-prices-scheduled");
    }),
);

browserTest(
  "a delivery is entered by hand, opened and exported",
  () =>
    visit("/deliveries", async (page) => {
      await page.getByRole("button", { name: "Anotar despacho" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("Surtidor").fill("2");
      await form.getByLabel("Litros").fill("7.125");
      await form.getByLabel("Precio por litro").fill("13.30");
      await form.getByLabel("Importe").fill("99.00");
      await form.getByLabel("Pago").selectOption("tarjeta");
      await form.getByRole("button", { name: "Guardar" }).click();
      const row = page.getByRole("row", { name: /7\.125 L/ });
      await row.getByText("Revisar").waitFor();
      await row.press("Enter");
      await form.getByText("El importe no es litros por precio.").waitFor();
      await form.getByText("Anotado a mano").waitFor();
      await axe(page);
      await screenshot(page, "fuel-delivery-panel");
      await form.getByRole("button", { name: "Cerrar" }).click();

      await page.getByLabel("Surtidor").fill("2");
      await page.getByRole("row", { name: /20\.000 L/ })
        .waitFor({ state: "detached" });
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: "Exportar CSV" }).click();
      const csv = await readFile(await (await saved).path(), "utf8");
      match(csv, /at,pump,fuel,liters,price,amount,currency,payment,state/);
      match(csv, /,2,95,7\.125,13\.30,99\.00,PEN,tarjeta,completed/);
      strictEqual(csv.trim().split("\r\n").length, 2);
    }, "cashier"),
);
