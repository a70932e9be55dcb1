/**
 * Many branches in one mesh: all nodes in this process over libp2p on loopback, each selling, until the office shows all.
 *
 * @module
 */
import { join } from "node:path";
import { money } from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { addressOf, BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { productNames, sellTogether } from "./history.ts";
import { sleep } from "./node_http.ts";
import { cpuSeconds, residentMb } from "./process_usage.ts";

const PRODUCTS = 100;
const SALES = 20;
const PER_COMMIT = 5;
const LOOK_MS = 50;
const SHOWN_MS_MAX = 300_000;
/** Nodes that start or sell at once. */
const TOGETHER = 10;

/** Does something for all of a list, some at once. */
async function inParts<T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  for (let i = 0; i < all.length; i += TOGETHER) {
    done.push(...await Promise.all(all.slice(i, i + TOGETHER).map(work)));
  }
  return done;
}

function siteOf(index: number): string {
  return `S${String(index).padStart(3, "0")}`;
}

async function until(isDone: () => boolean): Promise<number> {
  const from = performance.now();
  while (!isDone()) {
    if (performance.now() - from > SHOWN_MS_MAX) {
      throw new Error("the office does not show all branches");
    }
    await sleep(LOOK_MS);
  }
  return (performance.now() - from) / 1000;
}

/** A condition that holds once it held for each of a list; each is asked no more once it did. */
function allOf<T>(list: readonly T[], holds: (one: T) => boolean) {
  const waiting = new Set(list);
  return () => {
    for (const one of waiting) if (holds(one)) waiting.delete(one);
    return waiting.size === 0;
  };
}

/** Whether the office shows a site with all its sales. */
function shows({ useCases }: NodeWithParts, site: string): boolean {
  return useCases.totals({ site: site as never }).count === SALES;
}

async function startOffice(mesh: BenchMesh) {
  const member = await mesh.add("office", null);
  const transport = await mesh.transport(member);
  const node = mesh.open(member, { transport });
  await node.start();
  const made = await Promise.all(
    productNames(PRODUCTS).map((product) =>
      node.useCases.createProduct({
        scope: "mesh",
        product,
        name: product,
        price: money(150, "PEN"),
        policy: "unmetered",
      })
    ),
  );
  if (made.some((one) => !one.ok)) throw new Error("a product was refused");
  return { node, address: addressOf(transport) };
}

async function startBranch(
  mesh: BenchMesh,
  site: string,
  office: string,
): Promise<NodeWithParts> {
  const member = await mesh.add(site, site);
  const node = mesh.open(member, { transport: await mesh.transport(member) });
  await node.start();
  node.replicator?.want(office);
  return node;
}

async function runOnce(
  folder: string,
  branches: number,
): Promise<Record<string, number>> {
  const mesh = new BenchMesh(folder);
  const sites = Array.from({ length: branches }, (_, i) => siteOf(i));
  const office = await startOffice(mesh);
  const from = performance.now();
  const nodes = await inParts(
    sites,
    (site) => startBranch(mesh, site, office.address),
  );
  const products = productNames(PRODUCTS);
  const knows = (node: NodeWithParts) =>
    node.useCases.products({ scope: "mesh", limit: 1000 }).items.length >=
      PRODUCTS;
  await until(allOf(nodes, knows));
  const joined = (performance.now() - from) / 1000;
  const cpu = await cpuSeconds(Deno.pid);
  const selling = performance.now();
  await inParts(nodes, async (node) => {
    for (let i = 0; i < SALES; i += PER_COMMIT) {
      await sellTogether(node, products, PER_COMMIT);
    }
  });
  const sold = (performance.now() - selling) / 1000;
  const after = await until(allOf(sites, (site) => shows(office.node, site)));
  const links = office.node.replicator?.links() ?? 0;
  const peers = office.node.useCases.peers().length;
  const values = {
    "shown at the office": sites.filter((site) => shows(office.node, site))
      .length,
    "seconds after the last sale": after,
    "joined s": joined,
    "selling s": sold,
    "sales/s while selling": branches * SALES / sold,
    "CPU s": await cpuSeconds(Deno.pid) - cpu,
    "RSS MB": await residentMb(Deno.pid),
    "links of the office": links,
    "peers that the office knows": peers,
  };
  await inParts(nodes, (node) => node.stop());
  await office.node.stop();
  return values;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 1;
  const branches = quick ? 20 : 150;
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const values = await runOnce(join(folder, String(i)), branches);
    done.push({ name: `run ${i}`, values });
    progress(`run ${i} of ${runs}: ${values["shown at the office"]} shown`);
  }
  const last = (name: string) => Number(done.at(-1)?.values[name] ?? NaN);
  return {
    bench: "branches",
    about:
      `${branches} branches and an office in one process, ${SALES} sales each`,
    parameters: { branches, "sales each": SALES, products: PRODUCTS, runs },
    runs: done,
    results: [
      atLeast("branches shown at the office", last("shown at the office"), {
        least: branches,
        unit: "",
      }),
      below(
        "from the last sale until the office shows all",
        last("seconds after the last sale"),
        { most: 10, unit: "s" },
      ),
      below("RSS of the process", last("RSS MB"), { most: 12_000, unit: "MB" }),
      informs("joined", last("joined s"), "s"),
    ],
    notes: [
      "Real libp2p over TCP on loopback, SQLite with synchronous = FULL; a branch reads its own site, the office all.",
    ],
  };
}
