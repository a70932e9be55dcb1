import { match, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
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
import { until } from "../support/processes.ts";
import { settled } from "../support/settled_page.ts";

const XSS = "<img src=x onerror=alert(1)>";
const browser = createBrowser();
let office: PageNode;
/** A branch that joins by an invitation that the page made. */
let branch: NodeProcess;

Deno.test.beforeAll(async () => {
  office = await startPageNode({ role: "office", people: true });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await office.stop();
});

function visit(
  run: (page: Page) => Promise<void>,
  { user = "admin", ...options }: {
    readonly user?: string;
    readonly width?: number;
    readonly scheme?: "light" | "dark";
    readonly language?: string;
  } = {},
): Promise<void> {
  const { language = "es", ...look } = options;
  return browser.visit({ url: office.url, ...look }, async (page) => {
    await page.addInitScript(
      `localStorage.setItem("panal.language", "${language}")`,
    );
    await page.goto("/sign-in");
    await signIn(page, user, PAGE_PASSWORD);
    await run(page);
  });
}

/** Tells the branch as an administrator, whom it knows from the office. */
async function tell(path: string, body: unknown): Promise<void> {
  const post = async (to: string, what: unknown, token = "") => {
    const response = await fetch(`${branch.ready.http}${to}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(what),
    });
    const text = await response.text();
    ok(response.ok, text);
    return JSON.parse(text);
  };
  const session = { name: "admin", password: PAGE_PASSWORD };
  const { token } = await post("/v1/sessions", session);
  await post(path, body, token);
}

browserTest(
  "an invitation made on the page lets a branch in, once shown",
  () =>
    visit(async (page) => {
      await page.goto("/mesh?tab=members");
      await page.getByRole("button", { name: "Invitar un nodo" }).click();
      const dialog = page.getByRole("dialog");
      const make = dialog.getByRole("button", { name: "Crear invitación" });
      strictEqual(await make.isDisabled(), true);
      await dialog.getByLabel("Sitio").fill("cus");
      await make.click();
      const token = await dialog.locator("code").textContent() ?? "";
      await axe(page, "dialog");
      await screenshot(page, "invitation-1440-light");
      await dialog.getByRole("button", { name: "Ya lo guardé" }).click();
      strictEqual(await page.getByText(token).count(), 0);

      const { group } = office;
      branch = await group.run([
        ...group.args({ name: "cusco", site: "CUS" }),
        ...["--join", token],
      ]);
      await page.getByRole("row").filter({ hasText: "CUS" })
        .filter({ hasText: "Sucursal" }).waitFor();
      await page.goto("/mesh");
      await page.getByRole("row").filter({ hasText: "CUS" })
        .filter({ hasText: "Enlazado" }).waitFor();
      match(
        await page.getByRole("img", { name: "1 de 1 enlazados" })
          .textContent() ??
          "",
        /CUS/,
      );
    }),
);

browserTest(
  "the journal finds a sale, shows its commit, and checks it anew",
  () =>
    visit(async (page) => {
      await tell("/v1/products", {
        product: "honey",
        name: "Miel",
        price: "3",
      });
      await tell("/v1/sales", {
        lines: [{ product: "honey", quantity: 2 }],
        observation: true,
        note: XSS,
      });
      await until("the sale is here", async () => {
        const { items } = await office.must("/v1/facts?type=SaleRecorded");
        return items.length > 0;
      });
      await page.goto("/journal");
      await page.getByLabel("Tipo").selectOption("SaleRecorded");
      await page.getByLabel("Contiene").fill("onerror");
      await page.waitForURL((url: { search: string }) =>
        url.search.includes("onerror")
      );
      await page.getByRole("row").filter({ hasText: "site:CUS" }).first()
        .focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: "Venta" });
      await dialog.getByText("Correcto").nth(3).waitFor();
      strictEqual(await dialog.getByText("No coincide").count(), 0);
      ok((await dialog.textContent())?.includes(XSS));
      await dialog.getByText("Lo tiene", { exact: true }).waitFor();
      match(page.url(), /fact=/);
      await dialog.getByRole("button", { name: "Ver documento" }).first()
        .click();
      await dialog.locator("pre").nth(1).waitFor();
      await axe(page, "dialog");
      await screenshot(page, "fact-1440-light");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }),
);

browserTest(
  "an incident shows where it is solved, and is acknowledged",
  () =>
    visit(async (page) => {
      await page.goto("/incidents");
      await page.getByRole("row").filter({ hasText: "Se vendió más" }).first()
        .click();
      const dialog = page.getByRole("dialog");
      // In the reader's language, with the node's own words beside.
      await dialog.getByText("se vendió más «honey» de lo que había").waitFor();
      await dialog.getByText("more of product honey were sold").waitFor();
      strictEqual(
        await dialog.getByRole("link", { name: "Ir a resolverlo" })
          .getAttribute("href"),
        "/oversells",
      );
      await dialog.getByLabel("Nota").fill(`${XSS} visto`);
      await dialog.getByRole("button", { name: "Dar por atendida" }).click();
      await page.getByText("No hay nada pendiente").waitFor();
      await page.getByRole("button", { name: "Todas" }).click();
      await page.getByRole("row").filter({ hasText: "Atendida" }).waitFor();
    }),
);

browserTest(
  "a cashier sees the mesh, and neither invites nor reads the journal",
  () =>
    visit(async (page) => {
      await page.goto("/mesh?tab=members");
      await page.getByText("Solo un administrador invita").waitFor();
      strictEqual(
        await page.getByRole("button", { name: "Invitar un nodo" })
          .isDisabled(),
        true,
      );
      await page.goto("/journal");
      await page.getByText("Su usuario no puede abrir esta página").waitFor();
    }, { user: "cashier" }),
);

const LOOKS = [
  ["es", "light", 1440],
  ["en", "dark", 390],
] as const;
const PATHS = [
  "/mesh",
  "/mesh?tab=members",
  "/mesh?tab=node",
  "/incidents?tab=all",
  "/journal",
];

for (const [language, scheme, width] of LOOKS) {
  browserTest(
    `pages of the mesh look right in ${language}, ${scheme}, ${width} px`,
    () =>
      visit(async (page) => {
        for (const path of PATHS) {
          await page.goto(path);
          await settled(page);
          const name = path.replaceAll(/[^a-z]+/g, "-").slice(1);
          await screenshot(page, `${name}-${width}-${scheme}-${language}`);
          await axe(page);
          await fitsWidth(page);
        }
      }, { language, scheme, width }),
  );
}

browserTest(
  "a branch that is cut off is seen as such, and revoked",
  () =>
    visit(async (page) => {
      await branch.kill();
      await page.goto("/mesh?tab=cuts");
      await page.getByText("CUS está sin enlace; última noticia").waitFor();
      await page.getByRole("row").filter({ hasText: "Se perdió" }).waitFor();
      await screenshot(page, "cuts-1440-light");

      await page.goto("/mesh?tab=members");
      await page.getByRole("button", { name: "Revocar CUS" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Revocar" })
        .click();
      await page.getByText("CUS está revocado").waitFor();
      await page.getByRole("row").filter({ hasText: "CUS" })
        .filter({ hasText: "Revocado" }).waitFor();
      const { items } = await office.must("/v1/acts?limit=1");
      strictEqual(items[0].act, "member_revoked");
    }),
);
