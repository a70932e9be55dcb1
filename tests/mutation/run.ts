/**
 * The task `mutate`: puts one realistic bug after another into a copy of the source and shows that the simulator or a
 * test finds each.
 *
 * @module
 */
import { applyMutation } from "./apply.ts";
import type { Finder, Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** What a copy of the project needs. */
const COPIED = [
  "crdt",
  "net",
  "nodes",
  "web",
  "tests",
  "mod.ts",
  "deno.json",
  "deno.lock",
  "README.md",
];
/** Longest run of a finder. */
const FINDER_MS_MAX = 300_000;
/** Whatever else goes wrong ends a program before it has said one of these. */
const SAYS_FOUND = /[1-9]\d* violations|\b[1-9]\d* failed/;
const SAYS_BROKEN =
  /SyntaxError|Module not found|is not defined|No test modules|does not provide an export/;

/** What a finder said. */
interface Outcome {
  readonly kind: "found" | "nothing" | "broken";
  readonly seconds: number;
  readonly text: string;
}

/** A copy of the project, in which one mutation at a time is tried. */
interface Workshop {
  readonly path: string;
}

async function makeWorkshop(): Promise<Workshop> {
  const path = await Deno.makeTempDir({ prefix: "panal-mutation-" });
  for (const name of COPIED) await copy(`${ROOT}${name}`, `${path}/${name}`);
  await Deno.symlink(`${ROOT}node_modules`, `${path}/node_modules`);
  return { path };
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await copy(`${from}/${name}`, `${to}/${name}`);
  }
}

function commandOf(finder: Finder): string[] {
  if ("test" in finder) {
    const { test, filter } = finder;
    return [
      "test",
      "-A",
      "--no-check",
      "--fail-fast",
      "--filter",
      filter,
      test,
    ];
  }
  const { scenario, seed, seeds = 1, steps } = finder;
  return [
    ...["run", "-A", "--no-check", "nodes/main.ts", "sim"],
    ...["--scenario", scenario, "--seed", String(seed)],
    ...["--seeds", String(seeds), "--workers", "1", "--shrink", "0"],
    ...["--stop", "1"],
    ...(steps === undefined ? [] : ["--steps", String(steps)]),
  ];
}

/** The seed that found it, where the simulator did. */
function seedIn(text: string): string {
  const seed = /^seed (\d+):/m.exec(text)?.[1];
  return seed === undefined ? "" : ` (seed ${seed})`;
}

/** How a finder is run, in short. */
function describeFinder(finder: Finder): string {
  return "test" in finder
    ? `${finder.test}${finder.filter === "" ? "" : ` "${finder.filter}"`}`
    : `sim ${finder.scenario}, seed ${finder.seed}${
      finder.seeds === undefined ? "" : ` and ${finder.seeds - 1} more`
    }`;
}

async function runFinder({ path }: Workshop, finder: Finder): Promise<Outcome> {
  const startMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: commandOf(finder),
    cwd: path,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), FINDER_MS_MAX);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  const seconds = (performance.now() - startMs) / 1000;
  if (SAYS_BROKEN.test(text)) return { kind: "broken", seconds, text };
  if (code === 0) {
    // A filter that fits no test would find nothing, and nobody would notice.
    const ran = !("test" in finder) || /[1-9]\d* passed/.test(text);
    return { kind: ran ? "nothing" : "broken", seconds, text };
  }
  const kind = SAYS_FOUND.test(text) ? "found" : "broken";
  return { kind, seconds, text };
}

async function tryMutation(
  workshop: Workshop,
  mutation: Mutation,
): Promise<Outcome> {
  const path = `${workshop.path}/${mutation.file}`;
  const before = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, applyMutation(before, mutation));
  try {
    return await runFinder(workshop, mutation.foundBy);
  } finally {
    await Deno.writeTextFile(path, before);
  }
}

function print(line: string): void {
  // deno-lint-ignore no-console -- a task prints its report
  console.log(line);
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-12).map((line) => `    ${line}`).join(
    "\n",
  );
}

/** Every finder must find nothing where nothing is wrong. */
async function checkFinders(
  workshops: readonly Workshop[],
  mutations: readonly Mutation[],
): Promise<number> {
  const finders = new Map<string, Finder>();
  for (const { foundBy } of mutations) {
    // Of one scenario the longest run looks at all that the others look at.
    const key = "test" in foundBy
      ? JSON.stringify(foundBy)
      : `${foundBy.scenario} ${foundBy.seed} ${foundBy.steps}`;
    const known = finders.get(key);
    const seeds = "test" in foundBy ? 0 : foundBy.seeds ?? 1;
    const most = known === undefined || "test" in known ? 0 : known.seeds ?? 1;
    if (known === undefined || seeds > most) finders.set(key, foundBy);
  }
  const queue = [...finders.values()];
  let wrong = 0;
  await Promise.all(workshops.map(async (workshop) => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const outcome = await runFinder(workshop, one);
      if (outcome.kind === "nothing") continue;
      wrong++;
      print(`finds something where nothing is wrong: ${describeFinder(one)}`);
      print(lastLines(outcome.text));
    }
  }));
  return wrong;
}

async function tryAll(
  workshops: readonly Workshop[],
  mutations: readonly Mutation[],
): Promise<number> {
  const queue = [...mutations];
  let found = 0;
  await Promise.all(workshops.map(async (workshop) => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const { kind, seconds, text } = await tryMutation(workshop, one);
      if (kind === "found") found++;
      const verdict = kind === "found"
        ? "found    "
        : kind === "nothing"
        ? "NOT FOUND"
        : "BROKEN   ";
      const time = `${seconds.toFixed(0)} s`.padStart(5);
      print(
        `${verdict} ${time}  ${one.name}  [${one.file}]  by ${
          describeFinder(one.foundBy)
        }${kind === "found" ? seedIn(text) : ""}`,
      );
      if (kind === "broken") print(lastLines(text));
    }
  }));
  return found;
}

/** Runs the mutations whose names contain a text; all if it is empty. Returns the exit code. */
async function main(
  [part = "", ...options]: readonly string[],
): Promise<number> {
  const mutations = MUTATIONS.filter(({ name }) => name.includes(part));
  for (const mutation of mutations) {
    applyMutation(await Deno.readTextFile(ROOT + mutation.file), mutation);
  }
  const workshops = await Promise.all(
    Array.from({ length: navigator.hardwareConcurrency }, makeWorkshop),
  );
  try {
    const wrong = options.includes("--unchecked")
      ? 0
      : await checkFinders(workshops, mutations);
    const found = await tryAll(workshops, mutations);
    print(`${found} of ${mutations.length} found`);
    return wrong === 0 && found === mutations.length ? 0 : 1;
  } finally {
    for (const { path } of workshops) {
      await Deno.remove(path, { recursive: true });
    }
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
