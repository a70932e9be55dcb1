/**
 * Asking other peers for rights. A request has an id and a deadline; the answer carries the giver's signed commit with
 * the grant. The same request gets the same grant, and a grant that comes too late is accepted all the same: nothing is
 * lost, whatever the network does meanwhile.
 *
 * @module
 */
import {
  type BoundName,
  type Clock,
  type FactId,
  IN_TRANSIT,
  ok,
  type Reader,
  type SpaceId,
  spaceOfBound,
  type Timer,
} from "../crdt/mod.ts";
import {
  RIGHTS_ASK_MS,
  RIGHTS_ASKING_MAX,
  RIGHTS_PATIENCE_APART_MS,
  RIGHTS_PATIENCE_MS,
  RIGHTS_SHORT_MAX,
} from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import { isStoreError, type Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import {
  acceptApart,
  type Grant,
  isAccepted,
  openingOf,
  spaceOfRun,
  verifyApart,
} from "./rights_apart.ts";
import {
  type Candidate,
  keyOf,
  readsSpace,
  rightsCandidates,
} from "./rights_candidates.ts";
import {
  createRightsGiver,
  type IsShort,
  type PrepareRights,
  RIGHTS_SHORT,
  type RightsAnswer,
  type RightsAsk,
  type RightsGiver,
} from "./rights_giver.ts";
import type { RightsNeed } from "./use_cases/context.ts";
import {
  openRightsLog,
  reachableRights,
  RIGHTS_STEP_MAX,
} from "./use_cases/rights.ts";

/** Asks and answers. */
export interface RightsDesk {
  /**
   * Asks peers, one after another, until this node's log has enough, or nobody has any, or the deadline is over.
   *
   * @param need What is needed.
   * @returns True if a decision will find enough now.
   */
  ask(need: RightsNeed): Promise<boolean>;
  /**
   * Gets rights from all who have some, several at once, until this node's log has so many or the deadline is over.
   *
   * @param wanted The bound, how many, and how long it may take in milliseconds.
   * @returns How many a decision will find now.
   */
  gather(wanted: {
    readonly bound: BoundName;
    readonly amount: number;
    readonly waitMs: number;
  }): Promise<number>;
  /**
   * Whether somebody who knows said, when this node last asked, that nobody has as much of a bound as was asked for.
   * Otherwise whoever has some was not reached.
   */
  isShort(bound: BoundName): boolean;
  /** Answers a peer's request. */
  asked(session: PeerSession, ask: RightsAsk): Promise<void>;
  /**
   * Takes over the grants that an answer brings of a space that this node does not read.
   *
   * @param session Who sent it.
   * @param answer The answer.
   * @returns False if it is of another space; a sentence if it does not verify.
   */
  takeApart(session: PeerSession, answer: RightsAnswer): boolean | string;
  /** Notes a peer's answer, after the commit that it carries was taken in. */
  answered(session: PeerSession, answer: RightsAnswer): void;
  /** Says who is linked. */
  connect(sessions: () => readonly PeerSession[]): void;
  /** Who is linked. */
  sessions(): readonly PeerSession[];
  /** How often a peer was asked since the start. */
  readonly asks: number;
  /** How many requests wait for an answer. */
  readonly waiting: number;
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
  /** Runs before a card's rights are granted of which this node has too few. */
  readonly prepare?: PrepareRights | undefined;
  /** Whether this node knows that nobody has so much of a bound. */
  readonly isShort?: IsShort | undefined;
}

/** Somebody who waits for one bound. */
interface Waiting {
  readonly bound: BoundName;
  readonly request: FactId;
  /** Peers that have not been asked, the likeliest first. */
  readonly peers: Candidate[];
  /** True to ask several at once. */
  readonly wide: boolean;
  /** Whoever was asked last and has not answered. */
  asked: Set<PeerSession>;
  /** Goes on to the next peers. */
  patience: Timer | undefined;
  readonly free: number;
  readonly settle: () => void;
}

/** Who is asked, and for how long. */
interface Asking {
  readonly without?: ReadonlySet<PeerSession>;
  readonly onlyApart?: boolean;
  readonly wide?: boolean;
  readonly waitMs?: number;
}

/** What several decisions need of one bound at once. */
interface Batch {
  free: number;
  readonly without: Set<PeerSession>;
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
  readonly #giver: RightsGiver;
  readonly #waiting = new Map<FactId, Waiting>();
  readonly #gathering = new Map<string, Batch>();
  readonly #running = new Map<string, Promise<void>>();
  /** Grants that were verified and are being taken over. */
  readonly #arriving = new Map<FactId, Grant>();
  /** Who last granted something of a space that this node does not read. */
  readonly #givers = new Map<SpaceId, string>();
  /** Bounds of which somebody said that there is not so much. */
  readonly #short = new Set<BoundName>();
  #sessions: () => readonly PeerSession[] = () => [];
  #asks = 0;
  #stopped = false;

  constructor(parts: RightsDeskParts) {
    this.#parts = parts;
    this.#giver = createRightsGiver({
      ...parts,
      reachable: (bound) => this.#reachable(bound),
      pass: ({ bound, free, waitMs, asker, onlyApart }) =>
        this.#within(waitMs, this.#ask({ bound, free }, { asker, onlyApart })),
    });
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

  get waiting(): number {
    return this.#waiting.size;
  }

  stop(): void {
    this.#stopped = true;
    for (const one of [...this.#waiting.values()]) this.#end(one);
  }

  asked(session: PeerSession, ask: RightsAsk): Promise<void> {
    return this.#giver.asked(session, ask);
  }

  ask(need: RightsNeed): Promise<boolean> {
    return this.#ask(need, {});
  }

  isShort(bound: BoundName): boolean {
    return this.#short.has(bound);
  }

  async #ask(
    { bound, free }: RightsNeed,
    { asker, onlyApart = false }: {
      readonly asker?: PeerSession;
      readonly onlyApart?: boolean;
    },
  ): Promise<boolean> {
    if (this.#stopped || this.#waiting.size >= RIGHTS_ASKING_MAX) return false;
    const key = onlyApart ? `apart ${bound}` : bound;
    let batch = this.#gathering.get(key);
    if (batch === undefined) {
      batch = { free: 0, without: new Set(), done: Promise.resolve() };
      this.#gathering.set(key, batch);
      batch.done = this.#askFor(bound, { key, batch, onlyApart });
    }
    batch.free += free;
    if (asker !== undefined) batch.without.add(asker);
    await batch.done;
    return this.#reachable(bound) >= free;
  }

  /** Who needs the same at once asks once; who comes later waits for that, and then for what is still missing. */
  async #askFor(
    bound: BoundName,
    { key, batch, onlyApart }: {
      readonly key: string;
      readonly batch: Batch;
      readonly onlyApart: boolean;
    },
  ): Promise<void> {
    const { clock } = this.#parts;
    // What failed for who asked before fails for them alone.
    await (this.#running.get(key)?.catch(() => {}) ??
      new Promise<void>((resolve) => clock.defer(resolve)));
    this.#gathering.delete(key);
    const { free, without } = batch;
    const asking = this.#askPeers({ bound, free }, { without, onlyApart });
    this.#running.set(key, asking);
    try {
      await asking;
    } finally {
      if (this.#running.get(key) === asking) this.#running.delete(key);
    }
  }

  async gather(
    { bound, amount, waitMs }: Parameters<RightsDesk["gather"]>[0],
  ): Promise<number> {
    const { clock } = this.#parts;
    const until = clock.monotonic() + waitMs;
    let before = -Infinity;
    let found = this.#reachable(bound);
    // Who was asked may have told of others: as long as it helps all are asked again.
    while (found < amount && found > before) {
      const left = until - clock.monotonic();
      if (this.#stopped || left <= 0) break;
      before = found;
      const asking = { wide: true, waitMs: left };
      await this.#askPeers({ bound, free: amount }, asking);
      found = this.#reachable(bound);
    }
    return found;
  }

  async #askPeers(
    { bound, free }: RightsNeed,
    { wide = false, waitMs = RIGHTS_ASK_MS, ...asking }: Asking,
  ): Promise<void> {
    const { replica } = this.#parts;
    const space = spaceOfBound(bound);
    this.#short.delete(bound);
    const peers = this.#stopped ? [] : rightsCandidates(replica, bound, {
      ...asking,
      sessions: this.#sessions(),
      lastGiver: this.#givers.get(space),
    });
    if (peers.length === 0) return;
    await openRightsLog(replica, space);
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.timer(waitMs, () => this.#end(waiting));
      const waiting: Waiting = {
        bound,
        free,
        peers,
        wide,
        request: this.#parts.newId(),
        asked: new Set(),
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

  #askNext(waiting: Waiting): void {
    waiting.patience?.cancel();
    const { bound, request, wide } = waiting;
    const { replica, clock } = this.#parts;
    const space = spaceOfBound(bound);
    const missing = waiting.free - this.#reachable(bound);
    const log = replica.register.own(space);
    const next = missing > 0 ? nextOf(waiting, missing) : [];
    if (next.length === 0 || log === undefined) return this.#end(waiting);
    const opening = this.#openingOf(log);
    // The store is closed, because nobody knows what a write has left on the disk.
    if (opening === "unreadable") return this.#end(waiting);
    waiting.asked = new Set(next.map(({ session }) => session));
    // Where this node does not read, who is asked may have to ask others; so it may where several are asked at once.
    const isPatient = wide || !readsSpace(replica.certificate, space);
    const waitMs = isPatient ? RIGHTS_PATIENCE_APART_MS : RIGHTS_PATIENCE_MS;
    waiting.patience = clock.timer(waitMs, () => this.#askNext(waiting));
    const epoch = opening?.epoch;
    for (const { session, seems } of next) {
      this.#asks++;
      session.send({
        kind: "rightsAsk",
        id: request,
        bound,
        amount: wide && seems > 0 ? Math.min(seems, missing) : missing,
        log: log.name,
        waitMs,
        ...(epoch === undefined ? {} : { epoch }),
      });
    }
  }

  #openingOf(log: LogEntry): ReturnType<typeof openingOf> | "unreadable" {
    try {
      return openingOf(this.#parts.replica, log);
    } catch (error) {
      if (isStoreError(error)) return "unreadable";
      throw error;
    }
  }

  takeApart(session: PeerSession, answer: RightsAnswer): boolean | string {
    const { replica, logger } = this.#parts;
    const space = answer.run === null ? undefined : spaceOfRun(answer.run);
    if (space === undefined || readsSpace(replica.certificate, space)) {
      return false;
    }
    // Whoever reads the space sees what pays for a grant: nobody else's word is enough.
    if (!session.reads(space)) {
      return "a grant of a space that it does not read";
    }
    const verified = verifyApart(replica, session, answer);
    if (typeof verified === "string") return verified;
    const grants = verified.filter((grant) =>
      !this.#arriving.has(grant.id) &&
      !isAccepted(replica.reader, replica, grant)
    );
    if (grants.length === 0) return true;
    this.#givers.set(space, keyOf(session));
    for (const grant of grants) this.#arriving.set(grant.id, grant);
    // Not waited for: who needs them decides in the same commit.
    replica.decide((context) => {
      for (const grant of grants) acceptApart(context, replica, grant);
      return ok(null);
    }).catch((error: unknown) =>
      logger.log("warn", "Rights could not be taken over", {
        space,
        error: String(error),
      })
    ).finally(() => {
      for (const { id } of grants) this.#arriving.delete(id);
    });
    this.#look();
    return true;
  }

  answered(session: PeerSession, { id, reason }: RightsAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || !waiting.asked.delete(session)) return;
    if (reason === RIGHTS_SHORT) {
      if (this.#short.size >= RIGHTS_SHORT_MAX) this.#short.clear();
      this.#short.add(waiting.bound);
    }
    this.#goOn(waiting);
  }

  /** What came in may be what somebody waits for. */
  #look(): void {
    for (const one of [...this.#waiting.values()]) this.#goOn(one);
  }

  #goOn(waiting: Waiting): void {
    const reachable = this.#reachable(waiting.bound);
    if (reachable >= waiting.free) return this.#end(waiting);
    if (waiting.asked.size > 0) return;
    // What a grant stands on may be on its way to this node by another hop: that is worth waiting for.
    if (this.#reachable(waiting.bound, { unpaid: true }) > reachable) return;
    this.#askNext(waiting);
  }

  #end(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting.request)) return;
    waiting.patience?.cancel();
    waiting.settle();
  }

  /** Waits for something no longer than so many milliseconds; it goes on by itself. */
  #within(waitMs: number, work: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#parts.clock.timer(waitMs, () => resolve());
      work.then(() => resolve(), reject).finally(() => timer.cancel());
    });
  }

  /**
   * What this node's log has free, and what was granted to it and is on the disk or being taken over; with `unpaid` also
   * what nobody here knows yet to stand on rights.
   */
  #reachable(
    bound: BoundName,
    { unpaid = false }: { readonly unpaid?: boolean } = {},
  ): number {
    const { reader, register } = this.#parts.replica;
    const log = register.own(spaceOfBound(bound));
    if (log === undefined) return 0;
    try {
      const found = reachableRights(reader, register, { log, bound });
      const { free } = found;
      const granted = unpaid ? inTransitTo(reader, bound, log) : found.granted;
      let arriving = 0;
      for (const grant of this.#arriving.values()) {
        if (grant.bound === bound) arriving += grant.amount;
      }
      return free + granted + arriving;
    } catch (error) {
      // A timer may come while the store is closed, because nobody knows what a write has left on the disk.
      if (isStoreError(error)) return 0;
      throw error;
    }
  }
}

function inTransitTo(
  reader: Reader,
  bound: BoundName,
  { name }: LogEntry,
): number {
  const limit = RIGHTS_STEP_MAX;
  return reader.scan(IN_TRANSIT, { prefix: [name, bound], limit })
    .reduce((sum, row) => sum + Number(row["amount"]), 0);
}

/** The next peers to ask: one, or as many as seem to have what is missing, and once those have answered all others. */
function nextOf({ peers, wide }: Waiting, missing: number): Candidate[] {
  if (!wide) return peers.splice(0, 1);
  let sum = 0;
  let count = 0;
  while (sum < missing && (peers[count]?.seems ?? 0) > 0) {
    sum += peers[count]?.seems ?? 0;
    count++;
  }
  return count === 0 ? peers.splice(0) : peers.splice(0, count);
}
