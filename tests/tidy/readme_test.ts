/**
 * Keeps the documents honest where it costs nothing: every task and option that they show exists. What the marked
 * snippets do is tested by running them.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { commandsOf, readSnippets } from "../support/snippets.ts";
import { listFiles, PROJECT_URL } from "./source_path.ts";

/** Tasks whose options are Deno's own. */
const DENO_TASKS = [
  "bench",
  "bundle",
  "check",
  "lint",
  "ok",
  "test",
  "test:pure",
];

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, PROJECT_URL));
}

/** The commands in the shell blocks of a document, marked or not. */
function shellCommands(markdown: string): string[] {
  const blocks = markdown.matchAll(
    /^\s*```(?:sh|bash|console)\b[^\n]*\n(.*?)^\s*```/gms,
  );
  return [...blocks].flatMap(([, code = ""]) => commandsOf(code));
}

/** Names the tasks and options of a command that do not exist. */
function commandProblems(
  command: string,
  known: { readonly tasks: readonly string[]; readonly source: string },
): string[] {
  const call = /\bdeno(?:@[\d.]+)? task ([\w:-]+)(.*)/.exec(command);
  const [, task = "", rest = ""] = call ?? [];
  if (!call) return [];
  if (!known.tasks.includes(task)) return [`no task "${task}": ${command}`];
  if (DENO_TASKS.includes(task)) return [];
  const options = rest.split(/[|;&>]/)[0]?.matchAll(/\s--([a-z][a-z-]*)/g);
  return [...options ?? []].map(([, option = ""]) => option)
    .filter((option) => !isOption(option, known.source))
    .map((option) => `no option "--${option}": ${command}`);
}

/** An option exists if the source names it: as a text, as a key, or in a usage text. */
function isOption(option: string, source: string): boolean {
  return new RegExp(`["'\`]${option}["'\`]|--${option}\\b|\\b${option}:`)
    .test(source);
}

Deno.test("commandProblems() names unknown tasks and options", () => {
  const known = {
    tasks: ["run", "test"],
    source: 'options: { site: text, "log-format": text }',
  };
  const commands = [
    "npx --yes deno@2.9.6 task run branch --site CUS --log-format json",
    "deno task test --filter x",
    "curl --unknown",
    "deno task run office --site A | jq --raw",
    "deno task run office --sight A",
    "deno task ran",
  ];
  deepStrictEqual(commands.flatMap((it) => commandProblems(it, known)), [
    'no option "--sight": deno task run office --sight A',
    'no task "ran": deno task ran',
  ]);
});

Deno.test("the documents show only tasks and options that exist", async () => {
  const files = await listFiles();
  const settings: unknown = JSON.parse(await read("deno.json"));
  const { tasks } = settings as { tasks: Record<string, unknown> };
  const sources = files.filter((it) => /^nodes\/.*\.ts$/.test(it));
  const source = (await Promise.all(sources.map(read))).join("\n");
  const known = { tasks: Object.keys(tasks), source };
  const documents = files.filter((it) => /^[A-Z_]+\.md$/.test(it));
  const problems: string[] = [];
  for (const path of documents) {
    for (const command of shellCommands(await read(path))) {
      const found = commandProblems(command, known);
      problems.push(...found.map((it) => `${path}: ${it}`));
    }
  }
  deepStrictEqual(problems, []);
});

Deno.test("the documents' marked snippets can be read", async () => {
  for (const path of (await listFiles()).filter((it) => it.endsWith(".md"))) {
    readSnippets(await read(path));
  }
});

Deno.test("the test command of the README and .ci/run is the same", async () => {
  const files = await listFiles();
  const command = "npx --yes deno@2.9.6 task test";
  const holders = ["README.md", ".ci/run"].filter((it) => files.includes(it));
  const without: string[] = [];
  for (const path of holders) {
    if (!(await read(path)).includes(command)) without.push(path);
  }
  deepStrictEqual(without, []);
});
