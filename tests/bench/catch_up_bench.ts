/**
 * An office that was away takes what five branches sold meanwhile, one sale a commit, over libp2p on loopback.
 *
 * @module
 */
import { copyFile, rm } from "node:fs/promises";
import type { NodeWithParts } from "../../nodes/node.ts";
import { addressOf, BenchMesh, type Member } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { countSent } from "./counting_transport.ts";
import { writeHistory } from "./history.ts";
import { untilCommits } from "./node_http.ts";
import { cpuSeconds, watchMemory } from "./process_usage.ts";
import { watchSales } from "./sales_watch.ts";
import { median } from "./statistics.ts";

const BRANCHES = 5;
const PRODUCTS = 500;
const MOST_MS = 120_000;

/** Branches that run in this process and never dial, so that they do not talk to each other. */
interface Running {
  readonly nodes: readonly NodeWithParts[];
  readonly addresses: readonly string[];
}

async function open(
  mesh: BenchMesh,
  branches: readonly Member[],
): Promise<Running> {
  const nodes: NodeWithParts[] = [];
  const addresses: string[] = [];
  for (const branch of branches) {
    const inner = await mesh.transport(branch);
    const { transport } = countSent(inner, { refusesToDial: true });
    const node = mesh.open(branch, { transport });
    await node.start();
    // It wrote all its checkpoints before; another one would be a commit more.
    node.maintenance.stop();
    nodes.push(node);
    addresses.push(addressOf(transport));
  }
  return { nodes, addresses };
}

async function close({ nodes }: Running): Promise<void> {
  for (const node of nodes) await node.stop();
}

/** Lets the office meet all branches once, before they sell. */
async function meet(
  mesh: BenchMesh,
  office: Member,
  branches: readonly Member[],
): Promise<void> {
  const running = await open(mesh, branches);
  const commits = running.nodes.reduce(
    (sum, node) => sum + node.useCases.health().commits,
    0,
  );
  const process = await mesh.run(office, running.addresses);
  // One commit of its own: the opening of its log.
  const wait = { everyMs: 50, mostMs: MOST_MS };
  await untilCommits(process.ready.http, commits + 1, wait);
  await process.stop();
  await close(running);
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 2 : 3);
  const sales = quick ? 5_000 : 50_000;
  const mesh = new BenchMesh(folder);
  const office = await mesh.add("office", null);
  const branches: Member[] = [];
  const perBranch = sales / BRANCHES;
  const day = { products: PRODUCTS, perCommit: 1, salesPerDay: perBranch };
  for (let i = 1; i <= BRANCHES; i++) {
    const branch = await mesh.add(`branch-${i}`, `B${i}0`);
    branches.push(branch);
    await writeHistory(mesh, branch, { ...day, sales: 0 });
  }
  await meet(mesh, office, branches);
  const before = `${office.databasePath}.before`;
  await copyFile(office.databasePath, before);
  for (const [i, branch] of branches.entries()) {
    await writeHistory(mesh, branch, { ...day, sales: perBranch });
    progress(`branch ${i + 1} has sold`);
  }
  const running = await open(mesh, branches);
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    for (const end of ["-wal", "-shm"]) {
      await rm(`${office.databasePath}${end}`, { force: true });
    }
    await copyFile(before, office.databasePath);
    done.push({
      name: `run ${i}`,
      values: await catchUp(mesh, office, { sales, running }),
    });
    progress(`run ${i} of ${runs}: ${done.at(-1)?.values["seconds"]} s`);
  }
  await close(running);
  const middle = (key: string) =>
    median(done.map(({ values }) => Number(values[key])));
  return {
    bench: "catch_up",
    about:
      `an office that was away takes ${sales} single-sale commits of ${BRANCHES} branches`,
    parameters: { sales, branches: BRANCHES, products: PRODUCTS, runs },
    runs: done,
    results: [
      below(
        "from the ready line until all sales are in its totals",
        middle("seconds"),
        { most: 6, unit: "s" },
      ),
      informs(
        "the same from the start of its process",
        middle("from start"),
        "s",
      ),
      informs("RSS of the office, the most seen", middle("RSS MB"), "MB"),
    ],
    notes: [
      "The office is the real program; the branches share one other process, whose thread serves all five.",
    ],
  };
}

async function catchUp(
  mesh: BenchMesh,
  office: Member,
  { sales, running }: { sales: number; running: Running },
): Promise<Record<string, number>> {
  const now = () => performance.timeOrigin + performance.now();
  const servingBefore = await cpuSeconds(Deno.pid);
  const from = now();
  const process = await mesh.run(office, running.addresses);
  const ready = now();
  const watch = watchMemory(process.pid);
  const end = await watchSales({
    http: process.ready.http,
    sales,
    everyMs: 20,
    mostMs: MOST_MS,
  });
  const values = {
    seconds: (end - ready) / 1000,
    "from start": (end - from) / 1000,
    "CPU s of the office": await cpuSeconds(process.pid),
    "CPU s of the branches": await cpuSeconds(Deno.pid) - servingBefore,
    "RSS MB": await watch.stop(),
  };
  await process.stop();
  return values;
}
