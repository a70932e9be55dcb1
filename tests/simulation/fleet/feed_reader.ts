/**
 * An administrator's program that follows a company's feed: it dies, comes back to the place that it confirmed last, and
 * must have every accepted expense in the end, none under two numbers.
 *
 * @module
 */
import type { FactId } from "../../../crdt/mod.ts";
import type { FeedItem } from "../../../nodes/fleet/fleet_use_cases.ts";
import { isStoreError } from "../../../nodes/ports.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import type { BranchCaller } from "../branch_sync/branch_caller.ts";
import type { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { COMPANY, type SimulatedPeer } from "../scenario_peers.ts";

/** The subscriber. */
const NAME = "admin";
/** Most items that are read at once. */
const LIMITS = [1, 5, 100];
/** Most readings that bring a feed to its end. */
const READINGS_MAX = 100;

/** What a subscriber has of one node's feed. */
interface Received {
  /** Numbers by fact. */
  readonly numbers: Map<FactId, number>;
  /** The process that was read from last. */
  node: unknown;
  /** The place of the last item. */
  at: number;
}

type Fleet = UseCases["fleet"];

/** Subscribers, one at each company node. */
export class FeedReader {
  readonly #context: ScenarioContext;
  readonly #caller: BranchCaller;
  readonly #received = new Map<SimulatedPeer, Received>();

  /**
   * Makes subscribers that have read nothing.
   *
   * @param context The scenario.
   * @param caller What its callers lend.
   */
  constructor(context: ScenarioContext, caller: BranchCaller) {
    this.#context = context;
    this.#caller = caller;
  }

  /** Reads on at a peer, and confirms what was read or forgets to. */
  read(chance: Chance, peer: SimulatedPeer, fleet: Fleet): void {
    if (peer.node === undefined || peer.node.replica.problem !== undefined) {
      return;
    }
    const received = this.#of(peer, fleet);
    const limit = chance.pick(LIMITS);
    const items = this.#ask(
      peer,
      () => fleet.feed({ company: COMPANY, after: received.at, limit }),
    );
    if (items === undefined) return;
    this.#take(peer, received, items);
    if (chance.oneIn(3)) return;
    this.#caller.watch(
      peer,
      `confirmation of ${received.at}`,
      fleet.acknowledgeFeed({
        company: COMPANY,
        subscriber: NAME,
        number: received.at,
      }),
      () => {},
    );
  }

  /** A reading writes what it numbers: where that leaves the store closed, the program hears of it and asks again later. */
  #ask(
    peer: SimulatedPeer,
    read: () => readonly FeedItem[],
  ): readonly FeedItem[] | undefined {
    try {
      return read();
    } catch (error) {
      if (!isStoreError(error)) throw error;
      this.#context.note(`${peer.name} feed: ${String(error)}`);
      return undefined;
    }
  }

  #of(peer: SimulatedPeer, fleet: Fleet): Received {
    const { node } = peer;
    const known = this.#received.get(peer) ??
      { numbers: new Map(), node, at: 0 };
    this.#received.set(peer, known);
    // The program's connection ended with the process: it asks where it was.
    if (known.node !== node) {
      known.at = fleet.subscriber(COMPANY, NAME);
      known.node = node;
    }
    return known;
  }

  #take(
    peer: SimulatedPeer,
    received: Received,
    items: readonly FeedItem[],
  ): void {
    const { violations, suspects } = this.#context;
    for (const { fact, number, kind } of items) {
      if (number <= received.at) {
        violations.push(`${peer.name}: the feed goes back to ${number}`);
      }
      received.at = number;
      if (kind !== "expense") continue;
      const before = received.numbers.get(fact);
      // What a folder forgot it numbers again.
      const isSure = !suspects.copied.has(peer.peer);
      if (before !== undefined && before !== number && isSure) {
        violations.push(
          `${peer.name}: expense ${fact} is ${before} and ${number} in the feed`,
        );
      }
      received.numbers.set(fact, number);
    }
  }

  /** What subscribers lack once all peers are equal. */
  findWrong(): string[] {
    return this.#context.mesh.peers.flatMap((peer) => {
      const fleet = peer.node?.useCases.fleet;
      return peer.role === "company" && fleet !== undefined
        ? this.#findMissing(peer, fleet)
        : [];
    });
  }

  #findMissing(peer: SimulatedPeer, fleet: Fleet): string[] {
    const received = this.#of(peer, fleet);
    const times = new Map<FactId, number>();
    let after = 0;
    for (let i = 0; i < READINGS_MAX; i++) {
      const input = { company: COMPANY, after, limit: 500 };
      const items = fleet.feed(input);
      for (const { kind, fact } of items) {
        if (kind === "expense") times.set(fact, (times.get(fact) ?? 0) + 1);
      }
      const rest = items.filter(({ number }) => number > received.at);
      this.#take(peer, received, rest);
      const last = items.at(-1);
      if (last === undefined) break;
      after = last.number;
    }
    const found: string[] = [];
    for (const { id } of acceptedExpenses(fleet)) {
      if (times.get(id) !== 1) {
        found.push(`expense ${id} is ${times.get(id) ?? 0} times in the feed`);
      }
      if (!received.numbers.has(id)) {
        found.push(`expense ${id} was never told to the subscriber`);
      }
    }
    return found.map((text) => `${peer.name}: ${text}`);
  }
}

/** All accepted expenses of the company that a node knows. */
export function acceptedExpenses(fleet: Fleet): { readonly id: FactId }[] {
  const all: { readonly id: FactId }[] = [];
  let cursor: string | undefined;
  do {
    const page = fleet.expenses({
      company: COMPANY,
      accepted: true,
      limit: 500,
      ...(cursor === undefined ? {} : { cursor }),
    });
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}
