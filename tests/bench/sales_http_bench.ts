/**
 * Durable sales through HTTP at one node, interleaved with a bare server that inserts one row per sale.
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
import { productNames, writeHistory } from "./history.ts";
import { type LoadOutcome, runLoad } from "./load_client.ts";
import { untilIdle, watchMemory } from "./process_usage.ts";
import { median } from "./statistics.ts";

const CONNECTIONS = 64;
const PRODUCTS = 500;
const REST_MS_MAX = 5_000;

/** A server under test. */
interface Server {
  readonly url: string;
  readonly pid: number;
}

/** Starts the bare server with its database in a folder. */
export async function startBareServer(
  folder: string,
): Promise<Server & { stop(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("./bare_server.ts", import.meta.url).href,
      join(folder, "bare.db"),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("the bare server did not start");
  return {
    url: value.trim(),
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const rounds = options.runs ?? (quick ? 2 : 5);
  const countedMs = quick ? 2_000 : 8_000;
  const warmUpMs = quick ? 1_000 : 2_000;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  const day = { products: PRODUCTS, sales: 0, perCommit: 1, salesPerDay: 1 };
  await writeHistory(mesh, branch, day);
  const node = await mesh.run(branch);
  const bare = await startBareServer(folder);
  const load = (server: Pick<Server, "url">) =>
    runLoad({
      url: `${server.url}/v1/sales`,
      connections: CONNECTIONS,
      warmUpMs,
      countedMs,
      products: productNames(PRODUCTS),
    });
  const nodeServer = { url: node.ready.http, pid: node.pid };
  const ours: LoadOutcome[] = [];
  const theirs: LoadOutcome[] = [];
  const memory: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const watch = watchMemory(node.pid);
    ours.push(await load(nodeServer));
    memory.push(await watch.stop());
    // What a node does in the background after a load must not slow the other server.
    await untilIdle(node.pid, REST_MS_MAX);
    theirs.push(await load(bare));
    await untilIdle(bare.pid, REST_MS_MAX);
    progress(
      `round ${round} of ${rounds}: ${ours.at(-1)?.perSecond.toFixed(0)}/s, ` +
        `bare ${theirs.at(-1)?.perSecond.toFixed(0)}/s`,
    );
  }
  await bare.stop();
  await node.stop();
  return report({ ours, theirs, memory }, { rounds, countedMs, warmUpMs });
}

function report(
  { ours, theirs, memory }: {
    ours: readonly LoadOutcome[];
    theirs: readonly LoadOutcome[];
    memory: readonly number[];
  },
  sizes: { rounds: number; countedMs: number; warmUpMs: number },
): BenchReport {
  const middle = (
    outcomes: readonly LoadOutcome[],
    field: "perSecond" | "p50" | "p99",
  ) => median(outcomes.map((outcome) => outcome[field]));
  const ratios = ours.map((one, i) =>
    one.perSecond / (theirs[i]?.perSecond ?? NaN)
  );
  const runs = ours.map((one, i): BenchRun => ({
    name: `round ${i + 1}`,
    values: {
      ...named("", one),
      "RSS MB": memory[i] ?? NaN,
      ...named("bare ", theirs[i]),
      ratio: ratios[i] ?? NaN,
    },
  }));
  const refused = [...ours, ...theirs].reduce((sum, it) => sum + it.refused, 0);
  return {
    bench: "sales_http",
    about:
      `durable sales through HTTP at one node, ${CONNECTIONS} connections, and a bare server in turn`,
    parameters: {
      connections: CONNECTIONS,
      products: PRODUCTS,
      rounds: sizes.rounds,
      "counted s": sizes.countedMs / 1000,
      "warm-up s": sizes.warmUpMs / 1000,
    },
    runs,
    results: [
      atLeast("sales/s, 64 connections", middle(ours, "perSecond"), {
        least: 8_000,
        unit: "/s",
      }),
      informs("p50", middle(ours, "p50"), "ms"),
      below("p99 (where the disk's is below 2 ms)", middle(ours, "p99"), {
        most: 25,
        unit: "ms",
      }),
      informs(
        "bare server: sales/s",
        middle(theirs, "perSecond"),
        `/s (p99 ${middle(theirs, "p99").toFixed(1)} ms)`,
      ),
      atLeast("ratio to the bare server", median(ratios), {
        least: 0.45,
        unit: "",
      }),
      below("RSS under load, the most seen", Math.max(...memory), {
        most: 250,
        unit: "MB",
      }),
    ],
    notes: refused === 0 ? [] : [`${refused} sales were refused`],
  };
}

function named(
  prefix: string,
  outcome: LoadOutcome | undefined,
): Record<string, number> {
  return {
    [`${prefix}sales/s`]: outcome?.perSecond ?? NaN,
    [`${prefix}p50 ms`]: outcome?.p50 ?? NaN,
    [`${prefix}p99 ms`]: outcome?.p99 ?? NaN,
    [`${prefix}max ms`]: outcome?.max ?? NaN,
  };
}
