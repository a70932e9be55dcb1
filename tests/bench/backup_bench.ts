/**
 * Backing up a till of a million sales while it goes on selling, again after that, and restoring it until it is ready.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { productNames, writeHistory } from "./history.ts";
import { untilSales } from "./node_http.ts";
import { type PacedOutcome, startPacedLoad } from "./paced_load.ts";
import { median } from "./statistics.ts";

const PROJECT_PATH = fileURLToPath(new URL("../../", import.meta.url));
const SALES = 1_000_000;
const QUICK_SALES = 20_000;
const PRODUCTS = 500;
const PER_SECOND = 500;
const CONNECTIONS = 16;
const WARM_UP_MS = 3_000;
const ALONE_MS = 8_000;
const ALL_THERE_MS = 60_000;

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const sales = quick ? QUICK_SALES : SALES;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  progress(`writing ${sales} sales`);
  await writeHistory(mesh, branch, {
    products: PRODUCTS,
    sales,
    perCommit: 16,
    salesPerDay: sales / 50,
  });
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const to = join(folder, `backup-${i}`);
    const node = await mesh.run(branch);
    const order = ["backup", "--data", branch.path, "--to", to];
    const load = await startPacedLoad({
      url: `${node.ready.http}/v1/sales`,
      perSecond: PER_SECOND,
      connections: CONNECTIONS,
      products: productNames(PRODUCTS),
    });
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
    load.reset();
    await new Promise((resolve) => setTimeout(resolve, ALONE_MS));
    const alone = load.reset();
    const first = await timed(...order);
    const during = await load.stop();
    progress(`run ${i} of ${runs}: backed up in ${first.toFixed(1)} s`);
    const second = await timed(...order);
    await node.stop();
    const restored = { ...branch, path: join(folder, `restored-${i}`) };
    const words = ["restore", "--from", to, "--data", restored.path];
    const back = await timed(...words);
    const from = performance.now();
    const again = await mesh.run(restored);
    const ready = (performance.now() - from) / 1000;
    await untilSales(again.ready.http, sales, {
      everyMs: 50,
      mostMs: ALL_THERE_MS,
    });
    await again.stop();
    progress(`run ${i} of ${runs}: restored in ${(back + ready).toFixed(1)} s`);
    done.push({
      name: `run ${i}`,
      values: {
        "p99 ms alone": alone.p99,
        ...valuesOf(during),
        ...{ first, second, back, ready },
      },
    });
  }
  return report(done, { sales, runs });
}

/** Runs a task as a person would, in a process of its own; gives the seconds that it took. */
async function timed(...words: string[]): Promise<number> {
  const from = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...words],
    cwd: PROJECT_PATH,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return (performance.now() - from) / 1000;
}

function valuesOf(outcome: PacedOutcome): Record<string, number> {
  const { perSecond, p50, p99, max, refused } = outcome;
  return {
    "sales/s": perSecond,
    "p50 ms": p50,
    "p99 ms": p99,
    "max ms": max,
    refused,
  };
}

function report(
  runs: readonly BenchRun[],
  parameters: { readonly sales: number; readonly runs: number },
): BenchReport {
  const middle = (...names: string[]) =>
    median(
      runs.map(({ values }) =>
        names.reduce((sum, name) => sum + Number(values[name]), 0)
      ),
    );
  const { sales } = parameters;
  return {
    bench: "backup",
    about:
      `a backup of ${sales} sales while ${PER_SECOND} a second go on, and its restore`,
    parameters: { ...parameters, "sales per commit": 16, products: PRODUCTS },
    runs,
    results: [
      below("the first backup, read back", middle("first"), {
        most: 60,
        unit: "s",
      }),
      below("p99 of sales meanwhile", middle("p99 ms"), {
        most: 50,
        unit: "ms",
      }),
      informs("p99 of sales before it", middle("p99 ms alone"), "ms"),
      informs("sales meanwhile", middle("sales/s"), "/s"),
      informs("the next backup", middle("second"), "s"),
      below("restore, until the node is ready", middle("back", "ready"), {
        most: 60,
        unit: "s",
      }),
      informs("of that, the restore alone", middle("back"), "s"),
    ],
    notes: [
      "Node, backup and load share the machine; a sale counts from when it was due.",
    ],
  };
}
