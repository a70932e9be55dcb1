/**
 * Ends of charging sessions that one node makes durable a second: chargers over OCPP, one WebSocket each.
 *
 * @module
 */
import { join } from "node:path";
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  atLeast,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { ENDED_ENERGY, type EndOutcome, runEnds } from "./charging_end_load.ts";
import { median } from "./statistics.ts";

const SITE = "SEV";
const CONNECTORS = 4;
const OPTIONS = [
  ...["--currency", "EUR", "--timezone", "Europe/Madrid"],
  ...["--surface", "charging=off", "--surface", "charging-ocpp=127.0.0.1:0"],
];

/** Ends that a folder has in its books, of a node that does not run: how many, and what they took. */
async function endedIn(mesh: BenchMesh, member: Member) {
  const node = mesh.open(member);
  await node.start();
  const { items } = node.useCases.charging.report({
    ...{ by: "day", from: "2000-01-01", to: "2100-01-01", limit: 10 },
  });
  await node.stop();
  const sum = (name: "sessions" | "energy") =>
    items.reduce((all, row) => all + row[name], 0);
  return { sessions: sum("sessions"), energy: sum("energy") };
}

/** One run at a site that is new, killed afterwards: what was acknowledged must be there. */
async function runOnce(
  folder: string,
  chargers: number,
): Promise<{ outcome: EndOutcome; values: Record<string, number> }> {
  const mesh = new BenchMesh(folder);
  const site = await mesh.add("site", SITE, ["charging"]);
  const node = await mesh.run(site, [], OPTIONS);
  const outcome = await runEnds({
    port: Number(new URL(node.ready.surfaces["charging-ocpp"] ?? "").port),
    pid: node.pid,
    chargers,
    connectors: CONNECTORS,
  });
  await node.kill();
  const kept = await endedIn(mesh, site);
  if (
    kept.sessions !== outcome.ended ||
    kept.energy !== outcome.ended * ENDED_ENERGY
  ) throw new Error(`of ${outcome.ended} ends there are ${kept.sessions}`);
  return {
    outcome,
    values: {
      "ends/s": outcome.perSecond,
      "p50 ms": outcome.p50,
      "p99 ms": outcome.p99,
      "max ms": outcome.max,
      "CPU ms an end": 1000 * outcome.cpuSeconds / outcome.ended,
      "begun/s": outcome.begunPerSecond,
      "CPU ms a beginning": 1000 * outcome.begunCpuSeconds / outcome.ended,
      "there after a kill": kept.sessions,
    },
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const chargers = quick ? 250 : 2_000;
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const { outcome, values } = await runOnce(join(folder, `${i}`), chargers);
    done.push({ name: `run ${i}`, values });
    progress(`run ${i} of ${runs}: ${outcome.perSecond.toFixed(0)}/s`);
  }
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  return {
    bench: "charging_ends",
    about: `ends of sessions at ${chargers} chargers over OCPP at one node`,
    parameters: { chargers, connectors: CONNECTORS, runs },
    runs: done,
    results: [
      atLeast("ends of sessions, durable", middle("ends/s"), {
        least: 2_000,
        unit: "/s",
      }),
      informs("an end, p99", middle("p99 ms"), "ms"),
      informs("CPU of the node", middle("CPU ms an end"), "ms an end"),
      informs("beginnings of sessions, durable", middle("begun/s"), "/s"),
    ],
    notes: [
      "StopTransaction until its answer; each charger has a session at each connector, begun beforehand, and ends one after another.",
      "The chargers are one process on the same machine. After each run the node is killed: every end that was acknowledged is in the books.",
    ],
  };
}
