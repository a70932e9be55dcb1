/**
 * How long the real program takes until it is ready on a folder with many sales, and the memory that it has then.
 *
 * @module
 */
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { writeHistory } from "./history.ts";
import { sleep } from "./node_http.ts";
import { residentMb } from "./process_usage.ts";
import { median } from "./statistics.ts";

const AFTER_MS = 3_000;

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 3 : 7);
  const sales = quick ? 10_000 : 100_000;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  progress(`writing ${sales} sales`);
  const history = { products: 500, sales, perCommit: 16, salesPerDay: 10_000 };
  await writeHistory(mesh, branch, history);
  const done: BenchRun[] = [];
  // The first start fills the caches of the disk and of Deno's compiler; it is not counted.
  for (let i = 0; i <= runs; i++) {
    const from = performance.now();
    const node = await mesh.run(branch);
    const readyMs = performance.now() - from;
    const atReady = await residentMb(node.pid);
    await sleep(AFTER_MS);
    const later = await residentMb(node.pid);
    await node.stop();
    if (i === 0) continue;
    progress(`start ${i} of ${runs}: ${readyMs.toFixed(0)} ms`);
    done.push({
      name: `start ${i}`,
      values: {
        "ready ms": readyMs,
        "RSS MB at ready": atReady,
        "RSS MB later": later,
      },
    });
  }
  const middle = (key: string) =>
    median(done.map(({ values }) => Number(values[key])));
  return {
    bench: "start",
    about: `start of the real program with ${sales} sales stored`,
    parameters: { sales, "sales per commit": 16, starts: runs },
    runs: done,
    results: [
      below(
        "from the start of the process to the ready line",
        middle("ready ms"),
        {
          most: 1_000,
          unit: "ms",
        },
      ),
      below(
        `RSS ${AFTER_MS / 1000} s after the ready line`,
        middle("RSS MB later"),
        {
          most: 150,
          unit: "MB",
        },
      ),
      informs("RSS at the ready line", middle("RSS MB at ready"), "MB"),
    ],
    notes: ["Megabytes of 10^6 bytes."],
  };
}
