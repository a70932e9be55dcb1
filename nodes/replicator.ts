/**
 * Exchange with other peers over links: admission, comparing vectors, pulling what is missing, pushing what is new. The
 * vector is the truth: whatever is lost on the way is found at the next comparison.
 *
 * @module
 */
import {
  allows,
  bucketDigests,
  bucketOf,
  BUCKETS,
  type Clock,
  decodeCommit,
  type LogId,
  type Membership,
  publicKeyOf,
  type Random,
  randomBelow,
  type SignatureScheme,
  type Signer,
  type SpaceId,
  type Timer,
  vectorDigest,
  type VectorEntry,
  verifyChain,
} from "../crdt/mod.ts";
import {
  ADMISSION_MS_MAX,
  createDialer,
  decodeMessage,
  type Dialer,
  type Link,
  type Message,
  type SpaceDigest,
  type Transport,
} from "../net/mod.ts";
import { type ColdJoin, createColdJoin } from "./cold_join.ts";
import type { Incidents } from "./incidents.ts";
import type { LogEntry } from "./log_register.ts";
import type { WrittenCommit } from "./log_writer.ts";
import { createPeerDirectory, type PeerDirectory } from "./peer_directory.ts";
import { PeerSession } from "./peer_session.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { readRun } from "./run_reader.ts";
import type { PeerView } from "./use_cases.ts";
import type { InvariantCounter } from "./use_cases/invariants.ts";

/** What the replicator works with. */
export interface ReplicatorParts {
  /** Links. */
  readonly transport: Transport;
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The node's certificate chain. */
  readonly certificate: Uint8Array;
  /** Log lines. */
  readonly logger: Logger;
  /** What a person should look at. */
  readonly incidents: Incidents;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** Redeems an invitation for a key; left out where the node cannot issue certificates. */
  readonly redeem?:
    | ((
      token: string,
      publicKey: Uint8Array,
    ) => { readonly chain: Uint8Array } | { readonly reason: string })
    | undefined;
}

/** Exchange with other peers. */
export interface Replicator {
  /** Starts listening and dialing. */
  start(): Promise<void>;
  /** Ends all links. */
  stop(): Promise<void>;
  /** Wants a link to an address. */
  want(address: string): void;
  /** How many links are up with admitted peers. */
  links(): number;
  /** This node, its neighbors and the other members. */
  peers(): readonly PeerView[];
}

/** Vectors of up to so many logs are sent whole instead of by buckets. */
const SMALL_VECTOR = 64;
/** Vectors are compared again this often, in milliseconds, plus a quarter by chance. */
const COMPARE_MS = 20_000;
/** How long changes of the vector are gathered before peers are told, in milliseconds. */
const TELL_MS = 15;
/** A pull without progress for this long is given to another peer, in milliseconds. */
const PULL_MS_MAX = 10_000;
/** Commits that a peer lacks up to this number are pushed to it; more it pulls by itself. */
const PUSH_COMMITS_MAX = 8;
/** Neighbors that a node looks for by itself. */
const NEIGHBORS_WANTED = 6;

interface Pull {
  readonly session: PeerSession;
  readonly since: number;
  from: number;
}

/** Makes the replicator of a node. */
export function createReplicator(parts: ReplicatorParts): Replicator {
  return new Exchange(parts);
}

class Exchange implements Replicator {
  readonly #parts: ReplicatorParts;
  readonly #sessions = new Map<Link, PeerSession>();
  readonly #pulls = new Map<LogId, Pull>();
  readonly #own: Membership | undefined;
  readonly #dialer: Dialer;
  readonly #directory: PeerDirectory;
  readonly #cold: ColdJoin;
  #tellTimer: Timer | undefined;
  #compareTimer: Timer | undefined;
  #stopped = false;

  constructor(parts: ReplicatorParts) {
    this.#parts = parts;
    const own = verifyChain(parts.certificate, parts.root, parts.signatures);
    this.#own = own.ok ? own.value : undefined;
    this.#dialer = createDialer({
      transport: parts.transport,
      clock: parts.clock,
      random: parts.random,
      logger: parts.logger,
    });
    this.#directory = createPeerDirectory(parts);
    this.#cold = createColdJoin(parts);
  }

  async start(): Promise<void> {
    const { transport, replica } = this.#parts;
    replica.listen({
      written: (commits) => this.#push(commits),
      taken: (entries) => this.#relay(entries),
      changed: () => {},
      incident: () => {},
    });
    await transport.start({
      linked: (link) => this.#linked(link),
      received: (link, frame) => this.#received(link, frame),
      drained: (link) => this.#drained(link),
      unlinked: (link, reason) => this.#unlinked(link, reason),
      discovered: (addresses) => {
        for (const address of addresses) this.want(address);
      },
    });
    for (const address of this.#directory.remembered()) this.want(address);
    this.#scheduleCompare();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#tellTimer?.cancel();
    this.#compareTimer?.cancel();
    await this.#dialer.stop();
    for (const session of this.#sessions.values()) session.admission?.cancel();
    await this.#parts.transport.stop();
  }

  want(address: string): void {
    if (!this.#stopped) this.#dialer.want(address);
  }

  links(): number {
    return this.#admitted().length;
  }

  peers(): readonly PeerView[] {
    return this.#directory.views(this.#admitted());
  }

  #admitted(): PeerSession[] {
    return [...this.#sessions.values()].filter((session) =>
      session.member !== undefined
    );
  }

  // Links

  #linked(link: Link): void {
    const { clock, root, certificate, transport } = this.#parts;
    const session = new PeerSession(link);
    session.lastSeen = clock.now();
    this.#sessions.set(link, session);
    this.#dialer.linked(link);
    session.admission = clock.timer(
      ADMISSION_MS_MAX,
      () => link.close("it did not show a certificate in time"),
    );
    session.send({
      kind: "hello",
      root,
      chain: certificate,
      addresses: transport.addresses().slice(0, 8),
      digests: this.#digests(undefined),
    });
  }

  #unlinked(link: Link, reason: string): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return;
    this.#sessions.delete(link);
    session.ended = true;
    session.admission?.cancel();
    this.#dialer.unlinked(link);
    this.#directory.left(session);
    this.#cold.ended(session);
    this.#parts.logger.log("info", "A link ended", { peer: link.peer, reason });
    const orphans = [...this.#pulls].filter(([, pull]) =>
      pull.session === session
    );
    for (const [log] of orphans) this.#pulls.delete(log);
    if (!this.#stopped && orphans.length > 0) this.#pullEverywhere();
  }

  /** A peer broke the protocol: it is counted, reported and dropped. */
  #fault(session: PeerSession, kind: string, message: string): void {
    this.#parts.invariants.checked(9);
    this.#parts.logger.log("warn", message, { peer: session.link.peer, kind });
    try {
      this.#parts.incidents.report(kind, message, { peer: session.link.peer });
    } catch {
      // A full disk must not keep a bad peer linked.
    }
    session.link.close(message);
  }

  #received(link: Link, frame: Uint8Array): void | Promise<void> {
    const session = this.#sessions.get(link);
    if (session === undefined || this.#stopped) return;
    session.lastSeen = this.#parts.clock.now();
    const message = decodeMessage(frame);
    if (message === undefined) {
      return this.#fault(
        session,
        "bad_frame",
        "A peer sent what is no message",
      );
    }
    if (session.member === undefined) {
      return this.#beforeAdmission(session, message);
    }
    return this.#handle(session, message);
  }

  #beforeAdmission(session: PeerSession, message: Message): void {
    if (message.kind === "join") return this.#join(session, message.token);
    if (message.kind !== "hello") {
      return this.#fault(
        session,
        "not_admitted",
        "A peer spoke before it was admitted",
      );
    }
    const { root, signatures, clock } = this.#parts;
    const member = verifyChain(message.chain, root, signatures);
    const refuse = (reason: string) => {
      session.send({ kind: "refused", reason });
      this.#fault(session, "not_admitted", `A peer was refused: ${reason}`);
    };
    if (!member.ok) return refuse(member.error);
    const { certificate, peer } = member.value;
    if (peer !== session.link.peer) {
      return refuse("the certificate is about another key");
    }
    if (certificate.kind !== "member") {
      return refuse("the certificate is no member's");
    }
    if (certificate.notAfter <= clock.now()) {
      return refuse("the certificate has ended");
    }
    session.member = member.value;
    session.admission?.cancel();
    this.#directory.joined(session, message.addresses);
    this.#parts.logger.log("info", "A peer was admitted", {
      peer,
      site: certificate.site,
      roles: certificate.roles,
    });
    this.#exchangeContacts(session);
    this.#compare(session, message.digests);
  }

  #join(session: PeerSession, token: string): void {
    const { redeem, logger } = this.#parts;
    const outcome = redeem === undefined
      ? { reason: "this node cannot issue certificates" }
      : redeem(token, publicKeyOf(session.link.peer));
    if ("chain" in outcome) {
      logger.log("info", "An invitation was redeemed", {
        peer: session.link.peer,
      });
      session.send({ kind: "joined", chain: outcome.chain });
    } else {
      session.send({ kind: "refused", reason: outcome.reason });
      this.#fault(
        session,
        "join_refused",
        `An invitation was refused: ${outcome.reason}`,
      );
    }
  }

  #exchangeContacts(session: PeerSession): void {
    const contacts = this.#directory.contacts(this.#admitted());
    session.send({ kind: "contacts", contacts });
    const [fresh] = this.#directory.contacts([session]);
    if (fresh === undefined) return;
    for (const other of this.#admitted()) {
      if (other !== session) {
        other.send({ kind: "contacts", contacts: [fresh] });
      }
    }
  }

  #handle(session: PeerSession, message: Message): void | Promise<void> {
    switch (message.kind) {
      case "digests":
        return this.#compare(session, message.digests);
      case "buckets":
        return this.#compareBuckets(session, message.space, message.digests);
      case "entries":
        return this.#noteEntries(session, message);
      case "delta":
        return this.#noteVector(session, message.space, message.entries);
      case "pull":
        return this.#serve(session, message);
      case "commits":
        return this.#take(session, message);
      case "contacts":
        if (this.links() >= NEIGHBORS_WANTED) return;
        for (const { addresses } of message.contacts) {
          addresses.forEach((address) => this.want(address));
        }
        return;
      case "savedRequest":
        if (session.reads(message.space)) {
          this.#cold.serve(session, message.log);
        }
        return this.#pump(session);
      case "savedStart":
      case "savedPart":
      case "savedNone":
        return this.#cold.take(
          session,
          message,
          (log) => this.#coldEnded(session, log),
          (reason) =>
            this.#fault(
              session,
              "bad_saved_branches",
              `A peer sent saved branches that are wrong: ${reason}`,
            ),
        );
      case "refused":
        this.#parts.logger.log("warn", "A peer refused this node", {
          peer: session.link.peer,
          reason: message.reason,
        });
        return;
      case "hello":
      case "join":
      case "joined":
        return this.#fault(
          session,
          "bad_frame",
          "A peer sent a message out of place",
        );
    }
  }

  // Vectors

  #readsSelf(space: SpaceId): boolean {
    return this.#own !== undefined &&
      allows(this.#own.certificate, space, "read");
  }

  #digests(session: PeerSession | undefined): SpaceDigest[] {
    const { replica } = this.#parts;
    return replica.register.spaces()
      .filter((space) => session === undefined || session.reads(space))
      .map((space) => ({
        space,
        digest: vectorDigest(replica.register.vector(space)),
      }));
  }

  /** Compares digests; what differs is described in full or by buckets. */
  #compare(session: PeerSession, digests: readonly SpaceDigest[]): void {
    const { replica } = this.#parts;
    session.described.clear();
    const theirs = new Map(digests.map(({ space, digest }) => [space, digest]));
    const spaces = new Set([...theirs.keys(), ...replica.register.spaces()]);
    for (const space of spaces) {
      if (!this.#readsSelf(space) || !session.reads(space)) continue;
      const vector = replica.register.vector(space);
      const digest = theirs.get(space);
      if (digest !== undefined && equal(digest, vectorDigest(vector))) {
        for (const entry of vector) this.#notePlace(session, space, entry);
      } else if (vector.length <= SMALL_VECTOR) {
        this.#describe(session, { space, buckets: ALL_BUCKETS, asks: true });
      } else {session.send({
          kind: "buckets",
          space,
          digests: bucketDigests(vector),
        });}
    }
    this.#pullMissing(session);
  }

  #compareBuckets(
    session: PeerSession,
    space: SpaceId,
    digests: readonly Uint8Array[],
  ): void {
    if (!this.#readsSelf(space) || !session.reads(space)) return;
    const own = bucketDigests(this.#parts.replica.register.vector(space));
    const buckets = own.flatMap((digest, i) =>
      equal(digest, digests[i] ?? new Uint8Array()) ? [] : [i]
    );
    if (buckets.length > 0) {
      this.#describe(session, { space, buckets, asks: true });
    }
  }

  #describe(
    session: PeerSession,
    { space, buckets, asks }: {
      space: SpaceId;
      buckets: readonly number[];
      asks: boolean;
    },
  ): void {
    if (session.described.has(space)) return;
    session.described.add(space);
    const wanted = new Set(buckets);
    const entries = this.#parts.replica.register.vector(space).filter((
      { log },
    ) => wanted.has(bucketOf(log)));
    session.send({ kind: "entries", space, buckets, entries, asks });
  }

  #noteEntries(
    session: PeerSession,
    message: Extract<Message, { kind: "entries" }>,
  ): void {
    const { space, buckets, entries, asks } = message;
    if (!this.#readsSelf(space) || !session.reads(space)) return;
    if (asks) this.#describe(session, { space, buckets, asks: false });
    this.#noteVector(session, space, entries);
  }

  #noteVector(
    session: PeerSession,
    space: SpaceId,
    entries: readonly VectorEntry[],
  ): void {
    if (!this.#readsSelf(space) || !session.reads(space)) return;
    for (const entry of entries) this.#notePlace(session, space, entry);
    this.#pullMissing(session, space);
  }

  #notePlace(session: PeerSession, space: SpaceId, entry: VectorEntry): void {
    const now = this.#parts.clock.monotonic();
    const place = session.note(space, entry, now);
    const own = this.#parts.replica.register.byName(entry.log);
    if (own?.seq === place.seq) place.equalAt = now;
  }

  // Pulling

  #pullEverywhere(): void {
    for (const session of this.#admitted()) this.#pullMissing(session);
  }

  #pullMissing(session: PeerSession, only?: SpaceId): void {
    const { replica, clock } = this.#parts;
    const now = clock.monotonic();
    for (const [space, places] of session.places) {
      if (only !== undefined && space !== only) continue;
      for (const [log, place] of places) {
        const own = replica.register.byName(log);
        const from = (own?.seq ?? 0) + 1;
        if (place.seq < from) continue;
        const running = this.#pulls.get(log);
        if (
          running !== undefined && !running.session.ended &&
          now - running.since < PULL_MS_MAX
        ) continue;
        this.#pulls.set(log, { session, since: now, from });
        const fork = own === undefined && log.includes("~");
        if (!fork && this.#cold.wants(session, { log, seq: place.seq, own })) {
          session.send({ kind: "savedRequest", space, log });
        } else {session.send({
            kind: "pull",
            space,
            log,
            from: fork ? 0 : from,
          });}
      }
    }
  }

  #coldEnded(session: PeerSession, log: LogId): void {
    this.#pulls.delete(log);
    this.#pullMissing(session);
  }

  #serve(
    session: PeerSession,
    { space, log, from }: Extract<Message, { kind: "pull" }>,
  ): void {
    const entry = this.#parts.replica.register.byName(log);
    if (entry === undefined || entry.space !== space || !session.reads(space)) {
      return;
    }
    session.serving.set(log, from === 0 ? Math.max(1, entry.firstBody) : from);
    this.#pump(session);
  }

  /** Sends what the peer pulls, as far as its window allows. */
  #pump(session: PeerSession): void {
    const { replica } = this.#parts;
    while (
      session.link.writable && !session.ended && this.#cold.pump(session)
    ) { /* one saved branch each */ }
    for (const [log, from] of session.serving) {
      let next = from;
      while (session.link.writable && !session.ended) {
        const entry = replica.register.byName(log);
        const run = entry === undefined
          ? undefined
          : readRun(replica, entry, next);
        if (run === undefined || entry === undefined) {
          session.serving.delete(log);
          break;
        }
        session.send(run);
        next = run.head.seq + 1;
        session.serving.set(log, next);
        const place = session.place(entry.space, log);
        if (place !== undefined) {
          place.sent = Math.max(place.sent, run.head.seq);
        }
      }
      if (!session.link.writable) return;
    }
  }

  #drained(link: Link): void {
    const session = this.#sessions.get(link);
    if (session !== undefined) this.#pump(session);
  }

  // Taking

  async #take(
    session: PeerSession,
    message: Extract<Message, { kind: "commits" }>,
  ): Promise<void> {
    const { replica } = this.#parts;
    const commits = message.bodies.map(decodeCommit);
    const [first] = commits;
    if (
      first === undefined || !commits.every((commit) => commit !== undefined)
    ) {
      return this.#fault(
        session,
        "bad_commit",
        "A peer sent what is no commit",
      );
    }
    const { space, log } = first.commit;
    if (!this.#readsSelf(space) || !session.reads(space)) {
      return this.#fault(
        session,
        "foreign_space",
        "A peer sent commits of a space that it or this node does not read",
      );
    }
    const { seq, hash, signature } = message.head;
    // Credit for the frame is given when it is on the disk, so a node that falls behind slows its sender alone.
    const outcome = await replica.take({
      commits,
      head: { log, seq, hash, signature },
    }).catch((error: unknown) => {
      this.#parts.logger.log("error", "Commits could not be taken in", {
        log,
        error: String(error),
      });
      return undefined;
    });
    if (outcome === undefined) return void this.#pulls.delete(message.log);
    switch (outcome.kind) {
      case "refused":
        return this.#fault(
          session,
          "bad_commit",
          `A peer sent commits that do not verify: ${outcome.reason}`,
        );
      case "gap":
        // No offense: what lies between was lost or is on another way. The vector tells.
        this.#pulls.delete(message.log);
        session.note(
          space,
          { log: message.log, seq, hash },
          this.#parts.clock.monotonic(),
        );
        return this.#pullMissing(session, space);
      case "taken":
      case "known":
      case "fork":
        this.#notePlace(session, space, { log: message.log, seq, hash });
        return this.#progress(session, message.log, space);
    }
  }

  #progress(session: PeerSession, log: LogId, space: SpaceId): void {
    const pull = this.#pulls.get(log);
    const own = this.#parts.replica.register.byName(log)?.seq ?? 0;
    const wanted = session.place(space, log)?.seq ?? 0;
    if (pull?.session === session) {
      if (own >= wanted) this.#pulls.delete(log);
      else {this.#pulls.set(log, {
          session,
          since: this.#parts.clock.monotonic(),
          from: own + 1,
        });}
    }
    this.#owe(session, log, space);
  }

  // Telling

  #push(commits: readonly WrittenCommit[]): void {
    for (const session of this.#admitted()) {
      for (const { entry, body } of commits) {
        if (!session.reads(entry.space)) continue;
        const sent = session.place(entry.space, entry.name)?.sent ?? 0;
        if (
          sent === entry.seq - 1 && session.link.writable &&
          !session.serving.has(entry.name)
        ) {
          session.send({
            kind: "commits",
            log: entry.name,
            bodies: [body],
            head: headOf(entry),
          });
          this.#noteSent(session, entry);
        } else this.#owe(session, entry.name, entry.space);
      }
    }
  }

  #noteSent(session: PeerSession, entry: LogEntry): void {
    const place = session.place(entry.space, entry.name);
    if (place !== undefined) place.sent = entry.seq;
    else {
      const fresh = session.note(entry.space, {
        log: entry.name,
        seq: 0,
        hash: entry.hash,
      }, this.#parts.clock.monotonic());
      fresh.sent = entry.seq;
    }
  }

  /** Others' commits are passed on a tick later, when their own way may have brought them already. */
  #relay(entries: readonly LogEntry[]): void {
    for (const session of this.#admitted()) {
      for (const entry of entries) {
        if (session.reads(entry.space)) {
          this.#owe(session, entry.name, entry.space);
        }
      }
    }
  }

  #owe(session: PeerSession, log: LogId, space: SpaceId): void {
    session.owed.set(log, space);
    this.#tellTimer ??= this.#parts.clock.timer(TELL_MS, () => {
      this.#tellTimer = undefined;
      for (const one of this.#admitted()) this.#tell(one);
    });
  }

  #tell(session: PeerSession): void {
    const { replica } = this.#parts;
    const bySpace = new Map<SpaceId, VectorEntry[]>();
    for (const [log, space] of session.owed) {
      const entry = replica.register.byName(log);
      if (entry === undefined || entry.seq === 0) continue;
      const place = session.place(space, log);
      const lacks = entry.seq - (place?.sent ?? 0);
      const near = lacks > 0 && lacks <= PUSH_COMMITS_MAX &&
        place !== undefined && place.sent === place.seq;
      if (near && session.link.writable && !session.serving.has(log)) {
        const run = readRun(replica, entry, entry.seq - lacks + 1);
        if (run !== undefined && run.head.seq === entry.seq) {
          session.send(run);
          place.sent = entry.seq;
          continue;
        }
      }
      const list = bySpace.get(space) ?? [];
      list.push({ log, seq: entry.seq, hash: entry.hash });
      bySpace.set(space, list);
    }
    session.owed.clear();
    for (const [space, entries] of bySpace) {
      session.send({ kind: "delta", space, entries });
    }
  }

  #scheduleCompare(): void {
    if (this.#stopped) return;
    const wait = COMPARE_MS + randomBelow(this.#parts.random, COMPARE_MS / 4);
    this.#compareTimer = this.#parts.clock.timer(wait, () => {
      for (const session of this.#admitted()) {
        session.send({ kind: "digests", digests: this.#digests(session) });
        this.#pullMissing(session);
      }
      this.#scheduleCompare();
    });
  }
}

const ALL_BUCKETS: readonly number[] = Array.from(
  { length: BUCKETS },
  (_, i) => i,
);

function headOf({ seq, hash, signature }: LogEntry) {
  return { seq, hash, signature };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
