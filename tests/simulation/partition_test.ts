/**
 * Many small meshes under faults. `PANAL_SIM_RUNS` sets how many, `PANAL_SIM_SEED` the first seed.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ED25519 } from "../../crdt/mod.ts";
import { runMeshScenario } from "./mesh_scenario.ts";
import { describeFailure, runSim } from "./run_sim.ts";

const RUNS = Number(Deno.env.get("PANAL_SIM_RUNS") ?? 1000);
const FIRST_SEED = Number(Deno.env.get("PANAL_SIM_SEED") ?? 1);
const STEPS = 8;

/** Seeds that found a bug, by what they found. The number of steps belongs to the seed. */
const REGRESSIONS: readonly (readonly [
  seed: number,
  steps: number,
  bug: string,
])[] = [
  [1, 24, "a void in the run that brought its sale did not count"],
  [15, 24, "a peer was linked whose store could not be opened again"],
  [17, 24, "a greeting that came twice was taken for an offense"],
  [19, 24, "a store that was closed stopped the node at the next timer"],
];

for (const [seed, steps, bug] of REGRESSIONS) {
  Deno.test(`runMeshScenario() holds for seed ${seed}, which found: ${bug}`, async () => {
    const result = await runMeshScenario({ seed, steps });
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  });
}

Deno.test(`runMeshScenario() holds for ${RUNS} seeds`, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const result = await runMeshScenario({ seed, steps: STEPS });
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  }
});

Deno.test("runMeshScenario() holds with real signatures", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const result = await runMeshScenario({
      seed,
      steps: STEPS,
      signatures: ED25519,
    });
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  }
});

Deno.test("runMeshScenario() gives the same trace for the same seed", async () => {
  const [first, second] = [
    await runMeshScenario({ seed: 4, steps: STEPS }),
    await runMeshScenario({ seed: 4, steps: STEPS }),
  ];
  deepStrictEqual(first, second);
});

Deno.test("runSim() counts seeds, operations and violations in its last line", async () => {
  const lines: string[] = [];
  const code = await runSim(["--seeds", "2", "--seed", "7", "--steps", "3"], {
    print: (line) => void lines.push(line),
    now: () => 0,
  });
  strictEqual(code, 0);
  strictEqual(
    /^2 seeds, \d+ operations, 0 violations$/.test(lines.at(-1) ?? ""),
    true,
    lines.join("\n"),
  );
});

Deno.test("runSim() ends after its minutes", async () => {
  const lines: string[] = [];
  let now = 0;
  const code = await runSim(["--minutes", "1", "--steps", "1"], {
    print: (line) => void lines.push(line),
    now: () => now += 25_000,
  });
  strictEqual(code, 0);
  strictEqual(lines.at(-1)?.startsWith("2 seeds, "), true, lines.join("\n"));
});

Deno.test("runSim() refuses options that it does not know", async () => {
  for (
    const args of [["--seedz", "1"], ["--seeds", "x"], ["--scenario", "sea"], [
      "--seeds",
    ]]
  ) {
    const code = await runSim(args, { print: () => {}, now: () => 0 });
    strictEqual(code, 2, args.join(" "));
  }
});
