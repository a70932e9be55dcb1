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
import { formatTable, listOf } from "../demo/table.ts";
import {
  ORIGINAL_SITE,
  ORIGINAL_SURFACE,
  playOriginalBranch,
} from "./demo_branch.ts";
import { CHARGING_SITE, playCharging } from "./demo_charging.ts";
import { COMPANY, playFleet, STATION_PLACE } from "./demo_fleet.ts";
import { type DemoMember, DemoMembers } from "./demo_members.ts";
import { DemoFailure, type DemoNode } from "./demo_node.ts";
import { PEER_PUMP, playStation, STATION_SITE } from "./demo_station.ts";
import { DemoStory } from "./demo_story.ts";
import { deliveryOf, openDemoTills, pauseFor } from "./demo_tills.ts";
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
const PACE_MS = 600;
const QUIET_PACE_MS = 4_000;
const POLL_MS = 50;
const FOLDERS_MAX = 100_000;
const PUMP_NAME = `${STATION_SITE}-${PEER_PUMP}`;
/** Where a station listens besides, on the ports that it has on 127.0.0.1. */
const LOOPBACK_SIX = "[::1]";

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

class Demo {
  readonly #options: DemoOptions;
  readonly #env: DemoEnv;
  readonly #folder: string;
  readonly #ending = new AbortController();
  readonly #members: DemoMembers;
  #relay: TcpRelay | undefined;
  #companyRelay: TcpRelay | undefined;
  #failure: string | undefined;

  constructor(options: DemoOptions, env: DemoEnv, folder: string) {
    this.#options = options;
    this.#env = env;
    this.#folder = folder;
    this.#members = new DemoMembers({
      folder,
      signal: this.#ending.signal,
      fail: (message) => this.#fail(message),
    });
  }

  async run(): Promise<number> {
    const stop = () => this.#ending.abort();
    this.#env.signal.addEventListener("abort", stop);
    if (this.#env.signal.aborted) stop();
    // The nodes are in groups of their own, so a terminal that goes away must end them through the demo.
    const hasHangUp = Deno.build.os !== "windows";
    if (hasHangUp) Deno.addSignalListener("SIGHUP", stop);
    // A second Ctrl-C ends the program at once, but not without its nodes.
    const killAll = () => this.#members.killAll();
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
    return this.#members.get(name);
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
      "Panal demo: an office, three branches, a fuel station, a pump, a company with cards and a charging site, eight processes on this machine, and a branch that still runs its original program. Ctrl-C ends it.\n\n",
    );
    const relay = await this.#startAll();
    this.#showTable();
    const story = new DemoStory({
      office: this.#office,
      branches: this.#branches,
      cutSite: CUT_SITE,
      relay,
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
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
    await story.sellFor(Math.min(SELL_MS, lengthMs / 4));
    await story.cutOff(Math.min(CUT_MS, lengthMs / 3));
    await story.agree(tills);
    tills.paceMs = QUIET_PACE_MS;
    await this.#playOriginal();
    await playStation({
      office: this.#office.process,
      station: this.#node(STATION_SITE).process,
      pump: this.#node(PUMP_NAME).process,
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
    await this.#playCompany();
    await playCharging({
      site: this.#node(CHARGING_SITE).process,
      office: this.#office.process,
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
    if (performance.now() < endsAt) {
      this.#say("Sales go on slowly. Look around meanwhile.");
      await story.goOn(endsAt);
      await story.agree(tills);
    }
    this.#ending.abort();
    await tills.ended;
  }

  /** A branch of the older software tells the office of its day. */
  async #playOriginal(): Promise<void> {
    await playOriginalBranch({
      central: this.#central,
      totals: () => this.#office.totals(ORIGINAL_SITE),
      random: createSystemRandom(),
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
  }

  /** Cards of a company buy at the station, also while the company is cut off. */
  async #playCompany(): Promise<void> {
    const relay = this.#companyRelay;
    if (relay === undefined) return;
    await playFleet({
      company: this.#node(COMPANY).process,
      station: this.#node(STATION_SITE).process,
      office: this.#office.process,
      relay,
      say: (text) => this.#say(text),
      write: (text) => this.#env.stdout(text),
      signal: this.#signal,
    });
  }

  /** Where a branch of the older software finds its central. */
  get #central(): string {
    const url = this.#office.process.ready.surfaces[ORIGINAL_SURFACE];
    if (typeof url === "string") return url;
    throw new DemoFailure(`The office has no ${ORIGINAL_SURFACE}`);
  }

  // Starting

  async #startAll(): Promise<TcpRelay> {
    const office = await this.#members.start(
      { name: "office", role: "office" },
      {},
    );
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
      const who: DemoMember = { name: site, role: "branch", site };
      return this.#members.join(who, { port: line, peers });
    });
    await Promise.all(starts);
    await this.#startStation(port, `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`);
    await this.#startCompany(port, peer);
    const peers = [`/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`];
    const charging = { role: "charging", site: CHARGING_SITE } as const;
    const who: DemoMember = { name: CHARGING_SITE, ...charging };
    await this.#members.join(who, { port, peers });
    this.#say(
      `${
        listOf([...SITES, STATION_SITE, `company ${COMPANY}`, CHARGING_SITE])
      } joined it, each with an invitation. ${CUT_SITE}'s only line to the others is a relay of this demo's.`,
    );
    await Promise.all(this.#branches.map((branch) => this.#deliver(branch)));
    this.#say("The price lists arrived from the office, and goods at each.");
    return relay;
  }

  /** A station, and a pump of it that is a peer of its own. */
  async #startStation(officePort: number, office: string): Promise<void> {
    const site = STATION_SITE;
    const { province, station: number } = STATION_PLACE;
    const settings = [
      ...["--fleet-province", String(province)],
      ...["--fleet-station", String(number)],
    ];
    const station = await this.#members.join(
      { name: site, role: "station", site, settings },
      { port: officePort, peers: [office], reach: [LOOPBACK_SIX] },
    );
    const [listen = ""] = station.process.ready.listen;
    const port = Number(/\/tcp\/(\d+)/.exec(listen)?.[1]);
    await this.#members.join(
      { name: PUMP_NAME, role: "pump", site, pump: PEER_PUMP },
      {
        port: officePort,
        peers: [office, listen],
        reach: [`127.0.0.1:${port}`],
      },
    );
  }

  /** A company, whose only line to the others is a relay. */
  async #startCompany(officePort: number, peer: string): Promise<void> {
    const relay = startTcpRelay({ hostname: "127.0.0.1", port: officePort });
    this.#companyRelay = relay;
    await this.#members.join(
      { name: COMPANY, role: "company", company: COMPANY },
      {
        port: relay.port,
        peers: [`/ip4/127.0.0.1/tcp/${relay.port}/p2p/${peer}`],
      },
    );
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
      this.#node(COMPANY),
      this.#node(CHARGING_SITE),
    ];
    const rows = nodes.map(({ name, role, folder, process }) => {
      const { http, surfaces } = process.ready;
      const [surface = "-"] = Object.entries(surfaces)
        .map(([title, url]) => `${title} ${url ?? "(off)"}`);
      return [name, role, String(process.pid), http, surface, folder];
    });
    const original = [
      ORIGINAL_SITE,
      "original branch",
      "-",
      "-",
      `posts to ${this.#central}`,
      "-",
    ];
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
        formatTable([heading, ...rows, original])
      }\nOpen one in a browser, or try: curl ${http}/v1/totals/list\n\n`,
    );
  }

  // Ending

  async #stopAll(): Promise<void> {
    this.#ending.abort();
    await this.#relay?.stop();
    await this.#companyRelay?.stop();
    await this.#members.stop();
    this.#say(
      `All processes have ended. What they stored is in ${this.#folder}; delete that when you like.`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
