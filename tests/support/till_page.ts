/**
 * The till in a browser, for tests: what a shop needs besides the sample, and what a cashier's hands do.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { signIn } from "./browser.ts";
import { PAGE_PASSWORD, type PageNode } from "./page_node.ts";

/** A product sold by weight, and its barcode. */
export const POTATO = {
  product: "potato",
  name: "Papa nativa",
  price: "3.80",
  stock: 80_000,
  details: { unit: "kg", category: "Verduras", barcode: "7750001000017" },
};
/** A product sold by the piece, with a barcode. */
export const SOAP = {
  product: "soap",
  name: "Jabón de tocador",
  price: "2.50",
  stock: 30,
  details: { category: "Limpieza", barcode: "7750001000024", minimum: 40 },
};
/** A product whose name is markup. */
export const MARKUP = {
  product: "markup",
  name: "<img src=x onerror=\"document.title='hacked'\">",
  price: "1.00",
  stock: 40,
  details: { category: "<b>Otros</b>" },
};

/** Lists what the sample shop does not have. */
export async function listMore(node: PageNode): Promise<void> {
  for (const product of [POTATO, SOAP, MARKUP]) {
    await node.must("/v1/products", product);
  }
}

/**
 * Opens the till, ready to sell.
 *
 * @param page A page opened with `url`.
 * @param user Who signs in; nobody if left out.
 */
export async function openTill(page: Page, user?: string): Promise<void> {
  if (user !== undefined) await signIn(page, user, PAGE_PASSWORD);
  await page.goto("/till");
  await tillReady(page);
}

/** Waits until the till knows its products. */
export async function tillReady(page: Page): Promise<void> {
  await page.locator(".till-tile").first().waitFor();
}

/**
 * Waits until no dialog is open and the scan field has the focus: keys go there now.
 *
 * @param page The page.
 */
export async function scanReady(page: Page): Promise<void> {
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.locator("#till-scan:focus").waitFor();
}

/** Milliseconds between two keys of a scanner. */
const SCANNER_KEY_MS = 5;

/**
 * Types into whatever has the focus, as fast as a scanner, with its Enter.
 *
 * @param page The page.
 * @param code What is scanned.
 */
export async function scan(page: Page, code: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  // A busy machine takes longer between two keys than a scanner does, so the keys say themselves when they were pressed.
  const pressedAt = Date.now();
  const keys = [...code].map((key) => ({ key, text: key }));
  for (const [i, key] of [...keys, { key: "Enter", text: "\r" }].entries()) {
    const timestamp = (pressedAt + i * SCANNER_KEY_MS) / 1000;
    const send = (event: typeof key & { readonly type: "keyDown" | "keyUp" }) =>
      devtools.send("Input.dispatchKeyEvent", { ...event, timestamp });
    await send({ ...key, type: "keyDown" });
    await send({ ...key, type: "keyUp" });
  }
  await devtools.detach();
}

/**
 * Types as a person does, too slowly for a scanner, and presses Enter.
 *
 * @param page The page.
 * @param text What is typed.
 */
export async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text, { delay: 60 });
  await page.keyboard.press("Enter");
}

/**
 * Waits until a sale has so many lines.
 *
 * @param page The page.
 * @param count How many.
 */
export async function linesShown(page: Page, count: number): Promise<void> {
  const lines = page.locator(".till-lines > li");
  if (count === 0) await lines.first().waitFor({ state: "detached" });
  else await lines.nth(count - 1).waitFor();
}

/** Charges by exact cash and waits until the sale is done. */
export async function payExact(page: Page): Promise<void> {
  // A dialog that is closing takes keys for itself.
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.keyboard.press("F9");
  await page.locator(".till-pay").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".till-done").waitFor();
}

/** The sale that the node recorded last. */
// deno-lint-ignore no-explicit-any -- a test looks into answers of any form
export async function lastSale(node: PageNode): Promise<any> {
  const { items } = await node.must("/v1/sales?order=desc&limit=1");
  return items[0];
}
