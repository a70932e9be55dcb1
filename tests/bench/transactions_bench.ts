/**
 * How fast lists of deliveries are answered with many of them behind.
 *
 * @module
 */
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
} from "./bench_report.ts";
import { SetClock } from "./history.ts";
import { latenciesOf, median } from "./statistics.ts";

const SITE = "E01";
const PUMPS = 20;
const TOGETHER = 250;
const SALES_A_DAY = 3000;
const DAY_MS = 86_400_000;
const FUELS = ["93", "95", "97", "diesel"];

/** Writes the past of a station. */
async function fill(
  mesh: BenchMesh,
  member: Member,
  sales: number,
  progress: (text: string) => void,
): Promise<void> {
  const clock = new SetClock();
  const endMs = clock.wall;
  clock.wall -= sales / SALES_A_DAY * DAY_MS;
  const node = mesh.open(member, { clock, sealsApart: true });
  await node.start();
  const stepMs = DAY_MS / SALES_A_DAY;
  for (let i = 0; i < sales; i += TOGETHER) {
    const recorded = Array.from({ length: TOGETHER }, (_, k) => {
      clock.wall = Math.min(endMs, clock.wall + stepMs);
      const volumeMl = 1000 * (1 + (i + k) % 40);
      return node.useCases.forecourt.recordFuelSale({
        pump: String(1 + (i + k) % PUMPS),
        fuel: FUELS[(i + k) % FUELS.length] ?? "93",
        volumeMl,
        price: 1000,
        amount: volumeMl,
        payment: "efectivo",
        source: "pump",
        at: Math.floor(clock.wall) * 1000,
      });
    });
    for (const one of await Promise.all(recorded)) {
      if (!one.ok) throw new Error(one.error.message);
    }
    if (i % 100_000 === 0) progress(`${i} deliveries written`);
  }
  await node.stop();
}

/** Latencies of one kind of request, in milliseconds. */
async function ask(
  count: number,
  urlOf: (next: string | null) => string,
): Promise<number[]> {
  const took: number[] = [];
  let next: string | null = null;
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    const answer: Response = await fetch(urlOf(next));
    const body: { next?: string | null } = await answer.json();
    took.push(performance.now() - from);
    if (answer.status !== 200) throw new Error(JSON.stringify(body));
    next = body.next ?? null;
  }
  return took;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const sales = quick ? 20_000 : 1_000_000;
  const requests = quick ? 50 : 400;
  const mesh = new BenchMesh(folder);
  const station = await mesh.add("station", SITE, ["station"]);
  await fill(mesh, station, sales, progress);
  const node = await mesh.run(station, [], [
    ...["--surface", "forecourt-station=127.0.0.1:0"],
    ...[
      "forecourt-pumps",
      "forecourt-udp",
      "forecourt-prices",
      "forecourt-bridge",
    ].flatMap((name) => ["--surface", `${name}=off`]),
  ]);
  const { http, surfaces } = node.ready;
  const old = surfaces["forecourt-station"] ?? "";
  const page = (query: string) => (next: string | null) =>
    `${http}/v1/transactions?newestFirst=true&limit=50${query}` +
    (next === null ? "" : `&cursor=${encodeURIComponent(next)}`);
  const kinds: Readonly<Record<string, (next: string | null) => string>> = {
    "newest first, page by page": page(`&site=${SITE}`),
    "of one pump": page(`&site=${SITE}&pump=7`),
    "of one fuel": page(`&site=${SITE}&fuel=diesel`),
    "of all sites": page(""),
    "original list": () => `${old}/transacciones`,
    "original list of one pump, far down": () =>
      `${old}/transacciones?surtidor_id=7&skip=1000&limit=50`,
    "original list, half-way down": () =>
      `${old}/transacciones?skip=${sales / 2}&limit=50`,
  };
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const values: Record<string, number> = {};
    for (const [name, urlOf] of Object.entries(kinds)) {
      values[`${name}, p99 ms`] = latenciesOf(await ask(requests, urlOf)).p99;
    }
    progress(`run ${i} of ${runs}`);
    done.push({ name: `run ${i}`, values });
  }
  await node.stop();
  return {
    bench: "transactions",
    about: `lists of deliveries with ${sales} behind`,
    parameters: { sales, pumps: PUMPS, requests, runs },
    runs: done,
    results: Object.keys(done[0]?.values ?? {}).map((name) =>
      below(name, median(done.map(({ values }) => Number(values[name]))), {
        most: 20,
        unit: "ms",
      })
    ),
    notes: ["One request after another over HTTP, answers parsed."],
  };
}
