/**
 * Takes pictures of every page of every role's node for people to look at: each tab, each dialog that a button of a
 * heading or a first row opens, by administrator and cashier, in two themes and at three widths; and sheets of many
 * pictures beside each other.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { createBrowser, signIn, type TestBrowser } from "../support/browser.ts";
import { makeSheets } from "../support/contact_sheet.ts";
import { LOOK_SAMPLES } from "../support/look_samples.ts";
import {
  PAGE_PASSWORD,
  type PageNode,
  type PageNodeRole,
  startPageNode,
} from "../support/page_node.ts";
import { PAGE_TABS, PAGE_WALKS } from "../support/page_walks.ts";
import { settled } from "../support/settled_page.ts";
import { linesShown, tillReady, type } from "../support/till_page.ts";

const HELP = `Takes pictures of all pages, for people to look at.

  deno task look DIR [options]

  --role NAME    only nodes of this role: branch, station, charging, company, office
  --user NAME    only as admin or cashier
  --scheme NAME  only light (in Spanish) or dark (in English)
  --width PX     only 390, 820 or 1440
  --only WORDS   only pages whose address contains this
  --no-dialogs   only pages

DIR/ROLE-USER-SCHEME-WIDTH/*.png are the pictures, DIR/sheets/*.png several beside each other.
`;
const WIDTHS = [390, 820, 1440] as const;
const HEIGHT = 844;
const LANGUAGES = { light: "es", dark: "en" } as const;
/** Buttons that ask or show something: what they open is looked at. */
const BUTTONS =
  "main .actions button:not(:disabled), main .tiles button:not(:disabled)";
/** Dialogs looked at on one page. */
const DIALOGS_MAX = 8;
/** Milliseconds until a dialog that does not come is none. */
const DIALOG_MS = 400;

/** Which pictures are taken. */
interface LookOptions {
  readonly folder: string;
  readonly roles: readonly PageNodeRole[];
  readonly users: readonly string[];
  readonly schemes: readonly ("light" | "dark")[];
  readonly widths: readonly number[];
  readonly only: string;
  readonly dialogs: boolean;
}

/** One walk: a person at a node. */
interface Walk {
  readonly role: PageNodeRole;
  readonly user: string;
  readonly scheme: "light" | "dark";
  readonly options: LookOptions;
}

function parseOptions(args: readonly string[]): LookOptions | undefined {
  const { values, positionals: [folder] } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ role: { type: "string" }, user: { type: "string" } },
      ...{ scheme: { type: "string" }, width: { type: "string" } },
      ...{ only: { type: "string", default: "" } },
      "no-dialogs": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (folder === undefined || values.help) return undefined;
  const chosen = <T>(all: readonly T[], one: string | undefined): T[] =>
    all.filter((it) => one === undefined || String(it) === one);
  const roles = Object.keys(PAGE_WALKS) as PageNodeRole[];
  return {
    folder,
    roles: chosen(roles, values.role),
    users: chosen(["admin", "cashier"], values.user),
    schemes: chosen(["light", "dark"] as const, values.scheme),
    widths: chosen(WIDTHS, values.width),
    only: values.only,
    dialogs: !values["no-dialogs"],
  };
}

/** A name for files, from a page's address. */
function nameOf(path: string): string {
  return path.replaceAll(/\W+/g, "-").replace(/^-/, "") || "home";
}

/** Keeps a page as it is now, at every width. */
async function keep(page: Page, walk: Walk, name: string): Promise<void> {
  const { role, user, scheme, options } = walk;
  const fullPage = await page.locator("dialog[open]").count() === 0;
  for (const width of options.widths) {
    await page.setViewportSize({ width, height: HEIGHT });
    const folder = join(options.folder, `${role}-${user}-${scheme}-${width}`);
    await Deno.mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  }
  const width = Math.max(...options.widths);
  await page.setViewportSize({ width, height: HEIGHT });
}

/** Opens a dialog by a press, keeps it, and closes it. */
async function keepDialog(
  page: Page,
  walk: Walk,
  { name, press }: { readonly name: string; press(): Promise<void> },
): Promise<void> {
  try {
    await press();
    await page.locator("dialog[open]").waitFor({ timeout: DIALOG_MS });
  } catch {
    return;
  }
  await settled(page);
  await keep(page, walk, name);
  while (await page.locator("dialog[open]").count() > 0) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(DIALOG_MS / 4);
  }
}

async function keepDialogs(
  page: Page,
  walk: Walk,
  path: string,
): Promise<void> {
  const row = page.locator("main .table .opens").first();
  const click = { timeout: DIALOG_MS * 2 };
  if (await row.count() > 0) {
    const name = `${nameOf(path)}.row`;
    await keepDialog(page, walk, { name, press: () => row.click(click) });
  }
  const buttons = page.locator(BUTTONS);
  const count = Math.min(await buttons.count(), DIALOGS_MAX);
  for (let i = 0; i < count; i++) {
    if (new URL(page.url()).pathname !== new URL(path, page.url()).pathname) {
      await open(page, path);
    }
    const name = `${nameOf(path)}.button-${i + 1}`;
    const press = () => buttons.nth(i).click(click);
    await keepDialog(page, walk, { name, press });
  }
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

/** A sale from the first line to the receipt. */
async function keepSale(page: Page, walk: Walk): Promise<void> {
  await open(page, "/till");
  await tillReady(page);
  for (const [i, word] of ["2*miel", "3*arroz", "quinua"].entries()) {
    await type(page, word);
    await linesShown(page, i + 1);
  }
  await keep(page, walk, "till.cart");
  await page.keyboard.press("F9");
  await page.locator(".till-pay").waitFor();
  await keep(page, walk, "till.pay");
  await page.keyboard.press("Enter");
  await page.locator(".till-done").waitFor();
  await keep(page, walk, "till.done");
}

async function take(
  browser: TestBrowser,
  node: PageNode,
  walk: Walk,
): Promise<void> {
  const { role, user, scheme, options } = walk;
  const width = Math.max(...options.widths);
  await browser.visit({ url: node.url, scheme, width }, async (page) => {
    await page.addInitScript(
      `localStorage.setItem("panal.language", "${LANGUAGES[scheme]}")`,
    );
    await signIn(page, user, PAGE_PASSWORD);
    for (const path of [...PAGE_WALKS[role], ...PAGE_TABS[role]]) {
      if (!path.includes(options.only)) continue;
      try {
        await open(page, path);
        await keep(page, walk, nameOf(path));
        if (options.dialogs) await keepDialogs(page, walk, path);
      } catch (error) {
        say(`${role} ${user} ${scheme} ${path}: ${error}`);
      }
    }
    const sells = role === "branch" && "/till".includes(options.only);
    if (sells && options.dialogs) await keepSale(page, walk);
  });
}

function walksOf(role: PageNodeRole, options: LookOptions): readonly Walk[] {
  return options.users.flatMap((user) =>
    options.schemes.map((scheme) => ({ role, user, scheme, options }))
  );
}

async function takeAll(
  browser: TestBrowser,
  options: LookOptions,
): Promise<void> {
  for (const role of options.roles) {
    const node = await startPageNode({ role, people: true });
    try {
      await LOOK_SAMPLES[role](node);
      for (const walk of walksOf(role, options)) {
        await take(browser, node, walk)
          .catch((error) => say(`${role} ${walk.user}: ${error}`));
      }
    } finally {
      await node.stop();
    }
    for (const { user, scheme } of walksOf(role, options)) {
      for (const width of options.widths) {
        const set = `${role}-${user}-${scheme}-${width}`;
        const { folder } = options;
        const sheets = makeSheets(browser, { folder, set, width });
        const made = await sheets.catch((error) => [`${set}: ${error}`]);
        for (const path of made) say(path);
      }
    }
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === undefined) return say(HELP);
  const browser = createBrowser();
  try {
    await takeAll(browser, options);
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  await main(Deno.args);
  // Pumps that samples play stay linked.
  Deno.exit(0);
}
