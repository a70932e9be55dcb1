import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { browserTest, createBrowser } from "../support/browser.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";
import { linesShown, payExact, tillReady, type } from "../support/till_page.ts";

/** Each cashier has a browser of their own, as each has a computer. */
const browsers = [createBrowser(), createBrowser()] as const;
const SITE = "CUS";

Deno.test.afterAll(async () => {
  await Promise.all(browsers.map((one) => one.close()));
});

/** A node of the branch with its own data, whose only ways out are those of `reach`. */
function startBranch(
  group: ProcessGroup,
  { name, more, reach }: {
    readonly name: string;
    readonly more: readonly string[];
    readonly reach: readonly string[];
  },
): Promise<NodeProcess> {
  return group.run([
    ...["branch", "--site", SITE, "--data", group.dataOf(name)],
    ...["--surface", "inventory-branch=off", "--surface", "branch-sync=off"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error", ...more],
  ], reach);
}

async function must(
  node: NodeProcess,
  path: string,
  body: unknown,
): Promise<void> {
  const answer = await ask(node, path, body);
  strictEqual(answer.status, 201, `${path}: ${JSON.stringify(answer.body)}`);
}

async function linksOf(node: NodeProcess): Promise<number> {
  return (await ask(node, "/v1/health")).body.links;
}

/** Goods of the branch, which both its tills sell. */
async function stockUp(nodes: readonly NodeProcess[]): Promise<void> {
  const [first] = nodes;
  if (first === undefined) return;
  const goods = [["honey", "Miel de abeja", "18.50"], ["bread", "Pan", "7.90"]];
  for (const [product, name, price] of goods) {
    await must(first, "/v1/products", { product, name, price, stock: 50 });
  }
  for (const node of nodes) {
    await until(
      "the list is there",
      async () => (await ask(node, "/v1/products")).body.items.length === 2,
    );
    await must(node, "/v1/cash-sessions", { float: "100.00" });
  }
}

async function sell(page: Page, words: readonly string[]): Promise<void> {
  for (const [i, word] of words.entries()) {
    await type(page, word);
    await linesShown(page, i + 1);
  }
  await payExact(page);
}

/** What reports and sales say on a page, which must name an amount sold and so many receipts. */
async function shows(
  page: Page,
  amount: string,
  count: number,
): Promise<string[][]> {
  await page.goto("/reports");
  await page.locator(".figure", { hasText: amount }).first().waitFor();
  const figures = await textsOf(page, ".figure, tbody tr");
  await page.goto("/sales");
  await page.locator("main .mono").nth(count - 1).waitFor();
  const receipts = await textsOf(page, "main .mono");
  strictEqual(receipts.length, count);
  return [figures, receipts.sort()];
}

async function textsOf(page: Page, selector: string): Promise<string[]> {
  const texts = await page.locator(selector).allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, " ").trim());
}

browserTest(
  "two tills of a branch cut off from each other sell in two browsers, and after healing both show the same figures",
  async () => {
    await using group = await createProcessGroup();
    const near = await startBranch(group, {
      name: "near",
      more: [],
      reach: [],
    });
    const relay = group.relay(near);
    const line = `/ip4/127.0.0.1/tcp/${relay.port}/p2p/${near.ready.peer}`;
    // The invitation names the first node's own port, which is closed to the second: the relay is the only line.
    const far = await startBranch(group, {
      name: "far",
      more: ["--join", await group.invite("near", SITE), "--peer", line],
      reach: [`127.0.0.1:${relay.port}`],
    });
    const nodes = [near, far];
    await stockUp(nodes);
    const [one, two] = browsers;
    await one.visit(
      { url: near.ready.http },
      (here) =>
        two.visit({ url: far.ready.http }, async (there) => {
          await Promise.all([here, there].map((page) => page.goto("/till")));
          await Promise.all([here, there].map(tillReady));
          relay.cut();
          for (const node of nodes) {
            await until("the cut", async () => await linksOf(node) === 0);
          }

          await sell(here, ["2*miel", "pan"]);
          await sell(there, ["3*pan"]);
          await sell(there, ["miel"]);
          await shows(here, "44.90", 1);
          await shows(there, "42.20", 2);

          relay.heal();
          for (const node of nodes) {
            await until(
              "all sales are at both",
              async () =>
                (await ask(node, "/v1/sales")).body.items.length === 3,
            );
          }
          const figures = await shows(here, "87.10", 3);
          deepStrictEqual(await shows(there, "87.10", 3), figures);
        }),
    );
  },
);
