/**
 * Runs benches, each in a process of its own, and prints the machine, each run, the medians, and a Markdown table.
 *
 *   deno task bench [name…] [--runs N] [--quick] [--json FILE] [--folder DIR]
 *
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAll } from "./bench_mesh.ts";
import { removeFastFolders } from "./history.ts";
import {
  type BenchOptions,
  type BenchReport,
  formatNumber,
  formatReport,
  markdownTable,
} from "./bench_report.ts";
import { describeMachine, type Machine, measureDisk } from "./machine.ts";
import type { Latencies } from "./statistics.ts";

/** A bench and how long it takes on the machine of `ARCHITECTURE.md`, in seconds. */
interface Entry {
  readonly name: string;
  readonly seconds: number;
  readonly quickSeconds: number;
}

const BENCHES: readonly Entry[] = [
  { name: "sales_http", seconds: 130, quickSeconds: 20 },
  { name: "sales_http_single", seconds: 45, quickSeconds: 12 },
  { name: "metrics", seconds: 180, quickSeconds: 40 },
  { name: "start", seconds: 50, quickSeconds: 20 },
  { name: "bytes", seconds: 95, quickSeconds: 15 },
  { name: "contact", seconds: 60, quickSeconds: 20 },
  { name: "catch_up", seconds: 80, quickSeconds: 30 },
  { name: "audit", seconds: 120, quickSeconds: 30 },
  { name: "rights", seconds: 300, quickSeconds: 60 },
  { name: "forecourt", seconds: 150, quickSeconds: 60 },
  { name: "transactions", seconds: 420, quickSeconds: 40 },
  { name: "cold_join", seconds: 280, quickSeconds: 30 },
  { name: "partition_25", seconds: 180, quickSeconds: 60 },
  { name: "replication", seconds: 720, quickSeconds: 60 },
  { name: "receive", seconds: 260, quickSeconds: 30 },
  { name: "branch_day", seconds: 60, quickSeconds: 20 },
  { name: "branches", seconds: 120, quickSeconds: 30 },
  { name: "fleet_cards", seconds: 120, quickSeconds: 30 },
  { name: "fleet_transfers", seconds: 60, quickSeconds: 20 },
  { name: "fleet_bytes", seconds: 40, quickSeconds: 20 },
  { name: "fleet_company", seconds: 900, quickSeconds: 60 },
  { name: "charging_kafka", seconds: 90, quickSeconds: 30 },
  { name: "pages", seconds: 40, quickSeconds: 20 },
  { name: "charging_ends", seconds: 150, quickSeconds: 30 },
  { name: "charging_points", seconds: 200, quickSeconds: 40 },
  { name: "backup", seconds: 600, quickSeconds: 60 },
  { name: "sinks", seconds: 400, quickSeconds: 90 },
];
/** A bench that takes so many times longer than expected is ended. */
const PATIENCE = 5;
const ENDING_MS = 8_000;

const encoder = new TextEncoder();
const say = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
const tell = (text: string) => Deno.stderr.writeSync(encoder.encode(text));

interface Arguments {
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly runs: number | undefined;
  readonly json: string | undefined;
  readonly folder: string;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      folder: { type: "string" },
    },
  });
  const known = BENCHES.map(({ name }) => name);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `there is no bench "${unknown}"; these are: ${known.join(", ")}`,
    );
  }
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) {
    throw new Error("--runs takes a whole number from 1 on");
  }
  return {
    names: positionals.length === 0 ? known : positionals,
    quick: values.quick,
    runs,
    json: values.json,
    folder: values.folder ?? tmpdir(),
  };
}

function formatDisk({ count, p50, p99, p999, max }: Latencies): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return `write of 8 KB and fdatasync, ${count} times: p50 ${ms(p50)}, p99 ${
    ms(p99)
  }, p99.9 ${ms(p999)}, max ${ms(max)}`;
}

function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryGb, system, versions } = machine;
  return `machine: ${cpu}, ${cores} cores, ${
    formatNumber(memoryGb)
  } GB, ${system}\nversions: ${
    Object.entries(versions).map((parts) => parts.join(" ")).join(", ")
  }\n`;
}

/** Runs one bench in a process of its own, so that it has its memory to itself and can be ended. */
async function runApart(
  entry: Entry,
  args: Arguments,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<BenchReport | undefined> {
  const own = join(folder, entry.name);
  await mkdir(own);
  const order = { ...args, folder: own, name: entry.name };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, "--child", JSON.stringify(order)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const expected = args.quick ? entry.quickSeconds : entry.seconds;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const end = () => {
    child.kill("SIGTERM");
    timers.push(setTimeout(() => child.kill("SIGKILL"), ENDING_MS));
  };
  signal.addEventListener("abort", end);
  timers.push(setTimeout(() => {
    tell(`  ${entry.name} takes too long and is ended\n`);
    end();
  }, expected * PATIENCE * 1000));
  const { stdout, success } = await child.output();
  signal.removeEventListener("abort", end);
  timers.forEach(clearTimeout);
  await rm(own, { recursive: true, force: true });
  if (!success) return undefined;
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function runAll(args: Arguments): Promise<number> {
  const machine = await describeMachine();
  say(formatMachine(machine));
  const folder = await mkdtemp(join(args.folder, "panal_bench_"));
  const writes = args.quick ? 500 : 3_000;
  const reports: BenchReport[] = [];
  const failed: string[] = [];
  const disk: Latencies[] = [];
  // This program stays to remove what an interrupted bench leaves.
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => ending.abort());
  }
  try {
    const measure = async () => {
      disk.push(await measureDisk(folder, writes));
      say(`disk: ${formatDisk(disk.at(-1) as Latencies)}\n`);
    };
    await measure();
    for (const entry of BENCHES) {
      if (!args.names.includes(entry.name) || ending.signal.aborted) continue;
      const seconds = args.quick ? entry.quickSeconds : entry.seconds;
      tell(`${entry.name} (about ${seconds} s)\n`);
      const from = performance.now();
      const report = await runApart(entry, args, {
        folder,
        signal: ending.signal,
      });
      const took = ((performance.now() - from) / 1000).toFixed(0);
      if (report === undefined) failed.push(entry.name);
      else reports.push(report);
      say(
        report === undefined
          ? `\n${entry.name} FAILED after ${took} s\n`
          : `\n${formatReport(report)}  took ${took} s\n`,
      );
    }
    say("\n");
    await measure();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (args.quick) {
    say("\nQuick: small numbers, not to be compared with the targets.\n");
  }
  say(`\n${markdownTable(reports)}`);
  if (args.json !== undefined) {
    const at = new Date().toISOString();
    const all = { at, quick: args.quick, machine, disk, reports, failed };
    await writeFile(args.json, JSON.stringify(all, null, 2));
  }
  return failed.length === 0 ? 0 : 1;
}

/** The bench itself, in its own process: its report goes to standard output. */
async function runChild(order: string): Promise<number> {
  const { name, folder, quick, runs } = JSON.parse(order);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      void killAll().then(removeFastFolders).then(() => Deno.exit(1));
    });
  }
  const from = performance.now();
  const options: BenchOptions = {
    folder,
    quick,
    ...(runs === undefined ? {} : { runs }),
    progress: (text) => {
      const seconds = ((performance.now() - from) / 1000).toFixed(0);
      tell(`  ${seconds.padStart(4)} s  ${text}\n`);
    },
  };
  try {
    const bench: { run(options: BenchOptions): Promise<BenchReport> } =
      await import(new URL(`./${name}_bench.ts`, import.meta.url).href);
    say(JSON.stringify(await bench.run(options)));
    return 0;
  } catch (error) {
    tell(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  } finally {
    await killAll();
  }
}

if (import.meta.main) {
  const [mode, order] = Deno.args;
  try {
    // libp2p keeps a channel open after it has stopped, so the program must end itself.
    Deno.exit(
      mode === "--child" && order !== undefined
        ? await runChild(order)
        : await runAll(readArguments(Deno.args)),
    );
  } catch (error) {
    tell(`bench: ${error instanceof Error ? error.message : error}\n`);
    Deno.exit(2);
  }
}
