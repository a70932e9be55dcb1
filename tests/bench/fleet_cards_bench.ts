/**
 * Card purchases at one station that holds the rights, over the binary protocol: one connection a purchase.
 *
 * @module
 */
import { join } from "node:path";
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { COMPANY, openCompany } from "./fleet_history.ts";
import { type CardOutcome, runCards } from "./fleet_load.ts";
import { cpuSeconds } from "./process_usage.ts";
import { median } from "./statistics.ts";

const SITE = "E34";
const CARDS = 64;
const PUMPS = 10;
const FIRST_PORT = 22_340;
const FORECOURT = [
  "forecourt-station",
  "forecourt-pumps",
  "forecourt-udp",
  "forecourt-prices",
  "forecourt-bridge",
];
const OPTIONS = [
  ...["--company", COMPANY, "--fleet-province", "12", "--fleet-station", "34"],
  ...["--fleet-pumps", String(PUMPS), "--fleet-price", "1"],
  ...["--surface", "fleet-card=on"],
  ...FORECOURT.flatMap((name) => ["--surface", `${name}=off`]),
];

/** How many expenses a folder has, of a node that does not run. */
async function expensesOf(mesh: BenchMesh, member: Member): Promise<number> {
  const node = mesh.open(member);
  await node.start();
  const { expenses = 0 } = node.useCases.fleet.company(COMPANY) ?? {};
  await node.stop();
  return expenses;
}

/** One run at a station that has sold nothing, killed afterwards: what was told to cards must be there. */
async function runOnce(
  folder: string,
  times: { readonly warmUpMs: number; readonly countedMs: number },
): Promise<{ outcome: CardOutcome; values: Record<string, number> }> {
  const mesh = new BenchMesh(folder);
  const station = await mesh.add("station", SITE, ["station", "company"]);
  const opening = mesh.open(station);
  await opening.start();
  await openCompany(opening, CARDS);
  await opening.stop();
  const node = await mesh.run(station, [], OPTIONS);
  const before = await cpuSeconds(node.pid);
  const outcome = await runCards({
    ports: Array.from({ length: PUMPS }, (_, i) => FIRST_PORT + i),
    company: Number(COMPANY),
    cards: CARDS,
    ...times,
  });
  const cpu = await cpuSeconds(node.pid) - before;
  await node.kill();
  const kept = await expensesOf(mesh, station);
  if (kept < outcome.charged) throw new Error("purchases were lost");
  return {
    outcome,
    values: {
      "purchases/s": outcome.perSecond,
      "p50 ms": outcome.p50,
      "p99 ms": outcome.p99,
      "max ms": outcome.max,
      refused: outcome.refused,
      charged: outcome.charged,
      "there after a kill": kept,
      "CPU s of the station": cpu,
    },
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const times = {
    warmUpMs: quick ? 2_000 : 5_000,
    countedMs: quick ? 5_000 : 20_000,
  };
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const { outcome, values } = await runOnce(join(folder, `${i}`), times);
    done.push({ name: `run ${i}`, values });
    progress(`run ${i} of ${runs}: ${outcome.perSecond.toFixed(0)}/s`);
  }
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  return {
    bench: "fleet_cards",
    about: `${CARDS} cards that pay at one station over the binary protocol`,
    parameters: { cards: CARDS, pumps: PUMPS, runs, ...times },
    runs: done,
    results: [
      atLeast("card purchases/s, durable", middle("purchases/s"), {
        least: 3_000,
        unit: "/s",
      }),
      below("card purchase, p99", middle("p99 ms"), { most: 30, unit: "ms" }),
      informs("card purchase, median", middle("p50 ms"), "ms"),
    ],
    notes: [
      "One TCP connection a purchase, counted from before it is opened; the cards run in a process of their own on the same machine.",
      "The station is its company's node too, so all rights are at hand. After each run it is killed: every purchase that was told is there.",
    ],
  };
}
