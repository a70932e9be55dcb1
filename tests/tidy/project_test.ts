/**
 * What holds for the project as a whole: its shape, its names, and what its files must not say.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { ERROR_CODES } from "../../crdt/errors.ts";
import { isUntracked, listFiles, PROJECT_URL } from "./source_path.ts";
import { WRAPPED } from "./wrapped_rule.ts";

/** All that may stand at the top level, besides what git does not keep. */
const TOP_LEVEL: readonly string[] = [
  ".ci",
  ".gitignore",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "OPERATIONS.md",
  "README.md",
  "SECURITY.md",
  "THREAT_MODEL.md",
  "crdt",
  "deno.json",
  "deno.lock",
  "mod.ts",
  "net",
  "nodes",
  "ops",
  "tests",
  "web",
];

/** Names that say nothing about what a file holds. */
const EMPTY_NAMES =
  /(^|_)(utils?|helpers?|managers?|handlers?|misc|common)\.ts$/;

/** Folders of this machine or of a person's: no file may depend on them. */
const MACHINE_PATH = new RegExp(
  "(?:file://|(?<![\\w.~/-]))/(?:work|root|home|Users)(?:/|(?=[\"'`\\s]))",
);

/** Hosts of package registries: which one is used is a matter of the machine. */
const REGISTRY_HOSTS = [
  ["registry", "npmjs", "org"],
  ["registry", "yarnpkg", "com"],
  ["registry", "npmmirror", "com"],
  ["npm", "jsr", "io"],
  ["files", "pythonhosted", "org"],
].map((parts) => parts.join("."));

/** Tests in a mirrored folder that tell a story over several files. */
const SCENARIOS: readonly string[] = [
  "tests/nodes/fleet/fleet_mesh_test.ts",
  "tests/nodes/fold_property_test.ts",
  "tests/nodes/identity_test.ts",
  "tests/nodes/processes_test.ts",
  "tests/nodes/readme_run_test.ts",
  "tests/nodes/replay/replay_test.ts",
  "tests/nodes/replay/transactions_file_test.ts",
];

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, PROJECT_URL));
}

async function listSources(): Promise<readonly string[]> {
  return (await listFiles()).filter((path) =>
    /\.tsx?$/.test(path) && !path.startsWith("tests/")
  );
}

/** Tells whether a test stands where the file or folder that it tests says. */
function mirrorsSource(test: string, sources: readonly string[]): boolean {
  const subject = test.replace(/^tests\//, "").replace(/_test\.tsx?$/, "");
  return sources.some((source) => {
    const name = source.replace(/\.tsx?$/, "");
    return subject === name || subject.startsWith(`${name}_`) ||
      source.startsWith(`${subject}/`);
  });
}

/** Finds lines of the project's text files; bytes that are no text have none. */
async function findLines(isFound: (line: string) => boolean) {
  const found: string[] = [];
  for (const path of await listFiles()) {
    const bytes = await Deno.readFile(new URL(path, PROJECT_URL));
    if (bytes.includes(0)) continue;
    const lines = new TextDecoder().decode(bytes).split("\n");
    lines.forEach((line, index) => {
      if (isFound(line)) found.push(`${path}:${index + 1}: ${line.trim()}`);
    });
  }
  return found;
}

Deno.test("the top level holds only what it is meant to hold", async () => {
  const unexpected: string[] = [];
  for await (const { name } of Deno.readDir(PROJECT_URL)) {
    if (!TOP_LEVEL.includes(name) && !isUntracked(name)) unexpected.push(name);
  }
  deepStrictEqual(unexpected, []);
});

Deno.test("every source file opens with an @module docstring", async () => {
  const without: string[] = [];
  for (const path of await listSources()) {
    const opening = /^\/\*\*(?:[^*]|\*(?!\/))*\*\//.exec(await read(path));
    if (!opening?.[0].includes("@module")) without.push(path);
  }
  deepStrictEqual(without, []);
});

Deno.test("every file of code is named after its idea, in snake_case", async () => {
  const misnamed = (await listFiles()).filter((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return /\.tsx?$/.test(name) &&
      (!/^[a-z][a-z0-9_]*\.tsx?$/.test(name) || EMPTY_NAMES.test(name));
  });
  deepStrictEqual(misnamed, []);
});

Deno.test("every error code is used", async () => {
  const tables = ["crdt/errors.ts", "web/errors.ts"];
  const sources = (await listSources()).filter((it) => !tables.includes(it));
  const text = (await Promise.all(sources.map(read))).join("\n");
  const unused = Object.keys(ERROR_CODES)
    .filter((code) => !text.includes(`"${code}"`));
  deepStrictEqual(unused, []);
});

Deno.test("no file names a folder of one machine", async () => {
  deepStrictEqual(await findLines((line) => MACHINE_PATH.test(line)), []);
});

Deno.test("no file names a package registry", async () => {
  const isFound = (line: string) =>
    REGISTRY_HOSTS.some((host) => line.includes(host));
  deepStrictEqual(await findLines(isFound), []);
});

Deno.test("every lint ignore names its rule and its reason, and none is ours", async () => {
  const comment = /^\s*(?:\/\/|\/\*)\s*deno-lint-ignore/;
  const complete = /deno-lint-ignore(?:-file)?\s+(?!.*panal\/)\S.* -- \S/;
  const isFound = (line: string) => comment.test(line) && !complete.test(line);
  deepStrictEqual(await findLines(isFound), []);
});

Deno.test("every library has its place, and every place its library", async () => {
  const settings: unknown = JSON.parse(await read("deno.json"));
  const { imports } = settings as { imports: Record<string, string> };
  const placed = Object.keys(WRAPPED).filter((it) => !it.startsWith("node:"));
  deepStrictEqual(placed.sort(), Object.keys(imports).sort());
});

Deno.test("tests mirror the source", async () => {
  const sources = await listSources();
  const strays = (await listFiles("tests/")).filter((path) =>
    /^tests\/(crdt|net|nodes|web)\/.*_test\.tsx?$/.test(path) &&
    !SCENARIOS.includes(path) && !mirrorsSource(path, sources)
  );
  deepStrictEqual(strays, []);
});

Deno.test("mirrorsSource() takes a file, a part of one, or a folder", () => {
  const sources = ["crdt/journal.ts", "net/legacy/forecourt.ts"];
  const tests = [
    "tests/crdt/journal_test.ts",
    "tests/crdt/journal_properties_test.ts",
    "tests/net/legacy_test.ts",
    "tests/crdt/sale_test.ts",
    "tests/net/journal_test.ts",
  ];
  deepStrictEqual(
    tests.map((test) => mirrorsSource(test, sources)),
    [true, true, true, false, false],
  );
});

Deno.test("MACHINE_PATH finds a folder of one machine and no route or relative path", () => {
  const folder = ["", "home", "ana"].join("/");
  const found = [folder, `"${folder}/x"`, `file://${folder}`, `(${folder})`];
  const passed = ["./home/ana", "site/home/x", "/homes", "~/root/x", "/v1"];
  deepStrictEqual(
    [...found, ...passed].filter((it) => MACHINE_PATH.test(it)),
    found,
  );
});
