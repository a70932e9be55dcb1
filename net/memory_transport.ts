/**
 * A network inside one process, with latency, loss, partitions and crashes, for tests and simulations. Time and chance
 * are injected, so the same seed gives the same trace. Its links are the real ones (`credit_link.ts`): same window,
 * same queue, same stalls.
 *
 * @module
 */
import type { Clock } from "../crdt/clock.ts";
import { PanalError } from "../crdt/errors.ts";
import type { PeerId } from "../crdt/ids.ts";
import { type Random, randomBelow } from "../crdt/random.ts";
import { peerOfAddress } from "./address.ts";
import { CreditLink, frameCost } from "./credit_link.ts";
import { DIAL_MS_MAX } from "./limits.ts";
import {
  type Direction,
  FaultPlan,
  type MemoryFaults,
} from "./memory_faults.ts";
import type { Link, Transport, TransportEvents } from "./transport.ts";

/** What an acknowledgement weighs on the way, in bytes. */
const CREDIT_COST_BYTES = 9;
/** An overtaken frame comes this much later than the longest latency, in milliseconds. */
const REORDER_MS = 1;

/** What a memory network is made of. */
export interface MemoryNetworkInit {
  /** Whose time passes. */
  readonly clock: Clock;
  /** Whose chance decides. */
  readonly random: Random;
  /** How long a link lives without hearing of its other end; `LINK_STALL_MS_MAX` if left out. */
  readonly stallMs?: number;
  /** Sees each data frame at the moment at which a peer sends it. */
  readonly onSend?: (from: PeerId, to: PeerId, frame: Uint8Array) => void;
}

/** How often what happened. */
export interface MemoryCounts {
  /** Data frames that were sent. */
  frames: number;
  /** Their bytes. */
  bytes: number;
  /** Frames that vanished. */
  lost: number;
  /** Frames that arrived twice. */
  duplicated: number;
  /** Frames that others overtook. */
  reordered: number;
  /** Links that came up. */
  links: number;
}

/** The network and what can be done to it. */
export interface MemoryNetwork {
  /** How often what happened so far. */
  readonly counts: Readonly<MemoryCounts>;
  /**
   * Makes a peer's transport; a peer that has stopped or crashed may get another one.
   *
   * @param peer Who; its address is `/memory/<peer>`.
   */
  transport(peer: PeerId): Transport;
  /**
   * Changes what goes wrong; a narrower direction wins over a wider one.
   *
   * @param faults What changes; the rest stays.
   * @param direction Where; everywhere if left out.
   */
  setFaults(faults: Partial<MemoryFaults>, direction?: Direction): void;
  /** Undoes every `setFaults`. */
  resetFaults(): void;
  /**
   * Stops everything between two groups. Links stay up and silent, as on a cut line: what is sent waits and arrives
   * after `heal`, unless the link has ended of silence (`stallMs`) by then. Dials fail after `DIAL_MS_MAX`.
   *
   * @param group Some peers.
   * @param others Other peers.
   * @param options `oneWay` stops only what `group` sends to `others`.
   */
  partition(
    group: readonly PeerId[],
    others: readonly PeerId[],
    options?: { readonly oneWay?: boolean },
  ): void;
  /**
   * Ends all partitions, or only those between two groups.
   *
   * @param group Some peers; all if left out.
   * @param others Other peers; all if left out.
   */
  heal(group?: readonly PeerId[], others?: readonly PeerId[]): void;
  /**
   * Breaks a link: both ends see it at once.
   *
   * @param link Either end.
   */
  cut(link: Link): void;
  /**
   * Breaks off a peer without telling it anything more; the others see their links end.
   *
   * @param peer Who.
   */
  crash(peer: PeerId): void;
  /**
   * Shows addresses to a peer, as mDNS would.
   *
   * @param to Who sees them.
   * @param addresses What it sees.
   */
  discover(to: PeerId, addresses: readonly string[]): void;
}

/**
 * Makes a network without peers and without faults.
 *
 * @param init Its clock and its chance.
 * @returns The network.
 */
export function createMemoryNetwork(init: MemoryNetworkInit): MemoryNetwork {
  return new Network(init);
}

class Network implements MemoryNetwork {
  readonly counts: MemoryCounts = {
    frames: 0,
    bytes: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    links: 0,
  };
  readonly clock: Clock;
  readonly plan = new FaultPlan();
  readonly peers = new Map<PeerId, MemoryTransport>();
  readonly #random: Random;
  readonly onSend: MemoryNetworkInit["onSend"];
  readonly #stallMs: number | undefined;
  readonly #pairs = new Map<string, readonly [End, End]>();

  constructor(init: MemoryNetworkInit) {
    this.clock = init.clock;
    this.#random = init.random;
    this.#stallMs = init.stallMs;
    this.onSend = init.onSend;
  }

  transport(peer: PeerId): Transport {
    return new MemoryTransport(this, peer);
  }

  setFaults(faults: Partial<MemoryFaults>, direction: Direction = {}): void {
    this.plan.set(faults, direction);
  }

  resetFaults(): void {
    this.plan.reset();
  }

  partition(
    group: readonly PeerId[],
    others: readonly PeerId[],
    options: { readonly oneWay?: boolean } = {},
  ): void {
    this.plan.block(group, others);
    if (options.oneWay !== true) this.plan.block(others, group);
  }

  heal(group?: readonly PeerId[], others?: readonly PeerId[]): void {
    this.plan.unblock(group, others);
    this.plan.unblock(others, group);
    for (const pair of this.#pairs.values()) {
      for (const end of pair) end.lane.release();
    }
  }

  cut(link: Link): void {
    const pair = this.#pairs.get(pairKey(link.peer, this.#ownerOf(link)));
    for (const end of pair ?? []) end.link.end("cut");
  }

  crash(peer: PeerId): void {
    this.peers.get(peer)?.crash();
  }

  discover(to: PeerId, addresses: readonly string[]): void {
    this.peers.get(to)?.events?.discovered(addresses);
  }

  /** True with the given chance; draws nothing where the answer is certain. */
  chance(rate: number): boolean {
    return rate > 0 && randomBelow(this.#random, 2 ** 32) < rate * 2 ** 32;
  }

  /** One way's time, in whole milliseconds where the bounds are whole. */
  latencyMs(faults: MemoryFaults): number {
    const spreadMs = faults.latencyMsMax - faults.latencyMsMin;
    return spreadMs <= 0
      ? faults.latencyMsMin
      : faults.latencyMsMin + randomBelow(this.#random, spreadMs + 1);
  }

  /** True if both ends of a link between the two are up. */
  isLinked(a: PeerId, b: PeerId): boolean {
    const pair = this.#pairs.get(pairKey(a, b));
    return pair !== undefined && pair.every((end) => !end.link.closed);
  }

  /** The ends of links that a peer has. */
  endsOf(peer: PeerId): readonly End[] {
    return [...this.#pairs.values()].flat()
      .filter((end) => end.owner.peer === peer && !end.link.closed);
  }

  /** Makes a link; an end of an earlier one that has not heard of its end hears of it first. */
  connect(dialer: MemoryTransport, acceptor: MemoryTransport): void {
    const key = pairKey(dialer.peer, acceptor.peer);
    for (const end of this.#pairs.get(key) ?? []) {
      end.link.end("replaced by a newer link");
    }
    const near = new End(this, dialer, acceptor.peer, true);
    const far = new End(this, acceptor, dialer.peer, false);
    near.join(far, this.#stallMs);
    far.join(near, this.#stallMs);
    this.#pairs.set(key, [near, far]);
    this.counts.links++;
    for (const end of [far, near]) {
      end.link.start();
      end.owner.events?.linked(end.link);
    }
  }

  #ownerOf(link: Link): PeerId {
    for (const end of [...this.#pairs.values()].flat()) {
      if (end.link === link) return end.owner.peer;
    }
    throw new PanalError("invalid_argument", "Cannot cut: an unknown link");
  }
}

/** One direction of a link. */
class Lane {
  readonly #network: Network;
  readonly #from: PeerId;
  readonly #to: PeerId;
  #freeMs = 0;
  #lastDueMs = 0;
  #fifo: (() => void)[] = [];
  #held: { readonly bytes: number; readonly deliver: () => void }[] = [];

  constructor(network: Network, from: PeerId, to: PeerId) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
  }

  /** Carries something in order, unless it is to be overtaken. */
  carry(bytes: number, deliver: () => void, overtaken = false): void {
    const { plan, clock } = this.#network;
    if (plan.blocks(this.#from, this.#to)) {
      this.#held.push({ bytes, deliver });
      return;
    }
    const faults = plan.of(this.#from, this.#to);
    const now = clock.monotonic();
    this.#freeMs = Math.max(now, this.#freeMs) +
      bytes * 1000 / faults.bytesPerSecond;
    const dueMs = this.#freeMs + this.#network.latencyMs(faults);
    if (overtaken) {
      const lateMs = faults.latencyMsMax - faults.latencyMsMin + REORDER_MS;
      clock.timer(dueMs - now + lateMs, deliver);
      return;
    }
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
    // The event takes what is first in line, so that order does not hang on the clock's rounding.
    this.#fifo.push(deliver);
    const next = () => this.#fifo.shift()?.();
    if (this.#lastDueMs <= now) clock.defer(next);
    else clock.timer(this.#lastDueMs - now, next);
  }

  /** Sends on what waited for the end of a partition. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { bytes, deliver } of held) this.carry(bytes, deliver);
  }
}

/** One end of a link: sends into its lane. */
class End {
  readonly owner: MemoryTransport;
  readonly lane: Lane;
  readonly #network: Network;
  readonly #to: PeerId;
  readonly #outbound: boolean;
  #link: CreditLink | undefined;

  constructor(
    network: Network,
    owner: MemoryTransport,
    to: PeerId,
    outbound: boolean,
  ) {
    this.#network = network;
    this.owner = owner;
    this.#to = to;
    this.#outbound = outbound;
    this.lane = new Lane(network, owner.peer, to);
  }

  get link(): CreditLink {
    if (this.#link === undefined) {
      throw new PanalError("invalid_argument", "Cannot use an unjoined end");
    }
    return this.#link;
  }

  /** Makes the link whose frames go to the other end. */
  join(other: End, stallMs: number | undefined): void {
    const { owner } = this;
    this.#link = new CreditLink({
      peer: this.#to,
      address: `/memory/${this.#to}`,
      outbound: this.#outbound,
      clock: this.#network.clock,
      ...(stallMs === undefined ? {} : { stallMs }),
      port: {
        data: (frame) => this.#send(frame, other),
        credit: (bytes) =>
          this.lane.carry(
            CREDIT_COST_BYTES,
            () => other.link.takeCredit(bytes),
          ),
        close: () =>
          this.lane.carry(0, () => other.link.end("closed by the other end")),
      },
      events: {
        received: (link, frame) => owner.events?.received(link, frame),
        drained: (link) => owner.events?.drained(link),
        unlinked: (link, reason) => owner.events?.unlinked(link, reason),
      },
    });
  }

  #send(sent: Uint8Array, other: End): void {
    const { counts, plan } = this.#network;
    const faults = plan.of(this.owner.peer, this.#to);
    // The two ends must not share memory, as two machines do not.
    const frame = sent.slice();
    const cost = frameCost(frame);
    counts.frames++;
    counts.bytes += frame.length;
    this.#network.onSend?.(this.owner.peer, this.#to, frame);
    if (this.#network.chance(faults.lossRate)) {
      counts.lost++;
      // Nobody will acknowledge it: without this the window would shrink until the link stalls.
      other.lane.carry(CREDIT_COST_BYTES, () => this.link.takeCredit(cost));
      return;
    }
    const overtaken = this.#network.chance(faults.reorderRate);
    if (overtaken) counts.reordered++;
    this.lane.carry(cost, () => other.link.takeData(frame), overtaken);
    if (this.#network.chance(faults.duplicateRate)) {
      counts.duplicated++;
      this.lane.carry(cost, () => other.#takeAgain(frame));
    }
  }

  /** A second copy takes no part in the window: the sender counts it once. */
  #takeAgain(frame: Uint8Array): void {
    if (!this.link.closed) void this.owner.events?.received(this.link, frame);
  }
}

class MemoryTransport implements Transport {
  readonly peer: PeerId;
  /** Undefined before the start and after the end. */
  events: TransportEvents | undefined;
  readonly #network: Network;
  readonly #dials = new Set<(why: string) => void>();

  constructor(network: Network, peer: PeerId) {
    this.#network = network;
    this.peer = peer;
  }

  start(events: TransportEvents): Promise<void> {
    if (this.#network.peers.has(this.peer)) {
      return Promise.reject(
        new PanalError(
          "config_invalid",
          `Cannot listen on /memory/${this.peer}: it is taken`,
        ),
      );
    }
    this.events = events;
    this.#network.peers.set(this.peer, this);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#leave(() => {});
    return Promise.resolve();
  }

  /** Ends without a word. */
  crash(): void {
    this.#leave(() => this.events = undefined);
  }

  addresses(): readonly string[] {
    return [`/memory/${this.peer}`];
  }

  async dial(
    address: string,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    const why = await this.#reach(peerOfAddress(address), options.signal);
    if (why !== undefined) {
      throw new PanalError("dial_failed", `Cannot dial ${address}: ${why}`);
    }
  }

  /** Connects to a peer; gives the reason if that fails. */
  #reach(
    to: PeerId | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (to === undefined) return Promise.resolve("it is no memory address");
    if (to === this.peer) {
      return Promise.resolve("that is this node itself");
    }
    if (this.events === undefined) return Promise.resolve("not started");
    if (signal.aborted) return Promise.resolve("given up");
    if (this.#network.isLinked(this.peer, to)) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const { clock, plan } = this.#network;
      const roundTripMs = this.#network.latencyMs(plan.of(this.peer, to)) +
        this.#network.latencyMs(plan.of(to, this.peer));
      const finish = (why: string | undefined) => {
        timer.cancel();
        this.#dials.delete(finish);
        signal.removeEventListener("abort", giveUp);
        resolve(why);
      };
      const giveUp = () => finish("given up");
      const arrive = () => {
        if (plan.blocks(this.peer, to) || plan.blocks(to, this.peer)) {
          timer = clock.timer(
            DIAL_MS_MAX - roundTripMs,
            () => finish(`no answer within ${DIAL_MS_MAX} ms`),
          );
          return;
        }
        const other = this.#network.peers.get(to);
        if (other === undefined) return finish("nobody answers");
        if (!this.#network.isLinked(this.peer, to)) {
          this.#network.connect(this, other);
        }
        finish(undefined);
      };
      let timer = clock.timer(roundTripMs, arrive);
      this.#dials.add(finish);
      signal.addEventListener("abort", giveUp);
    });
  }

  #leave(silence: () => void): void {
    if (this.#network.peers.get(this.peer) !== this) return;
    this.#network.peers.delete(this.peer);
    silence();
    for (const finish of [...this.#dials]) finish("the node is stopping");
    for (const end of this.#network.endsOf(this.peer)) {
      end.link.end("the node is stopping");
    }
    this.events = undefined;
  }
}

function pairKey(a: PeerId, b: PeerId): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
