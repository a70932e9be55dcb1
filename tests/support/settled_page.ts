/**
 * Waiting for a page to have read what it shows.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { signIn, type TestBrowser } from "./browser.ts";
import { PAGE_PASSWORD, type PageNode } from "./page_node.ts";

/**
 * Waits until a page has its heading and nothing on it is being read.
 *
 * @param page The page.
 */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  const loading = page.locator(".loading");
  while (await loading.count() > 0) {
    await loading.first().waitFor({ state: "detached" });
  }
}

/** Opens a page as somebody, and tests it once it has read what it shows. */
export type SettledVisit = (
  path: string,
  test: (page: Page) => Promise<void>,
  user?: string,
) => Promise<void>;

/**
 * Makes visits to a node with users, as a supervisor unless somebody else is named.
 *
 * @param browser The browser.
 * @param node The node, which may not have been started yet.
 * @returns Opens a page and tests it.
 */
export function settledVisits(
  browser: TestBrowser,
  node: () => PageNode,
): SettledVisit {
  return (path, test, user = "supervisor") =>
    browser.visit({ url: node().url }, async (page) => {
      await openAs(page, path, user);
      await test(page);
    });
}

/**
 * Signs in and opens a page.
 *
 * @param page The page.
 * @param path Where it goes.
 * @param user As whom.
 */
export async function openAs(
  page: Page,
  path: string,
  user = "supervisor",
): Promise<void> {
  await signIn(page, user, PAGE_PASSWORD);
  await page.goto(path);
  await settled(page);
}
