/**
 * Makes the pictures of the README: pages of real nodes with sample data, in the browser that the tests use.
 *
 *   deno task screenshots [DIR]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { createBrowser, signIn, type TestBrowser } from "../support/browser.ts";
import { LinePump } from "../support/line_pump.ts";
import {
  PAGE_CHARGERS,
  PAGE_PASSWORD,
  type PageNode,
  type PageNodeRole,
  startPageNode,
} from "../support/page_node.ts";
import { settled } from "../support/settled_page.ts";
import { linesShown, POTATO, tillReady, type } from "../support/till_page.ts";

/** Where the README looks for them. */
const FOLDER = fileURLToPath(new URL("pictures/", import.meta.url));
/** A picture that takes longer to load than the text around it is too big. */
const PICTURE_BYTES_MAX = 150_000;

/** One picture. */
interface Picture {
  /** Its name, without `.png`. */
  readonly name: string;
  /** Whose page it shows. */
  readonly role: PageNodeRole;
  /** The page. */
  readonly path: string;
  /** The user who looks, one of those of `people: true`; `admin` if left out. */
  readonly user?: string;
  /** In CSS pixels; 1280 if left out. */
  readonly width?: number;
  /** In CSS pixels; 800 if left out. */
  readonly height?: number;
  /** Light if left out. */
  readonly scheme?: "light" | "dark";
  /** `es-PE` if left out. */
  readonly locale?: string;
  /** What is done on the page before. */
  readonly prepare?: (page: Page, node: PageNode) => Promise<void>;
}

/** What a till sells besides the sample: id, name and price. */
const MORE_GOODS = [
  ["rice", "Arroz 1 kg", "4.60"],
  ["quinoa", "Quinua 500 g", "9.80"],
  ["oil", "Aceite vegetal 1 L", "11.40"],
  ["sugar", "Azúcar rubia 1 kg", "4.10"],
  ["soap", "Jabón de tocador", "2.50"],
  ["tea", "Mate de coca", "6.20"],
  ["cheese", "Queso andino 250 g", "14.00"],
] as const;
/** Sites that have joined an office's mesh. */
const JOINED = ["CUS", "AQP", "TRU"];

/** The pictures, those of one role together: they share a node. */
const PICTURES: readonly Picture[] = [
  { name: "start", role: "branch", path: "/", prepare: runOut },
  { name: "till", role: "branch", path: "/till", prepare: fillCart },
  {
    name: "pumps",
    role: "station",
    path: "/pumps",
    scheme: "dark",
    height: 720,
    prepare: deliver,
  },
  { name: "charging", role: "charging", path: "/charging", prepare: charge },
  {
    name: "mesh",
    role: "office",
    path: "/mesh",
    width: 1440,
    prepare: joinBranches,
  },
];

/** Goods that somebody has to see to. */
async function runOut(page: Page, node: PageNode): Promise<void> {
  const few = { product: "jam", name: "Mermelada de sauco", price: "9.50" };
  await node.must("/v1/products", {
    ...few,
    ...{ stock: 3, details: { minimum: 8 } },
  });
  await node.must("/v1/sales", {
    lines: [{ product: "milk", quantity: 116 }],
    observation: true,
  });
  await page.reload();
  await page.getByText("Mermelada de sauco").waitFor();
  await settled(page);
}

/** Two more pumps, one of which delivers. */
async function deliver(page: Page, node: PageNode): Promise<void> {
  const { surfaces } = await node.must("/v1/health");
  const [url] = surfaces["forecourt-pumps"];
  const [one, other] = await Promise.all(
    [2, 3].map((pump) => LinePump.register(url, pump)),
  );
  await one?.report({ operation: "despachando", liters: 12.5, amount: 16625 });
  await other?.report({ operation: "disponible" });
  await page.getByText("12.50 L").waitFor();
  await page.getByText("3 / 3").waitFor();
}

/** Four lines on a till, as a scanner and a scale leave them. */
async function fillCart(page: Page, node: PageNode): Promise<void> {
  for (const [product, name, price] of MORE_GOODS) {
    await node.must("/v1/products", { product, name, price, stock: 60 });
  }
  await node.must("/v1/products", POTATO);
  await page.reload();
  await tillReady(page);
  for (const [i, word] of ["2*miel", "pan", "3*arroz", "quinua"].entries()) {
    await type(page, word);
    await linesShown(page, i + 1);
  }
}

/** A driver charges at the first point. */
async function charge(page: Page, node: PageNode): Promise<void> {
  const [point] = PAGE_CHARGERS;
  await node.must("/v1/charging-requests", { driver: "417", point });
  // A charge that has begun, and not one of nothing.
  const energy = page.getByText(/^0\.(?:0[1-9]|[1-9])\d* kWh$/);
  await energy.first().waitFor();
  await page.reload();
  await energy.first().waitFor();
}

/** Branches that link to the office. */
async function joinBranches(page: Page, { group }: PageNode): Promise<void> {
  for (const site of JOINED) {
    const token = await group.invite("node", site);
    await group.run([...group.args({ name: site, site }), "--join", token]);
  }
  await page.reload();
  const linked = `${JOINED.length} de ${JOINED.length} enlazados`;
  await page.getByRole("img", { name: linked }).waitFor();
  const confirmed = `confirmado por ${JOINED.length} de ${JOINED.length} pares`;
  await page.getByText(confirmed).waitFor();
}

async function take(
  browser: TestBrowser,
  node: PageNode,
  picture: Picture,
): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { width = 1280, height = 800, scheme = "light", locale = "es-PE" } =
    picture;
  const view = { url: node.url, width, height, scheme, locale };
  await browser.visit(view, async (page) => {
    await signIn(page, picture.user ?? "admin", PAGE_PASSWORD);
    await page.goto(picture.path);
    await settled(page);
    await picture.prepare?.(page, node);
    bytes = await page.screenshot({ animations: "disabled" });
  });
  return bytes ?? new Uint8Array();
}

async function main(folder: string): Promise<number> {
  await Deno.mkdir(folder, { recursive: true });
  const browser = createBrowser();
  let tooBig = 0;
  try {
    for (const role of new Set(PICTURES.map((picture) => picture.role))) {
      const node = await startPageNode({ role, people: true });
      try {
        for (const picture of PICTURES.filter((it) => it.role === role)) {
          const bytes = await take(browser, node, picture);
          const path = join(folder, `${picture.name}.png`);
          await Deno.writeFile(path, bytes);
          const isTooBig = bytes.length > PICTURE_BYTES_MAX;
          if (isTooBig) tooBig++;
          say(`${path}: ${bytes.length} bytes${isTooBig ? ": too big" : ""}`);
        }
      } finally {
        await node.stop();
      }
    }
  } finally {
    await browser.close();
  }
  return tooBig === 0 ? 0 : 1;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args[0] ?? FOLDER));
