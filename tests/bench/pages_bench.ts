/**
 * What the first view of a page costs somebody with a slow network and a slow processor: bytes that travel until the
 * page can be used, and how long that takes. The network and the processor are slowed by Chromium itself.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { createBrowser, type TestBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
} from "./bench_report.ts";
import { median } from "./statistics.ts";

/** A till in use, with products and sales. */
const PAGE = "/till";
const CPU_SLOWDOWN = 4;
/** A mobile network where it is slow: round trips in milliseconds, bytes a second. */
const NETWORK = { latency: 150, downloadThroughput: 200_000 };
const UPLOAD_BYTES_PER_SECOND = 94_000;

interface View {
  readonly bytes: number;
  readonly usableMs: number;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const runs = options.runs ?? (options.quick ? 3 : 9);
  const node = await startPageNode({ role: "branch" });
  const browser = createBrowser();
  const done: BenchRun[] = [];
  try {
    for (let i = 1; i <= runs; i++) {
      const { bytes, usableMs } = await firstView(browser, node);
      options.progress(`view ${i} of ${runs}: ${usableMs.toFixed(0)} ms`);
      done.push({
        name: `view ${i}`,
        values: { "KB": bytes / 1000, "usable ms": usableMs },
      });
    }
  } finally {
    await browser.close();
    await node.stop();
  }
  const middle = (key: string) =>
    median(done.map(({ values }) => Number(values[key])));
  return {
    bench: "pages",
    about: `the first view of ${PAGE} in a browser that has nothing of it`,
    parameters: {
      "CPU slowdown": CPU_SLOWDOWN,
      "round trip ms": NETWORK.latency,
      "KB a second": NETWORK.downloadThroughput / 1000,
      views: runs,
    },
    runs: done,
    results: [
      below("bytes that travel, compressed", middle("KB"), {
        most: 100,
        unit: "KB",
      }),
      below("until the page can be used", middle("usable ms"), {
        most: 1_000,
        unit: "ms",
      }),
    ],
    notes: [
      "Usable: its heading and a control are there, nothing says that it loads, and the processor is idle again.",
      "Bytes are those of the shell, its files and the answers of the interface, with headers; the service worker, " +
      "which afterwards loads the other pages' files, is kept out.",
    ],
  };
}

/** Opens the page in a fresh profile. */
async function firstView(browser: TestBrowser, node: PageNode): Promise<View> {
  let view: View | undefined;
  const visit = { url: node.url, serviceWorker: false };
  await browser.visit(visit, async (page) => {
    const bytes = await slowDown(page);
    await page.goto(PAGE, { waitUntil: "commit" });
    await page.locator("main h1").first().waitFor();
    await page.locator("main").locator("input, button").first().waitFor();
    const usableMs = await page.evaluate<number>(
      "new Promise((go) => requestIdleCallback(() => go(performance.now())))",
    );
    view = { bytes: bytes(), usableMs };
  });
  return view ?? { bytes: NaN, usableMs: NaN };
}

/** Slows network and processor, and counts what arrives. */
async function slowDown(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => {
    bytes += event.encodedDataLength;
  });
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    ...NETWORK,
    uploadThroughput: UPLOAD_BYTES_PER_SECOND,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  return () => bytes;
}
