/**
 * The task `demo`: a chain of an office, three branches and a fuel station, each a process of its own, that sells, is cut
 * apart, heals and agrees. It says what happens in plain sentences.
 *
 * How the cut is made without rights of an administrator: Deno's permissions are each process's firewall. A node may
 * listen on free ports of 127.0.0.1 and connect only to what it is started with, so the branch that is to be cut off
 * has no way to others but a relay of the demo's, and nobody has a way to it.
 *
 * @module
 */
import { join } from "node:path";
import { PanalError } from "../../crdt/mod.ts";
import { DEMO_HELP, type DemoOptions, parseDemoArgs } from "../demo/options.ts";
import { countOf, formatTable, listOf } from "../demo/table.ts";
import { createDemoNode, DemoFailure, type DemoNode } from "./demo_node.ts";
import { PEER_PUMP, playStation, STATION_SITE } from "./demo_station.ts";
import {
  deliveryOf,
  type DemoTills,
  openDemoTills,
  pauseFor,
} from "./demo_tills.ts";
import { runProgram, startNodeProcess } from "./node_process.ts";
import { createSystemRandom } from "./system_random.ts";
import { startTcpRelay, type TcpRelay } from "./tcp_relay.ts";

/** The surroundings of the demo. */
export interface DemoEnv {
  /** Writes what happens. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Ends the demo. */
  readonly signal: AbortSignal;
}

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_UNUSABLE = 2;

const SITES = ["CUS", "LIM", "AQP"];
/** The branch that is cut off. */
const CUT_SITE = "AQP";
const SELL_MS = 6_000;
const CUT_MS = 9_000;
const WORD_EVERY_MS = 3_000;
const QUIET_WORD_EVERY_MS = 15_000;
const PACE_MS = 600;
const QUIET_PACE_MS = 4_000;
const AGREE_MS_MAX = 60_000;
const POLL_MS = 50;
const FOLDERS_MAX = 100_000;
const PUMP_NAME = `${STATION_SITE}-${PEER_PUMP}`;
/** What each role's nodes serve, each on a free port. */
const SURFACES: Readonly<Record<DemoRole, readonly string[]>> = {
  office: ["inventory-central"],
  branch: ["inventory-branch"],
  station: ["forecourt-pumps", "forecourt-station", "forecourt-bridge"],
  pump: ["forecourt-pump"],
};
/** What is not needed here. */
const OFF: Readonly<Partial<Record<DemoRole, readonly string[]>>> = {
  station: ["forecourt-udp", "forecourt-prices"],
};
/** What a node may do on the network besides what it is told to dial. */
const LISTEN_ONLY = "127.0.0.1:0";
/** Where a station listens besides, on the ports that it has on 127.0.0.1. */
const LOOPBACK_SIX = "[::1]";

type DemoRole = "office" | "branch" | "station" | "pump";

/**
 * Runs `deno task demo`.
 *
 * @param args What stands behind `demo`.
 * @param env Where it writes, and what ends it.
 * @returns The exit code: 0, 1 if a node ended by itself or totals stayed different, 2 for a bad option.
 */
export async function runDemo(
  args: readonly string[],
  env: DemoEnv,
): Promise<number> {
  try {
    const command = parseDemoArgs(args);
    if (command.kind === "help") {
      env.stdout(DEMO_HELP);
      return EXIT_OK;
    }
    const folder = await makeRunFolder(command.options.dataDir);
    return await new Demo(command.options, env, folder).run();
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    env.stderr(`demo: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

/** A new folder for this run, so that no run disturbs what another left. */
async function makeRunFolder(dataDir: string): Promise<string> {
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    for (let number = 1; number < FOLDERS_MAX; number++) {
      const path = join(dataDir, `run-${number}`);
      try {
        await Deno.mkdir(path);
        return path;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PanalError(
      "config_invalid",
      `The folder of --data cannot be used: ${why}`,
      { cause },
    );
  }
  throw new PanalError(
    "config_invalid",
    "The folder of --data is full of runs: name another",
  );
}

/** A node that is to be started. */
interface DemoMember {
  readonly name: string;
  readonly role: DemoRole;
  readonly site?: string;
  readonly pump?: number;
}

class Demo {
  readonly #options: DemoOptions;
  readonly #env: DemoEnv;
  readonly #folder: string;
  readonly #nodes: DemoNode[] = [];
  readonly #ending = new AbortController();
  /** Nodes that are being started; never reject. */
  readonly #starts = new Set<Promise<unknown>>();
  #relay: TcpRelay | undefined;
  #failure: string | undefined;
  #stopping = false;

  constructor(options: DemoOptions, env: DemoEnv, folder: string) {
    this.#options = options;
    this.#env = env;
    this.#folder = folder;
  }

  async run(): Promise<number> {
    const stop = () => this.#ending.abort();
    this.#env.signal.addEventListener("abort", stop);
    if (this.#env.signal.aborted) stop();
    // The nodes are in groups of their own, so a terminal that goes away must end them through the demo.
    const hasHangUp = Deno.build.os !== "windows";
    if (hasHangUp) Deno.addSignalListener("SIGHUP", stop);
    // A second Ctrl-C ends the program at once, but not without its nodes.
    const killAll = () => {
      for (const { process } of this.#nodes) void process.kill();
    };
    globalThis.addEventListener("unload", killAll);
    try {
      await this.#play();
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#fail(messageOf(error));
    } finally {
      this.#env.signal.removeEventListener("abort", stop);
      await this.#stopAll();
      if (hasHangUp) Deno.removeSignalListener("SIGHUP", stop);
      globalThis.removeEventListener("unload", killAll);
    }
    if (this.#failure === undefined) return EXIT_OK;
    this.#env.stderr(`demo: ${this.#failure}\n`);
    return EXIT_FAILED;
  }

  get #signal(): AbortSignal {
    return this.#ending.signal;
  }

  #node(name: string): DemoNode {
    const node = this.#nodes.find((it) => it.name === name);
    if (node === undefined) throw new DemoFailure(`${name} does not run`);
    return node;
  }

  get #office(): DemoNode {
    return this.#node("office");
  }

  get #branches(): DemoNode[] {
    return SITES.map((site) => this.#node(site));
  }

  #fail(message: string): void {
    this.#failure ??= message;
    this.#ending.abort();
  }

  #say(text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    this.#env.stdout(`${time}  ${text}\n`);
  }

  async #play(): Promise<void> {
    this.#env.stdout(
      "Panal demo: an office, three branches, a fuel station and a pump, six processes on this machine. Ctrl-C ends it.\n\n",
    );
    await this.#startAll();
    this.#showTable();
    const lengthMs = (this.#options.seconds ?? Infinity) * 1000;
    const endsAt = performance.now() + lengthMs;
    const tills = openDemoTills(this.#branches, {
      random: createSystemRandom(),
      paceMs: PACE_MS,
      signal: this.#signal,
    });
    tills.ended.catch((error) => {
      if (!this.#signal.aborted) this.#fail(messageOf(error));
    });
    await this.#sellFor(Math.min(SELL_MS, lengthMs / 4));
    await this.#cutOff(Math.min(CUT_MS, lengthMs / 3));
    await this.#agree(tills);
    tills.paceMs = QUIET_PACE_MS;
    await playStation({
      office: this.#office.process,
      station: this.#node(STATION_SITE).process,
      pump: this.#node(PUMP_NAME).process,
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
    if (performance.now() < endsAt) {
      this.#say("Sales go on slowly. Look around meanwhile.");
      await this.#goOn(endsAt);
      await this.#agree(tills);
    }
    this.#ending.abort();
    await tills.ended;
  }

  // Starting

  async #startAll(): Promise<void> {
    const office = await this.#start({ name: "office", role: "office" }, {});
    const { peer, listen } = office.process.ready;
    this.#say(
      `The office runs (process ${office.process.pid}) and made a mesh; it may invite others.`,
    );
    const port = Number(/\/tcp\/(\d+)/.exec(listen[0] ?? "")?.[1]);
    const relay = startTcpRelay({ hostname: "127.0.0.1", port });
    this.#relay = relay;
    const starts = SITES.map((site) => {
      const line = site === CUT_SITE ? relay.port : port;
      const peers = [`/ip4/127.0.0.1/tcp/${line}/p2p/${peer}`];
      return this.#join({ name: site, role: "branch", site }, line, peers);
    });
    await Promise.all(starts);
    await this.#startStation(port, `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`);
    this.#say(
      `${
        listOf([...SITES, STATION_SITE])
      } joined it, each with an invitation. ${CUT_SITE}'s only line to the others is a relay of this demo's.`,
    );
    await Promise.all(this.#branches.map((branch) => this.#deliver(branch)));
    this.#say("The price lists arrived from the office, and goods at each.");
  }

  /** A station, and a pump of it that is a peer of its own. */
  async #startStation(officePort: number, office: string): Promise<void> {
    const site = STATION_SITE;
    const station = await this.#join(
      { name: site, role: "station", site },
      officePort,
      [office],
      [LOOPBACK_SIX],
    );
    const [listen = ""] = station.process.ready.listen;
    const port = Number(/\/tcp\/(\d+)/.exec(listen)?.[1]);
    await this.#join(
      { name: PUMP_NAME, role: "pump", site, pump: PEER_PUMP },
      officePort,
      [office, listen],
      [`127.0.0.1:${port}`],
    );
  }

  async #join(
    who: DemoMember,
    port: number,
    peers: readonly string[],
    reach: readonly string[] = [],
  ): Promise<DemoNode> {
    const args = ["--data", this.#office.folder, "--role", who.role];
    const invited = await runProgram(
      ["mesh", "invite", ...args, "--site", who.site ?? ""],
      { net: [] },
    );
    if (invited.code !== 0) {
      throw new DemoFailure(`The office cannot invite: ${invited.stderr}`);
    }
    return await this.#start(who, {
      more: [
        "--join",
        invited.stdout.trim(),
        ...peers.flatMap((it) => ["--peer", it]),
      ],
      reach: [`127.0.0.1:${port}`, ...reach],
    });
  }

  async #start(
    { name, role, site, pump }: DemoMember,
    { more = [], reach = [] }: {
      readonly more?: readonly string[];
      readonly reach?: readonly string[];
    },
  ): Promise<DemoNode> {
    const folder = join(this.#folder, name);
    const surfaces = [
      ...SURFACES[role].map((surface) => `${surface}=127.0.0.1:0`),
      ...OFF[role]?.map((surface) => `${surface}=off`) ?? [],
    ];
    const args = [
      role,
      ...(pump === undefined ? [] : ["--pump", String(pump)]),
      ...(site === undefined ? [] : ["--site", site]),
      "--data",
      folder,
      "--http",
      "127.0.0.1:0",
      ...surfaces.flatMap((surface) => ["--surface", surface]),
      "--listen",
      "/ip4/127.0.0.1/tcp/0",
      "--no-mdns",
      ...more,
    ];
    const logPath = join(this.#folder, `${name}.log`);
    const starting = startNodeProcess(args, {
      net: [LISTEN_ONLY, ...reach],
      logPath,
      signal: this.#signal,
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
      this.#fail(`${name} ended by itself (${how}); its log is ${logPath}`);
    });
    const node = createDemoNode(
      { name, role, site: site ?? null, folder, process },
      this.#signal,
    );
    this.#nodes.push(node);
    return node;
  }

  /** Goods can be received once the office's products have arrived. */
  async #deliver(branch: DemoNode): Promise<void> {
    const delivery = deliveryOf();
    for (const { product } of delivery) {
      while (!await branch.knows(product)) {
        await pauseFor(POLL_MS, this.#signal);
        this.#signal.throwIfAborted();
      }
    }
    await branch.receive(delivery);
  }

  #showTable(): void {
    const nodes = [
      this.#office,
      ...this.#branches,
      this.#node(STATION_SITE),
      this.#node(PUMP_NAME),
    ];
    const rows = nodes.map(({ name, role, folder, process }) => {
      const { http, surfaces } = process.ready;
      const [surface = "-"] = Object.entries(surfaces)
        .map(([title, url]) => `${title} ${url ?? "(off)"}`);
      return [name, role, String(process.pid), http, surface, folder];
    });
    const heading = [
      "Name",
      "Role",
      "Process",
      "Native API",
      "Compatibility surface",
      "Data folder",
    ];
    const { http } = this.#office.process.ready;
    this.#env.stdout(
      `\n${
        formatTable([heading, ...rows])
      }\nOpen one in a browser, or try: curl ${http}/v1/totals/list\n\n`,
    );
  }

  // The story

  async #sellFor(ms: number): Promise<void> {
    this.#say("The doors open: customers come to all three branches.");
    await pauseFor(ms, this.#signal);
    this.#signal.throwIfAborted();
    await this.#sayTotals();
  }

  async #sayTotals(): Promise<void> {
    const counts = await Promise.all(
      this.#branches.map(async (branch) => ({
        name: branch.name,
        here: (await branch.totals(branch.name)).sales,
        there: (await this.#office.totals(branch.name)).sales,
      })),
    );
    const here = counts.reduce((sum, it) => sum + it.here, 0);
    const there = counts.reduce((sum, it) => sum + it.there, 0);
    const each = listOf(counts.map((it) => `${it.here} in ${it.name}`));
    this.#say(
      `${countOf(here, "sale")} so far, ${each}; the office knows ${
        there >= here ? "all" : there
      } of them.`,
    );
  }

  async #cutOff(ms: number): Promise<void> {
    const { name } = this.#node(CUT_SITE);
    this.#relay?.cut();
    this.#say(`${name} is cut off from everybody. All go on.`);
    const healAt = performance.now() + ms;
    while (performance.now() < healAt) {
      const waitMs = Math.min(WORD_EVERY_MS, healAt - performance.now());
      await pauseFor(waitMs, this.#signal);
      this.#signal.throwIfAborted();
      await this.#sayApart();
    }
    const { sales } = await this.#node(CUT_SITE).totals(name);
    this.#relay?.heal();
    this.#say(
      `The line of ${name} is back. It tries again and again by itself, after waits that have grown meanwhile.`,
    );
    const healedAt = performance.now();
    const caughtUp = await this.#until(async () =>
      (await this.#office.totals(name)).sales >= sales
    );
    if (!caughtUp) {
      throw new DemoFailure(`The office did not catch up with ${name}`);
    }
    const seconds = ((performance.now() - healedAt) / 1000).toFixed(1);
    this.#say(
      `${seconds} s later ${name} found the office again, which now has the ${
        countOf(sales, "sale")
      } of ${name} up to then.`,
    );
  }

  async #sayApart(): Promise<void> {
    const { name, process } = this.#node(CUT_SITE);
    const here = (await this.#node(CUT_SITE).totals(name)).sales;
    const there = (await this.#office.totals(name)).sales;
    const officeId = this.#office.process.ready.peer;
    const toOffice = (await this.#node(CUT_SITE).peers())
      .find(({ peer }) => peer === officeId);
    const fromOffice = (await this.#office.peers())
      .find(({ peer }) => peer === process.ready.peer);
    const others = await this.#othersTotals();
    const owed = countOf(toOffice?.owedCommits ?? 0, "commit");
    const apart = (toOffice?.apartSeconds ?? 0).toFixed(1);
    const heardMs = fromOffice?.lastSeenMs ?? null;
    const silent = heardMs === null
      ? "never heard of it"
      : `heard of it ${((Date.now() - heardMs) / 1000).toFixed(1)} s ago`;
    this.#say(
      `${name} has ${
        countOf(here, "sale")
      }, the office knows ${there} of them. ${others}`,
    );
    this.#say(
      `  ${name} says that the office lacks ${owed} and they differ since ${apart} s; the office ${silent}.`,
    );
  }

  async #othersTotals(): Promise<string> {
    const others = this.#branches.filter((it) => it.name !== CUT_SITE);
    let here = 0;
    let there = 0;
    for (const branch of others) {
      here += (await branch.totals(branch.name)).sales;
      there += (await this.#office.totals(branch.name)).sales;
    }
    return `${listOf(others.map(({ name }) => name))} have ${here}, it knows ${
      there >= here ? "all" : there
    }.`;
  }

  /** Compares all totals while nobody sells. */
  async #agree(tills: DemoTills): Promise<void> {
    await tills.pause();
    this.#signal.throwIfAborted();
    let rows: string[][] = [];
    const equal = await this.#until(async () => {
      const compared = await Promise.all(
        this.#branches.map((branch) => this.#compare(branch)),
      );
      rows = compared.map(({ row }) => row);
      return compared.every((it) => it.equal);
    });
    const heading = ["Site", "At the branch", "At the office"];
    this.#say(
      equal
        ? "The tills pause for a moment. Both sides have the same totals:"
        : "The totals are different:",
    );
    this.#env.stdout(`\n${formatTable([heading, ...rows])}\n`);
    if (!equal) {
      throw new DemoFailure("The totals of office and branches stay different");
    }
    tills.resume();
  }

  async #compare(branch: DemoNode) {
    const [here, there] = (await Promise.all([
      branch.totals(branch.name),
      this.#office.totals(branch.name),
    ])).map(({ sales, units, money }) =>
      `${countOf(sales, "sale")}, ${countOf(units, "unit")}, ${money}`
    );
    return {
      row: [branch.name, here ?? "", there ?? ""],
      equal: here === there,
    };
  }

  async #goOn(endsAt: number): Promise<void> {
    while (performance.now() < endsAt) {
      const waitMs = Math.min(
        QUIET_WORD_EVERY_MS,
        endsAt - performance.now(),
      );
      await pauseFor(waitMs, this.#signal);
      this.#signal.throwIfAborted();
      await this.#sayTotals();
    }
  }

  /** Asks again until something holds; false if it does not hold in time. */
  async #until(holds: () => Promise<boolean>): Promise<boolean> {
    const givenUpAt = performance.now() + AGREE_MS_MAX;
    while (!await holds()) {
      if (performance.now() > givenUpAt) return false;
      await pauseFor(POLL_MS, this.#signal);
      this.#signal.throwIfAborted();
    }
    return true;
  }

  // Ending

  async #stopAll(): Promise<void> {
    this.#stopping = true;
    this.#ending.abort();
    await this.#relay?.stop();
    await Promise.all(this.#starts);
    await Promise.all(this.#nodes.map(({ process }) => process.stop()));
    this.#say(
      `All processes have ended. What they stored is in ${this.#folder}; delete that when you like.`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lastLine(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.findLast((line) => !/^\s/.test(line)) ?? "";
}
