/**
 * Stored commits: bodies one by one or packed in compressed blocks, and the facts in them, read again on demand. What
 * retention has dropped is read from the saved pages.
 *
 * @module
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  decodeCbor,
  decodeCommit,
  encodeCbor,
  type EncodedCommit,
  type FactArchive,
  GENESIS_STATE,
  holdsFacts,
  idText,
  isBytes,
  journalName,
  type LogFact,
  openBranch,
  PAGE_ENTRIES,
  pageOf,
  PanalError,
  parseFact,
  readAtoms,
  readCatalogAtom,
  readChange,
  type Reader,
  readJournalAtom,
  type Writer,
} from "../crdt/mod.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { BLOCKS, COMMITS, SAVED_BRANCHES } from "./tables.ts";

/** How many commits are compressed together. It divides a page. */
export const BLOCK_COMMITS = 64;
const CACHED_BLOCKS_MAX = 32;
const CACHED_PAGES_MAX = 8;

/** Reads and packs stored commits. */
export class CommitArchive implements FactArchive {
  readonly #register: LogRegister;
  #reader: Reader;
  readonly #blocks = new Map<string, Uint8Array[]>();
  readonly #pages = new Map<string, Map<string, LogFact>>();
  readonly #pending = new Map<string, LogFact>();

  /**
   * Makes an archive.
   *
   * @param reader The store.
   * @param register The logs.
   */
  constructor(reader: Reader, register: LogRegister) {
    this.#reader = reader;
    this.#register = register;
  }

  /** Reads from another store from now on. */
  reopen(reader: Reader): void {
    this.#reader = reader;
    this.clear();
  }

  /** Reads through a transaction while it runs, so that what it wrote is seen. */
  during<T>(reader: Reader, body: () => T): T {
    const outer = this.#reader;
    this.#reader = reader;
    try {
      return body();
    } finally {
      this.#reader = outer;
    }
  }

  /** @inheritdoc */
  spaceOf(logNumber: number) {
    return this.#register.identify(logNumber)?.space;
  }

  /**
   * The bytes of a commit.
   *
   * @param log The log's number.
   * @param seq The seq.
   * @returns The body, or undefined if it is not here (any more).
   */
  body(log: number, seq: number): Uint8Array | undefined {
    const row = this.#reader.get(COMMITS, [log, seq]);
    if (row !== undefined) return row["body"] as Uint8Array;
    const first = seq - ((seq - 1) % BLOCK_COMMITS);
    return this.#block(log, first)?.[seq - first];
  }

  /**
   * Bodies in order from a seq on, while they are here.
   *
   * @param log The log's number.
   * @param range The first seq, the last, and the most bytes (at least one body is given).
   * @returns The bodies; fewer if one is missing.
   */
  bodies(
    log: number,
    range: { from: number; to: number; bytesMax: number },
  ): Uint8Array[] {
    const out: Uint8Array[] = [];
    let bytes = 0;
    let seq = range.from;
    while (seq <= range.to) {
      const packed = this.body(log, seq);
      if (packed === undefined) break;
      bytes += packed.length;
      if (out.length > 0 && bytes > range.bytesMax) break;
      out.push(packed);
      seq++;
    }
    return out;
  }

  /**
   * A commit.
   *
   * @param log The log's number.
   * @param seq The seq.
   * @returns The commit, or undefined if it is not here (any more).
   */
  commit(log: number, seq: number): EncodedCommit | undefined {
    const body = this.body(log, seq);
    if (body === undefined) return undefined;
    const commit = decodeCommit(body);
    if (commit === undefined) {
      throw new PanalError(
        "data_folder_damaged",
        `Cannot read commit ${seq} of log ${log}: run "rebuild" or restore`,
      );
    }
    return commit;
  }

  /**
   * Packs the commits of a sealed page into compressed blocks.
   *
   * @param writer The transaction.
   * @param log The log's number.
   * @param page The page.
   */
  pack(writer: Writer, log: number, page: number): void {
    for (
      let first = page * PAGE_ENTRIES + 1;
      first <= (page + 1) * PAGE_ENTRIES;
      first += BLOCK_COMMITS
    ) {
      const rows = writer.scan(COMMITS, {
        prefix: [log],
        from: [first],
        below: [first + BLOCK_COMMITS],
      });
      if (rows.length !== BLOCK_COMMITS) continue;
      const bodies = deflateRawSync(encodeCbor(rows.map((row) => row["body"])));
      writer.put(BLOCKS, {
        log,
        first,
        count: BLOCK_COMMITS,
        bodies: new Uint8Array(bodies),
      });
      for (const row of rows) writer.delete(COMMITS, [log, row["seq"] ?? null]);
    }
  }

  /** Notes a fact whose commit is being written, so that later decisions of its group can read it. */
  notePending(placed: LogFact): void {
    this.#pending.set(`${placed.logNumber} ${placed.fact.id}`, placed);
  }

  /** Forgets the facts of a group: its commit is stored now, or failed. */
  clearPending(): void {
    this.#pending.clear();
  }

  /** Forgets what is cached: after a log was cut or a transaction failed. */
  clear(): void {
    this.#blocks.clear();
    this.#pages.clear();
  }

  #block(log: number, first: number): Uint8Array[] | undefined {
    const key = `${log} ${first}`;
    const cached = this.#blocks.get(key);
    if (cached !== undefined) return cached;
    const row = this.#reader.get(BLOCKS, [log, first]);
    if (row === undefined) return undefined;
    const list = decodeCbor(
      new Uint8Array(inflateRawSync(row["bodies"] as Uint8Array)),
    );
    if (!Array.isArray(list) || !list.every((item) => isBytes(item))) {
      throw new PanalError(
        "data_folder_damaged",
        `Cannot read commits from ${first} on of log ${log}`,
      );
    }
    if (this.#blocks.size >= CACHED_BLOCKS_MAX) {
      this.#blocks.delete(this.#blocks.keys().next().value ?? "");
    }
    this.#blocks.set(key, list);
    return list;
  }

  /** @inheritdoc */
  read(logNumber: number, seq: number, id: Uint8Array): LogFact | undefined {
    const wanted = idText(id);
    const pending = this.#pending.get(`${logNumber} ${wanted}`);
    if (pending !== undefined) return pending;
    const entry = this.#register.byNumber(logNumber);
    if (entry === undefined) return undefined;
    const encoded = this.commit(logNumber, seq);
    if (encoded !== undefined) {
      const fact = factsOfCommit(encoded).find((value) =>
        (value as { id?: unknown }).id === wanted
      );
      const parsed = parseFact(fact);
      if (typeof parsed === "string") return undefined;
      return {
        fact: parsed,
        stamp: encoded.commit.stamp,
        log: entry.name,
        logNumber,
        seq,
      };
    }
    return this.#savedFacts(entry, seq).get(wanted);
  }

  /** The facts of a page (and of the log's other documents) whose commits are gone, by id. */
  #savedFacts(entry: LogEntry, seq: number): Map<string, LogFact> {
    const doc = journalName(entry.name, pageOf(seq));
    const key = `${entry.number} ${doc}`;
    const cached = this.#pages.get(key);
    if (cached !== undefined) return cached;
    const facts = new Map<string, LogFact>();
    const names = [doc, ...this.#otherDocuments(entry)];
    for (const name of names) {
      for (const placed of this.savedFacts(entry, name)) {
        facts.set(placed.fact.id, placed);
      }
    }
    if (this.#pages.size >= CACHED_PAGES_MAX) {
      this.#pages.delete(this.#pages.keys().next().value ?? "");
    }
    this.#pages.set(key, facts);
    return facts;
  }

  #otherDocuments(entry: LogEntry): string[] {
    return ["catalog", "prices", "directory"].map((folder) =>
      `${folder}/${entry.space}`
    );
  }

  /**
   * The facts of a saved branch.
   *
   * @param entry The log.
   * @param doc The document.
   * @returns Facts in the order of their commits; none if the branch is not saved.
   */
  savedFacts(entry: LogEntry, doc: string): LogFact[] {
    const row = this.#reader.get(SAVED_BRANCHES, [entry.number, doc]);
    if (row === undefined || !holdsFacts(doc)) return [];
    const atoms =
      readAtoms(openBranch(entry.name, row["bytes"] as Uint8Array)) ?? [];
    return atoms.flatMap(([key, text]) => {
      const journal = doc.startsWith("journal/")
        ? readJournalAtom(text)
        : undefined;
      const other = journal === undefined ? readCatalogAtom(text) : undefined;
      const stamp = journal?.stamp ?? other?.stamp;
      const seq = journal === undefined ? other?.seq : Number(key);
      if (stamp === undefined || seq === undefined) return [];
      return (journal?.facts ?? [other?.fact]).flatMap((value): LogFact[] => {
        const fact = parseFact(value);
        return typeof fact === "string"
          ? []
          : [{ fact, stamp, log: entry.name, logNumber: entry.number, seq }];
      });
    }).toSorted((a, b) => a.seq - b.seq);
  }
}

/**
 * The facts in a commit as plain values, whatever counts of them. The commit was verified when it was stored.
 *
 * @param encoded The commit.
 * @returns Values.
 */
export function factsOfCommit(encoded: EncodedCommit): unknown[] {
  return encoded.commit.changes.filter(({ doc }) => holdsFacts(doc)).flatMap(
    ({ doc, bytes }) => {
      const atoms = looseAtoms(bytes, encoded);
      return atoms.flatMap(([, text]) => {
        if (doc.startsWith("journal/")) {
          return readJournalAtom(text)?.facts ?? [];
        }
        const entry = readCatalogAtom(text);
        return entry === undefined ? [] : [entry.fact];
      });
    },
  );
}

function looseAtoms(bytes: Uint8Array, { commit }: EncodedCommit) {
  const change = readChange(bytes, commit.log, GENESIS_STATE, {
    anywhere: true,
  });
  return typeof change === "string" ? [] : change.atoms;
}
