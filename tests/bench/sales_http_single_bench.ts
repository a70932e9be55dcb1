/**
 * How long one till waits: durable sales through HTTP, one connection.
 *
 * @module
 */
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  informs,
} from "./bench_report.ts";
import { productNames, writeHistory } from "./history.ts";
import { type LoadOutcome, runLoad } from "./load_client.ts";
import { untilIdle } from "./process_usage.ts";
import { median } from "./statistics.ts";

const PRODUCTS = 500;

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 2 : 5);
  const countedMs = quick ? 2_000 : 6_000;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  const day = { products: PRODUCTS, sales: 0, perCommit: 1, salesPerDay: 1 };
  await writeHistory(mesh, branch, day);
  const node = await mesh.run(branch);
  const outcomes: LoadOutcome[] = [];
  for (let i = 1; i <= runs; i++) {
    outcomes.push(
      await runLoad({
        url: `${node.ready.http}/v1/sales`,
        connections: 1,
        warmUpMs: 1_000,
        countedMs,
        products: productNames(PRODUCTS),
      }),
    );
    await untilIdle(node.pid, 3_000);
    progress(`run ${i} of ${runs}: p50 ${outcomes.at(-1)?.p50.toFixed(2)} ms`);
  }
  await node.stop();
  const middle = (field: "p50" | "p99" | "perSecond") =>
    median(outcomes.map((outcome) => outcome[field]));
  return {
    bench: "sales_http_single",
    about: "durable sales through HTTP at one node, one connection",
    parameters: { products: PRODUCTS, runs, "counted s": countedMs / 1000 },
    runs: outcomes.map((one, i) => ({
      name: `run ${i + 1}`,
      values: {
        "sales/s": one.perSecond,
        "p50 ms": one.p50,
        "p99 ms": one.p99,
        "max ms": one.max,
      },
    })),
    results: [
      below("p50, one connection", middle("p50"), { most: 2, unit: "ms" }),
      informs("p99", middle("p99"), "ms"),
      informs("sales/s", middle("perSecond"), "/s"),
    ],
    notes: [],
  };
}
