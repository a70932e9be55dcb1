/**
 * Where logs end by authority statements. A cut is a pure function of the valid statements and of the log itself: its
 * commits tell by their certificates who stands above the writer, and by their hashes which of a fork's continuations a
 * statement names. So it does not matter what came first.
 *
 * @module
 */
import {
  AUTHORITY,
  type FactId,
  type LogId,
  readChain,
  type Reader,
  type Row,
  type StatedHead,
  toHex,
  trunkOf,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { type CarriedChain, carriedChains } from "./log_certificates.ts";
import type { LogCut } from "./log_cut.ts";
import type { LogEntry } from "./log_register.ts";

/** Where statements and logs are read. */
export interface CutSource {
  /** The rows. */
  readonly reader: Reader;
  /** Stored commits. */
  readonly archive: CommitArchive;
  /** A log and the continuations of its forks, as they are now. */
  readonly family: (name: LogId) => readonly LogEntry[];
}

interface StatedCut {
  readonly id: FactId;
  readonly heads: readonly StatedHead[];
  /** The first commit whose certificate stands below the signer. */
  readonly from: number;
}

/**
 * Where a log ends.
 *
 * @param source Where statements and logs are read.
 * @param entry The log.
 * @param chains Its certificates; read from the log if left out.
 * @returns The cut; undefined if no statement speaks of the log.
 */
export function cutOf(
  source: CutSource,
  entry: LogEntry,
  chains?: readonly CarriedChain[],
): LogCut | undefined {
  const family = new Family(source, entry);
  const counts = family.counts(entry, chains);
  if (counts === undefined) return undefined;
  const limit = family.limit(entry, counts);
  const end = family.heads.find(({ seq }) => seq === limit);
  const hash = entry.seq > limit && limit > 0
    ? source.archive.hashAt(entry, limit) ?? end?.hash ?? null
    : null;
  const signature = end !== undefined && (hash === null || end.hash === hash)
    ? end.signature
    : undefined;
  return { counts, limit, hash, signature };
}

/**
 * Whether a member was revoked by a key that stands above it in a chain.
 *
 * @param reader The rows.
 * @param publicKey The member's key.
 * @param chain The chain that it presents.
 * @returns True if such a statement counts.
 */
export function isRevoked(
  reader: Reader,
  publicKey: Uint8Array,
  chain: Uint8Array,
): boolean {
  const peer = toHex(publicKey);
  const carried = [{ seq: 1, chain }];
  return reader.scan(AUTHORITY, { prefix: [peer] }).some((row) =>
    row["kind"] === "revoke" &&
    standsFrom(carried, String(row["signer"]), peer) !== undefined
  );
}

/** The first commit whose chain stands below a signer; undefined if none does. Nobody stands above itself. */
function standsFrom(
  chains: readonly CarriedChain[],
  signer: string,
  writer: string,
): number | undefined {
  if (signer === "") {
    const [certificate] = readChain(chains[0]?.chain ?? new Uint8Array()) ?? [];
    const isRoot = certificate !== undefined &&
      toHex(certificate.root) === writer;
    return isRoot ? undefined : 1;
  }
  if (signer === writer) return undefined;
  return chains.find(({ chain }) =>
    readChain(chain)?.some(({ issuer }) => toHex(issuer) === signer)
  )?.seq;
}

/** A log with its forks, and the statements about it. */
class Family {
  readonly #source: CutSource;
  readonly #entries: readonly LogEntry[];
  readonly #rows: readonly Row[];

  constructor(source: CutSource, entry: LogEntry) {
    this.#source = source;
    this.#entries = source.family(entry.name);
    const peer = toHex(entry.publicKey);
    this.#rows = [peer, trunkOf(entry.name)].flatMap((subject) =>
      source.reader.scan(AUTHORITY, { prefix: [subject] })
    );
  }

  /** Every head that a statement names in this family. */
  get heads(): StatedHead[] {
    return this.#rows.flatMap((row) => this.#headsOf(row));
  }

  #headsOf(row: Row): StatedHead[] {
    const heads = JSON.parse(String(row["heads"])) as StatedHead[];
    return heads.filter(({ log }) => this.#isMember(log));
  }

  #isMember(log: LogId): boolean {
    const [first] = this.#entries;
    return first === undefined || trunkOf(first.name) === trunkOf(log);
  }

  /** The last seq that counts, the log's own first commit less one at least; undefined if nothing cuts it. */
  counts(
    entry: LogEntry,
    chains?: readonly CarriedChain[],
  ): number | undefined {
    if (this.#rows.length === 0) return undefined;
    const carried = chains ?? this.#chainsOf(entry);
    const cuts = this.#stated(entry, carried, ["revoke", "reassign"]);
    if (cuts.length === 0) return undefined;
    const lifts = this.#rows.filter(({ kind, signer }) =>
      kind === "readmit" &&
      standsFrom(carried, String(signer), toHex(entry.publicKey)) !== undefined
    ).map((row) => ({
      ids: JSON.parse(String(row["lifts"])) as FactId[],
      heads: this.#headsOf(row),
    }));
    const ends = cuts.map(({ id, heads, from }) => {
      const lifted = lifts.filter(({ ids }) => ids.includes(id));
      const reached = [...heads, ...lifted.flatMap(({ heads }) => heads)]
        .map((head) => this.#reach(entry, head));
      return Math.max(this.#start(entry), from > 1 ? from : 0, ...reached);
    });
    return Math.min(...ends);
  }

  /** How far a log is taken in and shown. Of a fork's continuation that counts nowhere the first commit stays. */
  limit(entry: LogEntry, counts: number): number {
    const start = this.#start(entry);
    if (entry.parent === undefined || counts > start) return counts;
    const forks = this.#entries.some((other) =>
      other.parent === entry.parent && other.number !== entry.number &&
      (this.counts(other) ?? Infinity) > start
    );
    return forks ? start + 1 : 0;
  }

  #stated(
    entry: LogEntry,
    chains: readonly CarriedChain[],
    kinds: readonly string[],
  ): StatedCut[] {
    const writer = toHex(entry.publicKey);
    return this.#rows.flatMap((row): StatedCut[] => {
      if (!kinds.includes(String(row["kind"]))) return [];
      const from = standsFrom(chains, String(row["signer"]), writer);
      return from === undefined
        ? []
        : [{ id: row["id"] as FactId, heads: this.#headsOf(row), from }];
    });
  }

  #chainsOf(entry: LogEntry): CarriedChain[] {
    const { reader, archive } = this.#source;
    const parentOf = (log: LogEntry) => this.#parentOf(log);
    return carriedChains({ reader, archive, parentOf }, entry);
  }

  #parentOf({ parent }: LogEntry): LogEntry | undefined {
    return this.#entries.find(({ number }) => number === parent);
  }

  #start(entry: LogEntry): number {
    return this.#parentOf(entry)?.seq ?? 0;
  }

  #holds(entry: LogEntry, { seq, hash }: StatedHead): boolean {
    if (seq <= this.#start(entry) || seq > entry.seq) return false;
    const known = this.#source.archive.hashAt(entry, seq);
    // What is no longer kept was verified when it was.
    return known === undefined || known === hash;
  }

  /** The last seq of a log that lies below a head. */
  #reach(entry: LogEntry, head: StatedHead): number {
    const start = this.#start(entry);
    const holder = this.#entries.find((other) => this.#holds(other, head));
    if (holder === entry) return head.seq;
    if (holder !== undefined) {
      return this.#isAbove(entry, holder) ? entry.seq : start;
    }
    // The head is not here yet: whatever may still reach it counts meanwhile.
    const children = this.#entries.filter(({ parent }) =>
      parent === entry.number
    );
    if (children.length === 0) return entry.seq < head.seq ? head.seq : start;
    return children.some((child) => this.#reach(child, head) > entry.seq)
      ? entry.seq
      : start;
  }

  #isAbove(entry: LogEntry, below: LogEntry): boolean {
    const parent = this.#parentOf(below);
    return parent !== undefined &&
      (parent.number === entry.number || this.#isAbove(entry, parent));
  }
}
