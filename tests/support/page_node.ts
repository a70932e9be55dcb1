/**
 * A node with pages for tests in a browser: a process of its own as people run it, with data that came in over its
 * interface.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { createSimulatedCharger } from "../../nodes/adapters/simulated_charger.ts";
import { PAGE_COMPANY, PAGE_SAMPLES } from "./page_samples.ts";
import {
  type Answer,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "./processes.ts";

/** What a node of pages can be; a station has one pump of its own, number 1. */
export type PageNodeRole = keyof typeof PAGE_SAMPLES;

/** The password of every user of `people: true`. */
export const PAGE_PASSWORD = "correct horse battery";

/** How a node of pages is started. */
export interface PageNodeOptions {
  /** What it is. */
  readonly role: PageNodeRole;
  /** False starts it without sample data. */
  readonly sample?: boolean;
  /** True makes the users `admin`, `supervisor` and `cashier`, so that everything needs a sign-in. */
  readonly people?: boolean;
  /** Further options of `run`. */
  readonly more?: readonly string[];
}

/** A node of pages. */
export interface PageNode {
  /** Where its pages are. */
  readonly url: string;
  /** Its processes, for a second node. */
  readonly group: ProcessGroup;
  /** Asks it as an administrator: a GET unless a method is named. */
  ask(path: string, body?: unknown, method?: string): Promise<Answer>;
  /** The same, and fails if it refuses. Gives the body. */
  // deno-lint-ignore no-explicit-any -- a test looks into answers of any form
  must(path: string, body?: unknown, method?: string): Promise<any>;
  /** Ends the process at once, as a loss of power would. */
  kill(): Promise<void>;
  /** Starts it again where it was, with its data. */
  restart(): Promise<void>;
  /** Ends everything, and deletes what was stored. */
  stop(): Promise<void>;
}

/** The site of a role's node. */
const SITE: Readonly<Partial<Record<PageNodeRole, string>>> = {
  branch: "CUS",
  station: "LIM",
  charging: "MAD",
};

/** What each role would serve at a fixed port, which another test may hold. */
const SURFACES: Readonly<Record<PageNodeRole, readonly string[]>> = {
  branch: ["inventory-branch=off", "branch-sync=off"],
  station: [
    ...["forecourt-station=off", "forecourt-bridge=off"],
    ...["forecourt-pumps=127.0.0.1:0", "forecourt-udp=off"],
    ...["forecourt-prices=off", "forecourt-pump=off"],
  ],
  charging: ["charging=off", "charging-ocpp=127.0.0.1:0"],
  company: ["fleet-company=off"],
  office: ["inventory-central=off", "branch-sync=off"],
};

/** How a simulated charger charges: fast enough to be seen. */
const CHARGER = { powerW: 50_000, meterMs: 500, plugMs: 300 };
/** The points of a node of role charging: simulated chargers over OCPP. */
export const PAGE_CHARGERS: readonly string[] = ["MAD-01", "MAD-02"];

/**
 * Starts a node of pages.
 *
 * @param options What it is and what it knows.
 * @returns The node, once it answers.
 */
export async function startPageNode(
  options: PageNodeOptions,
): Promise<PageNode> {
  const group = await createProcessGroup();
  try {
    const node = new RunningPageNode(group, options);
    await node.start();
    return node;
  } catch (error) {
    await group[Symbol.asyncDispose]();
    throw error;
  }
}

class RunningPageNode implements PageNode {
  readonly group: ProcessGroup;
  readonly #options: PageNodeOptions;
  readonly #chargers: { stop(): void }[] = [];
  #process: NodeProcess | undefined;
  #url = "";
  #token: string | undefined;

  constructor(group: ProcessGroup, options: PageNodeOptions) {
    this.group = group;
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const { role, sample = true, people = false } = this.#options;
    await this.#run("127.0.0.1:0");
    if (role === "charging") await this.#startChargers();
    if (sample) await PAGE_SAMPLES[role](this);
    if (people) await this.#makePeople();
  }

  async ask(path: string, body?: unknown, method?: string): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  async must(path: string, body?: unknown, method?: string) {
    const answer = await this.ask(path, body, method);
    const refusal = `${path}: ${JSON.stringify(answer.body)}`;
    strictEqual(answer.status < 300, true, refusal);
    return answer.body;
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.#run(new URL(this.#url).host);
  }

  async stop(): Promise<void> {
    for (const charger of this.#chargers) charger.stop();
    await this.group[Symbol.asyncDispose]();
  }

  async #run(http: string): Promise<void> {
    const { role, more = [] } = this.#options;
    const site = SITE[role];
    this.#process = await this.group.run([
      ...(role === "station" ? ["station+pump", "--pump", "1"] : [role]),
      ...(site === undefined ? [] : ["--site", site]),
      ...(role === "company" ? ["--company", PAGE_COMPANY] : []),
      ...["--data", this.group.dataOf("node"), "--http", http],
      ...["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0"],
      ...["--log-level", "error"],
      ...SURFACES[role].flatMap((surface) => ["--surface", surface]),
      ...more,
    ]);
    this.#url = this.#process.ready.http;
  }

  async #startChargers(): Promise<void> {
    const url = this.#process?.ready.surfaces["charging-ocpp"] ?? "";
    for (const point of PAGE_CHARGERS) {
      const charger = createSimulatedCharger({
        url: `${url.replace(/^http/, "ws").replace(/\/$/, "")}/ocpp`,
        point,
        ...CHARGER,
      });
      charger.start();
      this.#chargers.push(charger);
    }
    await until("the chargers are there", async () => {
      const { body } = await this.ask("/v1/charging-points");
      return body.items.length === PAGE_CHARGERS.length;
    });
  }

  async #makePeople(): Promise<void> {
    for (const role of ["admin", "supervisor", "cashier"] as const) {
      const fullName = `The ${role}`;
      const user = { name: role, fullName, role, password: PAGE_PASSWORD };
      await this.must("/v1/users", { ...user, mustChangePassword: false });
      if (role !== "admin") continue;
      const session = { name: role, password: PAGE_PASSWORD };
      this.#token = (await this.must("/v1/sessions", session)).token;
    }
  }
}
