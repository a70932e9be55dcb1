/**
 * The story that the demo's office and branches play: they sell, one is cut off and comes back, and both sides have the
 * same totals.
 *
 * @module
 */
import { countOf, formatTable, listOf } from "../demo/table.ts";
import { DemoFailure, type DemoNode } from "./demo_node.ts";
import { type DemoTills, pauseFor } from "./demo_tills.ts";
import type { TcpRelay } from "./tcp_relay.ts";

const WORD_EVERY_MS = 3_000;
const QUIET_WORD_EVERY_MS = 15_000;
const AGREE_MS_MAX = 60_000;
const POLL_MS = 50;

/** Who plays. */
export interface DemoStoryParts {
  /** The office. */
  readonly office: DemoNode;
  /** The branches. */
  readonly branches: readonly DemoNode[];
  /** The name of the branch that is cut off. */
  readonly cutSite: string;
  /** Its line to the others. */
  readonly relay: TcpRelay;
  /** Says what happens. */
  say(text: string): void;
  /** Writes a table. */
  write(text: string): void;
  /** Ends the story. */
  readonly signal: AbortSignal;
}

/** The story. */
export class DemoStory {
  readonly #parts: DemoStoryParts;

  /**
   * Makes the story; it begins with `sellFor`.
   *
   * @param parts Who plays.
   */
  constructor(parts: DemoStoryParts) {
    this.#parts = parts;
  }

  get #cut(): DemoNode {
    const { branches, cutSite } = this.#parts;
    const node = branches.find(({ name }) => name === cutSite);
    if (node === undefined) throw new DemoFailure(`${cutSite} does not run`);
    return node;
  }

  /** Customers come for a while. */
  async sellFor(ms: number): Promise<void> {
    this.#parts.say("The doors open: customers come to all three branches.");
    await pauseFor(ms, this.#parts.signal);
    this.#parts.signal.throwIfAborted();
    await this.#sayTotals();
  }

  async #sayTotals(): Promise<void> {
    const counts = await Promise.all(
      this.#parts.branches.map(async (branch) => ({
        name: branch.name,
        here: (await branch.totals(branch.name)).sales,
        there: (await this.#parts.office.totals(branch.name)).sales,
      })),
    );
    const here = counts.reduce((sum, it) => sum + it.here, 0);
    const there = counts.reduce((sum, it) => sum + it.there, 0);
    const each = listOf(counts.map((it) => `${it.here} in ${it.name}`));
    this.#parts.say(
      `${countOf(here, "sale")} so far, ${each}; the office knows ${
        there >= here ? "all" : there
      } of them.`,
    );
  }

  /** Cuts one branch off for a while, and waits until the office has what it sold. */
  async cutOff(ms: number): Promise<void> {
    const { name } = this.#cut;
    this.#parts.relay.cut();
    this.#parts.say(`${name} is cut off from everybody. All go on.`);
    const healAt = performance.now() + ms;
    while (performance.now() < healAt) {
      const waitMs = Math.min(WORD_EVERY_MS, healAt - performance.now());
      await pauseFor(waitMs, this.#parts.signal);
      this.#parts.signal.throwIfAborted();
      await this.#sayApart();
    }
    const { sales } = await this.#cut.totals(name);
    this.#parts.relay.heal();
    this.#parts.say(
      `The line of ${name} is back. It tries again and again by itself, after waits that have grown meanwhile.`,
    );
    const healedAt = performance.now();
    const caughtUp = await this.#until(async () =>
      (await this.#parts.office.totals(name)).sales >= sales
    );
    if (!caughtUp) {
      throw new DemoFailure(`The office did not catch up with ${name}`);
    }
    const seconds = ((performance.now() - healedAt) / 1000).toFixed(1);
    this.#parts.say(
      `${seconds} s later ${name} found the office again, which now has the ${
        countOf(sales, "sale")
      } of ${name} up to then.`,
    );
  }

  async #sayApart(): Promise<void> {
    const { name, process } = this.#cut;
    const here = (await this.#cut.totals(name)).sales;
    const there = (await this.#parts.office.totals(name)).sales;
    const officeId = this.#parts.office.process.ready.peer;
    const toOffice = (await this.#cut.peers())
      .find(({ peer }) => peer === officeId);
    const fromOffice = (await this.#parts.office.peers())
      .find(({ peer }) => peer === process.ready.peer);
    const others = await this.#othersTotals();
    const owed = countOf(toOffice?.owedCommits ?? 0, "commit");
    const apart = (toOffice?.apartSeconds ?? 0).toFixed(1);
    const heardMs = fromOffice?.lastSeenMs ?? null;
    const silent = heardMs === null
      ? "never heard of it"
      : `heard of it ${((Date.now() - heardMs) / 1000).toFixed(1)} s ago`;
    this.#parts.say(
      `${name} has ${
        countOf(here, "sale")
      }, the office knows ${there} of them. ${others}`,
    );
    this.#parts.say(
      `  ${name} says that the office lacks ${owed} and they differ since ${apart} s; the office ${silent}.`,
    );
  }

  async #othersTotals(): Promise<string> {
    const others = this.#parts.branches.filter((it) => it !== this.#cut);
    let here = 0;
    let there = 0;
    for (const branch of others) {
      here += (await branch.totals(branch.name)).sales;
      there += (await this.#parts.office.totals(branch.name)).sales;
    }
    return `${listOf(others.map(({ name }) => name))} have ${here}, it knows ${
      there >= here ? "all" : there
    }.`;
  }

  /** Compares all totals while nobody sells. */
  async agree(tills: DemoTills): Promise<void> {
    await tills.pause();
    this.#parts.signal.throwIfAborted();
    let rows: string[][] = [];
    const equal = await this.#until(async () => {
      const compared = await Promise.all(
        this.#parts.branches.map((branch) => this.#compare(branch)),
      );
      rows = compared.map(({ row }) => row);
      return compared.every((it) => it.equal);
    });
    const heading = ["Site", "At the branch", "At the office"];
    this.#parts.say(
      equal
        ? "The tills pause for a moment. Both sides have the same totals:"
        : "The totals are different:",
    );
    this.#parts.write(`\n${formatTable([heading, ...rows])}\n`);
    if (!equal) {
      throw new DemoFailure("The totals of office and branches stay different");
    }
    tills.resume();
  }

  async #compare(branch: DemoNode) {
    const [here, there] = (await Promise.all([
      branch.totals(branch.name),
      this.#parts.office.totals(branch.name),
    ])).map(({ sales, units, money }) =>
      `${countOf(sales, "sale")}, ${countOf(units, "unit")}, ${money}`
    );
    return {
      row: [branch.name, here ?? "", there ?? ""],
      equal: here === there,
    };
  }

  /** Says from time to time how it stands. */
  async goOn(endsAt: number): Promise<void> {
    while (performance.now() < endsAt) {
      const waitMs = Math.min(
        QUIET_WORD_EVERY_MS,
        endsAt - performance.now(),
      );
      await pauseFor(waitMs, this.#parts.signal);
      this.#parts.signal.throwIfAborted();
      await this.#sayTotals();
    }
  }

  /** Asks again until something holds; false if it does not hold in time. */
  async #until(holds: () => Promise<boolean>): Promise<boolean> {
    const givenUpAt = performance.now() + AGREE_MS_MAX;
    while (!await holds()) {
      if (performance.now() > givenUpAt) return false;
      await pauseFor(POLL_MS, this.#parts.signal);
      this.#parts.signal.throwIfAborted();
    }
    return true;
  }
}
