/**
 * Sales of installed branches through HTTP at one office: all branches at once, each one message after another.
 *
 * @module
 */
import { join } from "node:path";
import { BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { getJson, untilSales } from "./node_http.ts";
import { cpuSeconds, untilIdle, watchMemory } from "./process_usage.ts";
import { type ReceiveOutcome, runReceiveLoad } from "./receive_load.ts";
import { median } from "./statistics.ts";

const BRANCHES = 100;
const BATCH = 100;
const PATH = "/api/sincronizacion/recibir";
const REST_MS_MAX = 20_000;
const READ_MS_MAX = 60_000;

/** One run at an office that has nothing yet, killed afterwards: what was acknowledged must be there. */
async function runOnce(
  folder: string,
  times: { readonly warmUpMs: number; readonly countedMs: number },
): Promise<{ outcome: ReceiveOutcome; values: Record<string, number> }> {
  const mesh = new BenchMesh(folder);
  const office = await mesh.add("office", null);
  const surface = ["--surface", "branch-sync=127.0.0.1:0"];
  const node = await mesh.run(office, [], surface);
  const url = `${node.ready.surfaces["branch-sync"] ?? ""}${PATH}`;
  const memory = watchMemory(node.pid);
  const before = await cpuSeconds(node.pid);
  const outcome = await runReceiveLoad({
    url,
    branches: BRANCHES,
    batch: BATCH,
    ...times,
  });
  const cpu = await cpuSeconds(node.pid) - before;
  const resident = await memory.stop();
  // Without a warning, as if the power went: nothing that was acknowledged may be gone.
  await node.kill();
  const again = await mesh.run(office, [], surface);
  await untilSales(again.ready.http, outcome.received, {
    everyMs: 200,
    mostMs: READ_MS_MAX,
  });
  const { count } = await getJson(`${again.ready.http}/v1/totals`);
  if (Number(count) < outcome.received) throw new Error("sales were lost");
  await untilIdle(again.pid, REST_MS_MAX);
  await again.stop();
  return {
    outcome,
    values: {
      "sales/s": outcome.perSecond,
      "message p50 ms": outcome.p50,
      "message p99 ms": outcome.p99,
      "message max ms": outcome.max,
      "MB/s": outcome.bytesPerSecond / 1e6,
      refused: outcome.refused,
      "branches served": outcome.branches,
      "CPU s": cpu,
      "RSS MB": resident,
      "sales in all": outcome.received,
      "there after a kill": Number(count),
    },
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const countedMs = quick ? 5_000 : 60_000;
  const warmUpMs = quick ? 2_000 : 5_000;
  const done: BenchRun[] = [];
  const outcomes: ReceiveOutcome[] = [];
  for (let i = 1; i <= runs; i++) {
    const times = { warmUpMs, countedMs };
    const one = await runOnce(join(folder, String(i)), times);
    outcomes.push(one.outcome);
    done.push({ name: `run ${i}`, values: one.values });
    progress(`run ${i} of ${runs}: ${one.outcome.perSecond.toFixed(0)}/s`);
  }
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  return {
    bench: "receive",
    about:
      `${BRANCHES} installed branches that send at once to one office over HTTP, ${BATCH} sales of about three lines a message`,
    parameters: {
      branches: BRANCHES,
      "sales a message": BATCH,
      "counted s": countedMs / 1000,
      "warm-up s": warmUpMs / 1000,
      runs,
    },
    runs: done,
    results: [
      atLeast("sales/s, durable", middle("sales/s"), {
        least: 5_000,
        unit: "/s",
      }),
      below("message p99", middle("message p99 ms"), {
        most: 5_000,
        unit: "ms",
      }),
      informs("message p50", middle("message p50 ms"), "ms"),
      informs("RSS under load, the most seen", middle("RSS MB"), "MB"),
    ],
    notes: [
      "The branches' products are known from a message of the day before, which is not counted.",
      "Plain JSON as installed branches send it; the generator, which writes it, runs on the same machine.",
      "After each run the office is killed and started again: all that was acknowledged is there.",
    ],
  };
}
