/**
 * The task as a whole: the excerpt, real nodes behind real HTTP servers.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type HttpServer,
  startHttpServer,
} from "../../../nodes/adapters/http_server.ts";
import { runReplay } from "../../../nodes/adapters/replay.ts";
import { createApp } from "../../../web/mod.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const DATA = new URL("../../support/data/", import.meta.url).pathname;
const EXCERPT = `${DATA}complete_journey_excerpt.csv`;
const STORES = ["367", "406", "356"];

interface Shop {
  readonly nodes: readonly TestNode[];
  readonly urls: readonly string[];
  /** A server that answers for each site what that site's node says, as an office would. */
  readonly office: string;
}

/** Runs `body` with a real node per site, each behind a real server. */
async function withShop(
  sites: readonly string[],
  body: (shop: Shop) => Promise<void>,
): Promise<void> {
  const nodes: TestNode[] = [];
  const servers: HttpServer[] = [];
  const fetches = new Map<
    string,
    (request: Request) => Response | Promise<Response>
  >();
  const serve = async (
    handler: (request: Request) => Response | Promise<Response>,
  ) => {
    const server = await startHttpServer({
      hostname: "127.0.0.1",
      port: 0,
      handler,
    });
    servers.push(server);
    return server.url;
  };
  try {
    const urls: string[] = [];
    for (const site of sites) {
      const node = await createTestNode({
        site,
        currency: "USD",
        timezone: "UTC",
      });
      nodes.push(node);
      const app = createApp(node.useCases, {
        clock: node.clock,
        requireSignIn: false,
      });
      fetches.set(site, (request) => app.fetch(request));
      urls.push(await serve((request) => app.fetch(request)));
    }
    const office = await serve((request) => {
      const site = new URL(request.url).searchParams.get("site") ?? "";
      return fetches.get(site)?.(request) ??
        new Response(null, { status: 404 });
    });
    await body({ nodes, urls, office });
  } finally {
    for (const server of servers) await server.stop();
    for (const node of nodes) await node.stop();
  }
}

async function run(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await runReplay(args, {
    stdout: (text) => out += text,
    stderr: (text) => err += text,
    isTerminal: true,
    signal,
  });
  return { code, out, err };
}

Deno.test("runReplay() records a file once, and the totals of every store and product are the file's", async () => {
  await withShop(["AAA", "BBB", "CCC"], async ({ urls, office, nodes }) => {
    const args = [
      ...[EXCERPT, "--preset", "complete-journey", "--to", urls.join(",")],
      ...["--stores", STORES.join(","), "--verify", office, "--json"],
    ];
    const first = await run(args);
    strictEqual(first.code, 0, first.err + first.out);
    const summary = JSON.parse(first.out);
    strictEqual(summary.lines, 3019);
    strictEqual(summary.sales, 248);
    strictEqual(summary.accepted, 248);
    strictEqual(summary.duplicates, 0);
    deepStrictEqual(summary.verify.differences, []);
    strictEqual(summary.verify.equal, true);
    const sums = nodes.map((node) => node.useCases.totals({}));
    strictEqual(sums.reduce((sum, it) => sum + it.units, 0), 343_239);
    const cents = sums.flatMap((it) => it.amounts.map((of) => of.units));
    strictEqual(cents.reduce((sum, it) => sum + it, 0), 945_903);

    const second = await run(args);
    strictEqual(second.code, 0);
    const again = JSON.parse(second.out);
    strictEqual(again.accepted, 0);
    strictEqual(again.duplicates, 248);
    deepStrictEqual(again.verify, {
      ...summary.verify,
      waitedMs: again.verify.waitedMs,
    });
    deepStrictEqual(nodes.map((node) => node.useCases.totals({})), sums);
  });
});

Deno.test("runReplay() sums up the stores that share a site, and says what differs", async () => {
  await withShop(["AAA"], async ({ urls: [url = ""], nodes: [node] }) => {
    const args = [EXCERPT, "--preset", "complete-journey", "--to", url];
    const whole = await run([...args, "--verify", url]);
    strictEqual(whole.code, 0, whole.err + whole.out);
    match(whole.out, /are those of the file/);
    match(
      whole.out,
      /AAA \(stores 406, 356, 367\): 248 sales, 343,239 units, 9459\.03/,
    );

    const sale = node?.useCases.sales({ limit: 1 }).items[0];
    ok(sale && node);
    await node.useCases.voidSale({ sale: sale.id, reason: "test" });
    const voided = await run([
      ...args,
      "--verify",
      url,
      "--verify-seconds",
      "0",
    ]);
    strictEqual(voided.code, 1);
    match(voided.out, /are not those of the file/);
    match(
      voided.out,
      new RegExp(`AAA product ${sale.lines[0]?.product}: file `),
    );
  });
});

Deno.test("runReplay() takes a part of the file, and the whole file adds the rest", async () => {
  await withShop(["AAA"], async ({ urls: [url = ""] }) => {
    const args = [
      EXCERPT,
      "--preset",
      "complete-journey",
      "--to",
      url,
      "--json",
    ];
    const part = JSON.parse(
      (await run([...args, "--offset", "500", "--limit", "1000"])).out,
    );
    ok(part.lines >= 900 && part.lines <= 1100, String(part.lines));
    strictEqual(part.accepted, part.sales);
    const whole = JSON.parse((await run(args)).out);
    strictEqual(whole.duplicates, part.sales);
    strictEqual(whole.accepted, 248 - part.sales);
  });
});

Deno.test("runReplay() reports sales that came with other content before", async () => {
  await withShop(["AAA"], async ({ urls: [url = ""] }) => {
    const args = [EXCERPT, "--preset", "complete-journey", "--to", url];
    await run([...args, "--limit", "10"]);
    const other = await run([...args, "--limit", "10", "--amount", "quantity"]);
    strictEqual(other.code, 1);
    match(other.out, /id_reused \(.*--window\)/);
  });
});

Deno.test("runReplay() reads and compares without sending in a dry run", async () => {
  const args = [EXCERPT, "--preset", "complete-journey", "--dry-run"];
  const alone = await run(args);
  strictEqual(alone.code, 0, alone.err);
  match(alone.out, /store 367: \d+ sales/);
  await withShop(["AAA"], async ({ urls: [url = ""] }) => {
    const compared = await run([
      ...[...args, "--to", url, "--verify", url, "--verify-seconds", "0"],
    ]);
    strictEqual(compared.code, 1);
    match(compared.out, /node 0 sales/);
  });
});

Deno.test("runReplay() ends with its summary when it is told to", async () => {
  await withShop(["AAA"], async ({ urls: [url = ""], nodes: [node] }) => {
    const controller = new AbortController();
    const unsubscribe = node?.useCases.subscribe(() => controller.abort());
    const { code, out } = await run([
      ...[EXCERPT, "--preset", "complete-journey", "--to", url],
      ...["--rate", "0.01", "--json"],
    ], controller.signal);
    unsubscribe?.();
    strictEqual(code, 130);
    const summary = JSON.parse(out);
    strictEqual(summary.interrupted, true);
    strictEqual(summary.accepted, 1);
    strictEqual(summary.sales, summary.accepted + summary.unsent);
  });
});

Deno.test("runReplay() explains itself and says clearly what it cannot use", async () => {
  const help = await run(["--help"]);
  strictEqual(help.code, 0);
  match(help.out, /deno task replay FILE/);
  const preset = ["--preset", "complete-journey"];
  const cases: readonly [readonly string[], RegExp][] = [
    [[], /^replay: name a file/],
    [
      ["/nowhere.csv", ...preset, "--dry-run"],
      /^replay: Cannot read \/nowhere/,
    ],
    [
      [EXCERPT, ...preset, "--dry-run", "--store", "shop"],
      /no column "shop" for --store; the file has: store_id, basket_id/,
    ],
    [
      [EXCERPT, ...preset, "--to", "http://127.0.0.1:1"],
      /^replay: http:\/\/127\.0\.0\.1:1 does not answer as a node/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, err, out } = await run(args);
    strictEqual(code, 2);
    strictEqual(out, "");
    match(err, expected);
  }
});

Deno.test("runReplay() gives up a node that falls silent, with the summary of what was done", async () => {
  let sales = 0;
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler(request) {
      if (request.url.endsWith("/v1/health")) {
        return Response.json({ site: "AAA" });
      }
      const status = sales++ < 10 ? 201 : 503;
      return Response.json({ code: "overloaded" }, { status });
    },
  });
  try {
    const { code, out, err } = await run([
      ...[EXCERPT, "--preset", "complete-journey", "--to", server.url],
      ...["--retries", "1", "--connections", "2", "--json"],
    ]);
    strictEqual(code, 1);
    match(err, /does not take sales any more \(overloaded\)/);
    strictEqual(JSON.parse(out).accepted, 10);
  } finally {
    await server.stop();
  }
});
