/**
 * What each task may do to the machine, in one table with its reason: a task that asks for more fails here, and so does
 * one that is not in it.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { z } from "zod";
import { PROJECT_URL } from "./source_path.ts";

/** What a task is permitted, and why. */
interface Permitted {
  /** Its flags, in the order of the alphabet. */
  readonly flags: readonly string[];
  /** Why it needs each of them. */
  readonly why: string;
}

/** Any program: for what develops Panal, and runs at no shop. */
const ALL: Permitted = {
  flags: ["-A"],
  why: "it starts programs, browsers and tests as a developer does",
};
/** The runtime itself, of which a task starts further processes. */
const OWN_RUNTIME = "--allow-run=$(deno eval -p 'Deno.execPath()')";
const SYS = "--allow-sys=networkInterfaces,hostname";

/** A data folder is anywhere, settings come from `PANAL_*` variables, and its fingerprint is of the machine. */
const FOLDER: Permitted = {
  flags: ["--allow-env", "--allow-read", SYS, "--allow-write"],
  why: "it opens a data folder wherever that is, and uses no network",
};
/** It asks nodes or original programs wherever they are, and stores nothing. */
const CLIENT: Permitted = {
  flags: ["--allow-env", "--allow-net", "--allow-read"],
  why: "it asks programs wherever they are, reads settings, and stores nothing",
};

const TABLE: Readonly<Record<string, Permitted>> = {
  run: {
    flags: [
      ...["--allow-env", "--allow-net", "--allow-read"],
      ...[`${SYS},osUptime,statfs`, "--allow-write"],
    ],
    why:
      "it listens and dials where settings say, keeps a data folder, tells how long the machine runs and what its disk has left",
  },
  demo: {
    flags: [
      ...["--allow-env", "--allow-net", "--allow-read"],
      ...[OWN_RUNTIME, SYS, "--allow-write"],
    ],
    why: "it starts each node as a process of its own",
  },
  drill: {
    flags: [
      ...["--allow-env", "--allow-net=127.0.0.1", "--allow-read"],
      ...[OWN_RUNTIME, SYS, "--allow-write"],
    ],
    why: "it starts nodes of its own, and speaks to those alone",
  },
  doctor: {
    flags: [
      ...["--allow-env", "--allow-net", "--allow-read"],
      ...[`${SYS},statfs`, "--allow-write"],
    ],
    why: "it asks a running node, and looks what its disk has left",
  },
  import: {
    flags: [
      ...["--allow-env", "--allow-net", "--allow-read"],
      ...[SYS, "--allow-write"],
    ],
    why: "it sends tables to a node, or writes a company's data folder",
  },
  backup: {
    flags: [
      ...["--allow-env", "--allow-read", `${SYS},setPriority`],
      "--allow-write",
    ],
    why: "it copies a data folder, behind the node that uses it",
  },
  mesh: FOLDER,
  export: FOLDER,
  rebuild: FOLDER,
  move: FOLDER,
  restore: FOLDER,
  audit: FOLDER,
  replay: CLIENT,
  card: CLIENT,
  "company-admin": CLIENT,
  "charging-console": CLIENT,
  "charging-point": CLIENT,
  driver: CLIENT,
  "sink-check": CLIENT,
  sim: {
    flags: ["--allow-env", "--allow-read", OWN_RUNTIME],
    why: "it spreads seeds over processes; nothing leaves the memory",
  },
  bundle: {
    flags: ["--allow-read=.", OWN_RUNTIME, "--allow-write=web/ui/dist"],
    why: "it makes of the pages what a node serves, with the runtime's bundler",
  },
  advisories: {
    flags: ["--allow-read", OWN_RUNTIME],
    why: "it has the runtime ask the registry",
  },
  "test:pure": {
    flags: ["--allow-read"],
    why: "crdt reads its WebAssembly, and nothing else of the machine",
  },
  mutate: ALL,
  bench: ALL,
  screenshots: ALL,
  look: ALL,
  test: ALL,
};

const settingsSchema = z.object({
  tasks: z.record(z.string(), z.object({ command: z.string() })),
});

/** The permissions that a command asks for; undefined where it runs no program of ours. */
function flagsOf(command: string): readonly string[] | undefined {
  if (!/\bdeno (run|test|bench)\b/.test(command)) return undefined;
  const flags = command.match(
    /(?<= )(?:-A|--allow-(?:all|[a-z]+)(?:="[^"]*"|=\S+)?|-[RWNESI]\b)/g,
  ) ?? [];
  return flags.map((flag) => flag.replaceAll('"', "")).toSorted();
}

async function readTasks(): Promise<[string, readonly string[]][]> {
  const text = await Deno.readTextFile(new URL("deno.json", PROJECT_URL));
  const { tasks } = settingsSchema.parse(JSON.parse(text));
  return Object.entries(tasks).flatMap(([name, { command }]) => {
    const flags = flagsOf(command);
    return flags === undefined ? [] : [[name, flags]];
  });
}

Deno.test("each task asks for the permissions of the table, for a reason, and no more", async () => {
  const tasks = await readTasks();
  ok(tasks.length > 20, "deno.json was read");
  const asked = Object.fromEntries(tasks);
  const permitted = Object.fromEntries(
    Object.entries(TABLE).map(([name, { flags }]) => [name, flags.toSorted()]),
  );
  deepStrictEqual(asked, permitted);
  for (const [name, { why }] of Object.entries(TABLE)) ok(why !== "", name);
});

Deno.test("a task that runs a node never waits for somebody to permit more", async () => {
  const text = await Deno.readTextFile(new URL("deno.json", PROJECT_URL));
  const { tasks } = settingsSchema.parse(JSON.parse(text));
  const asking = Object.entries(tasks).filter(([, { command }]) =>
    command.includes("nodes/main.ts") && !command.includes("--no-prompt")
  );
  deepStrictEqual(asking, []);
});

Deno.test("the launcher of an installed node gives no more than the task", async () => {
  const path = new URL("ops/bin/panal", PROJECT_URL);
  const text = await Deno.readTextFile(path);
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  const given = lines.join("\n").match(/--allow-[a-z]+(=\S+)?/g) ?? [];
  deepStrictEqual([...new Set(given)].toSorted(), [
    "--allow-env",
    "--allow-net",
    "--allow-net=127.0.0.1,localhost",
    '--allow-read="$home,$settings,$write"',
    '--allow-sys="$sys"',
    '--allow-write="$write"',
  ]);
});

Deno.test("flagsOf() finds every form of a permission", () => {
  deepStrictEqual(
    flagsOf("deno run --no-prompt -A --allow-run=\"$(x -p 'y')\" -R a.ts"),
    ["--allow-run=$(x -p 'y')", "-A", "-R"],
  );
  deepStrictEqual(flagsOf("deno run --allow-all a.ts"), ["--allow-all"]);
  deepStrictEqual(flagsOf("deno lint && deno doc"), undefined);
});
