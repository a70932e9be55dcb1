/**
 * Nodes as processes of their own: started with no more permissions than they need, watched until they are ready, and
 * ended.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { err, ok, type Result } from "../../crdt/mod.ts";

/** What a node prints when everything listens. */
export interface ReadyLine {
  /** Its peer id. */
  readonly peer: string;
  /** Multiaddrs that other nodes can dial. */
  readonly listen: readonly string[];
  /** The address of its native API. */
  readonly http: string;
  /** Its compatibility surfaces; null where the port is taken. */
  readonly surfaces: Readonly<Record<string, string | null>>;
}

/** How a program has ended. */
export interface ProgramEnd {
  /** The exit code. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

/** A node that runs as a process. */
export interface NodeProcess {
  /** Its process id. */
  readonly pid: number;
  /** What it printed when it was ready. */
  readonly ready: ReadyLine;
  /** Resolves when it has ended. */
  readonly ended: Promise<ProgramEnd>;
  /** Asks it to end by a signal, SIGTERM if none is named; ends it by force after `STOP_MS_MAX`. */
  stop(signal?: Deno.Signal): Promise<ProgramEnd>;
  /** Ends it at once, as a loss of power would. */
  kill(): Promise<ProgramEnd>;
}

/** How a process is started. */
export interface ProcessOptions {
  /** Addresses that it may listen on and connect to, as `--allow-net` takes them; all if left out, none if empty. */
  readonly net?: readonly string[];
  /** The file to which its standard error is added. */
  readonly logPath?: string;
  /** Ends it by force while it is not ready. */
  readonly signal?: AbortSignal;
}

/** Longest time for a node to end after it was asked to, in milliseconds. */
export const STOP_MS_MAX = 10_000;
const OUTPUT_LENGTH_MAX = 256 * 1024;
const MAIN_PATH = fileURLToPath(new URL("../main.ts", import.meta.url));
/** What `deno task run` gives a node, its addresses left out. */
const PERMISSIONS = [
  // A till makes much short-lived garbage: a small young generation, and an old one that is collected once it has grown
  // by 40 %, hold some 100 MB less and cost nothing measurable.
  "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=40",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys=networkInterfaces,hostname,osUptime,statfs",
];
/** Settings that a child must not take over from its surroundings. */
const SETTINGS =
  /^(PANAL_.*|CENTRAL_API_URL|BRANCH_ID|ID_SURTIDOR|NOMBRE_SURTIDOR|ESTACION_.*)$/;

const readySchema: z.ZodType<ReadyLine> = z.object({
  ready: z.literal(true),
  peer: z.string(),
  listen: z.array(z.string()).readonly(),
  http: z.string(),
  surfaces: z.record(z.string(), z.string().nullable()).readonly(),
});

/**
 * Runs a command of this program to its end.
 *
 * @param args The command and its options, such as `mesh invite …`.
 * @param options Permissions and log.
 * @returns How it ended.
 */
export async function runProgram(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProgramEnd> {
  return await watch(spawn(args, options), options).ended;
}

/**
 * Starts a node and waits until it is ready.
 *
 * @param args What stands behind `run`.
 * @param options Permissions and log.
 * @returns The node, or how it ended without having been ready.
 */
export async function startNodeProcess(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Result<NodeProcess, ProgramEnd>> {
  const child = spawn(["run", ...args], options);
  const { ended, line } = watch(child, options);
  const giveUp = () => signalChild(child, "SIGKILL");
  options.signal?.addEventListener("abort", giveUp);
  if (options.signal?.aborted) giveUp();
  const ready = await Promise.race([line, ended.then(() => undefined)]);
  options.signal?.removeEventListener("abort", giveUp);
  if (ready === undefined) return err(await ended);
  return ok({
    pid: child.pid,
    ready,
    ended,
    async stop(signal = "SIGTERM") {
      signalChild(child, signal);
      const timer = setTimeout(
        () => signalChild(child, "SIGKILL"),
        STOP_MS_MAX,
      );
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
    kill() {
      signalChild(child, "SIGKILL");
      return ended;
    },
  });
}

function spawn(
  args: readonly string[],
  { net }: ProcessOptions,
): Deno.ChildProcess {
  const names = Object.keys(Deno.env.toObject());
  const network = net === undefined
    ? ["--allow-net"]
    : net.length === 0
    ? []
    : [`--allow-net=${net.join(",")}`];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, ...network, MAIN_PATH, ...args],
    env: Object.fromEntries(
      names.filter((it) => SETTINGS.test(it)).map((it) => [it, ""]),
    ),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C in a terminal goes to a whole group; who started the process ends it.
    detached: Deno.build.os !== "windows",
  }).spawn();
}

function watch(
  child: Deno.ChildProcess,
  { logPath }: ProcessOptions,
): { ended: Promise<ProgramEnd>; line: Promise<ReadyLine | undefined> } {
  const { promise: line, resolve } = Promise.withResolvers<
    ReadyLine | undefined
  >();
  let stdout = "";
  let seen = false;
  const reading = readText(child.stdout, (text) => {
    stdout = tailOf(stdout + text);
    const end = stdout.indexOf("\n");
    if (seen || end < 0) return;
    seen = true;
    const ready = parseReadyLine(stdout.slice(0, end));
    if (ready !== undefined) resolve(ready);
  });
  let stderr = "";
  const logging = withLog(logPath, (write) =>
    readText(child.stderr, (text) => {
      stderr = tailOf(stderr + text);
      write(text);
    }));
  const finish = async () => {
    const [{ code, signal }] = await Promise.all([
      child.status,
      reading,
      logging,
    ]);
    return { code, signal, stdout, stderr };
  };
  return { ended: finish(), line };
}

/**
 * Reads a ready line.
 *
 * @param text A line of a node's standard output.
 * @returns What it says, or undefined if it is no ready line.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const text = '{"ready":true,"peer":"12D3","listen":[],"http":"http://127.0.0.1:8080","surfaces":{}}';
 * strictEqual(parseReadyLine(text)?.http, "http://127.0.0.1:8080");
 * strictEqual(parseReadyLine("hello"), undefined);
 * ```
 */
export function parseReadyLine(text: string): ReadyLine | undefined {
  try {
    return readySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function readText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    take(text);
  }
}

async function withLog(
  path: string | undefined,
  use: (write: (text: string) => void) => Promise<void>,
): Promise<void> {
  if (path === undefined) return await use(() => {});
  using file = await Deno.open(path, { create: true, append: true });
  const encoder = new TextEncoder();
  await use((text) => {
    let rest = encoder.encode(text);
    while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
  });
}

function tailOf(text: string): string {
  return text.length > OUTPUT_LENGTH_MAX
    ? text.slice(-OUTPUT_LENGTH_MAX)
    : text;
}

function signalChild(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
