/**
 * Many small meshes under faults. `PANAL_SIM_RUNS` sets how many, `PANAL_SIM_SEED` the first seed.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ED25519 } from "../../crdt/mod.ts";
import { type MeshScenarioOptions, runMeshScenario } from "./mesh_scenario.ts";
import { runSim } from "./run_sim.ts";
import { describeFailure } from "./scenario_outcome.ts";
import { SCENARIO_NAMES } from "./scenarios.ts";
import { shrinkScenario } from "./shrink.ts";

const RUNS = Number(Deno.env.get("PANAL_SIM_RUNS") ?? 60);
const FIRST_SEED = Number(Deno.env.get("PANAL_SIM_SEED") ?? 1);

/** Seeds that found a bug, by what they found. The steps belong to the seed. */
const REGRESSIONS: readonly (MeshScenarioOptions & { readonly bug: string })[] =
  [
    {
      seed: 55,
      scenario: "copy",
      only: [9, 11],
      bug: "ends of a fork of the same length were never compared",
    },
    {
      seed: 1,
      scenario: "poison",
      only: [7],
      bug:
        "facts could not be listed where something else stood in their place",
    },
    {
      seed: 20506,
      only: [0, 1, 4, 5],
      bug:
        "the model took a till's answer to a repeat for a sale of that till's own",
    },
    {
      seed: 30127,
      only: [0, 2],
      bug: "a revoked till was held to its sales after it died at its disk",
    },
    {
      seed: 30226,
      only: [3, 6, 7],
      bug: "a till whose certificate had ended was held to what it set aside",
    },
    {
      seed: 100_098,
      only: [1, 2, 4],
      bug: "the hostile member read the store of a peer that was dying",
    },
    {
      seed: 4170,
      only: [2, 3, 6, 7],
      bug:
        "a repeat was the first that was heard of a sale of a revoked member",
    },
    {
      seed: 5387,
      only: [0, 6],
      bug: "what only a revoked member had was not forgiven",
    },
    {
      seed: 100_930,
      bug: "a backup of a damaged folder was put back without end",
    },
    {
      seed: 5255,
      scenario: "branch-sync",
      only: [4, 5, 6, 7],
      bug: "sales of a log that was split were never told to a central",
    },
    {
      seed: 5087,
      scenario: "branch-sync",
      only: [6, 7],
      bug: "the model knew nothing of a sale that two tills told a central",
    },
    {
      bug: "the model read a store that the next transaction had closed",
      seed: 5867,
      steps: 8,
      scenario: "forecourt",
      only: [1, 2, 3],
    },
    {
      bug:
        "a peer answered a repeat of what a revoked member alone had written",
      seed: 6018,
      steps: 8,
      scenario: "forecourt",
      only: [0, 1, 2, 4],
    },
    {
      bug:
        "the model missed a sale that a fork renumbered while it waited for a person",
      seed: 8703,
      steps: 8,
      scenario: "branch-sync",
      only: [2, 3, 5, 6, 7],
    },
    {
      bug: "a close that knew a void before its sale did not match its digest",
      seed: 5927,
      steps: 8,
      scenario: "branch-sync",
      only: [0, 1],
    },
    {
      bug: "rights were asked for next while the store was closed",
      seed: 3,
      scenario: "fleet",
    },
    {
      bug: "a node opened a log where it may not spend",
      seed: 13,
      scenario: "fleet",
    },
    {
      bug: "a station's own saved branches were refused and its link ended",
      seed: 1082,
      scenario: "fleet",
    },
    {
      bug: "the model's feed was read while its own write closed the store",
      seed: 100,
      steps: 8,
      scenario: "fleet",
      only: [0, 1, 3, 4],
    },
    {
      bug: "the model held stations to grants that were lost with three disks",
      seed: 621,
      steps: 8,
      scenario: "fleet",
      only: [0, 1, 3, 6],
    },
    {
      bug:
        "the model counted a purchase twice that was covered and paid by rights",
      seed: 1154,
      steps: 8,
      scenario: "fleet",
      only: [0, 2, 3, 4],
    },
    {
      bug: "a cover stayed taken once the purchase was paid by rights",
      seed: 1515,
      steps: 8,
      scenario: "fleet",
      only: [0, 2, 3],
    },
    {
      bug: "a cover of an account and a card stayed taken",
      seed: 1518,
      steps: 8,
      scenario: "fleet",
      only: [0, 1, 2, 4],
    },
    {
      bug: "a cover by one of two company nodes stayed taken",
      seed: 1565,
      steps: 8,
      scenario: "fleet",
      only: [0, 1, 2, 3, 4, 6],
    },
    {
      bug: "a wait for a fact read a store that was closed, and ended the node",
      seed: 6,
      scenario: "charging",
    },
    {
      bug: "a supply that nobody had asked for was counted anew by each record",
      seed: 33,
      scenario: "charging",
    },
    {
      bug: "the end of a closed supply of nobody was counted once more",
      seed: 45,
      scenario: "charging",
    },
    {
      bug:
        "what a supply of nobody had counted before its session was counted once more behind it",
      seed: 43,
      scenario: "charging",
    },
    {
      bug:
        "a refusal that nobody heard of, because a store was opened anew, was never published",
      seed: 380,
      steps: 8,
      only: [2, 5, 6],
      scenario: "charging",
    },
    {
      bug:
        "requests were given up by a node whose store could not be opened again",
      seed: 63,
      scenario: "charging",
    },
    {
      bug:
        "the rest of a session was not found by a node whose clock was behind",
      seed: 263,
      scenario: "charging",
    },
    {
      bug:
        "a supply was taken for the one before, whose end another node had heard",
      seed: 461,
      scenario: "charging",
    },
    {
      bug: "the supply that ended last was found by clocks that differed",
      seed: 306,
      scenario: "charging",
    },
    {
      bug: "a log that grew while a question for it was lost was never fetched",
      seed: 5001,
      scenario: "charging",
    },
    {
      bug:
        "energy of a charger was lost whose session was given up before it told of its beginning",
      seed: 480,
      scenario: "charging",
    },
    {
      bug:
        "a charger gave a transaction up that a node with a full disk answered with errors",
      seed: 3064,
      scenario: "charging",
    },
    {
      bug: "a dead process noted an incident on the disk of the next one",
      seed: 380,
      only: [2, 4, 6],
      scenario: "charging",
    },
    {
      bug:
        "a stop of a transaction that a node did not know yet was counted beside its session",
      seed: 3,
      scenario: "charging",
      steps: 24,
    },
    {
      bug: "a stop told where its transaction was unknown left it charging",
      seed: 514,
      scenario: "charging",
    },
    {
      bug:
        "the lesser of two supplies was lost that nodes apart had taken for one session",
      seed: 7037,
      scenario: "charging",
    },
    {
      bug:
        "an end that was told where its session was unknown was counted beside it",
      seed: 20_023,
      scenario: "charging",
    },
    {
      bug:
        "money before a session of nobody was counted once more where clocks differed",
      seed: 31_155,
      scenario: "charging",
    },
  ];

for (const { bug, ...options } of REGRESSIONS) {
  Deno.test(`runMeshScenario() holds for seed ${options.seed}, which found: ${bug}`, async () => {
    const result = await runMeshScenario(options);
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  });
}

/**
 * Seeds that find faults which are not mended yet; ARCHITECTURE.md, "Known limits", says what each comes from. They are
 * listed as ignored at each run, so that nobody takes them for mended.
 */
const OPEN: readonly (MeshScenarioOptions & { readonly bug: string })[] = [
  {
    bug:
      "a supply that a node cut off takes over in its middle is counted from 0 there",
    seed: 37,
    scenario: "charging",
  },
  {
    bug:
      "a supply that one node first hears of by a reading is two sessions, and what both hold counts twice",
    seed: 30_050,
    scenario: "charging",
    steps: 24,
  },
  {
    bug:
      "readings that name another driver than their closed session's are a supply of their own, counted from 0",
    seed: 31_109,
    scenario: "charging",
  },
];

for (const { bug, ...options } of OPEN) {
  Deno.test.ignore(
    `runMeshScenario() holds for seed ${options.seed}, which found: ${bug}`,
    async () => {
      const { violations } = await runMeshScenario(options);
      deepStrictEqual(violations, []);
    },
  );
}

for (const scenario of SCENARIO_NAMES) {
  Deno.test(`runMeshScenario() holds with faults of ${scenario}`, async () => {
    for (let seed = 1; seed <= 2; seed++) {
      const result = await runMeshScenario({ seed, scenario, steps: 24 });
      deepStrictEqual(
        result.violations,
        [],
        describeFailure(result).join("\n"),
      );
    }
  });
}

Deno.test(`runMeshScenario() holds for ${RUNS} seeds`, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const result = await runMeshScenario({ seed });
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  }
});

Deno.test("runMeshScenario() holds with real signatures", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const result = await runMeshScenario({
      seed,
      signatures: ED25519,
    });
    deepStrictEqual(result.violations, [], describeFailure(result).join("\n"));
  }
});

Deno.test("runMeshScenario() gives the same trace for the same seed", async () => {
  const [first, second] = [
    await runMeshScenario({ seed: 4 }),
    await runMeshScenario({ seed: 4 }),
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

Deno.test("runSim() runs the same scenarios in several workers", async () => {
  const last: (string | undefined)[] = [];
  for (const workers of ["1", "2"]) {
    const lines: string[] = [];
    await runSim(["--seeds", "4", "--steps", "3", "--workers", workers], {
      print: (line) => void lines.push(line),
      now: () => 0,
    });
    last.push(lines.at(-1));
  }
  strictEqual(last[0], last[1]);
});

Deno.test("shrinkScenario() leaves only the steps that a failure needs", async () => {
  const step = 5;
  const broken = (only: readonly number[]) => only.includes(step);
  const tried: (readonly number[])[] = [];
  const result = {
    seed: 1,
    operations: 0,
    acknowledged: 0,
    simulatedMs: 0,
    trace: [],
    violations: ["broken"],
  };
  const shrunk = await shrinkScenario(
    { seed: 1, steps: 24 },
    result,
    {
      run: (options) => {
        const only = options.only ?? [];
        tried.push(only);
        const violations = broken(only) ? ["broken"] : [];
        return Promise.resolve({ ...result, violations });
      },
    },
  );
  deepStrictEqual(shrunk.only, [step]);
  strictEqual(tried.length < 60, true);
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
