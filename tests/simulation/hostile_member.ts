/**
 * A member that lies: it sends what is no message, commits that do not verify, commits that do and hold poison, forks of
 * its own log, and garbage at the end of others' logs.
 *
 * @module
 */
import {
  encodeCommit,
  type LogId,
  makeStamp,
  MESH_SPACE,
  type PeerId,
  signHead,
  type SpaceId,
} from "../../crdt/mod.ts";
import {
  encodeMessage,
  type Link,
  type Message,
  type Transport,
} from "../../net/mod.ts";
import { ForgedLog, type Forger, type Wrong } from "../support/forged_log.ts";
import type { Chance } from "./chance.ts";
import type { SimulatedMesh, SimulatedPeer } from "./scenario_peers.ts";

const HOSTILE_SITE = "ZZZ";
const WRONG: readonly Wrong[] = ["garbage", "actor", "order", "overwrite"];
const YEAR_MS = 366 * 86_400_000;
/** Most commits that it adds at once. */
const COMMITS_MAX = 3;
/** Most logs that it opens. */
const LOGS_MAX = 6;

/** The site in whose space it may write. */
export { HOSTILE_SITE };

/** A lying member. */
export class HostileMember {
  /** Who it is. */
  readonly identity: SimulatedPeer;
  readonly #mesh: SimulatedMesh;
  readonly #forger: Forger;
  readonly #logs: ForgedLog[] = [];
  #transport: Transport | undefined;
  readonly #links = new Map<PeerId, Link>();
  #ids = 0;

  /**
   * Makes one that has done nothing yet.
   *
   * @param mesh Whose member it is.
   */
  constructor(mesh: SimulatedMesh) {
    this.#mesh = mesh;
    this.identity = mesh.outsider("hostile", HOSTILE_SITE);
    this.#forger = {
      root: mesh.root,
      signer: this.identity.signer,
      chain: mesh.certificate(this.identity),
    };
  }

  /** Lies to a peer; says what it did. */
  async act(target: SimulatedPeer, chance: Chance): Promise<string> {
    const link = await this.#linkTo(target);
    if (link === undefined) return "cannot reach anyone";
    switch (chance.below(8)) {
      case 0:
        return this.#junk(link, chance);
      case 1:
        return this.#squat(link, target, chance);
      case 2:
        return this.#twist(link, target, chance);
      case 3:
        return this.#fork(link, chance);
      default:
        return this.#poison(link, chance);
    }
  }

  /** Leaves the mesh. */
  async stop(): Promise<void> {
    await this.#transport?.stop();
    this.#transport = undefined;
  }

  async #linkTo(target: SimulatedPeer): Promise<Link | undefined> {
    const transport = this.#transport ?? await this.#start();
    if (!this.#links.has(target.peer)) {
      const signal = new AbortController();
      const dial = transport.dial(`/memory/${target.peer}`, signal)
        .catch(() => {});
      await this.#mesh.run(20);
      signal.abort();
      await dial;
      this.#links.get(target.peer)?.send(encodeMessage({
        kind: "hello",
        root: this.#mesh.root.publicKey,
        chain: this.#forger.chain,
        addresses: [],
        digests: [],
      }));
    }
    return this.#links.get(target.peer);
  }

  async #start(): Promise<Transport> {
    const transport = this.#mesh.network.transport(this.identity.peer);
    this.#transport = transport;
    await transport.start({
      linked: (link) => void this.#links.set(link.peer, link),
      received: () => {},
      drained: () => {},
      unlinked: (link) => {
        if (this.#links.get(link.peer) === link) this.#links.delete(link.peer);
      },
      discovered: () => {},
    });
    return transport;
  }

  #send(link: Link, message: Message): void {
    link.send(encodeMessage(message));
  }

  #junk(link: Link, chance: Chance): string {
    const frame = chance.oneIn(2)
      ? chance.random.bytes(1 + chance.below(200))
      : encodeMessage({ kind: "digests", digests: [] }).slice(0, -1);
    link.send(frame);
    return `sends ${frame.length} bytes of junk`;
  }

  /** Garbage at the next place of another's log. */
  #squat(link: Link, target: SimulatedPeer, chance: Chance): string {
    const logs = [...target.node?.replica.register.all() ?? []];
    if (logs.length === 0) return "finds no log to squat";
    const { name, space, seq, hash } = chance.pick(logs);
    const encoded = encodeCommit({
      space,
      log: name.slice(0, 32) as LogId,
      seq: seq + 1,
      prev: hash,
      stamp: this.#stamp(chance),
      changes: [],
    });
    const head = { log: name, seq: seq + 1, hash: encoded.hash };
    this.#send(link, {
      kind: "commits",
      log: name,
      bodies: [encoded.bytes],
      head: {
        ...head,
        signature: signHead(head, this.identity.signer).signature,
      },
    });
    return `squats at ${name.slice(0, 6)} ${seq + 1}`;
  }

  /** A real commit with one byte changed, and the real head. */
  #twist(link: Link, target: SimulatedPeer, chance: Chance): string {
    const replica = target.node?.replica;
    const logs = [...replica?.register.all() ?? []];
    // A peer whose disk has failed has closed its store, and has not been started again yet.
    if (logs.length === 0 || replica?.problem !== undefined) {
      return "finds no commit to twist";
    }
    const { name, number, seq, hash, signature } = chance.pick(logs);
    const body = replica?.archive.body(number, seq)?.slice();
    if (body === undefined) return "finds no commit to twist";
    const replay = chance.oneIn(3);
    const at = chance.below(body.length);
    if (!replay) body[at] = (body[at] ?? 0) ^ (1 << chance.below(8));
    this.#send(link, {
      kind: "commits",
      log: name,
      bodies: [body],
      head: { seq, hash, signature },
    });
    return `${replay ? "replays" : "twists"} ${name.slice(0, 6)} ${seq}`;
  }

  /** Commits that verify, with poison in them. */
  #poison(link: Link, chance: Chance): string {
    let log = this.#logs.length === 0 ? undefined : chance.pick(this.#logs);
    if (
      log === undefined || (this.#logs.length < LOGS_MAX && chance.oneIn(4))
    ) {
      log = new ForgedLog(
        this.#forger,
        chance.pick([MESH_SPACE, `site:${HOSTILE_SITE}` as SpaceId]),
        this.#logs.length,
      );
      this.#logs.push(log);
    }
    const from = log.commits.length + 1;
    this.#grow(log, chance);
    const to = log.commits.length;
    this.#sendRun(link, log, chance.oneIn(3) ? 1 : from);
    return `poisons ${log.name.slice(0, 6)} ${from} to ${to}`;
  }

  #fork(link: Link, chance: Chance): string {
    const logs = this.#logs.filter(({ commits }) => commits.length > 0);
    if (logs.length === 0) return "has nothing to fork";
    const log = chance.pick(logs);
    const at = chance.below(log.commits.length + 1);
    const fork = log.fork(at);
    this.#grow(fork, chance);
    this.#logs[this.#logs.indexOf(log)] = chance.pick([log, fork]);
    this.#sendRun(link, fork, 1);
    return `forks ${log.name.slice(0, 6)} after ${at}`;
  }

  #sendRun(link: Link, log: ForgedLog, from: number): void {
    const { commits, head } = log.run(from, log.commits.length);
    const { seq, hash, signature } = head;
    this.#send(link, {
      kind: "commits",
      log: log.name,
      bodies: commits.map(({ bytes }) => bytes),
      head: { seq, hash, signature },
    });
  }

  #grow(log: ForgedLog, chance: Chance): void {
    for (let i = 1 + chance.below(COMMITS_MAX); i > 0; i--) {
      log.add({
        stamp: this.#stamp(chance),
        facts: Array.from(
          { length: chance.below(3) },
          () => this.#fact(chance),
        ),
        ...(chance.oneIn(4) ? { wrong: chance.pick(WRONG) } : {}),
        renews: chance.oneIn(6),
      });
    }
  }

  #stamp(chance: Chance) {
    const now = this.#mesh.clock.now();
    return makeStamp(
      chance.pick([now, now, now, now + YEAR_MS, 1000]),
      chance.below(4),
    );
  }

  #fact(chance: Chance): unknown {
    const id = `00000000-0000-7000-8000-${
      String(this.#ids++).padStart(12, "0")
    }`;
    const base = { id, at: this.#mesh.clock.now() * 1000 };
    const site = HOSTILE_SITE;
    const product = chance.pick(["ron", "zzz", "a\u0000b"]);
    const quantity = chance.pick([1, 7, 0, -3, 0.5, 2 ** 40, NaN]);
    switch (chance.below(8)) {
      case 0:
        return { ...base, type: "SomethingNew", value: 1 };
      case 1:
        return chance.pick<unknown>([null, 7, "text", [], { type: 3 }]);
      case 2:
        return {
          ...base,
          type: "PriceChanged",
          scope: chance.pick(["mesh", "site:ZZZ", "site:CUS"]),
          product,
          price: chance.pick([100, -1, 1.5, 2 ** 40]),
          currency: chance.pick(["PEN", "XX", "CLP"]),
          exponent: chance.pick([2, 0, 9]),
          effectiveAt: base.at + chance.pick([0, 5e6, -9e15]),
          over: [],
        };
      case 3:
        return {
          ...base,
          type: "ProductChanged",
          scope: chance.pick(["mesh", "site:ZZZ"]),
          product,
          field: "name",
          value: chance.pick(["ok", "\ud800", "x".repeat(600), 3]),
          over: chance.pick([[], [id], ["no id"]]),
        };
      case 4:
        return {
          ...base,
          type: "SaleVoided",
          site,
          date: "2026-11-22",
          sale: id,
          content: "0".repeat(16),
          reason: "",
        };
      case 5:
        return {
          ...base,
          type: "StockCounted",
          site: chance.pick([site, "CUS"]),
          date: "2026-11-22",
          product,
          counted: 0,
          difference: quantity,
        };
      default:
        return {
          ...base,
          type: "SaleRecorded",
          site: chance.pick([site, site, "CUS"]),
          date: "2026-11-22",
          receipt: "ZZZ-20261122-00001001",
          currency: "PEN",
          exponent: 2,
          lines: [{
            product,
            name: "",
            quantity,
            amount: 100,
            given: "amount",
          }],
          total: chance.pick([100, 101]),
        };
    }
  }
}
