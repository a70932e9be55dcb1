import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
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

const HOSTILE = '<img src=x onerror="document.title=1">';
const COMPANY = "/v1/companies/42";
const PAGE = "/fleet-company?company=42";
const MONTH = new Date().toISOString().slice(0, 7);
const PATHS = [
  ...["/fleet", "/fleet?tab=purchase", "/fleet?tab=expenses"],
  ...["/fleet?tab=verdicts", PAGE, `${PAGE}&tab=expenses`],
  ...[`${PAGE}&tab=statement`, `${PAGE}&tab=settlements`],
  ...[`${PAGE}&tab=rights`, `${PAGE}&tab=feed`, `${PAGE}&open=7`],
];

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "company", people: true });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

/** Opens a page and waits until nothing is being read. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator("h1").waitFor();
  for (const wait of await page.locator(".loading").all()) {
    await wait.waitFor({ state: "detached" });
  }
}

function visit(
  path: string,
  test: (page: Page) => Promise<void>,
  user = "admin",
): Promise<void> {
  return browser.visit({ url: node.url }, async (page) => {
    await signIn(page, user, PAGE_PASSWORD);
    await open(page, path);
    await test(page);
  });
}

/** Fills a dialog's fields, sends it, and waits for what came of it. */
async function send(
  page: Page,
  fields: Readonly<Record<string, string>>,
  button: string,
): Promise<void> {
  const dialog = page.locator("dialog[open]");
  for (const [label, value] of Object.entries(fields)) {
    await dialog.getByLabel(label).fill(value);
  }
  await dialog.getByRole("button", { name: button, exact: true }).click();
}

function notice(page: Page, words: string | RegExp): Promise<void> {
  return page.locator(".notice", { hasText: words }).waitFor();
}

function rows(page: Page, table: string): Locator {
  return page.getByRole("table", { name: table }).locator(
    "[role=rowgroup]:not(.head) [role=row]",
  );
}

browserTest(
  "an administrator deposits, sets the floor and names a company; its name is text",
  () =>
    visit(PAGE, async (page) => {
      await page.getByRole("button", { name: "Depositar" }).click();
      await send(page, { Importe: "1.500" }, "Depositar");
      await notice(page, "Depósito anotado");
      strictEqual((await node.must(COMPANY)).balance.amount, "87250");

      await page.getByRole("button", { name: "Margen sin conexión" }).click();
      await send(page, { Importe: "dos mil" }, "Guardar margen");
      await page.getByText("Escriba un importe entero, o 0.").waitFor();
      await send(page, { Importe: "2000" }, "Guardar margen");
      await notice(page, "Margen sin conexión");
      strictEqual((await node.must(COMPANY)).floor.amount, "2000");

      await page.getByRole("button", { name: "Cambiar nombre" }).click();
      await send(page, { Nombre: HOSTILE }, "Guardar nombre");
      await page.getByRole("heading", { name: HOSTILE }).waitFor();
      strictEqual(await page.locator("img[src=x]").count(), 0);
      match(await page.title(), /^<img src=x/);
    }),
);

browserTest(
  "a card is registered, found by its number, and its limit changes; what is refused is said in words",
  () =>
    visit(PAGE, async (page) => {
      await page.getByRole("button", { name: "Registrar tarjeta" }).click();
      await send(page, {
        "Número de tarjeta": "7",
        "Límite": "100",
      }, "Registrar");
      await page.getByText("Ya hay una tarjeta con ese número").waitFor();
      await send(page, { "Número de tarjeta": "9" }, "Registrar");
      await notice(page, "Tarjeta 9 registrada");

      await page.getByLabel("Buscar tarjeta por número").fill("9");
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: "Tarjeta 9" });
      await dialog.getByRole("table", { name: "Dónde está su límite" })
        .getByText("100").waitFor();
      await send(page, { "Nuevo límite": "40" }, "Cambiar límite");
      await notice(page, "Límite de la tarjeta 9");
      strictEqual((await node.must(`${COMPANY}/cards/9`)).limit.amount, "40");

      await send(page, { "Nuevo límite": "99999999" }, "Cambiar límite");
      await notice(page, "quedó en");
      const { balance } = await node.must(COMPANY);
      deepStrictEqual((await node.must(`${COMPANY}/cards/9`)).limit, balance);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }),
);

browserTest(
  "a company begins with its first deposit",
  () =>
    visit("/fleet", async (page) => {
      await page.getByRole("button", { name: "Nueva empresa" }).click();
      await send(page, {
        "Número de empresa": "77",
        Nombre: "Fletes Andinos",
        "Primer depósito": "5000",
      }, "Abrir");
      await page.getByRole("heading", { name: "Fletes Andinos" }).waitFor();
      const { name, balance } = await node.must("/v1/companies/77");
      deepStrictEqual([name, balance.amount], ["Fletes Andinos", "5000"]);
      await page.getByRole("link", { name: "Empresas" }).click();
      await rows(page, "Empresas").filter({ hasText: "Fletes Andinos" })
        .waitFor();
    }),
);

browserTest(
  "expenses are filtered, looked into and exported",
  () =>
    visit(PAGE, async (page) => {
      await page.getByRole("button", { name: "Gastos", exact: true }).click();
      const list = rows(page, "Gastos");
      await list.nth(2).waitFor();
      await page.getByRole("textbox", { name: "Tarjeta" }).fill("8");
      await list.nth(1).waitFor({ state: "detached" });
      match(await list.first().innerText(), /2,000/);
      match(page.url(), /card=8/);

      await list.first().focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: "Gasto" });
      await dialog.getByText("Una persona o programa en un nodo").waitFor();
      await page.keyboard.press("Escape");

      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Exportar CSV" }).click(),
      ]);
      match(
        await readFile(await file.path(), "utf8"),
        /^\uFEFFat,date,card,amount,.*\r\n[^,]*Z,[0-9-]{10},8,2000,/,
      );
      await page.getByLabel("Resultado").selectOption("refused");
      await page.getByText("No hay gastos con estos filtros.").waitFor();
      await page.getByRole("button", { name: "Quitar filtros" }).click();
      await list.nth(2).waitFor();
    }),
);

browserTest(
  "a month is settled once, and its statement is printed and saved",
  () =>
    visit(`${PAGE}&tab=settlements`, async (page) => {
      await page.getByRole("button", { name: "Liquidar un mes" }).click();
      await send(page, {}, "Liquidar un mes");
      await notice(page, /Liquidado .*3 gastos/);
      await rows(page, "Liquidaciones").first().getByText("Cierre de mes")
        .waitFor();
      await page.getByRole("button", { name: "Liquidar un mes" }).click();
      await send(page, {}, "Liquidar un mes");
      await page.getByText("El mes ya está liquidado").waitFor();
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: "Estado de cuenta" }).click();
      const cards = rows(page, "Por tarjeta");
      match(await cards.first().innerText(), /^7\s+2\s+\$\s12,250/);
      await rows(page, "Liquidaciones").first().waitFor();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Bajar CSV" }).click(),
      ]);
      strictEqual(file.suggestedFilename(), `statement-42-${MONTH}.csv`);
      match(
        await readFile(await file.path(), "utf8"),
        new RegExp(`42,${MONTH},total,3,14250,ARS`),
      );
      await page.evaluate("print = () => { document.title = 'printed'; }");
      await page.getByRole("button", { name: "Imprimir" }).click();
      strictEqual(await page.title(), "printed");
      await page.emulateMedia({ media: "print" });
      strictEqual(await page.locator(".figures").isVisible(), false);
      strictEqual(await page.getByText("Por tarjeta").isVisible(), true);
      await page.emulateMedia({ media: "screen" });

      await page.getByRole("textbox", { name: "Tarjeta" }).fill("8");
      await page.getByText("Límite de hoy").waitFor();
      strictEqual(await cards.count(), 1);
    }),
);

browserTest(
  "notifications come live, and each person has read their own",
  async () => {
    const { items } = await node.must(`${COMPANY}/feed?limit=100`);
    await visit(PAGE, async (page) => {
      const tab = (count: number) =>
        page.getByRole("button", { name: `Avisos (${count})` });
      await tab(items.length).click();
      await page.getByText("en directo").waitFor();
      const amount = "123";
      await node.must("/v1/purchases", { company: "42", card: "7", amount });
      await tab(items.length + 1).waitFor();
      match(
        await rows(page, "Avisos").first().innerText(),
        /nuevo\s*Gasto\s+7/,
      );

      await page.getByRole("button", { name: "Marcar todo como leído" })
        .click();
      await page.getByText("Todo leído").waitFor();
      await page.reload();
      await page.getByText("Todo leído").waitFor();
      strictEqual(await page.locator(".fleet-new").count(), 0);
      const link = rows(page, "Avisos").first().getByRole("link");
      match(
        await link.getAttribute("href") ?? "",
        /^\/journal\?fact=[0-9a-f-]+$/,
      );
    });
    await visit(`${PAGE}&tab=feed`, async (page) => {
      await page.getByText(`Sin leer: ${items.length + 1}`).waitFor();
    }, "supervisor");
  },
);

browserTest(
  "a supervisor reads and changes nothing",
  () =>
    visit(PAGE, async (page) => {
      await page.getByText("Cambiarlo es cosa de un administrador.").waitFor();
      const menu = page.getByRole("navigation", { name: "Menú" });
      const area = menu.getByRole("link", { name: "Flotas", exact: true });
      strictEqual(await area.getAttribute("aria-current"), "true");
      strictEqual(
        await menu.getByRole("link", { name: "Empresa" }).count(),
        0,
      );
      for (const name of ["Depositar", "Cambiar nombre", "Registrar tarjeta"]) {
        ok(await page.getByRole("button", { name }).isDisabled(), name);
      }
      await rows(page, "Tarjetas").filter({
        has: page.getByRole("cell", { name: "8", exact: true }),
      }).click();
      const dialog = page.getByRole("dialog", { name: "Tarjeta 8" });
      ok(
        await dialog.getByRole("button", { name: "Cambiar límite" })
          .isDisabled(),
      );
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Liquidaciones" }).click();
      const settle = page.getByRole("button", { name: "Liquidar un mes" });
      ok(await settle.isDisabled());
    }, "supervisor"),
);

browserTest(
  "a cashier charges a card, and sees no books",
  () =>
    visit("/fleet", async (page) => {
      await page.getByText("cosa de un supervisor").waitFor();
      strictEqual(await page.locator(".tabs").count(), 0);
      await page.getByLabel("Número de empresa").fill("42");
      await page.getByLabel("Número de tarjeta").fill("8");
      await page.getByLabel("Importe").fill("250");
      await page.keyboard.press("Enter");
      await page.getByText("Cobrado: $ 250 a la tarjeta 8").waitFor();
      await page.goto(PAGE);
      await page.getByText("Su usuario no puede abrir esta página.").waitFor();
    }, "cashier"),
);

browserTest(
  "pending verdicts are listed by kind",
  () =>
    visit("/fleet?tab=verdicts", async (page) => {
      for (const list of ["unconfirmed", "forwarded", "owed", "results"]) {
        await page.getByLabel("Lista").selectOption(list);
        await page.getByText("No hay ninguno.").waitFor();
      }
      await page.getByLabel("Lista").selectOption("forwarded");
      await page.getByLabel("La decide").selectOption("regional");
      await page.getByLabel("Estado").selectOption("unknown");
      await page.getByText("No hay ninguno.").waitFor();
      match(page.url(), /list=forwarded.*target=regional.*state=unknown/);
    }),
);

/** Both themes and both languages are looked at by axe, which takes most of the time; all widths must fit. */
const LOOKS = [
  { width: 1440, scheme: "light", language: "es", looks: true },
  { width: 820, scheme: "dark", language: "es", looks: false },
  { width: 390, scheme: "dark", language: "en", looks: true },
] as const;

for (const { width, scheme, language, looks } of LOOKS) {
  browserTest(
    `fleet pages at ${width} px, ${scheme}, ${language}, fit and are usable by all`,
    () =>
      browser.visit({ url: node.url, width, scheme }, async (page) => {
        await signIn(page, "admin", PAGE_PASSWORD);
        await page.goto("/fleet");
        await page.evaluate(`localStorage["panal.language"] = "${language}"`);
        for (const [i, path] of PATHS.entries()) {
          await open(page, path);
          await screenshot(page, `fleet-${i}-${width}-${scheme}`);
          await fitsWidth(page);
          if (looks) await axe(page);
        }
      }),
  );
}
