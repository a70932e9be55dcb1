/**
 * The task `sim`: scenario after scenario from a seed on, until so many seeds or minutes are through.
 *
 * @module
 */
import { ED25519, SIMULATED_SIGNATURES } from "../../crdt/mod.ts";
import { type MeshScenarioResult, runMeshScenario } from "./mesh_scenario.ts";

/** Where a run of scenarios writes, and whose time it takes. */
export interface SimIo {
  /** Writes one line. */
  print(line: string): void;
  /** Monotonic milliseconds of the real clock, for `--minutes`. */
  now(): number;
}

/** What a run of scenarios is asked for. */
interface SimArguments {
  readonly seeds: number;
  readonly minutes: number;
  readonly seed: number;
  readonly steps: number;
  readonly scenario: string;
}

const USAGE =
  "Usage: deno task sim [--seeds N] [--minutes M] [--seed S] [--steps K] [--scenario mesh|mesh-ed25519]";
const SEEDS = 200;
const STEPS = 24;
const TRACE_LINES = 40;
/** A line of progress after so many seeds. */
const PROGRESS_SEEDS = 100;

/**
 * Runs scenarios.
 *
 * @param args The command line: `--seeds N`, `--minutes M` (whichever ends first), `--seed S`, `--steps K`,
 * `--scenario mesh` (the default; `mesh-ed25519` signs as real nodes do).
 * @param io Where to write.
 * @returns The exit code: 0, 1 if anything was violated, 2 for a bad option. The last line counts seeds, operations and
 * `N violations`.
 */
export async function runSim(
  args: readonly string[],
  io: SimIo,
): Promise<number> {
  const wanted = parseArguments(args);
  if (typeof wanted === "string") {
    io.print(wanted);
    io.print(USAGE);
    return 2;
  }
  const endMs = io.now() + wanted.minutes * 60_000;
  let [seeds, operations, violations] = [0, 0, 0];
  while (seeds < wanted.seeds && io.now() < endMs) {
    const result = await runMeshScenario({
      seed: wanted.seed + seeds,
      steps: wanted.steps,
      signatures: wanted.scenario === "mesh" ? SIMULATED_SIGNATURES : ED25519,
    });
    seeds++;
    operations += result.operations;
    violations += result.violations.length;
    if (result.violations.length > 0) {
      describeFailure(result).forEach((line) => io.print(line));
    } else if (seeds % PROGRESS_SEEDS === 0) {
      io.print(`${seeds} seeds, ${operations} operations so far`);
    }
  }
  io.print(
    `${seeds} seeds, ${operations} operations, ${violations} violations`,
  );
  return violations === 0 ? 0 : 1;
}

/**
 * What a person needs to look into a scenario that failed.
 *
 * @param result The scenario.
 * @returns The seed, what is wrong, and the end of the trace.
 */
export function describeFailure(result: MeshScenarioResult): string[] {
  return [
    `seed ${result.seed}:`,
    ...result.violations.slice(0, 12).map((text) => `  ${text.slice(0, 400)}`),
    ...result.trace.slice(-TRACE_LINES).map((line) => `    ${line}`),
  ];
}

function parseArguments(args: readonly string[]): SimArguments | string {
  const values = new Map<string, string>();
  for (let i = 0; i < args.length; i += 2) {
    const [name = "", value] = [args[i], args[i + 1]];
    if (!name.startsWith("--") || value === undefined) {
      return `Cannot read option "${name}"`;
    }
    values.set(name.slice(2), value);
  }
  const { scenario = "mesh", ...texts } = Object.fromEntries(values);
  if (scenario !== "mesh" && scenario !== "mesh-ed25519") {
    return `There is no scenario "${scenario}"`;
  }
  const defaults = {
    seeds: "minutes" in texts ? Infinity : SEEDS,
    minutes: Infinity,
    seed: 1,
    steps: STEPS,
  };
  const numbers: Record<keyof typeof defaults, number> = { ...defaults };
  for (const [name, text] of Object.entries(texts)) {
    const value = Number(text);
    if (!Object.hasOwn(defaults, name)) return `There is no option --${name}`;
    if (!(value >= 0) || (name !== "minutes" && !Number.isInteger(value))) {
      return `--${name} takes a number, not "${text}"`;
    }
    numbers[name as keyof typeof defaults] = value;
  }
  return { ...numbers, scenario };
}
