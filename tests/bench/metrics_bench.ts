/**
 * What measuring costs: durable sales through HTTP at two nodes by turns, one that measures itself and is asked for its
 * metrics once in a round, more often than Prometheus does, and one that does not.
 *
 * @module
 */
import { BenchMesh } from "./bench_mesh.ts";
import {
  atMost,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { productNames, writeHistory } from "./history.ts";
import { runLoad } from "./load_client.ts";
import { cpuSeconds, residentMb } from "./process_usage.ts";
import { median } from "./statistics.ts";

const CONNECTIONS = 64;
const PRODUCTS = 500;

/** A node under load. */
interface Side {
  readonly url: string;
  readonly pid: number;
  /** Sales a second of each round. */
  readonly perSecond: number[];
  /** Microseconds of processor time a sale of each round. */
  readonly cpuUs: number[];
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const rounds = options.runs ?? (quick ? 4 : 12);
  const countedMs = quick ? 2_000 : 5_000;
  const mesh = new BenchMesh(folder);
  const start = async (name: string, site: string, more: string[]) => {
    const branch = await mesh.add(name, site);
    const day = { products: PRODUCTS, sales: 0, perCommit: 1, salesPerDay: 1 };
    await writeHistory(mesh, branch, day);
    const node = await mesh.run(branch, [], [
      "--surface",
      "branch-sync=off",
      ...more,
    ]);
    const side: Side = {
      ...{ url: node.ready.http, pid: node.pid },
      ...{ perSecond: [], cpuUs: [] },
    };
    return { node, side };
  };
  const on = await start("measured", "CUS", []);
  const off = await start("unmeasured", "LIM", ["--no-metrics"]);
  const runs: BenchRun[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who is first in a round is second in the next: what the machine does besides falls on both.
    const order = round % 2 === 0 ? [on, off] : [off, on];
    for (const { side } of order) {
      await load(side, { countedMs, isScraped: side === on.side });
    }
    const last = (values: readonly number[]) => values.at(-1) ?? NaN;
    const values = {
      "on/s": last(on.side.perSecond),
      "off/s": last(off.side.perSecond),
      "on µs": last(on.side.cpuUs),
      "off µs": last(off.side.cpuUs),
    };
    runs.push({ name: `round ${round + 1}`, values });
    progress(
      `round ${round + 1} of ${rounds}: ${values["on/s"].toFixed(0)}/s, ` +
        `unmeasured ${values["off/s"].toFixed(0)}/s`,
    );
  }
  const ratios = (read: (side: Side) => readonly number[]) =>
    read(on.side).map((value, i) => value / (read(off.side)[i] ?? NaN));
  const slower = 1 - median(ratios(({ perSecond }) => perSecond));
  const dearer = median(ratios(({ cpuUs }) => cpuUs)) - 1;
  const memory = await residentMb(on.node.pid) - await residentMb(off.node.pid);
  await Promise.all([on.node.stop(), off.node.stop()]);
  return {
    bench: "metrics",
    about:
      `durable sales through HTTP, ${CONNECTIONS} connections, at a node ` +
      "that is asked for its metrics once in a round, and at one that measures nothing, by turns",
    parameters: { rounds, "counted s": countedMs / 1000 },
    runs,
    results: [
      atMost("sales/s less, median of pairs", slower * 100, {
        ...{ most: 2, unit: "%" },
      }),
      informs(`processor time a sale more, median of pairs`, dearer * 100, "%"),
      informs("memory more", memory, "MB"),
    ],
    notes: [],
  };
}

async function load(
  side: Side,
  { countedMs, isScraped }: {
    readonly countedMs: number;
    readonly isScraped: boolean;
  },
): Promise<void> {
  const scrape = async () => {
    await (await fetch(`${side.url}/metrics`)).text();
  };
  const timer = isScraped
    ? setTimeout(() => void scrape(), countedMs / 2)
    : undefined;
  const before = await cpuSeconds(side.pid);
  const warmUpMs = 1_000;
  const { perSecond } = await runLoad({
    ...{ url: `${side.url}/v1/sales`, connections: CONNECTIONS },
    ...{ warmUpMs, countedMs, products: productNames(PRODUCTS) },
  });
  clearTimeout(timer);
  const used = await cpuSeconds(side.pid) - before;
  side.perSecond.push(perSecond);
  const sales = perSecond * (countedMs + warmUpMs) / 1000;
  side.cpuUs.push(used * 1e6 / sales);
}
