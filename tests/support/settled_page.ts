/**
 * Waiting for a page to have read what it shows.
 *
 * @module
 */
import type { Page } from "playwright-core";

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
