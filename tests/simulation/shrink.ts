/**
 * Makes a failing scenario small: leaves out steps as long as it still fails.
 *
 * @module
 */
import {
  type MeshScenarioOptions,
  type MeshScenarioResult,
  runMeshScenario,
  STEPS,
} from "./mesh_scenario.ts";

/** Most scenarios that are run to make one small. */
export const TRIES_MAX = 60;

/** The smallest failing scenario that was found. */
export interface Shrunk {
  /** The steps that are left. */
  readonly only: readonly number[];
  /** What became of them. */
  readonly result: MeshScenarioResult;
}

/** Runs a scenario. */
export type RunScenario = (
  options: MeshScenarioOptions,
) => Promise<MeshScenarioResult>;

/** How to make a scenario small. */
export interface ShrinkOptions {
  /** Runs scenarios; `runMeshScenario` if left out. */
  readonly run?: RunScenario;
  /** Most scenarios to run; `TRIES_MAX` if left out. */
  readonly tries?: number;
}

/**
 * Leaves out halves, then quarters, down to single steps.
 *
 * @param options A scenario that fails.
 * @param failed What became of it.
 * @param how How to run scenarios, and how many.
 * @returns The smallest scenario found; the given one if no step can be left out.
 */
export async function shrinkScenario(
  options: MeshScenarioOptions,
  failed: MeshScenarioResult,
  { run = runMeshScenario, tries = TRIES_MAX }: ShrinkOptions = {},
): Promise<Shrunk> {
  let only = options.only ??
    Array.from({ length: options.steps ?? STEPS }, (_, step) => step);
  let result = failed;
  let left = tries;
  for (let size = only.length >> 1; size > 0; size = size >> 1) {
    for (let at = 0; at < only.length && left > 0;) {
      const fewer = only.toSpliced(at, size);
      left--;
      const again = await run({ ...options, only: fewer });
      if (again.violations.length > 0) [only, result] = [fewer, again];
      else at += size;
    }
  }
  return { only, result };
}
