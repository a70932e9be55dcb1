/**
 * Asking other peers for rights, and answering those who ask. A request has an id and a deadline; the answer carries
 * the giver's signed commit with the grant. The same request gets the same grant, and a grant that comes too late is
 * accepted all the same: nothing is lost, whatever the network does meanwhile.
 *
 * @module
 */
import {
  allows,
  type BoundName,
  type Clock,
  equalBytes,
  type FactId,
  FACTS,
  idBytes,
  IN_TRANSIT,
  logFactId,
  type LogId,
  ok,
  parseBoundName,
  RIGHTS,
  type SpaceId,
  spaceOfBound,
  type Timer,
} from "../crdt/mod.ts";
import type { Message } from "../net/mod.ts";
import {
  RIGHTS_ANSWERING_MAX,
  RIGHTS_ASK_MS,
  RIGHTS_ASK_PEERS_MAX,
  RIGHTS_ASKING_MAX,
  RIGHTS_BALANCED_MAX,
  RIGHTS_PATIENCE_MS,
} from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import { isStoreError, type Logger } from "./ports.ts";
import type { DecisionContext, Replica } from "./replica.ts";
import { readRun } from "./run_reader.ts";
import { decideExactly, refuse, type RightsNeed } from "./use_cases/context.ts";
import {
  acceptToPay,
  freeRights,
  reachableRights,
} from "./use_cases/rights.ts";

/** A request for rights. */
export type RightsAsk = Extract<Message, { kind: "rightsAsk" }>;
/** An answer to one. */
export type RightsAnswer = Extract<Message, { kind: "rightsAnswer" }>;

/** Asks and answers. */
export interface RightsDesk {
  /**
   * Asks peers until this node's log has enough, or nobody has any, or the deadline is over.
   *
   * @param need What is needed.
   * @returns True if a decision will find enough now.
   */
  ask(need: RightsNeed): Promise<boolean>;
  /** Answers a peer's request. */
  asked(session: PeerSession, ask: RightsAsk): Promise<void>;
  /** Notes a peer's answer, after the commit that it carries was taken in. */
  answered(session: PeerSession, answer: RightsAnswer): void;
  /** Says who is linked. */
  connect(sessions: () => readonly PeerSession[]): void;
  /** Who is linked. */
  sessions(): readonly PeerSession[];
  /** How often a peer was asked since the start. */
  readonly asks: number;
  /** Ends all waiting. */
  stop(): void;
}

/** What the desk works with. */
export interface RightsDeskParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Draws the id of a request. */
  readonly newId: () => FactId;
}

/** Somebody who waits for one bound. */
interface Waiting {
  readonly bound: BoundName;
  readonly request: FactId;
  /** Peers that have not been asked, the likeliest first. */
  readonly peers: PeerSession[];
  /** Whoever was asked last. */
  peer: PeerSession | undefined;
  /** Goes on to the next peer. */
  patience: Timer | undefined;
  readonly free: number;
  readonly settle: () => void;
}

/** What several decisions need of one bound at once. */
interface Batch {
  free: number;
  done: Promise<void>;
}

/**
 * Makes the desk of a node.
 *
 * @param parts What it works with.
 * @returns The desk.
 */
export function createRightsDesk(parts: RightsDeskParts): RightsDesk {
  return new Desk(parts);
}

class Desk implements RightsDesk {
  readonly #parts: RightsDeskParts;
  readonly #waiting = new Map<FactId, Waiting>();
  readonly #gathering = new Map<BoundName, Batch>();
  readonly #running = new Map<BoundName, Promise<void>>();
  #sessions: () => readonly PeerSession[] = () => [];
  #answering = 0;
  #asks = 0;
  #stopped = false;

  constructor(parts: RightsDeskParts) {
    this.#parts = parts;
    parts.replica.listen({
      written: () => this.#look(),
      taken: () => this.#look(),
      changed: () => {},
      incident: () => {},
    });
  }

  connect(sessions: () => readonly PeerSession[]): void {
    this.#sessions = sessions;
  }

  sessions(): readonly PeerSession[] {
    return this.#sessions();
  }

  get asks(): number {
    return this.#asks;
  }

  stop(): void {
    this.#stopped = true;
    for (const one of [...this.#waiting.values()]) this.#end(one);
  }

  async ask({ bound, free }: RightsNeed): Promise<boolean> {
    if (this.#stopped || this.#waiting.size >= RIGHTS_ASKING_MAX) return false;
    let batch = this.#gathering.get(bound);
    if (batch === undefined) {
      batch = { free: 0, done: Promise.resolve() };
      this.#gathering.set(bound, batch);
      batch.done = this.#askFor(bound, batch);
    }
    batch.free += free;
    await batch.done;
    return this.#reachable(bound) >= free;
  }

  /** Who needs the same at once asks once; who comes later waits for that, and then for what is still missing. */
  async #askFor(bound: BoundName, batch: Batch): Promise<void> {
    const { clock } = this.#parts;
    await (this.#running.get(bound) ??
      new Promise<void>((resolve) => clock.defer(resolve)));
    this.#gathering.delete(bound);
    const asking = this.#askPeers({ bound, free: batch.free });
    this.#running.set(bound, asking);
    await asking;
    if (this.#running.get(bound) === asking) this.#running.delete(bound);
  }

  #askPeers({ bound, free }: RightsNeed): Promise<void> {
    const peers = this.#stopped ? [] : this.#candidates(bound);
    if (peers.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#parts.clock.timer(
        RIGHTS_ASK_MS,
        () => this.#end(waiting),
      );
      const waiting: Waiting = {
        bound,
        free,
        peers,
        request: this.#parts.newId(),
        peer: undefined,
        patience: undefined,
        settle: () => {
          timer.cancel();
          resolve();
        },
      };
      this.#waiting.set(waiting.request, waiting);
      this.#askNext(waiting);
    });
  }

  /** Linked peers that read the bound's space: those that seem to have most of it first. */
  #candidates(bound: BoundName): PeerSession[] {
    const { replica } = this.#parts;
    const space = spaceOfBound(bound);
    const has = new Map<string, number>();
    for (const row of replica.reader.scan(RIGHTS, { prefix: [bound] })) {
      const entry = replica.register.byNumber(Number(row["log"]));
      if (entry === undefined || entry.own) continue;
      const key = entry.publicKey.join();
      const free = freeRights(replica.reader, bound, entry);
      has.set(key, (has.get(key) ?? 0) + free);
    }
    // What is on its way to a log may pay whoever granted it.
    for (
      const row of replica.reader.scan(IN_TRANSIT, {
        index: "by_bound",
        prefix: [bound],
        limit: RIGHTS_BALANCED_MAX,
      })
    ) {
      const entry = replica.register.byName(row["receiver"] as LogId);
      if (entry === undefined || entry.own) continue;
      const key = entry.publicKey.join();
      has.set(key, (has.get(key) ?? 0) + Number(row["amount"]));
    }
    const seems = (session: PeerSession) =>
      has.get(session.member?.publicKey.join() ?? "") ?? 0;
    return this.#sessions()
      .filter((session) => session.reads(space) && seems(session) > 0)
      .toSorted((a, b) => seems(b) - seems(a))
      .slice(0, RIGHTS_ASK_PEERS_MAX);
  }

  #askNext(waiting: Waiting): void {
    waiting.patience?.cancel();
    const missing = waiting.free - this.#reachable(waiting.bound);
    const log = this.#ownLog(spaceOfBound(waiting.bound));
    const peer = missing > 0 ? waiting.peers.shift() : undefined;
    if (peer === undefined || log === undefined) return this.#end(waiting);
    waiting.peer = peer;
    this.#asks++;
    waiting.patience = this.#parts.clock.timer(
      RIGHTS_PATIENCE_MS,
      () => this.#askNext(waiting),
    );
    peer.send({
      kind: "rightsAsk",
      id: waiting.request,
      bound: waiting.bound,
      amount: missing,
      log: log.name,
      waitMs: RIGHTS_PATIENCE_MS,
    });
  }

  answered(session: PeerSession, { id }: RightsAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.peer !== session) return;
    // A grant whose commit has to be fetched first is worth waiting for.
    if (this.#reachable(waiting.bound) < waiting.free) this.#askNext(waiting);
    else this.#end(waiting);
  }

  /** What came in may be what somebody waits for. */
  #look(): void {
    for (const one of [...this.#waiting.values()]) {
      if (this.#reachable(one.bound) >= one.free) this.#end(one);
    }
  }

  #end(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting.request)) return;
    waiting.patience?.cancel();
    waiting.settle();
  }

  #ownLog(space: SpaceId): LogEntry | undefined {
    return this.#parts.replica.register.own(space);
  }

  /** What this node's log has free, and what was granted to it and is on the disk. */
  #reachable(bound: BoundName): number {
    const { reader } = this.#parts.replica;
    const log = this.#ownLog(spaceOfBound(bound));
    if (log === undefined) return 0;
    try {
      const { free, granted } = reachableRights(
        reader,
        this.#parts.replica.register,
        { log, bound },
      );
      return free + granted;
    } catch (error) {
      // A timer may come while the store is closed, because nobody knows what a write has left on the disk.
      if (isStoreError(error)) return 0;
      throw error;
    }
  }

  async asked(session: PeerSession, ask: RightsAsk): Promise<void> {
    if (this.#answering >= RIGHTS_ANSWERING_MAX) {
      return refuseAsk(session, ask, "this node is busy");
    }
    this.#answering++;
    try {
      await this.#answer(session, ask);
    } catch (error) {
      this.#parts.logger.log("warn", "Rights could not be granted", {
        peer: session.link.peer,
        error: String(error),
      });
      refuseAsk(session, ask, "this node could not decide");
    } finally {
      this.#answering--;
    }
  }

  async #answer(session: PeerSession, ask: RightsAsk): Promise<void> {
    const { replica, clock } = this.#parts;
    const bound = parseBoundName(ask.bound);
    if (bound === undefined) return refuseAsk(session, ask, "unknown bound");
    const problem = this.#problem(session, bound, ask.log);
    if (problem !== undefined) return refuseAsk(session, ask, problem);
    const space = spaceOfBound(bound);
    const latest = clock.monotonic() + ask.waitMs;
    const granted = await decideExactly(
      replica,
      (context) =>
        clock.monotonic() > latest
          ? refuse("rights_insufficient", "the request is too old")
          : grantRights(context, replica, {
            bound,
            amount: ask.amount,
            to: ask.log,
            request: ask.id,
          }),
    );
    if (!granted.ok) return refuseAsk(session, ask, granted.error.message);
    const entry = replica.register.own(space);
    const run = entry === undefined
      ? undefined
      : readRun(replica, entry, granted.value.seq);
    if (run === undefined) return refuseAsk(session, ask, "it is on its way");
    session.send({
      kind: "rightsAnswer",
      id: ask.id,
      reason: "",
      run: { log: run.log, bodies: run.bodies, head: run.head },
    });
  }

  /** Why a peer gets nothing, whatever there is. */
  #problem(
    session: PeerSession,
    bound: BoundName,
    log: LogId,
  ): string | undefined {
    const space = spaceOfBound(bound);
    const { member } = session;
    if (member === undefined || !allows(member.certificate, space, "spend")) {
      return "your certificate does not allow you to spend there";
    }
    const entry = this.#parts.replica.register.byName(log);
    if (entry === undefined || entry.space !== space) {
      return "the receiving log is not known here";
    }
    if (this.#parts.replica.register.isEnded(entry)) {
      return "the receiving log has ended";
    }
    return equalBytes(entry.publicKey, member.publicKey)
      ? undefined
      : "the receiving log is another's";
  }
}

function refuseAsk(session: PeerSession, ask: RightsAsk, reason: string): void {
  session.send({
    kind: "rightsAnswer",
    id: ask.id,
    reason: reason.slice(0, 200),
    run: null,
  });
}

/** What is to be granted. */
export interface WantedGrant {
  /** The bound. */
  readonly bound: BoundName;
  /** How many are asked for, above 0. */
  readonly amount: number;
  /** The receiving log. */
  readonly to: LogId;
  /** The request. */
  readonly request: FactId;
  /** True to grant that amount or nothing; otherwise what makes the next request unlikely. */
  readonly exact?: boolean;
}

/**
 * Grants rights of this node's log to another: as many as are asked for, or what there is; and of what is left half, so
 * that the next sale there needs no request. A card's rights go where it buys.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param wanted What is asked for.
 * @returns The seq of the commit that holds the grant, the same for a repeated request; or why there is none.
 */
export function grantRights(
  context: DecisionContext,
  replica: Replica,
  wanted: WantedGrant,
) {
  const { bound, amount, to, request, exact } = wanted;
  const space = spaceOfBound(bound);
  const log = replica.register.own(space);
  if (log === undefined || log.name === to) {
    return refuse("rights_insufficient", "this node has no log there");
  }
  const id = logFactId(log.name, request);
  const known = context.rows.get(FACTS, [idBytes(id), log.number]);
  if (known !== undefined) return ok({ seq: Number(known["seq"]), fact: id });
  if (exact !== true) {
    const asked = { log, bound, to, amount };
    acceptToPay(context, replica.register, asked);
  }
  const free = freeRights(context.rows, bound, log);
  const given = exact === true
    ? amount
    : Math.min(free, Math.max(amount, shareOf(bound, free)));
  if (given <= 0 || given > free) {
    return refuse("rights_insufficient", "this node has too few itself", {
      bound,
      free,
    });
  }
  const placed = context.record(space, {
    type: "RightsGranted",
    id,
    at: context.at,
    bound,
    amount: given,
    to,
    request,
  });
  return ok({ seq: placed.seq, fact: id });
}

/** How much of its free rights a log gives to who asks, beyond what is asked. */
function shareOf(bound: BoundName, free: number): number {
  return bound.startsWith("card:") ? free : Math.floor(free / 2);
}
