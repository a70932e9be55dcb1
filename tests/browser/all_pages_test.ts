import { deepStrictEqual, fail } from "node:assert/strict";
import type { Page } from "playwright-core";
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
  type PageNodeRole,
  startPageNode,
} from "../support/page_node.ts";
import { PAGE_PATHS } from "../../web/page_paths.ts";
import { PAGE_WALKS } from "../support/page_walks.ts";
import { settled } from "../support/settled_page.ts";

const WIDTHS = [390, 820, 1440];
/** The two languages and the two themes, each with the other once. */
const LOOKS = [
  { language: "es", scheme: "light" },
  { language: "en", scheme: "dark" },
] as const;

const browser = createBrowser();
Deno.test.afterAll(() => browser.close());

async function look(page: Page, path: string, name: string): Promise<string> {
  await page.goto(path);
  await settled(page);
  await axe(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await fitsWidth(page);
    await screenshot(page, `${name}-${width}`);
  }
  return await page.locator("body").innerText();
}

/** Names of messages that stand where the message should. */
function untranslated(text: string): string[] {
  return text.match(
    /\b[a-z]{2,}[A-Z][A-Za-z]*\b|\{[a-z]+\}|\bundefined\b|\[object /g,
  ) ??
    [];
}

async function walk(node: PageNode, role: PageNodeRole): Promise<void> {
  for (const { language, scheme } of LOOKS) {
    await browser.visit({ url: node.url, scheme }, async (page) => {
      await page.addInitScript(
        `localStorage.setItem("panal.language", "${language}")`,
      );
      const faults: string[] = [];
      for (const path of PAGE_WALKS[role]) {
        const name = `${role}${path.replaceAll(/\W+/g, "-")}-${scheme}`;
        try {
          const text = await look(page, path, name);
          faults.push(...untranslated(text).map((it) => `${path}: ${it}`));
        } catch (error) {
          faults.push(`${path}: ${error}`);
        }
      }
      if (faults.length > 0) fail(faults.join("\n"));
    });
  }
}

Deno.test("the walks lead to every page that the node serves", () => {
  const walked = new Set(
    Object.values(PAGE_WALKS).flat().map((path) => path.replace(/\?.*/, "")),
  );
  // Whoever opens it without need ends up at the start page.
  walked.add("/sign-in");

  deepStrictEqual([...walked].toSorted(), PAGE_PATHS.toSorted());
});

for (const role of Object.keys(PAGE_WALKS) as PageNodeRole[]) {
  browserTest(
    `every page of a ${role} is sound in both themes and languages and at every width`,
    async () => {
      const node = await startPageNode({ role });
      try {
        await walk(node, role);
      } finally {
        await node.stop();
      }
    },
  );
}

browserTest(
  "a cashier with a phone finds every page of a branch sound, or reads who may open it",
  async () => {
    const node = await startPageNode({ role: "branch", people: true });
    try {
      await browser.visit({ url: node.url, width: 390 }, async (page) => {
        await signIn(page, "cashier", PAGE_PASSWORD);
        const faults: string[] = [];
        for (const path of PAGE_WALKS.branch) {
          try {
            await page.goto(path);
            await settled(page);
            await axe(page);
            await fitsWidth(page);
            const text = await page.locator("body").innerText();
            faults.push(...untranslated(text).map((it) => `${path}: ${it}`));
          } catch (error) {
            faults.push(`${path}: ${error}`);
          }
        }
        if (faults.length > 0) fail(faults.join("\n"));
      });
    } finally {
      await node.stop();
    }
  },
);
