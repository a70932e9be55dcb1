/**
 * A program for tests that runs a real node of the role pump, sets a price, begins a delivery, and prints a line at each
 * reading of its meter, until it is killed. With `--look` it prints the recorded deliveries and ends.
 *
 * @module
 */
import { fail } from "node:assert/strict";
import type { ProductId, SiteCode } from "../../crdt/mod.ts";
import { createLogger } from "../../nodes/adapters/logger.ts";
import { startRunningNode } from "../../nodes/adapters/running_node.ts";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";

const SITE = "E03" as SiteCode;

const [data = "", mode = ""] = Deno.args;
const request = parseRunArgs([
  ...["pump", "--site", SITE, "--pump", "3", "--data", data],
  ...["--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns"],
  ...["--currency", "CLP", "--timezone", "America/Santiago"],
], {});
if (request.kind !== "run") fail("It is no request to run");
const config = resolveConfig(request, { env: {} });
const running = await startRunningNode(
  config,
  createLogger({ format: "text", level: "error" }),
);
const { forecourt } = running.node.useCases;
const { pump } = running.forecourt;
if (pump === undefined) fail("There is no pump");

function print(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

if (mode === "--look") {
  const { items } = forecourt.fuelSales({ site: SITE, limit: 10 });
  print(items.map(({ id, volumeMl, state }) => ({ id, volumeMl, state })));
  await running.stop();
  Deno.exit(0);
}
await forecourt.setPrices({
  scope: `site:${SITE}`,
  prices: [{ fuel: "95" as ProductId, price: 1_350 }],
});
while (pump.prices().length === 0) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const started = await pump.start();
if (!started.ok) fail(started.error.message);
forecourt.live.watch(({ volumeMl }) => print(volumeMl));
