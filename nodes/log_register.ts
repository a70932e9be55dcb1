/**
 * The logs that a node knows: who writes them, in which space, how far they are stored. Kept in memory, written with
 * each transaction.
 *
 * @module
 */
import {
  equalBytes,
  fromHex,
  type Hash,
  type LogId,
  type LogTip,
  type Reader,
  type SpaceId,
  type Stamp,
  toHex,
  trunkOf,
  vectorDigest,
  type VectorEntry,
  type Writer,
} from "../crdt/mod.ts";
import type { LogCut } from "./log_cut.ts";
import { LOGS, TIPS } from "./tables.ts";

/** A log as this node has it. */
export interface LogEntry extends Omit<LogTip, "log"> {
  /** This node's short number of it. */
  readonly number: number;
  /** Its name, with a fork's suffix. */
  readonly name: LogId;
  /** True for the log that this node writes in its space. */
  readonly own: boolean;
  /** The seq of the first commit whose body may be here: 1, or more after a cold join or retention. */
  readonly firstBody: number;
  /** The signature of the newest head, 64 bytes; not that of `hash` where the log was cut at a fork. */
  readonly signature: Uint8Array;
  /** For a fork's continuation: the number of the log that it goes on from, right after that one's last commit. */
  readonly parent?: number;
  /** Where authority statements end it; derived from them, not stored. */
  readonly cut?: LogCut;
}

/**
 * How far a log is for others: its end, or where it was cut before that.
 *
 * @param entry The log.
 * @returns Seq and hash; seq 0 for a log that is hidden.
 */
export function shownTip(
  { seq, hash, cut }: LogEntry,
): { readonly seq: number; readonly hash: Hash } {
  return cut === undefined || seq <= cut.limit
    ? { seq, hash }
    : { seq: cut.hash === null ? 0 : cut.limit, hash: cut.hash ?? hash };
}

/** What is known of a log before its first commit is stored. */
export type ProvisionalLog = Pick<
  LogEntry,
  "number" | "name" | "space" | "publicKey" | "parent"
>;

/** Logs by number, by name and by trunk. */
export class LogRegister {
  readonly #byNumber = new Map<number, LogEntry>();
  readonly #byName = new Map<LogId, LogEntry>();
  readonly #byTrunk = new Map<LogId, Set<LogId>>();
  readonly #bySpace = new Map<SpaceId, Set<LogId>>();
  readonly #digests = new Map<SpaceId, Uint8Array>();
  #provisional: ProvisionalLog[] = [];
  #next = 1;
  #ownKey: Uint8Array | undefined;

  /**
   * Makes an empty register.
   *
   * @param ownKey The node's public key; that of the logs that the store calls its own if left out.
   */
  constructor(ownKey?: Uint8Array) {
    this.#ownKey = ownKey;
  }

  /** Whether a key is the node's own. */
  isOwnKey(publicKey: Uint8Array | undefined): boolean {
    return publicKey !== undefined && this.#ownKey !== undefined &&
      equalBytes(publicKey, this.#ownKey);
  }

  /**
   * Reads the logs from a store, forgetting what was known.
   *
   * @param reader The store.
   */
  load(reader: Reader): void {
    this.#byNumber.clear();
    this.#byName.clear();
    this.#byTrunk.clear();
    this.#bySpace.clear();
    this.#digests.clear();
    this.#next = 1;
    for (const row of reader.scan(LOGS)) {
      const number = Number(row["log"]);
      const tip = reader.get(TIPS, [number]);
      this.#next = Math.max(this.#next, number + 1);
      if (row["role"] === 1) this.#ownKey ??= row["public_key"] as Uint8Array;
      if (tip === undefined) continue;
      this.set({
        number,
        name: row["name"] as LogId,
        space: row["space"] as SpaceId,
        publicKey: row["public_key"] as Uint8Array,
        certificate: row["certificate"] as Uint8Array,
        own: row["role"] === 1,
        firstBody: Number(row["first_body"]),
        seq: Number(tip["seq"]),
        hash: toHex(tip["hash"] as Uint8Array) as Hash,
        stamp: tip["stamp"] as Stamp,
        signature: tip["signature"] as Uint8Array,
        ...(typeof row["parent"] === "number" ? { parent: row["parent"] } : {}),
      });
    }
  }

  /** A number that no log has. */
  nextNumber(): number {
    return this.#next;
  }

  /** The log with a number. */
  byNumber(number: number): LogEntry | undefined {
    return this.#byNumber.get(number);
  }

  /** The name and space of a log, as the transaction that runs has it: also of one whose first commit is being written. */
  identify(number: number): ProvisionalLog | undefined {
    return this.#provisional.findLast((log) => log.number === number) ??
      this.#byNumber.get(number);
  }

  /** Notes a log whose first commit or new parent is being written; until `clearProvisional`. */
  setProvisional(log: ProvisionalLog): void {
    this.#provisional.push(log);
  }

  /** Forgets logs whose first commit was being written: it is stored now, or failed. */
  clearProvisional(): void {
    this.#provisional = [];
  }

  /** The log with a name. */
  byName(name: LogId): LogEntry | undefined {
    return this.#byName.get(name);
  }

  /**
   * A log and the continuations of its forks.
   *
   * @param name The log, or any of them.
   * @param staged Logs as a transaction has changed them, by number.
   * @returns The logs, as the transaction has them.
   */
  family(name: LogId, staged?: ReadonlyMap<number, LogEntry>): LogEntry[] {
    const trunk = trunkOf(name);
    const known = this.#entries(this.#byTrunk.get(trunk));
    if (staged === undefined || staged.size === 0) return known;
    return [
      ...known.filter(({ number }) => !staged.has(number)),
      ...[...staged.values()].filter((entry) => trunkOf(entry.name) === trunk),
    ];
  }

  /** The continuations that go on from a log; none unless it was cut at a fork. */
  childrenOf(entry: LogEntry): LogEntry[] {
    return this.family(entry.name).filter((other) =>
      other.parent === entry.number
    );
  }

  /** Whether nothing more comes in a log: statements cut it, or it was cut at a fork. */
  isEnded(entry: LogEntry): boolean {
    return entry.cut !== undefined || entry.name !== trunkOf(entry.name) ||
      this.childrenOf(entry).length > 0;
  }

  /** Logs of a space. */
  ofSpace(space: SpaceId): LogEntry[] {
    return this.#entries(this.#bySpace.get(space));
  }

  /** Every log. */
  all(): IterableIterator<LogEntry> {
    return this.#byNumber.values();
  }

  /** Spaces that have a log here. */
  spaces(): SpaceId[] {
    return [...this.#bySpace.keys()].sort();
  }

  /** The log that this node writes in a space. */
  own(space: SpaceId): LogEntry | undefined {
    return this.ofSpace(space).find((entry) => entry.own);
  }

  /** How far the logs of a space are. */
  vector(space: SpaceId): VectorEntry[] {
    return this.ofSpace(space).map((entry) => ({
      log: entry.name,
      ...shownTip(entry),
    })).filter(({ seq }) => seq > 0);
  }

  /** The digest of a space's vector, computed anew only when one of its logs has changed. */
  digest(space: SpaceId): Uint8Array {
    let digest = this.#digests.get(space);
    if (digest === undefined) {
      digest = vectorDigest(this.vector(space));
      this.#digests.set(space, digest);
    }
    return digest;
  }

  /** Takes over a log's new state. */
  set(entry: LogEntry): void {
    this.#digests.delete(entry.space);
    const before = this.#byNumber.get(entry.number);
    this.#byNumber.set(entry.number, entry);
    this.#byName.set(entry.name, entry);
    if (before === undefined) {
      add(this.#byTrunk, trunkOf(entry.name), entry.name);
      add(this.#bySpace, entry.space, entry.name);
      this.#next = Math.max(this.#next, entry.number + 1);
    }
  }

  /**
   * Writes a log's state.
   *
   * @param writer The transaction.
   * @param entry The new state.
   * @param before The state in the store; undefined for a new log.
   */
  static write(
    writer: Writer,
    entry: LogEntry,
    before: LogEntry | undefined,
  ): void {
    const same = before !== undefined &&
      before.certificate === entry.certificate && before.own === entry.own &&
      before.firstBody === entry.firstBody && before.parent === entry.parent;
    if (!same) {
      writer.put(LOGS, {
        log: entry.number,
        name: entry.name,
        space: entry.space,
        public_key: entry.publicKey,
        certificate: entry.certificate,
        role: entry.own ? 1 : 0,
        first_body: entry.firstBody,
        parent: entry.parent ?? null,
      });
    }
    writer.put(TIPS, {
      log: entry.number,
      seq: entry.seq,
      hash: fromHex(entry.hash),
      stamp: entry.stamp,
      signature: entry.signature,
    });
  }

  #entries(names: ReadonlySet<LogId> | undefined): LogEntry[] {
    return [...names ?? []].map((name) => this.#byName.get(name)).filter((
      entry,
    ) => entry !== undefined);
  }
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
