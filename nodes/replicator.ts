/**
 * Exchange with other peers over links: admission, comparing vectors, pulling what is missing. The vector is the truth:
 * whatever is lost on the way is found at the next comparison. What is new is pushed and told by `telling.ts`.
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
  equalBytes,
  type LogId,
  type Membership,
  type PeerId,
  publicKeyOf,
  type Random,
  randomBelow,
  type Result,
  type SignatureScheme,
  type Signer,
  type SpaceId,
  type Timer,
  trunkOf,
  vectorDigest,
  type VectorEntry,
  verifyChain,
} from "../crdt/mod.ts";
import {
  ADMISSION_MS_MAX,
  createDialer,
  decodeMessage,
  type Dialer,
  encodeMessage,
  type Link,
  type Message,
  type SpaceDigest,
  type Transport,
} from "../net/mod.ts";
import { AddressBook } from "./address_book.ts";
import {
  type ColdJoin,
  createColdJoin,
  type SavedMessage,
} from "./cold_join.ts";
import { ColdServing } from "./cold_serving.ts";
import { exchangeContacts } from "./contact_exchange.ts";
import { Countersigning } from "./countersigning.ts";
import type { PumpTelling } from "./forecourt/pump_telling.ts";
import type { Incidents } from "./incidents.ts";
import { Kinship } from "./kinship.ts";
import { shownTip } from "./log_register.ts";
import type { LinkEvent, LogHolder, LogPlace } from "./mesh/mesh_use_cases.ts";
import { Neighbors } from "./neighbors.ts";
import { createPeerDirectory, type PeerDirectory } from "./peer_directory.ts";
import { type PeerPlace, PeerSession, PLACES_MAX } from "./peer_session.ts";
import { ENTRIES_PER_MESSAGE } from "./limits.ts";
import { isStoreError, type Logger } from "./ports.ts";
import { Pulls } from "./pulls.ts";
import { checkRenewed, isAuthority, isDue, writeAgain } from "./renewal.ts";
import type { Replica } from "./replica.ts";
import type { RightsDesk } from "./rights_desk.ts";
import type { RightsAnswer } from "./rights_giver.ts";
import { readRun } from "./run_reader.ts";
import {
  isShared,
  type SharedLogs,
  sharedLogs,
  sharedVector,
} from "./shared_logs.ts";
import { Telling } from "./telling.ts";
import type { PeerView } from "./use_cases.ts";
import type { InvariantCounter } from "./use_cases/invariants.ts";

/** Redeems an invitation for a key: the new member's chain, or a sentence that says why not. */
export type Redeem = (
  token: string,
  publicKey: Uint8Array,
) => { readonly chain: Uint8Array } | { readonly reason: string };

/** Renewing certificates, by this node and for it. */
export interface Renewal {
  /** Signs a member's rights anew, or says why not; left out where the node cannot. */
  readonly issue?: (
    member: Membership,
  ) => Result<Uint8Array, string>;
  /** Stores the node's own new chain, and settles once it is durable. */
  readonly save: (chain: Uint8Array) => Promise<void>;
}

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
  /** Settings that people choose. */
  readonly settings?: { readonly checkpointCommits?: number };
  /** Renews certificates; left out in tests that need none. */
  readonly renewal?: Renewal | undefined;
  /** Redeems an invitation for a key; left out where the node cannot issue certificates. */
  readonly redeem?: Redeem | undefined;
  /** Asks for rights and answers who asks. */
  readonly rights?: RightsDesk | undefined;
  /** Exchange what pumps and charging points do at the moment. */
  readonly present?: readonly Pick<PumpTelling, "connect" | "received">[];
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
  /** Compares with every admitted peer now; returns how many there are. */
  compareNow(): number;
  /** How far some linked peer has said that it has a log. */
  confirmedSeq(space: SpaceId, log: LogId): number;
  /** This node, its neighbors and the other members. */
  peers(): readonly PeerView[];
  /** Links that came up or were lost since the start, newest first. */
  linkEvents(): readonly LinkEvent[];
  /** How far the peers that may read a log are in it, as far as they were heard of since the start. */
  holders(place: LogPlace): readonly LogHolder[];
}

/** Vectors of up to so many logs are sent whole instead of by buckets. */
const SMALL_VECTOR = 64;
/** Vectors are compared again this often, in milliseconds, plus a quarter by chance. */
const COMPARE_MS = 20_000;
/** A log of which nothing counts is asked for again after this long, in milliseconds: it may be readmitted. */
const UNWANTED_MS = 600_000;
/** Ends of links that are the other peer's fault, by how the link names them. */
const FAULTY_ENDS = ["stalled:", "overflow:", "protocol violation:", "frame"];

/** Makes the replicator of a node. */
export function createReplicator(parts: ReplicatorParts): Replicator {
  return new Exchange(parts);
}

class Exchange implements Replicator {
  readonly #parts: ReplicatorParts;
  readonly #sessions = new Map<Link, PeerSession>();
  readonly #pulls = new Pulls();
  /** Logs that are not asked for, and until when, in monotonic milliseconds. */
  readonly #unwanted = new Map<LogId, number>();
  #own: Membership | undefined;
  readonly #dialer: Dialer;
  readonly #book: AddressBook;
  readonly #directory: PeerDirectory;
  readonly #kinship: Kinship;
  readonly #neighbors: Neighbors;
  readonly #cold: ColdJoin;
  readonly #serving: ColdServing;
  readonly #countersigning: Countersigning;
  readonly #telling: Telling;
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
    this.#book = new AddressBook(parts);
    this.#directory = createPeerDirectory({ ...parts, book: this.#book });
    const self = parts.transport.peer;
    this.#kinship = new Kinship({ self, register: parts.replica.register });
    if (this.#own !== undefined) this.#kinship.met(this.#own);
    this.#neighbors = new Neighbors({
      self,
      clock: parts.clock,
      random: parts.random,
      dialer: this.#dialer,
      isKin: (peer) => this.#kinship.isKin(peer),
      linked: () => new Set([...this.#sessions.keys()].map(({ peer }) => peer)),
      release: (peer) => this.#release(peer),
    });
    this.#cold = createColdJoin(parts);
    this.#serving = new ColdServing(parts);
    this.#countersigning = new Countersigning({
      ...parts,
      sessions: () => this.#admitted(),
      reads: (space) => this.#readsSelf(space),
      report: (kind, message, details) =>
        parts.incidents.report(kind, message, details),
    });
    this.#telling = new Telling({
      ...parts,
      sessions: () => this.#admitted(),
      guard: (session, work) => this.#guard(session, work),
    });
  }

  async start(): Promise<void> {
    const { transport, replica, rights, present } = this.#parts;
    rights?.connect(() => this.#admitted());
    for (const one of present ?? []) one.connect(() => this.#admitted());
    replica.listen({
      written: (commits) => this.#telling.push(commits),
      taken: (entries) => {
        this.#telling.relay(entries);
        this.#countersigning.note(entries);
        if (this.#kinship.hasNews) this.#neighbors.look();
      },
      changed: () => {},
      incident: () => {},
      authorityChanged: () => this.#endRevoked(),
    });
    await transport.start({
      linked: (link) => this.#linked(link),
      received: (link, frame) => this.#received(link, frame),
      drained: (link) => this.#drained(link),
      unlinked: (link, reason) => this.#unlinked(link, reason),
      discovered: (addresses) => this.#neighbors.hear(addresses),
    });
    this.#neighbors.hear(this.#book.all());
    this.#scheduleCompare();
    this.#countersigning.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#telling.stop();
    this.#neighbors.stop();
    this.#book.stop();
    this.#compareTimer?.cancel();
    this.#countersigning.stop();
    await this.#dialer.stop();
    for (const session of this.#sessions.values()) session.admission?.cancel();
    await this.#parts.transport.stop();
  }

  want(address: string): void {
    this.#neighbors.want(address);
  }

  links(): number {
    return this.#admitted().length;
  }

  compareNow(): number {
    const sessions = this.#admitted();
    for (const session of sessions) {
      this.#guard(session, () => this.#compareAgain(session));
    }
    return sessions.length;
  }

  confirmedSeq(space: SpaceId, log: LogId): number {
    return Math.max(
      0,
      ...this.#admitted().map((session) => session.place(space, log)?.seq ?? 0),
    );
  }

  peers(): readonly PeerView[] {
    return this.#directory.views(this.#admitted());
  }

  linkEvents(): readonly LinkEvent[] {
    return this.#directory.linkEvents();
  }

  holders(place: LogPlace): readonly LogHolder[] {
    return this.#directory.holders(this.#admitted(), place);
  }

  #admitted(): PeerSession[] {
    return [...this.#sessions.values()].filter((session) =>
      session.member !== undefined
    );
  }

  // Links

  #linked(link: Link): void {
    const { clock } = this.#parts;
    const session = new PeerSession(link);
    session.lastSeen = clock.now();
    this.#sessions.set(link, session);
    this.#dialer.linked(link);
    this.#neighbors.look();
    session.admission = clock.timer(
      ADMISSION_MS_MAX,
      () => link.close("it did not show a certificate in time"),
    );
    this.#greet(session);
  }

  #greet(session: PeerSession): void {
    const { root, replica, transport } = this.#parts;
    session.send({
      kind: "hello",
      root,
      chain: replica.certificate,
      addresses: transport.addresses().slice(0, 8),
      digests: this.#digests(
        session.member === undefined ? undefined : session,
      ),
    });
  }

  // Renewal

  /** Asks for a new certificate ahead of the end: of itself, or of every authority that is linked. */
  #renewIfDue(): void {
    const { renewal, clock } = this.#parts;
    const own = this.#own;
    if (
      renewal === undefined || own === undefined ||
      !isDue(own.certificate, clock.now())
    ) return;
    const chain = renewal.issue?.(own);
    if (chain?.ok === true) return void this.#renewed(chain.value);
    for (const session of this.#admitted()) {
      const key = session.member?.publicKey;
      if (key !== undefined && isAuthority(session.chain, key)) {
        session.asksRenewal = true;
        session.send({ kind: "join", token: "" });
      }
    }
  }

  async #renewed(chain: Uint8Array): Promise<void> {
    const { renewal, replica, logger } = this.#parts;
    const own = this.#own;
    const member = own && checkRenewed(chain, own, replica.verify);
    if (member === undefined || renewal === undefined) return;
    try {
      await renewal.save(chain);
      if (this.#stopped || this.#own !== own) return;
      this.#own = member;
      this.#kinship.met(member);
      replica.renew(chain);
      logger.log("info", "The certificate was renewed", {
        ends: member.certificate.notAfter,
      });
      for (const session of this.#admitted()) this.#greet(session);
      await writeAgain(replica);
    } catch (error) {
      logger.log("error", "The certificate could not be renewed", {
        error: String(error),
      });
    }
  }

  /** An admitted peer asks for a new certificate, or brings one that it was asked for. */
  #handleRenewal(
    session: PeerSession,
    message: Extract<Message, { kind: "join" | "joined" }>,
  ): void {
    const { renewal } = this.#parts;
    const { member } = session;
    if (message.kind === "joined" && session.asksRenewal) {
      session.asksRenewal = false;
      return void this.#renewed(message.chain);
    }
    if (message.kind === "joined" || message.token !== "") {
      return this.#fault(
        session,
        "bad_frame",
        "A peer sent a message out of place",
      );
    }
    const chain = member && renewal?.issue?.(member);
    if (chain?.ok === true) {
      session.send({ kind: "joined", chain: chain.value });
    }
  }

  /** A peer that is admitted greets again when its certificate was renewed. */
  #greetedAgain(
    session: PeerSession,
    { chain, digests }: Extract<Message, { kind: "hello" }>,
  ): void {
    const { replica } = this.#parts;
    const { member } = session;
    const renewed = member && checkRenewed(chain, member, replica.verify);
    if (renewed !== undefined) {
      session.member = renewed;
      session.chain = chain;
      this.#kinship.met(renewed);
    }
    this.#compare(session, digests);
  }

  #unlinked(link: Link, reason: string): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return;
    this.#sessions.delete(link);
    session.ended = true;
    session.admission?.cancel();
    this.#dialer.unlinked(link);
    this.#neighbors.look();
    this.#directory.left(session, reason);
    this.#cold.ended(session);
    this.#parts.logger.log("info", "A link ended", { peer: link.peer, reason });
    if (FAULTY_ENDS.some((start) => reason.startsWith(start))) {
      this.#report(session, "bad_link", `A peer's link was ended: ${reason}`);
    }
    const orphans = this.#pulls.endAll(session);
    if (!this.#stopped && orphans) {
      this.#guard(session, () => this.#pullEverywhere());
    }
  }

  /** A peer broke the protocol: it is counted, reported and dropped. */
  #fault(session: PeerSession, kind: string, message: string): void {
    this.#report(session, kind, message);
    session.link.close(message);
  }

  #report(session: PeerSession, kind: string, message: string): void {
    this.#parts.invariants.checked(9);
    this.#parts.logger.log("warn", message, { peer: session.link.peer, kind });
    try {
      this.#parts.incidents.report(kind, message, { peer: session.link.peer });
    } catch {
      // A full disk must not keep a bad peer linked.
    }
  }

  /** What a peer sends must not stop the node, whatever it leads to. */
  #guard(session: PeerSession, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(session, error);
    }
  }

  #failed(session: PeerSession, error: unknown): void {
    const { peer } = session.link;
    this.#parts.logger.log("error", "A message could not be handled", {
      peer,
      error: String(error),
    });
    // A disk that fails is this node's own trouble: the next comparison asks again for what was missed.
    if (isStoreError(error)) return;
    this.#parts.invariants.violated(9);
    session.link.close("this node failed at a message");
  }

  #received(link: Link, frame: Uint8Array): void | Promise<void> {
    const session = this.#sessions.get(link);
    if (session === undefined || session.ended || this.#stopped) return;
    try {
      const handled = this.#handleFrame(session, frame);
      return handled?.catch((error) => this.#failed(session, error));
    } catch (error) {
      this.#failed(session, error);
    }
  }

  #handleFrame(
    session: PeerSession,
    frame: Uint8Array,
  ): void | Promise<void> {
    session.lastSeen = this.#parts.clock.now();
    const message = decodeMessage(frame);
    if (message === undefined) {
      return this.#fault(
        session,
        "bad_frame",
        "A peer sent what is no message",
      );
    }
    return session.member === undefined
      ? this.#beforeAdmission(session, message)
      : this.#handle(session, message);
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
    const { root, signatures, clock, replica } = this.#parts;
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
    if (replica.isRevokedMember(member.value.publicKey, message.chain)) {
      return refuse("the member was revoked");
    }
    session.member = member.value;
    session.chain = message.chain;
    session.admission?.cancel();
    this.#kinship.met(member.value);
    this.#neighbors.met(peer, message.addresses);
    this.#guard(
      session,
      () => this.#directory.joined(session, message.addresses),
    );
    this.#parts.logger.log("info", "A peer was admitted", {
      peer,
      site: certificate.site,
      roles: certificate.roles,
    });
    exchangeContacts(session, this.#admitted(), {
      directory: this.#directory,
      kinship: this.#kinship,
      random: this.#parts.random,
    });
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

  /** Ends the links of members that were revoked since they were admitted. */
  #endRevoked(): void {
    for (const session of this.#admitted()) {
      const { publicKey } = session.member ?? {};
      const { replica } = this.#parts;
      if (
        publicKey !== undefined &&
        replica.isRevokedMember(publicKey, session.chain)
      ) this.#fault(session, "revoked_member", "A revoked member was linked");
    }
  }

  /** Ends a link that is not needed, unless something is being fetched over it. */
  #release(peer: PeerId): boolean {
    for (const session of this.#sessions.values()) {
      if (session.link.peer !== peer) continue;
      const isBusy = this.#pulls.runFrom(session) ||
        session.serving.size + session.parts.size > 0;
      if (isBusy) return false;
      session.link.close("there are neighbors enough");
    }
    return true;
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
        return this.#neighbors.hear(
          message.contacts.flatMap(({ addresses }) => addresses),
        );
      case "savedRequest":
        if (!session.reads(message.space)) return;
        this.#serving.serve(session, message.space, message.log);
        return this.#pump(session);
      case "savedStart":
      case "savedPart":
      case "savedNone":
        return this.#takeSaved(session, message);
      case "gone":
        return this.#noteGone(session, message);
      case "countersigned": {
        const wrong = this.#countersigning.take(session, message.items);
        return wrong === undefined ? undefined : this.#fault(
          session,
          "bad_countersignature",
          `A peer sent ${wrong}`,
        );
      }
      case "rightsAsk":
        // Not waited for: a peer that asks is not kept from sending its commits meanwhile.
        this.#parts.rights?.asked(session, message).catch((error) =>
          this.#failed(session, error)
        );
        return;
      case "rightsAnswer":
        return this.#takeAnswer(session, message);
      case "present":
        if (this.#readsSelf(message.space)) {
          for (const one of this.#parts.present ?? []) {
            one.received(session, message);
          }
        }
        return;
      case "refused":
        this.#parts.logger.log("warn", "A peer refused this node", {
          peer: session.link.peer,
          reason: message.reason,
        });
        return;
      case "hello":
        return this.#greetedAgain(session, message);
      case "join":
      case "joined":
        return this.#handleRenewal(session, message);
    }
  }

  // Vectors

  #readsSelf(space: SpaceId): boolean {
    return this.#own !== undefined &&
      allows(this.#own.certificate, space, "read");
  }

  #shared(session: PeerSession, space: SpaceId): SharedLogs {
    return sharedLogs(this.#own, session, space);
  }

  /** How far the logs are that are exchanged with a peer; with one that is not known yet, all. */
  #vector(session: PeerSession | undefined, space: SpaceId): VectorEntry[] {
    const shared = session === undefined ? "all" : this.#shared(session, space);
    return sharedVector(this.#parts.replica.register, space, shared);
  }

  #digests(session: PeerSession | undefined): SpaceDigest[] {
    const { register } = this.#parts.replica;
    return register.spaces().flatMap((space) => {
      const shared = session === undefined
        ? "all"
        : this.#shared(session, space);
      if (shared === "all") return [{ space, digest: register.digest(space) }];
      const vector = sharedVector(register, space, shared);
      return shared === undefined || vector.length === 0
        ? []
        : [{ space, digest: vectorDigest(vector) }];
    });
  }

  /** Compares digests; what differs is described in full or by buckets. */
  #compare(session: PeerSession, digests: readonly SpaceDigest[]): void {
    const { replica } = this.#parts;
    session.described.clear();
    session.doubted.clear();
    const theirs = new Map(digests.map(({ space, digest }) => [space, digest]));
    const spaces = new Set([...theirs.keys(), ...replica.register.spaces()]);
    for (const space of spaces) {
      const shared = this.#shared(session, space);
      if (shared === undefined) continue;
      const vector = sharedVector(replica.register, space, shared);
      const digest = theirs.get(space);
      // A greeting names every space, also those where there is nothing to share.
      const isBare = vector.length === 0 && shared !== "all";
      if (isBare && !(digest !== undefined && this.#readsSelf(space))) continue;
      const own = shared === "all"
        ? replica.register.digest(space)
        : vectorDigest(vector);
      if (digest !== undefined && equalBytes(digest, own)) {
        this.#noteAll(session, { space, buckets: ALL_BUCKETS }, vector);
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
    if (this.#shared(session, space) === undefined) return;
    const own = bucketDigests(this.#vector(session, space));
    const buckets = own.flatMap((digest, i) =>
      equalBytes(digest, digests[i] ?? new Uint8Array()) ? [] : [i]
    );
    if (buckets.length > 0) {
      this.#describe(session, { space, buckets, asks: true });
    }
  }

  /** Sends all entries of some buckets, in as many messages as they need. */
  #describe(session: PeerSession, part: VectorPart & { asks: boolean }): void {
    const { space, asks } = part;
    if (session.described.has(space)) return;
    session.described.add(space);
    const byBucket = new Map<number, VectorEntry[]>(
      part.buckets.map((bucket) => [bucket, []]),
    );
    for (const entry of this.#vector(session, space)) {
      byBucket.get(bucketOf(entry.log))?.push(entry);
    }
    let buckets: number[] = [];
    let entries: VectorEntry[] = [];
    for (const [bucket, list] of byBucket) {
      if (
        buckets.length > 0 && entries.length + list.length > ENTRIES_PER_MESSAGE
      ) {
        session.send({ kind: "entries", space, buckets, entries, asks });
        [buckets, entries] = [[], []];
      }
      buckets.push(bucket);
      entries.push(...list);
    }
    session.send({ kind: "entries", space, buckets, entries, asks });
  }

  #noteEntries(
    session: PeerSession,
    message: Extract<Message, { kind: "entries" }>,
  ): void {
    const { space, buckets, entries, asks } = message;
    if (this.#shared(session, space) === undefined) return;
    // Told first, so that both sides ask for what they lack at once.
    if (asks) this.#describe(session, { space, buckets, asks: false });
    this.#noteAll(session, { space, buckets }, entries);
    this.#pullMissing(session, space);
  }

  /** The peer has named all its logs in some buckets. */
  #noteAll(
    session: PeerSession,
    { space, buckets }: VectorPart,
    entries: readonly VectorEntry[],
  ): void {
    const named = new Set(entries.map(({ log }) => log));
    const part = new Set(buckets);
    session.keepOnly(space, named, (log) => part.has(bucketOf(log)));
    for (const entry of entries) this.#noteClaim(session, space, entry);
  }

  #noteVector(
    session: PeerSession,
    space: SpaceId,
    entries: readonly VectorEntry[],
  ): void {
    if (this.#shared(session, space) === undefined) return;
    for (const entry of entries) this.#noteClaim(session, space, entry);
    this.#pullMissing(session, space);
  }

  #noteClaim(session: PeerSession, space: SpaceId, entry: VectorEntry): void {
    if (!this.#wants(session, space, entry.log)) return;
    const now = this.#parts.clock.monotonic();
    const place = session.claim(space, entry, now);
    this.#noteEqual(place, entry.log, now);
    if (session.isCrowded) {
      this.#fault(session, "too_many_logs", "A peer names too many logs");
    }
  }

  /** Whether a log that a peer names may be taken from it: in a space that this node does not read only its own. */
  #wants(session: PeerSession, space: SpaceId, log: LogId): boolean {
    const shared = this.#shared(session, space);
    if (this.#readsSelf(space)) return shared !== undefined;
    const entry = this.#parts.replica.register.byName(log);
    return entry !== undefined && isShared(shared, entry);
  }

  #noteEqual(place: PeerPlace, log: LogId, now: number): void {
    const own = this.#parts.replica.register.byName(log);
    if (own !== undefined && shownTip(own).seq === place.seq) {
      place.equalAt = now;
    }
  }

  // Pulling

  #pullEverywhere(): void {
    for (const session of this.#admitted()) this.#pullMissing(session);
  }

  #pullMissing(session: PeerSession, only?: SpaceId): void {
    for (const [space, places] of session.places) {
      if (only !== undefined && space !== only) continue;
      for (const [log, place] of places) {
        if (session.ended || !this.#pulls.hasRoom(session)) return;
        this.#pull(session, { space, log, place });
      }
    }
  }

  /** Asks a peer for a log of which it has more, unless it is being fetched or others are the better source. */
  #pull(session: PeerSession, wanted: WantedLog): void {
    const { space, log, place } = wanted;
    const { replica, clock } = this.#parts;
    const own = replica.register.byName(log);
    const limit = own?.cut?.limit ?? Infinity;
    const shown = own === undefined ? undefined : shownTip(own);
    if (shown?.seq === place.seq && shown.hash !== place.hash) {
      return this.#pullOther(session, wanted);
    }
    if (Math.min(place.seq, limit) <= (own?.seq ?? 0)) return;
    if (own !== undefined && own.space !== space) return;
    const now = clock.monotonic();
    if ((this.#unwanted.get(log) ?? 0) > now) return;
    if (this.#pulls.isRunning(log, now)) return;
    const others = this.#othersWith(session, wanted);
    const isAvoided = (other: PeerSession) => (other.avoid.get(log) ?? 0) > now;
    if (isAvoided(session) && others.some((other) => !isAvoided(other))) return;
    const isCold = this.#wantsSaved(session, wanted, place);
    if (!isCold) {
      // The log's writer may have it in one piece.
      const better = others.some((other) => {
        const there = other.place(space, log);
        return there !== undefined && !isAvoided(other) &&
          this.#wantsSaved(other, wanted, there);
      });
      if (better) return;
      // Nothing that it has continues what is here.
      if ((own?.seq ?? 0) + 1 < place.firstBody) return;
    }
    const seq = Math.min(place.seq, limit);
    this.#pulls.start({ log, seq }, session, now);
    if (isCold) return session.send({ kind: "savedRequest", space, log });
    this.#cold.discard(log);
    const isFork = own === undefined && log.includes("~");
    const from = isFork ? 0 : (own?.seq ?? 0) + 1;
    session.send({ kind: "pull", space, log, from });
  }

  /** A peer has another continuation of a log: asks once for all that it has, to find where the two part. */
  #pullOther(session: PeerSession, { space, log, place }: WantedLog): void {
    const now = this.#parts.clock.monotonic();
    if (session.doubted.get(log) === place.hash) return;
    session.doubted.set(log, place.hash);
    this.#pulls.start({ log, seq: place.seq }, session, now);
    session.send({ kind: "pull", space, log, from: 0 });
  }

  #wantsSaved(
    session: PeerSession,
    { log }: WantedLog,
    { seq, firstBody }: PeerPlace,
  ): boolean {
    const own = this.#parts.replica.register.byName(log);
    return this.#cold.wants(session, { log, seq, own, firstBody });
  }

  /** Other peers that have more of a log than this node. */
  #othersWith(session: PeerSession, { space, log }: WantedLog): PeerSession[] {
    const own = this.#parts.replica.register.byName(log)?.seq ?? 0;
    return this.#admitted().filter((other) =>
      other !== session && (other.place(space, log)?.seq ?? 0) > own
    );
  }

  #endPull(log: LogId): void {
    this.#pulls.end(log);
    this.#pullEverywhere();
  }

  #noteGone(
    session: PeerSession,
    { space, log, firstBody }: Extract<Message, { kind: "gone" }>,
  ): void {
    const place = session.place(space, log);
    if (place === undefined || this.#pulls.sourceOf(log) !== session) return;
    place.firstBody = firstBody;
    this.#endPull(log);
  }

  #takeSaved(session: PeerSession, message: SavedMessage): void {
    const { log } = message;
    // What was not asked for, or comes too late.
    if (this.#pulls.sourceOf(log) !== session) return;
    this.#pulls.progress(log, session, this.#parts.clock.monotonic());
    const step = this.#cold.take(session, message);
    if (step.kind === "ended") this.#endPull(log);
    if (step.kind !== "wrong") return;
    this.#fault(
      session,
      "bad_saved_branches",
      `A peer sent saved branches that are wrong: ${step.reason}`,
    );
  }

  #serve(
    session: PeerSession,
    { space, log, from }: Extract<Message, { kind: "pull" }>,
  ): void {
    const entry = this.#parts.replica.register.byName(log);
    if (entry === undefined || entry.space !== space) return;
    if (!isShared(this.#shared(session, space), entry)) return;
    const start = from === 0 ? Math.max(1, entry.firstBody) : from;
    // What was sent before comes in order: asked for again, it would only come twice.
    if ((session.serving.get(log) ?? 0) < start) {
      session.serving.set(log, start);
    }
    this.#pump(session);
  }

  /** Sends what the peer pulls, as far as its window allows. */
  #pump(session: PeerSession): void {
    while (
      session.link.writable && !session.ended && this.#serving.pump(session)
    ) { /* one piece each */ }
    for (const log of [...session.serving.keys()]) {
      while (session.link.writable && !session.ended) {
        if (!this.#serveRun(session, log)) break;
      }
      if (!session.link.writable) return;
    }
  }

  /** Sends the next run of a log that is being served. Returns false at its end. */
  #serveRun(session: PeerSession, log: LogId): boolean {
    const { replica, clock } = this.#parts;
    const from = session.serving.get(log);
    const entry = replica.register.byName(log);
    if (
      from === undefined || entry === undefined || from > shownTip(entry).seq
    ) {
      session.serving.delete(log);
      return false;
    }
    const run = readRun(replica, entry, from);
    const sent = run !== undefined && session.sendFrame(encodeMessage(run));
    if (!sent) {
      session.serving.delete(log);
      const { space, firstBody } = entry;
      session.send({ kind: "gone", space, log, firstBody });
      return false;
    }
    const { seq, hash } = run.head;
    session.serving.set(log, seq + 1);
    const sentSeq = session.place(entry.space, log)?.sent ?? 0;
    if (seq > sentSeq) {
      session.noteSent(entry.space, { log, seq, hash }, clock.monotonic());
    }
    return true;
  }

  #drained(link: Link): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return;
    this.#guard(session, () => {
      this.#pump(session);
      if (session.owed.size > 0) this.#telling.schedule();
    });
  }

  // Taking

  async #take(
    session: PeerSession,
    message: Extract<Message, { kind: "commits" }>,
  ): Promise<void> {
    const { replica, clock } = this.#parts;
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
    if (log !== trunkOf(message.log)) {
      return this.#fault(
        session,
        "bad_commit",
        "A peer sent commits under another log's name",
      );
    }
    if (!this.#wants(session, space, message.log)) {
      return this.#fault(
        session,
        "foreign_space",
        "A peer sent commits of a space that it or this node does not read",
      );
    }
    const { seq, hash, signature } = message.head;
    const here = replica.register.byName(message.log)?.seq ?? 0;
    // New commits that follow a gap are told as they are written: a fetch whose question was lost makes no progress by them.
    if (first.commit.seq <= here + 1) {
      this.#pulls.progress(message.log, session, clock.monotonic());
    }
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
    if (this.#stopped) return;
    const now = clock.monotonic();
    if (outcome?.kind !== "gap") {
      this.#pulls.progress(message.log, session, now);
    }
    const entry = { log: message.log, seq, hash };
    switch (outcome?.kind) {
      case undefined:
        return this.#pulls.end(message.log);
      case "refused":
        if (session.doubted.has(message.log)) {
          // It was asked for to find a fork, and the fork lies before what one of the two has kept.
          return this.#report(session, "fork", outcome.reason);
        }
        return this.#fault(
          session,
          "bad_commit",
          `A peer sent commits that do not verify: ${outcome.reason}`,
        );
      case "cut":
        this.#pulls.end(message.log);
        return this.#doNotWant(message.log, UNWANTED_MS);
      case "later":
        this.#pulls.end(message.log);
        return this.#doNotWant(message.log, outcome.waitMs);
      case "gap":
        // No offense: what lies between was lost or is on another way. The vector tells. A pull that runs brings it.
        return this.#takeGap(session, {
          space,
          log: message.log,
          place: session.confirm(space, entry, now),
        }, first.commit.seq);
      case "taken":
      case "known":
      case "fork":
        this.#noteEqual(
          session.confirm(space, entry, now),
          message.log,
          now,
        );
        return this.#progress(session, message.log, space);
    }
  }

  /**
   * The commit that holds the grant is taken in like any other; then whoever asked looks again. Of a space that this
   * node does not read nothing is taken in: the run is verified by itself.
   */
  async #takeAnswer(
    session: PeerSession,
    answer: RightsAnswer,
  ): Promise<void> {
    const { run } = answer;
    const apart = this.#parts.rights?.takeApart(session, answer) ?? false;
    if (typeof apart === "string") {
      this.#report(session, "bad_grant", `A peer sent ${apart}`);
    } else if (run !== null && !apart) {
      await this.#take(session, { kind: "commits", ...run });
    }
    this.#parts.rights?.answered(session, answer);
  }

  /** Commits follow what is not here: something lies between, or they continue another end of the log than this node's. */
  #takeGap(session: PeerSession, wanted: WantedLog, seq: number): void {
    const own = this.#parts.replica.register.byName(wanted.log);
    if (own?.seq === seq - 1) return this.#pullOther(session, wanted);
    this.#pullMissing(session, wanted.space);
  }

  /** A log is not asked for again for some time. */
  #doNotWant(log: LogId, waitMs: number): void {
    const now = this.#parts.clock.monotonic();
    for (const [other, until] of this.#unwanted) {
      if (until <= now) this.#unwanted.delete(other);
    }
    if (this.#unwanted.size < PLACES_MAX) this.#unwanted.set(log, now + waitMs);
  }

  #progress(session: PeerSession, log: LogId, space: SpaceId): void {
    const own = this.#parts.replica.register.byName(log)?.seq ?? 0;
    if (this.#pulls.isDone(log, session, own)) {
      this.#pulls.end(log);
      this.#pullRest(space, log);
      this.#pullMissing(session, space);
    }
    this.#telling.owe(session, log, space);
  }

  /** What one peer had of a log is here; another may have more. */
  #pullRest(space: SpaceId, log: LogId): void {
    for (const session of this.#admitted()) {
      const place = session.place(space, log);
      if (place !== undefined && this.#pulls.hasRoom(session)) {
        this.#pull(session, { space, log, place });
      }
    }
  }

  // Comparing again

  #scheduleCompare(): void {
    if (this.#stopped) return;
    const wait = COMPARE_MS + randomBelow(this.#parts.random, COMPARE_MS / 4);
    this.#compareTimer = this.#parts.clock.timer(wait, () => {
      this.compareNow();
      this.#neighbors.tick();
      this.#renewIfDue();
      this.#scheduleCompare();
    });
  }

  /** The vector is the truth: what was lost on the way is found here. */
  #compareAgain(session: PeerSession): void {
    const ends = session.member?.certificate.notAfter ?? 0;
    if (ends <= this.#parts.clock.now()) {
      return session.link.close("its certificate has ended");
    }
    session.described.clear();
    session.send({ kind: "digests", digests: this.#digests(session) });
    this.#pullMissing(session);
  }
}

/** Some buckets of a space's vector. */
interface VectorPart {
  readonly space: SpaceId;
  readonly buckets: readonly number[];
}

/** A log of which a peer has more than this node. */
interface WantedLog {
  readonly space: SpaceId;
  readonly log: LogId;
  readonly place: PeerPlace;
}

const ALL_BUCKETS: readonly number[] = Array.from(
  { length: BUCKETS },
  (_, i) => i,
);
