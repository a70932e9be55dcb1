import type { Page } from "playwright-core";
import {
  axe,
  browserTest,
  createBrowser,
  fitsWidth,
  screenshot,
  signIn,
} from "../support/browser.ts";
import { settled } from "../support/settled_page.ts";
import {
  PAGE_PASSWORD,
  type PageNode,
  startPageNode,
} from "../support/page_node.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "office", people: true });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

async function open(page: Page, path: string, user = "admin") {
  await page.goto("/sign-in");
  await signIn(page, user, PAGE_PASSWORD);
  await page.goto(path);
  await page.locator("main h1").waitFor();
}

const LOOKS = [
  ["es-PE", "light", 1440],
  ["es-PE", "dark", 820],
  ["es-PE", "light", 390],
] as const;
const PATHS = [
  ["/mesh", "mesh"],
  ["/mesh?tab=members", "members"],
  ["/mesh?tab=node", "node"],
  ["/incidents", "incidents"],
  ["/journal", "journal"],
] as const;

for (const [locale, scheme, width] of LOOKS) {
  browserTest(
    `pages of the mesh in ${scheme} at ${width}`,
    () =>
      browser.visit({ url: node.url, locale, scheme, width }, async (page) => {
        await open(page, "/mesh");
        for (const [path, name] of PATHS) {
          await page.goto(path);
          await settled(page);
          await screenshot(page, `${name}-${width}-${scheme}`);
          await axe(page);
          await fitsWidth(page);
        }
      }),
  );
}
