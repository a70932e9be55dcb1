/**
 * Countersigning: a node signs heads and checkpoints of others' logs that it has verified and stored, keeps what other
 * members signed, and passes both on. All of it is bounded: few signers a log, two heads a signer, some a time.
 *
 * @module
 */
import {
  type Clock,
  countersign,
  type Countersignature,
  equalBytes,
  fromHex,
  type Hash,
  type Head,
  MESH_SPACE,
  type Reader,
  type Row,
  type SignatureScheme,
  type Signer,
  type SpaceId,
  type Timer,
  toHex,
  verifyCountersignature,
  type Writer,
} from "../crdt/mod.ts";
import {
  MESSAGE_COUNTERSIGNATURES_MAX,
  type WireCountersignature,
} from "../net/mod.ts";
import {
  COUNTERSIGN_LOG_MS,
  COUNTERSIGN_MS,
  COUNTERSIGNATURES_MAX,
  COUNTERSIGNERS_MAX,
} from "./limits.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { LANDMARK_CHECKPOINT } from "./log_store.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { COUNTERSIGNATURES, HEADS, LANDMARKS } from "./tables.ts";

/** What countersigning works with. */
export interface CountersigningParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
  /** Log lines. */
  readonly logger: Logger;
  /** Peers that are linked and admitted. */
  sessions(): Iterable<PeerSession>;
  /** Whether this node reads a space. */
  reads(space: SpaceId): boolean;
  /** Tells of something that a person should look at. */
  report(
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void;
}

/** What waits to be sent, and who sent it. */
interface Outgoing {
  readonly item: WireCountersignature;
  readonly space: SpaceId;
  readonly from: PeerSession | undefined;
}

/** What is to be stored, and who sent it. */
interface Pending {
  readonly entry: LogEntry;
  readonly one: Countersignature;
  readonly from: PeerSession | undefined;
}

/** Most verified countersignatures that wait to be stored together. */
const PENDING_MAX = 1024;

/**
 * The certificate chain of a member, as its log in `mesh` carries it.
 *
 * @param register The logs.
 * @param publicKey The member's key.
 * @returns The chain, verified when it was taken in; undefined for a key that is no member's.
 */
export function chainOfMember(
  register: LogRegister,
  publicKey: Uint8Array,
): Uint8Array | undefined {
  return register.ofSpace(MESH_SPACE).find((entry) =>
    entry.certificate.length > 0 && equalBytes(entry.publicKey, publicKey)
  )?.certificate;
}

/**
 * What other members signed of a log.
 *
 * @param reader The rows.
 * @param entry The log.
 * @param seq Only of this head; of all if left out.
 * @returns Countersignatures in the order of their seqs.
 */
export function countersignaturesOf(
  reader: Reader,
  { number, name }: Pick<LogEntry, "number" | "name">,
  seq?: number,
): Countersignature[] {
  const prefix = seq === undefined ? [number] : [number, seq];
  return reader.scan(COUNTERSIGNATURES, { prefix }).map((row) => ({
    head: {
      log: name,
      seq: Number(row["seq"]),
      hash: toHex(row["hash"] as Uint8Array) as Hash,
      signature: row["head"] as Uint8Array,
    },
    signer: row["signer"] as Uint8Array,
    signature: row["signature"] as Uint8Array,
  }));
}

/**
 * Stores a countersignature, in the place of the signer's older ones: its newest and that of its newest checkpoint stay.
 *
 * @param writer The transaction.
 * @param log The log's number.
 * @param countersignature One that was verified.
 * @returns False if the log has enough signers already.
 */
export function putCountersignature(
  writer: Writer,
  log: number,
  { head, signer, signature }: Countersignature,
): boolean {
  const rows = writer.scan(COUNTERSIGNATURES, { prefix: [log] });
  const signers = new Set(rows.map((row) => toHex(signerOf(row))));
  signers.delete(toHex(signer));
  if (signers.size >= COUNTERSIGNERS_MAX) return false;
  const own = rows.filter((row) => equalBytes(signerOf(row), signer))
    .map((row) => Number(row["seq"]));
  writer.put(COUNTERSIGNATURES, {
    ...{ log, seq: head.seq, signer, signature },
    ...{ hash: fromHex(head.hash), head: head.signature },
  });
  if (own.length === 0) return true;
  const seqs = [...new Set([...own, head.seq])].toSorted((a, b) => b - a);
  const checkpoint = seqs.find((seq) =>
    writer.get(LANDMARKS, [log, seq, LANDMARK_CHECKPOINT]) !== undefined
  );
  for (const seq of seqs) {
    if (seq === seqs[0] || seq === checkpoint) continue;
    writer.delete(COUNTERSIGNATURES, [log, seq, signer]);
  }
  return true;
}

/** Signs, takes and passes on countersignatures. */
export class Countersigning {
  readonly #parts: CountersigningParts;
  /** Others' logs that went on since their heads were looked at. */
  readonly #moved = new Set<number>();
  readonly #signedAt = new Map<number, number>();
  readonly #taken = new Map<PeerSession, number>();
  /** What came and was verified: stored at the next step, as one transaction for each message is too many. */
  readonly #pending = new Map<number, Pending[]>();
  #pendingCount = 0;
  /** Heads of logs that enough members signed. */
  readonly #settled = new Map<number, Hash>();
  #outgoing: Outgoing[] = [];
  #timer: Timer | undefined;
  #stopped = false;

  /**
   * Makes it; nothing is signed before `start`.
   *
   * @param parts What it works with.
   */
  constructor(parts: CountersigningParts) {
    this.#parts = parts;
  }

  /** Begins to sign now and then. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#parts.clock.timer(COUNTERSIGN_MS, () => {
      try {
        this.step();
      } catch (error) {
        this.#parts.logger.log("error", "Heads could not be signed", {
          error: String(error),
        });
      }
      this.start();
    });
  }

  /** Ends it. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Others' logs have new commits. */
  note(entries: readonly LogEntry[]): void {
    for (const { number } of entries) this.#moved.add(number);
  }

  /** Signs what is to be signed and sends what waits. */
  step(): void {
    this.#taken.clear();
    for (const number of [...this.#moved].slice(0, COUNTERSIGNATURES_MAX)) {
      this.#moved.delete(number);
      const entry = this.#parts.replica.register.byNumber(number);
      if (entry === undefined) continue;
      for (const head of this.#headsToSign(entry)) {
        const one = countersign(head, this.#parts.signer);
        this.#keep({ entry, one, from: undefined });
      }
    }
    this.#store();
    this.#send();
  }

  /**
   * Takes what a peer passes on.
   *
   * @param session The peer.
   * @param items What it sent.
   * @returns A sentence that says what is wrong with it; undefined if nothing is.
   */
  take(
    session: PeerSession,
    items: readonly WireCountersignature[],
  ): string | undefined {
    const { replica, signatures, reads } = this.#parts;
    const taken = (this.#taken.get(session) ?? 0) + items.length;
    this.#taken.set(session, taken);
    // More than an honest peer sends is not worth the work of verifying it.
    if (taken > COUNTERSIGNATURES_MAX) return undefined;
    for (const { log, head, signer, signature } of items) {
      const entry = replica.register.byName(log);
      if (entry === undefined || !reads(entry.space)) continue;
      const one = { head: { log, ...head }, signer, signature };
      if (!session.reads(entry.space) || this.#isKnown(entry, one)) continue;
      const chain = chainOfMember(replica.register, signer);
      if (chain === undefined || replica.isRevokedMember(signer, chain)) {
        continue;
      }
      if (!verifyCountersignature(one, entry.publicKey, signatures)) {
        return "a countersignature that does not verify";
      }
      if (this.#agrees(entry, one) && this.#pendingCount < PENDING_MAX) {
        this.#keep({ entry, one, from: session });
      }
    }
    return undefined;
  }

  #isOwn({ publicKey }: LogEntry): boolean {
    return equalBytes(publicKey, this.#parts.signer.publicKey);
  }

  /**
   * Whether a countersignature tells nothing: it, or a newer one of its signer, is here, or the log has signers enough
   * and the head is the one that is here. Who contradicts what is here is always heard.
   */
  #isKnown(entry: LogEntry, one: Countersignature): boolean {
    const { number, seq, hash } = entry;
    const { head, signer } = one;
    const isHere = head.seq === seq && head.hash === hash;
    // Most of what comes in a large mesh is about heads that all know.
    if (isHere && this.#settled.get(number) === hash) return true;
    const { reader } = this.#parts.replica;
    const signersOf = (list: readonly Countersignature[]) =>
      new Set(list.map((other) => toHex(other.signer))).size;
    const stored = countersignaturesOf(reader, entry);
    const ofThis = stored.filter((other) => other.head.seq === seq);
    if (signersOf(ofThis) >= COUNTERSIGNERS_MAX) {
      this.#settled.set(number, hash);
    }
    const waiting = this.#pending.get(number) ?? [];
    const known = [...stored, ...waiting.map((pending) => pending.one)];
    const own = known.filter((other) => equalBytes(other.signer, signer));
    if (own.length === 0) {
      return isHere && signersOf(known) >= COUNTERSIGNERS_MAX;
    }
    return own.some((other) => other.head.seq === head.seq) ||
      (own.some((other) => other.head.seq > head.seq) &&
        reader.get(LANDMARKS, [number, head.seq, LANDMARK_CHECKPOINT]) ===
          undefined);
  }

  /** Compares a head that both its writer and another member signed with what is here. */
  #agrees(entry: LogEntry, { head }: Countersignature): boolean {
    const { replica, report } = this.#parts;
    const { number, name, seq } = entry;
    if (head.seq > seq) {
      if (!entry.own) return true;
      replica.closeLogs([number]);
      report(
        "amnesia",
        "A member has signed more of this node's log than the node has: the folder is an old copy. A new log is opened",
        { log: name, seq },
      );
      return true;
    }
    const here = head.seq === seq
      ? entry.hash
      : replica.archive.commit(number, head.seq)?.hash;
    if (here === undefined || here === head.hash) return true;
    report(
      "countersigned_fork",
      "A member has signed another commit of a log than the one that is here: its writer was cloned, or lies",
      { log: name, seq: head.seq, here, there: head.hash },
    );
    return false;
  }

  #headsToSign(entry: LogEntry): Head[] {
    const { replica, clock } = this.#parts;
    const { number, seq, hash, signature, name, firstBody, cut } = entry;
    const isForked = replica.register.family(name).length > 1;
    // Where a cold join ended nothing was compared with commits.
    if (seq < firstBody || isForked || cut !== undefined) return [];
    if (this.#isOwn(entry)) return [];
    const known = countersignaturesOf(replica.reader, entry);
    const isEnough = (at: number) =>
      known.filter(({ head }) => head.seq >= at).length >= COUNTERSIGNERS_MAX ||
      known.some(({ head, signer }) =>
        head.seq === at && equalBytes(signer, this.#parts.signer.publicKey)
      );
    const checkpoint = this.#checkpointOf(entry);
    const heads = checkpoint === undefined || isEnough(checkpoint.seq)
      ? []
      : [checkpoint];
    const now = clock.monotonic();
    const waits = now < (this.#signedAt.get(number) ?? -Infinity) +
        COUNTERSIGN_LOG_MS;
    if (waits) this.#moved.add(number);
    if (waits || isEnough(seq) || checkpoint?.seq === seq) return heads;
    this.#signedAt.set(number, now);
    return [...heads, { log: name, seq, hash, signature }];
  }

  /** The newest checkpoint that was compared with the commits before it, with its writer's signature. */
  #checkpointOf({ number, name, firstBody }: LogEntry): Head | undefined {
    const { reader } = this.#parts.replica;
    const last = reader.scan(LANDMARKS, { prefix: [number], reverse: true })
      .find((row) => row["kind"] === LANDMARK_CHECKPOINT);
    const seq = Number(last?.["seq"] ?? 0);
    const head = reader.get(HEADS, [number, seq]);
    if (head === undefined || seq < firstBody) return undefined;
    return {
      log: name,
      seq,
      hash: toHex(head["hash"] as Uint8Array) as Hash,
      signature: head["signature"] as Uint8Array,
    };
  }

  #keep(pending: Pending): void {
    const { number } = pending.entry;
    const list = this.#pending.get(number);
    if (list === undefined) this.#pending.set(number, [pending]);
    else list.push(pending);
    this.#pendingCount++;
  }

  #store(): void {
    const pending = [...this.#pending.values()].flat();
    this.#pending.clear();
    this.#pendingCount = 0;
    if (pending.length === 0) return;
    const stored = this.#parts.replica.transact((writer) =>
      pending.filter(({ entry: { number }, one }) =>
        putCountersignature(writer, number, one)
      )
    );
    for (const { entry: { space, name: log }, one, from } of stored) {
      const { head, signer, signature } = one;
      const { seq, hash } = head;
      const item = {
        log,
        head: { seq, hash, signature: head.signature },
        signer,
        signature,
      };
      this.#outgoing.push({ item, space, from });
    }
    // What is dropped here is signed again when the log goes on.
    this.#outgoing.splice(0, this.#outgoing.length - COUNTERSIGNATURES_MAX);
  }

  #send(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    for (const session of this.#parts.sessions()) {
      if (!session.link.writable) continue;
      const items = outgoing
        .filter(({ space, from }) => from !== session && session.reads(space))
        .map(({ item }) => item);
      for (let i = 0; i < items.length; i += MESSAGE_COUNTERSIGNATURES_MAX) {
        session.send({
          kind: "countersigned",
          items: items.slice(i, i + MESSAGE_COUNTERSIGNATURES_MAX),
        });
      }
    }
  }
}

function signerOf(row: Row): Uint8Array {
  return row["signer"] as Uint8Array;
}
