/**
 * Nodes as real processes for tests: started, watched, asked over HTTP and ended, with one folder for all that they
 * store. Everything ends with the test.
 *
 * @module
 */
import { fail, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  type NodeProcess,
  type ProcessOptions,
  type ProgramEnd,
  runProgram,
  startNodeProcess,
} from "../../nodes/adapters/node_process.ts";
import {
  startTcpRelay,
  type TcpRelay,
} from "../../nodes/adapters/tcp_relay.ts";

/** Longest wait for something that must come true; a slow machine needs most of it. */
const COMES_TRUE_MS_MAX = 45_000;
const POLL_MS = 20;

/** How a node of a test is started. */
export interface TestProcessOptions {
  /** Its name, which is also that of its folder. */
  readonly name: string;
  /** Its site; an office if left out. */
  readonly site?: string;
  /** The port on which it takes links; a free one if left out. */
  readonly port?: number;
  /** More options of `run`. */
  readonly more?: readonly string[];
  /** Addresses that it may connect to; any if left out. */
  readonly reach?: readonly string[];
}

/** The processes of one test. */
export class ProcessGroup implements AsyncDisposable {
  /** The folder of everything. */
  readonly folder: string;
  readonly #processes = new Set<NodeProcess>();
  readonly #relays = new Set<TcpRelay>();

  /**
   * Makes a group.
   *
   * @param folder An empty folder, which is deleted at the end.
   */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Options of a quiet node on free ports of 127.0.0.1. */
  args({ name, site, port = 0, more = [] }: TestProcessOptions): string[] {
    const role = site === undefined
      ? ["office", "--surface", "inventory-central=127.0.0.1:0"]
      : ["branch", "--site", site, "--surface", "inventory-branch=127.0.0.1:0"];
    // Tests that need it say where it listens; its default port is one for the whole machine.
    const off = more.some((word) => word.startsWith("branch-sync="))
      ? []
      : ["--surface", "branch-sync=off"];
    return [
      ...role,
      ...off,
      ...["--data", this.dataOf(name), "--http", "127.0.0.1:0", "--no-mdns"],
      ...["--listen", `/ip4/127.0.0.1/tcp/${port}`, "--log-level", "error"],
      ...more,
    ];
  }

  /** The data folder of a node. */
  dataOf(name: string): string {
    return join(this.folder, name);
  }

  /** Starts a node that must become ready. */
  async start(options: TestProcessOptions): Promise<NodeProcess> {
    return await this.run(this.args(options), options.reach);
  }

  /** Starts a node by its options, which must become ready. */
  async run(
    args: readonly string[],
    reach?: readonly string[],
    options: Pick<ProcessOptions, "logPath"> = {},
  ): Promise<NodeProcess> {
    const net = reach === undefined ? {} : { net: ["127.0.0.1:0", ...reach] };
    const started = await startNodeProcess(args, { ...net, ...options });
    if (!started.ok) fail(`A node did not start: ${started.error.stderr}`);
    this.#processes.add(started.value);
    return started.value;
  }

  /** Starts a node that must refuse to. */
  async refuse(args: readonly string[]): Promise<ProgramEnd> {
    const started = await startNodeProcess(args);
    if (!started.ok) return started.error;
    this.#processes.add(started.value);
    return fail("A node started that should have refused");
  }

  /** Makes an invitation for a branch, or for another role of a site. */
  async invite(from: string, site: string, role = "branch"): Promise<string> {
    const words = ["mesh", "invite", "--data", this.dataOf(from)];
    const end = await runProgram(
      [...words, "--role", role, "--site", site],
      { net: [] },
    );
    strictEqual(end.code, 0, end.stderr);
    return end.stdout.trim();
  }

  /** Puts a relay before a node. */
  relay(node: NodeProcess): TcpRelay {
    const relay = startTcpRelay({
      hostname: "127.0.0.1",
      port: portOf(node),
    });
    this.#relays.add(relay);
    return relay;
  }

  /** Ends all, and deletes what they stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays].map((relay) => relay.stop()));
    await Promise.all([...this.#processes].map((node) => node.kill()));
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Makes a group with a folder of its own. */
export async function createProcessGroup(): Promise<ProcessGroup> {
  return new ProcessGroup(await Deno.makeTempDir({ prefix: "panal-test-" }));
}

/** The port on which a node takes links. */
export function portOf(node: NodeProcess): number {
  const port = /\/tcp\/(\d+)/.exec(node.ready.listen[0] ?? "")?.[1];
  ok(port !== undefined);
  return Number(port);
}

/** An answer. */
export interface Answer {
  /** The status. */
  readonly status: number;
  /** The body as JSON, undefined if it is none. */
  // deno-lint-ignore no-explicit-any -- a test looks into answers of any form
  readonly body: any;
}

/** Asks a node: a POST if there is a body. */
export async function ask(
  node: NodeProcess,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${node.ready.http}${path}`, {
    ...(body === undefined ? {} : {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: undefined };
  }
}

/** Asks again until the answer is what is wanted; what `instead` finds is told if it never is. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  instead?: () => Promise<unknown>,
): Promise<void> {
  const givenUpAt = performance.now() + COMES_TRUE_MS_MAX;
  while (!await holds()) {
    if (performance.now() > givenUpAt) {
      const found = JSON.stringify(await instead?.(), null, 2) ?? "";
      fail(`It never came true: ${what}\n${found}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** All items of a collection, page after page. */
export async function listAll(
  node: NodeProcess,
  path: string,
  // deno-lint-ignore no-explicit-any -- a test looks into answers of any form
): Promise<any[]> {
  const items = [];
  const mark = path.includes("?") ? "&" : "?";
  let cursor = "";
  for (;;) {
    const { body } = await ask(node, `${path}${mark}limit=1000${cursor}`);
    items.push(...body.items);
    if (body.next === null) return items;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

/** An office, and a branch that has joined it with the token. */
export async function startPair(group: ProcessGroup): Promise<{
  readonly office: NodeProcess;
  readonly branch: NodeProcess;
  readonly token: string;
}> {
  const office = await group.start({ name: "office" });
  const token = await group.invite("office", "CUS");
  const branch = await group.start({
    name: "CUS",
    site: "CUS",
    more: ["--join", token],
  });
  return { office, branch, token };
}

/** Sells product 1 at a branch. */
export async function sell(
  branch: NodeProcess,
  quantity: number,
): Promise<void> {
  const lines = [{ product: "1", quantity }];
  const { status, body } = await ask(branch, "/v1/sales", { lines });
  strictEqual(status, 201, JSON.stringify(body));
}

/** Brings a branch more of product 1 than a test sells. */
export async function receive(branch: NodeProcess): Promise<void> {
  const lines = [{ product: "1", quantity: 1_000_000 }];
  const { status } = await ask(branch, "/v1/stock/receipts", { lines });
  strictEqual(status, 201);
}

/** What a node has of a site's sales in all. */
export async function totalsOf(
  node: NodeProcess,
  site: string,
): Promise<Answer["body"]> {
  return (await ask(node, `/v1/totals?site=${site}`)).body;
}
