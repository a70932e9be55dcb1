/**
 * Feeding a PostgreSQL server: how fast a till's history is loaded, how far the sink is behind while sales go on, and what
 * sales notice of it, also while the server stands still.
 *
 * @module
 */
import { findPostgres, startPostgres } from "../support/sink_databases.ts";
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
import { startPacedLoad } from "./paced_load.ts";
import { median } from "./statistics.ts";

const SALES = 300_000;
const QUICK_SALES = 40_000;
const PRODUCTS = 500;
const PER_SECOND = 500;
const CONNECTIONS = 16;
const WARM_UP_MS = 3000;
const SOLD_MS = 15_000;
const LOOK_MS = 200;
const LOADED_MS_MAX = 600_000;

interface SinkAnswer {
  readonly state: string;
  readonly lagFacts: number | null;
  readonly lagSeconds: number | null;
  readonly facts: number;
}

async function lookAt(url: string): Promise<SinkAnswer> {
  const response = await fetch(`${url}/v1/sinks`);
  const { items: [sink] } = await response.json();
  return sink;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Waits until the sink lacks nothing; gives the seconds. */
async function untilFollowing(url: string): Promise<number> {
  const from = performance.now();
  for (;;) {
    const { state, lagFacts } = await lookAt(url);
    const ms = performance.now() - from;
    if (state === "following" && lagFacts === 0) return ms / 1000;
    if (ms > LOADED_MS_MAX) throw new TypeError(`The sink is ${state}`);
    await pause(LOOK_MS);
  }
}

/** The worst lag in seconds that was seen in so many milliseconds. */
async function worstLag(url: string, forMs: number): Promise<number> {
  const until = performance.now() + forMs;
  let worst = 0;
  while (performance.now() < until) {
    worst = Math.max(worst, (await lookAt(url)).lagSeconds ?? 0);
    await pause(LOOK_MS);
  }
  return worst;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const programs = findPostgres();
  if (programs === undefined) {
    throw new TypeError("Install a PostgreSQL server first");
  }
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
    const server = await startPostgres(programs);
    try {
      const run = await measure(mesh, branch, server);
      progress(`run ${i} of ${runs}: ${JSON.stringify(run)}`);
      done.push({ name: `run ${i}`, values: run });
    } finally {
      await server.stop();
    }
  }
  return report(done, { sales, runs });
}

async function measure(
  mesh: BenchMesh,
  branch: Awaited<ReturnType<BenchMesh["add"]>>,
  server: Awaited<ReturnType<typeof startPostgres>>,
): Promise<Record<string, number>> {
  const load = (url: string) =>
    startPacedLoad({
      url: `${url}/v1/sales`,
      perSecond: PER_SECOND,
      connections: CONNECTIONS,
      products: productNames(PRODUCTS),
    });
  const plain = await mesh.run(branch);
  const before = await load(plain.ready.http);
  await pause(WARM_UP_MS);
  before.reset();
  await pause(SOLD_MS);
  const alone = await before.stop();
  await plain.stop();

  const node = await mesh.run(branch, [], ["--sink", server.url]);
  const url = node.ready.http;
  const seconds = await untilFollowing(url);
  const { facts } = await lookAt(url);
  const selling = await load(url);
  await pause(WARM_UP_MS);
  selling.reset();
  const lag = await worstLag(url, SOLD_MS);
  const fed = selling.reset();
  server.freeze(true);
  await pause(SOLD_MS);
  const frozen = selling.reset();
  server.freeze(false);
  await selling.stop();
  const caughtUp = await untilFollowing(url);
  await node.stop();
  return {
    "facts": facts,
    "load s": seconds,
    "facts/s": facts / seconds,
    "lag s": lag,
    "p99 ms without": alone.p99,
    "p99 ms fed": fed.p99,
    "p99 ms still": frozen.p99,
    "sales/s fed": fed.perSecond,
    "caught up s": caughtUp,
    "refused": alone.refused + fed.refused + frozen.refused,
  };
}

function report(
  runs: readonly BenchRun[],
  parameters: { readonly sales: number; readonly runs: number },
): BenchReport {
  const middle = (name: string) =>
    median(runs.map(({ values }) => Number(values[name])));
  return {
    bench: "sinks",
    about:
      `a PostgreSQL server that gets ${parameters.sales} sales, then follows ${PER_SECOND} a second`,
    parameters: { ...parameters, "sales per commit": 16, products: PRODUCTS },
    runs,
    results: [
      atLeast("first load", middle("facts/s"), { least: 20_000, unit: "/s" }),
      below("worst lag while sales go on", middle("lag s"), {
        most: 1,
        unit: "s",
      }),
      informs("p99 of sales without a sink", middle("p99 ms without"), "ms"),
      informs("p99 of sales with it", middle("p99 ms fed"), "ms"),
      informs("p99 while it stands still", middle("p99 ms still"), "ms"),
      informs("caught up after that", middle("caught up s"), "s"),
    ],
    notes: [
      "Node, server and load share the machine; a sale counts from when it was due; the load begins when the node is ready.",
    ],
  };
}
