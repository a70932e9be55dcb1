import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
} from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import { until } from "../support/processes.ts";

const browser = createBrowser();
let company: PageNode;
let station: NodeProcess;

Deno.test.beforeAll(async () => {
  company = await startPageNode({ role: "company" });
  const { group } = company;
  const token = await group.invite("node", "LIM", "station");
  station = await group.run([
    ...["station", "--site", "LIM", "--join", token],
    ...["--data", group.dataOf("LIM"), "--http", "127.0.0.1:0", "--no-mdns"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "error"],
    ...["--surface", "forecourt-station=off"],
    ...["--surface", "forecourt-bridge=off"],
    ...["--surface", "forecourt-pumps=off"],
    ...["--surface", "forecourt-udp=off", "--surface", "forecourt-prices=off"],
  ]);
});
Deno.test.afterAll(async () => {
  await browser.close();
  await company.stop();
});

/** Types a purchase and sends it by Enter. */
async function charge(
  page: Page,
  [number, card, amount]: readonly [string, string, string],
): Promise<void> {
  await page.getByLabel("Número de empresa").fill(number);
  await page.getByLabel("Número de tarjeta").fill(card);
  await page.getByLabel("Importe").fill(amount);
  await page.keyboard.press("Enter");
}

/** What the company was charged at the station, by card. */
async function charged(card: string): Promise<string[]> {
  const path = `/v1/expenses?company=42&card=${card}&accepted=true`;
  const { items } = await company.must(path);
  return items.filter(({ place }: { place: { site: string | null } }) =>
    place.site === "LIM"
  ).map(({ amount }: { amount: { amount: string } }) => amount.amount);
}

/** What the company was charged, once it knows so many of the station's purchases. */
async function chargedTimes(card: string, count: number): Promise<string[]> {
  await until(
    "the company knows",
    async () => (await charged(card)).length === count,
  );
  return await charged(card);
}

browserTest(
  "a station charges a card by hand, prints a voucher, and says why it refuses",
  () =>
    browser.visit({ url: station.ready.http }, async (page) => {
      await page.goto("/fleet");
      await charge(page, ["42", "7", ""]);
      await page.getByText("Escriba un importe entero mayor que 0.").waitFor();
      await page.getByLabel("Litros").fill("10");
      await page.getByLabel("Surtidor").fill("2");
      await charge(page, ["42", "7", "1500"]);
      await page.getByText("Cobrado: $ 1,500 a la tarjeta 7").waitFor();
      await screenshot(page, "fleet-charged-1440-light");
      deepStrictEqual(await chargedTimes("7", 1), ["1500"]);

      await page.evaluate(
        "print = () => { document.title = document.querySelector('.receipt-print').textContent; }",
      );
      await page.getByRole("button", { name: "Imprimir comprobante" }).click();
      match(await page.title(), /COMPRA CON TARJETA DE FLOTA[^]*1,500/);

      await charge(page, ["42", "8", "40000"]);
      await page.getByText("La tarjeta no tiene límite suficiente.").waitFor();
      strictEqual(await page.getByLabel("Importe").inputValue(), "40000");
      await screenshot(page, "fleet-refused-1440-light");
      await axe(page);
    }),
);

browserTest(
  "a purchase whose answer was lost is charged once, also after a reload",
  () =>
    browser.visit(
      { url: station.ready.http, width: 390, serviceWorker: false },
      async (page) => {
        await page.goto("/fleet");
        await page.route("**/v1/purchases", async (route) => {
          await route.fetch();
          await route.abort();
        });
        await charge(page, ["42", "8", "700"]);
        await page.getByText("No se sabe si se cobró: no llegó la respuesta.")
          .waitFor();
        strictEqual(await page.getByLabel("Importe").isDisabled(), true);
        await screenshot(page, "fleet-unsure-390-light");
        await fitsWidth(page);
        await axe(page);
        await page.unroute("**/v1/purchases");

        await page.reload();
        strictEqual(await page.getByLabel("Importe").inputValue(), "700");
        await page.getByRole("button", { name: "Repetir el cobro" }).click();
        await page.getByText("no se cobró otra vez").waitFor();
        strictEqual(await page.getByLabel("Importe").inputValue(), "");
        deepStrictEqual(await chargedTimes("8", 1), ["700"]);
      },
    ),
);
