/**
 * The task `sim`: scenario after scenario from a seed on, until so many seeds or minutes are through.
 *
 * @module
 */
import { ED25519 } from "../../crdt/mod.ts";
import { STEPS } from "./mesh_scenario.ts";
import {
  runAndShrink,
  type ScenarioOrder,
  type ScenarioOutcome,
} from "./scenario_outcome.ts";
import { ALL_FAULTS, SCENARIO_NAMES } from "./scenarios.ts";
import { TRIES_MAX } from "./shrink.ts";

/** Where a run of scenarios writes, and whose time it takes. */
export interface SimIo {
  /** Writes one line. */
  print(line: string): void;
  /** Monotonic milliseconds of the real clock. */
  now(): number;
  /** How many processors there are: so many scenarios run at once unless told otherwise; 1 if left out. */
  readonly processors?: number;
}

/** What a run of scenarios is asked for. */
interface SimArguments {
  readonly seeds: number;
  readonly minutes: number;
  readonly seed: number;
  readonly steps: number;
  readonly workers: number;
  readonly shrink: number;
  /** Ends after so many violations. */
  readonly stop: number;
  readonly scenario: string;
  readonly signatures: string;
  readonly only: readonly number[] | undefined;
}

/** Runs scenarios somewhere. */
interface Runner {
  run(order: ScenarioOrder): Promise<ScenarioOutcome>;
  stop(): void;
}

const USAGE = `Usage: deno task sim [--seeds N] [--minutes M] [--seed S]
  [--steps K] [--only STEP,STEP,…] [--shrink TRIES] [--stop N]
  [--workers N] [--signatures mixed|ed25519]
  [--scenario ${SCENARIO_NAMES.join("|")}]`;
const SEEDS = 200;
const WORKERS_MAX = 64;
/** A line of progress after so many seeds. */
const PROGRESS_SEEDS = 500;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Runs scenarios.
 *
 * @param args The command line: `--seeds N`, `--minutes M` (whichever ends first), `--seed S`, `--steps K`,
 * `--only STEPS` (of each scenario only these steps), `--shrink TRIES` (to make a failure small), `--stop N`
 * (after so many violations), `--workers N`, `--signatures mixed` (the default: real ones in
 * some seeds) or `ed25519`, `--scenario NAME` (`all` is the default).
 * @param io Where to write.
 * @returns The exit code: 0, 1 if anything was violated, 2 for a bad option. The last line counts seeds, operations and
 * `N violations`.
 */
export async function runSim(
  args: readonly string[],
  io: SimIo,
): Promise<number> {
  const wanted = parseArguments(args, io.processors ?? 1);
  if (typeof wanted === "string") {
    io.print(wanted);
    io.print(USAGE);
    return 2;
  }
  const sums = { seeds: 0, operations: 0, violations: 0, simulatedMs: 0 };
  const startMs = io.now();
  const endMs = startMs + wanted.minutes * MINUTE_MS;
  let next = 0;
  const work = async (runner: Runner) => {
    while (
      next < wanted.seeds && io.now() < endMs && sums.violations < wanted.stop
    ) {
      const outcome = await runner.run(scenarioOf(wanted, next++));
      sums.seeds++;
      sums.operations += outcome.operations;
      sums.violations += outcome.violations;
      sums.simulatedMs += outcome.simulatedMs;
      for (const line of outcome.lines) io.print(line);
      if (sums.seeds % PROGRESS_SEEDS === 0) {
        io.print(
          `${sums.seeds} seeds, ${sums.operations} operations, ${sums.violations} violations so far`,
        );
      }
    }
  };
  const runners = Array.from(
    { length: wanted.workers },
    () => wanted.workers === 1 ? INLINE : startWorker(),
  );
  try {
    await Promise.all(runners.map(work));
  } finally {
    for (const runner of runners) runner.stop();
  }
  const passedMs = Math.max(1, io.now() - startMs);
  io.print(
    `first seed ${wanted.seed}, scenario ${wanted.scenario}, ${
      (sums.simulatedMs / HOUR_MS).toFixed(1)
    } simulated hours, ${
      (sums.simulatedMs / HOUR_MS / (passedMs / MINUTE_MS)).toFixed(1)
    } for each real minute, ${
      Math.round(sums.operations / passedMs * 1000)
    } operations a second`,
  );
  io.print(
    `${sums.seeds} seeds, ${sums.operations} operations, ${sums.violations} violations`,
  );
  return sums.violations === 0 ? 0 : 1;
}

function scenarioOf(wanted: SimArguments, index: number): ScenarioOrder {
  const { seed, steps, scenario, only, shrink } = wanted;
  return {
    seed: seed + index,
    steps,
    shrink,
    scenario,
    ...(only === undefined ? {} : { only }),
    ...(wanted.signatures === "ed25519" ? { signatures: ED25519 } : {}),
  };
}

const INLINE: Runner = { run: runAndShrink, stop() {} };

function startWorker(): Runner {
  const worker = new Worker(new URL("./sim_worker.ts", import.meta.url), {
    type: "module",
  });
  return {
    run: ({ signatures, ...order }) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<ScenarioOutcome>) =>
          resolve(data);
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`a worker failed: ${event.message}`));
        };
        worker.postMessage({ ...order, real: signatures === ED25519 });
      }),
    stop: () => worker.terminate(),
  };
}

function parseArguments(
  args: readonly string[],
  processors: number,
): SimArguments | string {
  const values = new Map<string, string>();
  for (let i = 0; i < args.length; i += 2) {
    const [name = "", value] = [args[i], args[i + 1]];
    if (!name.startsWith("--") || value === undefined) {
      return `Cannot read option "${name}"`;
    }
    values.set(name.slice(2), value);
  }
  const { scenario = ALL_FAULTS, signatures = "mixed", only, ...texts } = Object
    .fromEntries(values);
  if (!SCENARIO_NAMES.includes(scenario)) {
    return `There is no scenario "${scenario}"`;
  }
  if (signatures !== "mixed" && signatures !== "ed25519") {
    return `There are no signatures "${signatures}"`;
  }
  const steps = only?.split(",").map(Number);
  if (steps?.some((step) => !Number.isInteger(step) || step < 0)) {
    return `--only takes steps, not "${only}"`;
  }
  const defaults = {
    seeds: "minutes" in texts ? Infinity : SEEDS,
    minutes: Infinity,
    seed: 1,
    steps: STEPS,
    workers: processors,
    shrink: TRIES_MAX,
    stop: Infinity,
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
  if (numbers.workers < 1 || numbers.workers > WORKERS_MAX) {
    return `--workers takes 1 to ${WORKERS_MAX}`;
  }
  return { ...numbers, scenario, signatures, only: steps };
}
