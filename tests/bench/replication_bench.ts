/**
 * How long a sale takes from the answer at a branch until an office shows it: two real programs over libp2p on
 * loopback, sales at a fixed rate, with a long past behind.
 *
 * The office is asked by its stream of events (`GET /v1/events`), which tells of a row once it is durable and readable:
 * so no polling delay is in the figures. A sale is recognized by its instant, unique at its writer, which the branch's
 * answer and the office's event both carry. Both times are taken in this process, by one clock.
 *
 * @module
 */
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { productNames, writeHistory } from "./history.ts";
import { HttpConnection, postRequest } from "./http_connection.ts";
import { sleep, untilSales } from "./node_http.ts";
import { cpuSeconds, residentMb, untilIdle } from "./process_usage.ts";
import { latenciesOf, median } from "./statistics.ts";

const PER_SECOND = 200;
const PRODUCTS = 500;
const CONNECTIONS = 64;
const CONNECTIONS_MAX = 4096;
const WARM_UP_MS = 5_000;
const JOIN_MS_MAX = 400_000;
const LAST_MS_MAX = 10_000;

/** When a sale was answered and shown, in milliseconds of this process. */
interface Sighting {
  due: number;
  answered?: number;
  shown?: number;
}

/**
 * Notes when the office shows each sale, by its instant in microseconds.
 *
 * @returns A function that ends it.
 */
async function watchSales(
  http: string,
  site: string,
  shown: (at: number) => void,
): Promise<() => void> {
  const response = await fetch(`${http}/v1/events`);
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("the office sends no events");
  const decoder = new TextDecoder();
  let rest = "";
  let ended = false;
  const take = (bytes: Uint8Array) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event: overrun")) {
        throw new Error("this process reads events too slowly");
      }
      if (!line.startsWith('data: {"sequence"')) continue;
      const { view, key } = JSON.parse(line.slice("data: ".length));
      if (view === "sales" && key[0] === site) shown(key[1]);
    }
  };
  const read = async () => {
    while (!ended) {
      const { value } = await reader.read();
      if (value === undefined) return;
      take(value);
    }
  };
  // The first event is a greeting: from then on nothing is missed.
  const first = await reader.read();
  if (first.value !== undefined) take(first.value);
  void read();
  return () => {
    ended = true;
    void reader.cancel().catch(() => {});
  };
}

/** Microseconds of an instant as the interface writes it, with six decimals. */
function microseconds(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`) * 1000 +
    Number(text.slice(23, 26));
}

/** Sells at a fixed rate, whatever the answers take (open loop). */
class Seller {
  readonly sightings = new Map<number, Sighting>();
  readonly #url: URL;
  readonly #free: HttpConnection[];
  readonly #requests: readonly Uint8Array[];
  readonly #decoder = new TextDecoder();
  #opened = CONNECTIONS;
  failures = 0;
  /** Sales that found no free connection when they were due. */
  late = 0;

  private constructor(url: URL, connections: HttpConnection[]) {
    this.#url = url;
    this.#free = connections;
    this.#requests = productNames(PRODUCTS).map((product) =>
      postRequest(this.#url, { lines: [{ product, quantity: 1 }] })
    );
  }

  static async open(http: string): Promise<Seller> {
    const url = new URL(`${http}/v1/sales`);
    const opening = Array.from(
      { length: CONNECTIONS },
      () => HttpConnection.open(url),
    );
    return new Seller(url, await Promise.all(opening));
  }

  /** Sells for some time, beginning now. */
  async sell(durationMs: number): Promise<void> {
    const from = performance.now();
    const all = durationMs * PER_SECOND / 1000;
    const running: Promise<void>[] = [];
    for (let count = 0; count < all;) {
      const due = from + count * 1000 / PER_SECOND;
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      else {
        running.push(this.#sellOne(due));
        count++;
      }
    }
    await Promise.all(running);
  }

  /** Notes an event, also one that comes before the answer. */
  shown(at: number): void {
    const now = performance.now();
    const known = this.sightings.get(at);
    if (known === undefined) this.sightings.set(at, { due: NaN, shown: now });
    else known.shown ??= now;
  }

  close(): void {
    for (const connection of this.#free) connection.close();
  }

  /** A branch that stands still for a while must not make fewer sales: one more connection each. */
  async #another(): Promise<HttpConnection | undefined> {
    if (this.#opened >= CONNECTIONS_MAX) return undefined;
    this.#opened++;
    return await HttpConnection.open(this.#url);
  }

  async #sellOne(due: number): Promise<void> {
    const connection = this.#free.pop() ?? await this.#another();
    if (connection === undefined) {
      this.late++;
      return;
    }
    const index = Math.floor(Math.random() * this.#requests.length);
    const request = this.#requests[index] as Uint8Array;
    const { status, body } = await connection.request(request);
    const answered = performance.now();
    if (status !== 201) {
      this.failures++;
    } else {
      const { at } = JSON.parse(this.#decoder.decode(body));
      const key = microseconds(at);
      const known = this.sightings.get(key);
      if (known === undefined) this.sightings.set(key, { due, answered });
      else [known.due, known.answered] = [due, answered];
    }
    this.#free.push(connection);
  }
}

/** Processor time of two programs over an interval. */
async function cpuOf(nodes: readonly NodeProcess[]): Promise<number[]> {
  return await Promise.all(nodes.map(({ pid }) => cpuSeconds(pid)));
}

/** Figures of one interval; its sales are those that were due in it. */
async function measureInterval(
  seller: Seller,
  nodes: readonly NodeProcess[],
  durationMs: number,
): Promise<Record<string, number>> {
  seller.sightings.clear();
  const from = performance.now();
  const before = await cpuOf(nodes);
  await seller.sell(durationMs);
  const seconds = (performance.now() - from) / 1000;
  const after = await cpuOf(nodes);
  const isOpen = () =>
    [...seller.sightings.values()].some((it) => it.shown === undefined);
  const end = performance.now() + LAST_MS_MAX;
  while (isOpen() && performance.now() < end) await sleep(5);
  const all = [...seller.sightings.values()]
    .filter((it) => it.answered !== undefined);
  const missing = all.filter((it) => it.shown === undefined).length;
  // What the office shows before the answer has come back counts as 0.
  const replication = latenciesOf(
    all.map((it) => Math.max(0, (it.shown ?? Infinity) - (it.answered ?? 0))),
  );
  const answers = latenciesOf(all.map((it) => (it.answered ?? 0) - it.due));
  const cpu = (i: number) => ((after[i] ?? 0) - (before[i] ?? 0)) / seconds;
  return {
    sales: all.length,
    "p50 ms": replication.p50,
    "p99 ms": replication.p99,
    "max ms": replication.max,
    "answer p50 ms": answers.p50,
    "answer p99 ms": answers.p99,
    "answer max ms": answers.max,
    "CPU % branch": cpu(0) * 100,
    "CPU % office": cpu(1) * 100,
    "RSS MB branch": await residentMb(nodes[0]?.pid ?? 0),
    "RSS MB office": await residentMb(nodes[1]?.pid ?? 0),
    ...(missing === 0 ? {} : { "not shown": missing }),
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const behind = quick ? 20_000 : 500_000;
  const intervalMs = quick ? 5_000 : 60_000;
  const intervals = options.runs ?? (quick ? 4 : 10);
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  const office = await mesh.add("office", null);
  progress(`writing ${behind} sales`);
  await writeHistory(mesh, branch, {
    products: PRODUCTS,
    sales: behind,
    perCommit: 16,
    salesPerDay: 10_000,
  });
  progress("the office joins");
  const a = await mesh.run(branch);
  const b = await mesh.run(office, a.ready.listen.slice(0, 1));
  const joining = { everyMs: 250, mostMs: JOIN_MS_MAX };
  await untilSales(b.ready.http, behind, joining);
  await untilIdle(b.pid, 20_000);
  await untilIdle(a.pid, 20_000);
  const seller = await Seller.open(a.ready.http);
  const endWatching = await watchSales(
    b.ready.http,
    "CUS",
    (at) => seller.shown(at),
  );
  await seller.sell(WARM_UP_MS);
  const runs: BenchRun[] = [];
  for (let i = 1; i <= intervals; i++) {
    const values = await measureInterval(seller, [a, b], intervalMs);
    const name = quick ? `interval ${i}` : `minute ${i}`;
    runs.push({ name, values });
    progress(
      `${name} of ${intervals}: p50 ${values["p50 ms"]?.toFixed(1)} ms, p99 ${
        values["p99 ms"]?.toFixed(1)
      } ms`,
    );
  }
  endWatching();
  seller.close();
  await b.stop();
  await a.stop();
  return report({ runs, behind, intervalMs }, seller);
}

function report(
  { runs, behind, intervalMs }: {
    runs: readonly BenchRun[];
    behind: number;
    intervalMs: number;
  },
  { failures, late }: Seller,
): BenchReport {
  const all = (key: string) => runs.map(({ values }) => Number(values[key]));
  const third = Math.max(1, Math.floor(runs.length / 3));
  const rise = (key: string) =>
    median(all(key).slice(-third)) / median(all(key).slice(0, third));
  return {
    bench: "replication",
    about:
      `from the answer at a branch to the event of the office's HTTP, ${PER_SECOND} sales/s, ${behind} sales behind`,
    parameters: {
      "sales behind": behind,
      "sales/s": PER_SECOND,
      products: PRODUCTS,
      intervals: runs.length,
      "interval s": intervalMs / 1000,
    },
    runs,
    results: [
      below("p50, median of the intervals", median(all("p50 ms")), {
        most: 8,
        unit: "ms",
      }),
      below("p99, median of the intervals", median(all("p99 ms")), {
        most: 50,
        unit: "ms",
      }),
      informs("p99, worst interval", Math.max(...all("p99 ms")), "ms"),
      informs(
        "the branch's own answers, from when they were due",
        median(all("answer p50 ms")),
        `ms (p99 ${median(all("answer p99 ms")).toFixed(0)} ms, max ${
          Math.max(...all("answer max ms")).toFixed(0)
        } ms)`,
      ),
      below("rise of the p50, last third to first third", rise("p50 ms"), {
        most: 1.25,
        unit: "times",
      }),
      informs("CPU of the branch", median(all("CPU % branch")), "% of a core"),
      informs("CPU of the office", median(all("CPU % office")), "% of a core"),
      informs(
        "RSS of the branch at the end",
        all("RSS MB branch").at(-1) ?? NaN,
        "MB",
      ),
      informs(
        "RSS of the office at the end",
        all("RSS MB office").at(-1) ?? NaN,
        "MB",
      ),
    ],
    notes: [
      "The office is watched by its stream of events, so no polling delay is included.",
      ...(failures === 0 ? [] : [`${failures} sales were refused`]),
      ...(late === 0 ? [] : [`${late} sales found no free connection`]),
    ],
  };
}
