/**
 * A new office takes a year of one branch, by saved pages, over libp2p on loopback: two real programs.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { writeHistory } from "./history.ts";
import { sleep, untilSales } from "./node_http.ts";
import { cpuSeconds, untilIdle, watchMemory } from "./process_usage.ts";
import { median } from "./statistics.ts";

const SALES_PER_DAY = 1_000;
const PROGRESS_SALES = 50_000;
const MOST_MS = 180_000;
const SEALING_MS_MAX = 300_000;
/** Longer than maintenance pauses between two looks at what there is to do. */
const QUIET_MS = 6_000;

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 2;
  const sales = (quick ? 20 : 365) * SALES_PER_DAY;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  await writeHistory(mesh, branch, {
    products: 500,
    sales,
    perCommit: 1,
    salesPerDay: SALES_PER_DAY,
    progress: (done) => {
      if (done % PROGRESS_SALES === 0) progress(`${done} sales written`);
    },
  });
  progress(`${sales} sales written`);
  const process = await mesh.run(branch);
  // A branch that has sold for a year has sealed its pages long ago.
  await untilIdle(process.pid, SEALING_MS_MAX, QUIET_MS);
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const office = await mesh.add(`office-${i}`, null);
    const values = await join(mesh, office, {
      sales,
      pid: process.pid,
      addresses: process.ready.listen.slice(0, 1),
    });
    done.push({ name: `run ${i}`, values });
    progress(`run ${i} of ${runs}: ${values["seconds"]?.toFixed(1)} s`);
  }
  await process.stop();
  const middle = (key: string) =>
    median(done.map(({ values }) => Number(values[key])));
  return {
    bench: "cold_join",
    about: `a new office takes ${sales} single-sale commits of one branch`,
    parameters: {
      sales,
      days: sales / SALES_PER_DAY,
      products: 500,
      runs,
    },
    runs: done,
    results: [
      below(
        "from the ready line until all sales are in its totals",
        middle("seconds"),
        { most: 15, unit: "s" },
      ),
      informs("RSS of the office, the most seen", middle("RSS MB"), "MB"),
      informs("its database afterwards", middle("file MB"), "MB"),
    ],
    notes: [
      "Bodies of commits older than 90 days are gone at the branch: retention has worked through the year.",
    ],
  };
}

async function join(
  mesh: BenchMesh,
  office: Member,
  { sales, pid, addresses }: {
    sales: number;
    pid: number;
    addresses: readonly string[];
  },
): Promise<Record<string, number>> {
  const servingBefore = await cpuSeconds(pid);
  const process = await mesh.run(office, addresses);
  const ready = performance.now();
  const watch = watchMemory(process.pid);
  await untilSales(process.ready.http, sales, { everyMs: 50, mostMs: MOST_MS });
  const seconds = (performance.now() - ready) / 1000;
  const values = {
    seconds,
    "CPU s of the office": await cpuSeconds(process.pid),
    "CPU s of the branch": await cpuSeconds(pid) - servingBefore,
    "RSS MB": await watch.stop(),
  };
  await process.stop();
  await sleep(500);
  return {
    ...values,
    "file MB": (await stat(office.databasePath)).size / 1e6,
  };
}
