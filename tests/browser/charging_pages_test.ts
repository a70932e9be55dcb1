import { match, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import { openAs, settledVisits } from "../support/settled_page.ts";

const browser = createBrowser();
let node: PageNode;

const HOSTILE = '<img src=x onerror="document.title=1">';
const TABS = [
  "/charging",
  "/charging?tab=alerts",
  "/charging?tab=drivers",
  "/charging?tab=tariffs",
  "/charging?tab=audit",
  "/charging?tab=energy",
  "/charging?tab=security",
  "/charging-sessions",
  "/charging-sessions?tab=reports",
];

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "charging", people: true });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

const visit = settledVisits(browser, () => node);

function tile(page: Page, name: string) {
  return page.getByRole("article", { name });
}

browserTest(
  "a driver asks for a point, charges, and is ended; the ticket can be printed",
  () =>
    visit("/charging", async (page) => {
      await page.getByRole("button", { name: "Pedir una carga" }).click();
      const form = page.getByRole("dialog", { name: "Pedir una carga" });
      await form.getByLabel("Conductor").fill(HOSTILE);
      await form.getByLabel("Punto de carga").fill("MAD-01");
      await form.getByRole("button", { name: "Pedir" }).click();
      await form.getByText("Autorizado").waitFor();
      await axe(page);
      await screenshot(page, "charging-request");
      await form.getByRole("button", { name: "Cerrar" }).click();

      const point = tile(page, "MAD-01");
      await point.getByText(`Conductor ${HOSTILE}`).waitFor();
      await point.getByText(/0\.0[0-9]*[1-9] kWh|[1-9][0-9.]* kWh/).waitFor();
      await screenshot(page, "charging-panel-live");
      await point.getByRole("button", { name: "Terminar sesión" }).click();
      const question = page.getByRole("dialog", { name: /¿Terminar/ });
      await question.getByRole("button", { name: "Terminar sesión" }).click();
      await point.getByText("Conductor").waitFor({ state: "detached" });

      await page.goto("/charging-sessions");
      const row = page.getByRole("row", { name: /MAD-01/ }).first();
      await row.press("Enter");
      const ticket = page.getByRole("link", { name: "Ver e imprimir ticket" });
      await ticket.waitFor();
      await axe(page);
      await screenshot(page, "charging-session-panel");
      const response = await page.request.get(
        await ticket.getAttribute("href") ?? "",
      );
      strictEqual(response.status(), 200);
      const text = await response.text();
      match(text, /MAD-01/);
      ok(!text.includes("<img src=x"), text);
      strictEqual(await page.title(), "Sesiones de carga · Panal");
    }),
);

browserTest(
  "a supervisor stops a point, sees it confirmed, and resumes it",
  () =>
    visit("/charging", async (page) => {
      const point = tile(page, "MAD-02");
      await point.getByRole("button", { name: "Parar" }).click();
      await point.getByText("Fuera de servicio").waitFor();
      await point.getByText("Out of Order").waitFor();
      await point.getByText("Parado por operador").waitFor();
      await point.getByText("confirmada").waitFor();
      await screenshot(page, "charging-stopped");
      await page.getByRole("button", { name: /Fuera de servicio/ }).click();
      await tile(page, "MAD-01").waitFor({ state: "detached" });
      await page.getByRole("button", { name: /1 Fuera de servicio/ }).click();
      await point.getByRole("button", { name: "Reanudar" }).click();
      await point.getByText("Activado").waitFor();
    }),
);

browserTest(
  "all points are stopped and resumed after one question",
  () =>
    visit("/charging", async (page) => {
      await page.getByRole("button", { name: "Parar todos" }).click();
      const question = page.getByRole("dialog");
      await question.getByRole("button", { name: "Parar todos" }).click();
      await page.getByText("Parada ordenada a 2 puntos").waitFor();
      for (const id of ["MAD-01", "MAD-02"]) {
        await tile(page, id).getByText("Fuera de servicio").waitFor();
      }
      await page.getByRole("button", { name: "Reanudar todos" }).click();
      await question.getByRole("button", { name: "Reanudar todos" }).click();
      for (const id of ["MAD-01", "MAD-02"]) {
        await tile(page, id).getByText("Activado").waitFor();
      }
    }),
);

browserTest(
  "a cashier sees points and orders nothing",
  () =>
    visit("/charging", async (page) => {
      const point = tile(page, "MAD-01");
      ok(await point.getByRole("button", { name: "Parar" }).isDisabled());
      ok(await page.getByRole("button", { name: "Parar todos" }).isDisabled());
      await page.getByText(/es cosa de un supervisor/).first().waitFor();
      strictEqual(
        await page.getByRole("button", { name: "Registro" }).count(),
        0,
      );
    }, "cashier"),
);

browserTest(
  "an administrator sets a password, sends a command and a tariff",
  () =>
    visit("/charging", async (page) => {
      await tile(page, "MAD-01").getByTitle("Ver todo").click();
      const panel = page.getByRole("dialog", { name: "MAD-01" });
      await panel.getByLabel("Contraseña nueva").fill("corta");
      await panel.getByText(/No vale/).waitFor();
      await panel.getByLabel("Contraseña nueva").fill("abcdefghij0123456789");
      await panel.getByRole("button", { name: "Guardar contraseña" }).click();
      await page.getByText("Contraseña de MAD-01 guardada").waitFor();
      await panel.getByLabel("Comando", { exact: true })
        .selectOption("GetConfiguration");
      await panel.getByRole("button", { name: "Enviar" }).click();
      await panel.getByText(/configurationKey/).first().waitFor();
      await panel.getByRole("button", { name: "Tarifa del punto" }).click();
      await panel.getByLabel("Por kWh").fill("0.45");
      await panel.getByRole("button", { name: "Guardar tarifa" }).click();
      await page.getByText("Tarifa guardada").waitFor();
      await panel.getByText(/0\.4500/).waitFor();
      await axe(page);
      await screenshot(page, "charging-point-panel");
      strictEqual(
        (await node.must("/v1/charging-tariffs?point=MAD-01"))
          .tariff.energy.amount,
        "0.4500",
      );
    }, "admin"),
);

browserTest(
  "a driver is blocked, refused, and let charge again; what he was told is listed",
  () =>
    visit("/charging?tab=drivers", async (page) => {
      await page.getByRole("textbox", { name: "Conductor" }).fill("417");
      await page.getByRole("button", { name: "Ver conductor" }).click();
      const panel = page.getByRole("dialog", { name: "Conductor 417" });
      await panel.getByRole("button", { name: "Bloquear" }).click();
      await page.getByRole("dialog", { name: /¿Bloquear/ })
        .getByRole("button", { name: "Bloquear" }).click();
      await panel.getByText("Bloqueado", { exact: true }).waitFor();
      const refused = await node.ask("/v1/charging-requests", {
        driver: "417",
        point: "MAD-02",
      });
      strictEqual(refused.status, 409);
      await panel.getByText("Denegado").waitFor();
      await axe(page);
      await screenshot(page, "charging-driver-panel");
      await panel.getByRole("button", { name: "Desbloquear" }).click();
      await panel.getByText("Puede cargar").waitFor();
    }),
);

browserTest(
  "a supervisor sets the threshold, hears why nothing is simulated, and revokes keys",
  () =>
    visit("/charging?tab=security", async (page) => {
      await page.getByLabel("Umbral (°C)").fill("-2,5");
      await page.getByRole("button", { name: "Guardar umbral" }).click();
      await page.getByText("Ahora: -2.5 °C").waitFor();
      await page.getByRole("table", { name: "Mensajes de los programas" })
        .getByText(/417: denegado/).waitFor();
      await page.getByRole("button", { name: "Simular" }).click();
      await page.getByText(/no broker/).waitFor();
      await page.goto("/charging");
      await tile(page, "MAD-02").getByTitle("Ver todo").click();
      const panel = page.getByRole("dialog", { name: "MAD-02" });
      await panel.getByRole("button", { name: "Revocar claves" }).click();
      await page.getByRole("dialog", { name: /¿Revocar/ })
        .getByRole("button", { name: "Revocar claves" }).click();
      await panel.getByText("Claves revocadas").waitFor();
    }),
);

const VIEWS = [
  { width: 390, scheme: "light", language: "es", checked: true },
  { width: 820, scheme: "light", language: "en", checked: false },
  { width: 1440, scheme: "dark", language: "en", checked: true },
] as const;

for (const { width, scheme, language, checked } of VIEWS) {
  browserTest(
    `pages of charging fit ${width} pixels, ${scheme}, ${language}${
      checked ? ", and are accessible" : ""
    }`,
    () =>
      browser.visit({ url: node.url, width, scheme }, async (page) => {
        await page.addInitScript(
          `localStorage.setItem("panal.language", "${language}")`,
        );
        for (const path of TABS) {
          await openAs(page, path);
          await fitsWidth(page);
          const name = path.slice(1).replace("?tab=", "-");
          await screenshot(page, `${name}-${width}`);
          if (checked) await axe(page);
        }
      }),
  );
}
