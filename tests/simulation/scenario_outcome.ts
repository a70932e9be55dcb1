/**
 * What a run of many scenarios needs to know of one.
 *
 * @module
 */
import {
  type MeshScenarioOptions,
  type MeshScenarioResult,
  runMeshScenario,
  STEPS,
} from "./mesh_scenario.ts";
import { shrinkScenario } from "./shrink.ts";

/** A scenario, and how often to try to make it small if it fails. */
export interface ScenarioOrder extends MeshScenarioOptions {
  /** Most scenarios that are run to make one small; `TRIES_MAX` if left out. */
  readonly shrink?: number;
}

/** What became of a scenario, in short. */
export interface ScenarioOutcome {
  /** The seed. */
  readonly seed: number;
  /** Operations that callers asked for. */
  readonly operations: number;
  /** Virtual milliseconds that passed. */
  readonly simulatedMs: number;
  /** How much is wrong. */
  readonly violations: number;
  /** What a person needs to look into a failure; empty if there is none. */
  readonly lines: readonly string[];
}

const TRACE_LINES = 60;
const VIOLATIONS_SHOWN = 12;

/**
 * What a person needs to look into a scenario that failed.
 *
 * @param result The scenario.
 * @param again How to run exactly this again; left out if the seed says all.
 * @returns The seed, what is wrong, and the end of the trace.
 */
export function describeFailure(
  result: MeshScenarioResult,
  again = "",
): string[] {
  return [
    `seed ${result.seed}:${again}`,
    ...result.violations.slice(0, VIOLATIONS_SHOWN)
      .map((text) => `  ${text.slice(0, 600)}`),
    ...result.trace.slice(-TRACE_LINES).map((line) => `    ${line}`),
  ];
}

/**
 * Runs a scenario, and makes it small if it fails.
 *
 * @param order The scenario.
 * @returns What became of it.
 */
export async function runAndShrink(
  { shrink, ...options }: ScenarioOrder,
): Promise<ScenarioOutcome> {
  const result = await runMeshScenario(options);
  const { seed, operations, simulatedMs, violations } = result;
  const outcome = { seed, operations, simulatedMs };
  if (violations.length === 0) return { ...outcome, violations: 0, lines: [] };
  const { only, result: small } = await shrinkScenario(options, result, {
    ...(shrink === undefined ? {} : { tries: shrink }),
  });
  const scenario = options.scenario ?? "all";
  const again = ` deno task sim --seeds 1 --seed ${seed} --steps ${
    options.steps ?? STEPS
  } --scenario ${scenario} --only ${only.join()}`;
  return {
    ...outcome,
    violations: violations.length,
    lines: describeFailure(small, again),
  };
}
