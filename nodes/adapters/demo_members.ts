/**
 * The nodes of the demo: how each is started as a process of its own, how one joins the office's mesh, and how all end.
 *
 * @module
 */
import { join } from "node:path";
import { createDemoNode, DemoFailure, type DemoNode } from "./demo_node.ts";
import { runProgram, startNodeProcess } from "./node_process.ts";

/** What a node of the demo does. */
export type DemoRole =
  | "office"
  | "branch"
  | "station"
  | "pump"
  | "company"
  | "charging";

/** A node that is to be started. */
export interface DemoMember {
  /** How the demo calls it. */
  readonly name: string;
  /** Its role. */
  readonly role: DemoRole;
  /** Its site. */
  readonly site?: string;
  /** The number of its pump. */
  readonly pump?: number;
  /** The number of its company. */
  readonly company?: string;
  /** Further settings. */
  readonly settings?: readonly string[];
}

/** How a node finds the others. */
export interface DemoLine {
  /** The one port of 127.0.0.1 by which it may reach the office. */
  readonly port: number;
  /** Addresses of nodes that it dials. */
  readonly peers: readonly string[];
  /** Where else it may connect. */
  readonly reach?: readonly string[];
}

/** What each role's nodes serve, each on a free port. */
const SURFACES: Readonly<Record<DemoRole, readonly string[]>> = {
  office: ["inventory-central", "branch-sync"],
  branch: ["inventory-branch"],
  station: [
    ...["forecourt-pumps", "forecourt-station", "forecourt-bridge"],
    "fleet-card",
  ],
  pump: ["forecourt-pump"],
  company: ["fleet-company"],
  charging: ["charging", "charging-ocpp"],
};
/** What is not needed here. */
const OFF: Readonly<Partial<Record<DemoRole, readonly string[]>>> = {
  branch: ["branch-sync"],
  station: ["forecourt-udp", "forecourt-prices"],
};
/** What a node may do on the network besides what it is told to dial. */
const LISTEN_ONLY = "127.0.0.1:0";

/** What the nodes are started with. */
export interface DemoMembersParts {
  /** The run's folder. */
  readonly folder: string;
  /** Ends starts and requests. */
  readonly signal: AbortSignal;
  /** Is told of a node that ended by itself. */
  fail(message: string): void;
}

/** The nodes of one run. */
export class DemoMembers {
  readonly #parts: DemoMembersParts;
  readonly #nodes: DemoNode[] = [];
  /** Nodes that are being started; never reject. */
  readonly #starts = new Set<Promise<unknown>>();
  #stopping = false;

  /**
   * Makes the list; nothing is started yet.
   *
   * @param parts Folder, signal, and who is told of failures.
   */
  constructor(parts: DemoMembersParts) {
    this.#parts = parts;
  }

  /** One of them. */
  get(name: string): DemoNode {
    const node = this.#nodes.find((it) => it.name === name);
    if (node === undefined) throw new DemoFailure(`${name} does not run`);
    return node;
  }

  /** Starts a node that joins the office's mesh. */
  async join(
    who: DemoMember,
    { port, peers, reach = [] }: DemoLine,
  ): Promise<DemoNode> {
    const { folder } = this.get("office");
    const invited = await runProgram([
      ...["mesh", "invite", "--data", folder, "--role", who.role],
      ...who.site === undefined ? [] : ["--site", who.site],
      ...who.company === undefined ? [] : ["--company", who.company],
    ], { net: [] });
    if (invited.code !== 0) {
      throw new DemoFailure(`The office cannot invite: ${invited.stderr}`);
    }
    return await this.start(who, {
      more: [
        "--join",
        invited.stdout.trim(),
        ...peers.flatMap((it) => ["--peer", it]),
      ],
      reach: [`127.0.0.1:${port}`, ...reach],
    });
  }

  /** Starts a node. */
  async start(
    who: DemoMember,
    { more = [], reach = [] }: {
      readonly more?: readonly string[];
      readonly reach?: readonly string[];
    },
  ): Promise<DemoNode> {
    const { name, role, site } = who;
    const folder = join(this.#parts.folder, name);
    const args = [...argumentsOf(who, folder), ...more];
    const logPath = join(this.#parts.folder, `${name}.log`);
    const starting = startNodeProcess(args, {
      net: [LISTEN_ONLY, ...reach],
      logPath,
      signal: this.#parts.signal,
    });
    this.#starts.add(starting.catch(() => {}));
    const started = await starting;
    if (!started.ok) {
      throw new DemoFailure(
        `${name} did not start: ${lastLine(started.error.stderr)}`,
      );
    }
    const process = started.value;
    void process.ended.then(({ code, signal }) => {
      if (this.#stopping) return;
      const how = signal === null ? `exit code ${code}` : signal;
      this.#parts.fail(
        `${name} ended by itself (${how}); its log is ${logPath}`,
      );
    });
    const node = createDemoNode(
      { name, role, site: site ?? null, folder, process },
      this.#parts.signal,
    );
    this.#nodes.push(node);
    return node;
  }

  /** Ends all at once, without waiting. */
  killAll(): void {
    for (const { process } of this.#nodes) void process.kill();
  }

  /** Ends all, also those that are being started. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#starts);
    await Promise.all(this.#nodes.map(({ process }) => process.stop()));
  }
}

function argumentsOf(
  { role, site, pump, company, settings = [] }: DemoMember,
  folder: string,
): string[] {
  const surfaces = [
    ...SURFACES[role].map((surface) => `${surface}=127.0.0.1:0`),
    ...OFF[role]?.map((surface) => `${surface}=off`) ?? [],
  ];
  return [
    role,
    ...(pump === undefined ? [] : ["--pump", String(pump)]),
    ...(site === undefined ? [] : ["--site", site]),
    ...(company === undefined ? [] : ["--company", company]),
    ...settings,
    "--data",
    folder,
    "--http",
    "127.0.0.1:0",
    ...surfaces.flatMap((surface) => ["--surface", surface]),
    "--listen",
    "/ip4/127.0.0.1/tcp/0",
    "--no-mdns",
  ];
}

function lastLine(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.findLast((line) => !/^\s/.test(line)) ?? "";
}
