/**
 * A station with many pumps over TCP: what their reports cost, how fast a price change reaches all of them, that none is
 * left behind when links break, and how many deliveries a second are taken in durably.
 *
 * @module
 */
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { BenchPump } from "./bench_pump.ts";
import { cpuSeconds, watchMemory } from "./process_usage.ts";
import { latenciesOf, median } from "./statistics.ts";

const SITE = "E01";
const REPORT_MS = 2000;
/** Pumps that dial at once. */
const DIALING = 50;
const PRICE_ROUNDS = 5;
const POLL_MS = 20;
const WAIT_MS = 30_000;
/** A link that stayed up so long has its prices for sure. */
const SETTLED_MS = 6_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does something for all of a list, some at once. */
async function inParts<T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < all.length; i += DIALING) {
    await Promise.all(all.slice(i, i + DIALING).map(work));
  }
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!await isDone()) {
    if (performance.now() > end) throw new Error("waited too long");
    await sleep(POLL_MS);
  }
}

async function setPrice(http: string, price: number): Promise<void> {
  const answer = await fetch(new URL("/v1/fuel-prices", http), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      prices: [{ fuel: "95", price: `${price}` }],
    }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  await answer.body?.cancel();
}

/** What the reports of all pumps cost the node, in shares of a core. */
async function costOfReports(
  node: NodeProcess,
  pumps: readonly BenchPump[],
  seconds: number,
): Promise<number> {
  const timers = pumps.map((pump, i) =>
    setTimeout(() => {
      pump.every(REPORT_MS, () => pump.report("despachando", 3, 4050));
    }, i * REPORT_MS / pumps.length)
  );
  await sleep(REPORT_MS);
  const [from, before] = [performance.now(), await cpuSeconds(node.pid)];
  await sleep(seconds * 1000);
  const used = await cpuSeconds(node.pid) - before;
  const share = used / ((performance.now() - from) / 1000);
  timers.forEach(clearTimeout);
  for (const pump of pumps) {
    pump.still();
    pump.report("disponible", 0, 0);
  }
  return share;
}

/** How long a change takes to reach each pump, in milliseconds. */
async function spread(
  http: string,
  pumps: readonly BenchPump[],
  price: number,
): Promise<number[]> {
  const from = performance.now();
  const heard = pumps.map((pump) => pump.untilPrice(price, WAIT_MS));
  await setPrice(http, price);
  return (await Promise.all(heard)).map((at) => at - from);
}

/** Pumps that have another price than the last one after a fifth of the links broke during a change. */
async function leftBehind(
  http: string,
  pumps: readonly BenchPump[],
  price: number,
): Promise<number> {
  const broken = pumps.filter((_, i) => i % 5 === 0);
  const change = setPrice(http, price);
  for (const pump of broken) pump.close();
  await change;
  await setPrice(http, price + 1);
  await inParts(broken, (pump) => pump.connect());
  await sleep(SETTLED_MS);
  return pumps.filter((pump) => pump.price !== price + 1).length;
}

async function counted(http: string, date: string): Promise<number> {
  const url = new URL(`/v1/day-reports/${SITE}/${date}`, http);
  const { total } = await (await fetch(url)).json();
  return total.count;
}

/** Deliveries a second, from the first line sent until all are in the sums of the day. */
async function deliveries(
  http: string,
  pumps: readonly BenchPump[],
  count: number,
): Promise<number> {
  const date = "2026-03-02";
  const before = await counted(http, date);
  const from = performance.now();
  const each = Math.ceil(count / pumps.length);
  await Promise.all(pumps.map((pump) => pump.sell(each, date)));
  const all = before + each * pumps.length;
  await until(async () => await counted(http, date) >= all);
  const seconds = (performance.now() - from) / 1000;
  if (await counted(http, date) !== all) throw new Error("counted too many");
  return each * pumps.length / seconds;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const count = quick ? 100 : 1000;
  const sales = quick ? 2_000 : 20_000;
  const mesh = new BenchMesh(folder);
  const station = await mesh.add("station", SITE, ["station"]);
  const node = await mesh.run(station, [], [
    ...["--currency", "CLP", "--timezone", "America/Santiago"],
    ...["--surface", "forecourt-pumps=127.0.0.1:0"],
    ...[
      "forecourt-udp",
      "forecourt-prices",
      "forecourt-station",
      "forecourt-bridge",
    ].flatMap((name) => ["--surface", `${name}=off`]),
  ]);
  const { http, surfaces } = node.ready;
  const port = Number(new URL(surfaces["forecourt-pumps"] ?? "").port);
  await setPrice(http, 1000);
  progress(`${count} pumps dial`);
  const pumps = Array.from(
    { length: count },
    (_, i) => new BenchPump(port, i + 1),
  );
  await inParts(pumps, (pump) => pump.connect());
  const done: BenchRun[] = [];
  let price = 1001;
  for (let i = 1; i <= runs; i++) {
    progress(`run ${i} of ${runs}: reports`);
    const reporting = watchMemory(node.pid);
    const cpu = await costOfReports(node, pumps, quick ? 4 : 20);
    const rss = await reporting.stop();
    const burst = watchMemory(node.pid);
    await sleep(1000);
    progress(`run ${i} of ${runs}: prices`);
    const latencies: number[] = [];
    for (let round = 0; round < PRICE_ROUNDS; round++) {
      latencies.push(...await spread(http, pumps, price++));
    }
    const { p50, p99, max } = latenciesOf(latencies);
    const behind = await leftBehind(http, pumps, price);
    price += 2;
    progress(`run ${i} of ${runs}: deliveries`);
    const rate = await deliveries(http, pumps.slice(0, 100), sales);
    done.push({
      name: `run ${i}`,
      values: {
        "CPU share of a core": cpu,
        "RSS MB": rss,
        "RSS MB in the burst": await burst.stop(),
        "price p50 ms": p50,
        "price p99 ms": p99,
        "price max ms": max,
        "left behind": behind,
        "deliveries a second": rate,
      },
    });
  }
  for (const pump of pumps) pump.close();
  await node.stop();
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  return {
    bench: "forecourt",
    about: `a station with ${count} pumps over TCP`,
    parameters: { pumps: count, sales, runs, reportEveryMs: REPORT_MS },
    runs: done,
    results: [
      below(
        "CPU of the node, all pumps reporting every 2 s",
        100 * middle("CPU share of a core"),
        { most: 50, unit: "% of a core" },
      ),
      below("its RSS then, the most seen", middle("RSS MB"), {
        most: 300,
        unit: "MB",
      }),
      below("a price change at idle pumps, p99", middle("price p99 ms"), {
        most: 500,
        unit: "ms",
      }),
      below("pumps left behind after reconnects", middle("left behind"), {
        most: 1,
        unit: "pumps",
      }),
      atLeast(
        "deliveries through TCP, durable",
        middle("deliveries a second"),
        { least: 2000, unit: "/s" },
      ),
      informs(
        "RSS while all deliveries come at once",
        middle("RSS MB in the burst"),
        "MB",
      ),
    ],
    notes: [
      "The pumps are one process on the same machine; deliveries come over 100 links.",
      "A fifth of the links break while the price changes.",
    ],
  };
}
