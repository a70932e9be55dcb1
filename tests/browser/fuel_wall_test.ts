import { ok, strictEqual } from "node:assert/strict";
import type { CDPSession } from "playwright-core";
import {
  browserTest,
  createBrowser,
  screenshot,
  signIn,
} from "../support/browser.ts";
import { LinePump } from "../support/line_pump.ts";
import {
  PAGE_PASSWORD,
  type PageNode,
  startPageNode,
} from "../support/page_node.ts";

const PUMPS = 60;
/** Each pump reports twice a second: four times as often as an original one. */
const REPORT_MS = 500;
const REPORTS = 10;
/** What a drawing may take of the page's thread, so that none is missed at sixty a second. */
const FRAME_MS = 1_000 / 60;

const browser = createBrowser();
let node: PageNode;
const pumps: LinePump[] = [];

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "station", people: true });
  const { surfaces } = await node.must("/v1/health");
  for (let number = 2; number < PUMPS + 2; number++) {
    pumps.push(
      await LinePump.register(surfaces["forecourt-pumps"][0], number),
    );
  }
});
Deno.test.afterAll(async () => {
  for (const pump of pumps) pump[Symbol.dispose]();
  await browser.close();
  await node.stop();
});

/** Counts how often the wall was drawn. */
const WATCH = `(() => {
  globalThis.drawn = 0;
  let frame;
  new MutationObserver(() => {
    if (frame !== undefined) return;
    drawn += 1;
    frame = requestAnimationFrame(() => (frame = undefined));
  }).observe(document.querySelector(".pump-wall"), {
    subtree: true,
    characterData: true,
    childList: true,
  });
})()`;

/** What a page does for a drawing itself; painting is the graphics card's matter where there is one. */
const WORK = ["ScriptDuration", "RecalcStyleDuration", "LayoutDuration"];

/** Milliseconds of processor that a page's thread has worked: what else the machine does is not counted. */
async function workedMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.filter(({ name }) => WORK.includes(name))
    .reduce((sum, { value }) => sum + value * 1_000, 0);
}

async function reportAll(round: number): Promise<void> {
  const liters = round / 10;
  await Promise.all(pumps.map((pump) =>
    pump.report({
      operation: "despachando",
      liters,
      amount: Math.trunc(liters * 1330),
    })
  ));
}

browserTest(
  "sixty pumps that deliver at the same time are drawn within a frame",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await signIn(page, "cashier", PAGE_PASSWORD);
      await page.goto("/pumps");
      await reportAll(1);
      const last = page.getByRole("article", { name: "Isla 61", exact: true });
      await last.getByText("0.10 L").waitFor();
      strictEqual(await page.locator(".pump").count(), PUMPS + 1);
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      await page.evaluate(WATCH);
      const before = await workedMs(session);
      for (let round = 2; round <= REPORTS; round++) {
        await reportAll(round);
        await new Promise((go) => setTimeout(go, REPORT_MS));
      }
      await last.getByText("1.00 L").waitFor();
      const used = await workedMs(session) - before;
      const drawn = await page.evaluate<number>("drawn");
      await screenshot(page, "fuel-wall-60");
      ok(drawn >= 5, `The wall was drawn ${drawn} times`);
      const each = used / drawn;
      ok(each <= FRAME_MS, `A drawing of the wall took ${each.toFixed(1)} ms`);
    }),
);
