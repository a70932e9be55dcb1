/**
 * A real browser for tests: one Chromium per test file, a fresh profile per page, and an end that fails the test if the
 * page failed without anybody looking.
 *
 * @module
 */
import { fail, strictEqual } from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axeCore, { type AxeResults, type NodeResult } from "axe-core";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
} from "playwright-core";
import { unpackedChromium } from "./chromium.ts";

/** Milliseconds that a browser, a page or a step in it may take. */
const PATIENCE_MS = 20_000;

const HTML_LENGTH_SHOWN = 200;

const ARGS = [
  // Tests open nothing but their own node, and a container's root may not make a sandbox.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
];

/** How a page is opened. */
export interface VisitOptions {
  /** The address of the node; paths are taken from there. */
  readonly url?: string;
  /** The browser's language; `es-PE` if left out. */
  readonly locale?: string;
  /** Light if left out. */
  readonly scheme?: "light" | "dark";
  /** In CSS pixels; 1440 if left out. */
  readonly width?: number;
  /** In CSS pixels; 900 if left out. */
  readonly height?: number;
  /** False keeps the service worker out; what it loads beside the page is then not measured with it. */
  readonly serviceWorker?: boolean;
  /** Failures that the test means to see: console errors that contain one of these are no failures. */
  readonly expected?: readonly (string | RegExp)[];
}

/** A browser of a test file. */
export interface TestBrowser {
  /** Opens a page, runs a test on it, and fails if the page failed. It is closed in any case. */
  visit(
    options: VisitOptions,
    test: (page: Page) => Promise<void>,
  ): Promise<void>;
  /** Ends the browser; `Deno.test.afterAll(() => browser.close())`. */
  close(): Promise<void>;
}

/**
 * Makes a browser, which starts when a page is first opened.
 *
 * @returns The browser.
 */
export function createBrowser(): TestBrowser {
  let started: Promise<Browser> | undefined;
  return {
    async visit(options, test) {
      const browser = await (started ??= startChromium());
      const context = await browser.newContext(contextOptions(options));
      context.setDefaultTimeout(PATIENCE_MS);
      const problems = watchProblems(context, options);
      try {
        await test(await context.newPage());
      } catch (error) {
        throw withProblems(error, problems);
      } finally {
        await context.close();
      }
      if (problems.length > 0) fail(`The page failed:\n${problems.join("\n")}`);
    },
    async close() {
      const browser = await started?.catch(() => undefined);
      started = undefined;
      await browser?.close();
    },
  };
}

async function startChromium(): Promise<Browser> {
  try {
    const { path, env, fallbackEnv } = await unpackedChromium();
    const launch = (more: Readonly<Record<string, string>>) =>
      chromium.launch({
        executablePath: path,
        args: ARGS,
        timeout: PATIENCE_MS,
        env: { ...Deno.env.toObject(), ...more },
      });
    return await launch(env).catch((error) => {
      if (!/shared librar/.test(String(error))) throw error;
      return launch(fallbackEnv);
    });
  } catch (cause) {
    throw new TypeError(
      `Chromium does not start, so the pages cannot be tested: ${cause}\n` +
        "PANAL_CHROMIUM=/path/to/chrome names another browser.",
      { cause },
    );
  }
}

function contextOptions(
  {
    url,
    locale = "es-PE",
    scheme = "light",
    width = 1440,
    height = 900,
    serviceWorker = true,
  }: VisitOptions,
): Parameters<Browser["newContext"]>[0] {
  return {
    ...(url === undefined ? {} : { baseURL: url }),
    locale,
    colorScheme: scheme,
    viewport: { width, height },
    timezoneId: "America/Lima",
    reducedMotion: "reduce",
    acceptDownloads: true,
    serviceWorkers: serviceWorker ? "allow" : "block",
  };
}

/** Collects what the page's own scripts get wrong, and what its policy refuses. */
function watchProblems(
  context: BrowserContext,
  { expected = [] }: VisitOptions,
): string[] {
  const problems: string[] = [];
  const add = (text: string) => {
    if (!expected.some((it) => text.match(it))) problems.push(text);
  };
  context.on("weberror", (it) => {
    const error = it.error();
    add(error.stack ?? error.message);
  });
  context.on("console", (message) => {
    if (message.type() !== "error") return;
    const { url } = message.location();
    const text = message.text();
    // Answers of the interface are the pages' matter: browsers note every refusal, and a node that is away.
    if (/^Failed to load resource/.test(text) && /\/v1\//.test(url)) return;
    add(`${text} (${url})`);
  });
  return problems;
}

/** What a test met, together with what the page met before. */
function withProblems(error: unknown, problems: readonly string[]): unknown {
  return problems.length === 0 ? error : new AggregateError(
    [error],
    `${error}\nBefore that, on the page:\n${problems.join("\n")}`,
  );
}

/**
 * Registers a test of a page. The browser lives on between tests, so Deno's sanitizers cannot count.
 *
 * @param name What holds.
 * @param run The test.
 */
export function browserTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

/**
 * Signs in without the page's form, and opens nothing.
 *
 * @param page A page opened with `url`.
 * @param name The user's name.
 * @param password The password.
 */
export async function signIn(
  page: Page,
  name: string,
  password: string,
): Promise<void> {
  const response = await page.request.post("/v1/sessions", {
    data: { name, password },
  });
  strictEqual(response.status(), 201, await response.text());
}

/**
 * Fails if a page has something that axe-core finds wrong.
 *
 * @param page The page as it is now.
 * @param within A selector of the part to look at; everything if left out.
 */
export async function axe(page: Page, within?: string): Promise<void> {
  // The page's policy lets it run no script but its own; a debugger's are not bound by it.
  await page.evaluate(axeCore.source);
  const where = within === undefined ? "document" : JSON.stringify(within);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${where})`);
  const found = violations.map(({ id, help, nodes }) =>
    [`${id}: ${help}`, ...nodes.map(describeNode)].join("\n")
  );
  if (found.length > 0) {
    fail(`axe-core finds on ${page.url()}:\n${found.join("\n")}`);
  }
}

function describeNode({ html, failureSummary = "" }: NodeResult): string {
  const summary = failureSummary.replaceAll("\n", "\n    ");
  return `  ${html.slice(0, HTML_LENGTH_SHOWN)}\n    ${summary}`;
}

/**
 * Fails if a page is wider than the window, so that it scrolls sideways.
 *
 * @param page The page as it is now.
 */
export async function fitsWidth(page: Page): Promise<void> {
  const [content = 0, window = 0] = await page.evaluate<number[]>(
    "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.documentElement)",
  );
  if (content > window) {
    fail(`${page.url()} is ${content} px wide in a window of ${window} px`);
  }
}

/**
 * Takes a picture of a page, for people to look at: in the folder `PANAL_SCREENSHOTS`, or a temporary one.
 *
 * @param page The page as it is now.
 * @param name The picture's name, without `.png`.
 * @returns Where it is.
 */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = Deno.env.get("PANAL_SCREENSHOTS") ??
    join(tmpdir(), "panal-screenshots");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}
