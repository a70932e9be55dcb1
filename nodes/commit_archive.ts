/**
 * Stored commits: bodies one by one or packed in compressed blocks, and the facts in them, read again on demand. What
 * retention has dropped is read from the saved pages.
 *
 * @module
 */
import {
  type Atom,
  byKey,
  closeBranch,
  type CommitContents,
  type CommitFact,
  decodeCommit,
  type EncodedCommit,
  type FactArchive,
  GENESIS_STATE,
  type Hash,
  holdsFacts,
  idText,
  isAsideReason,
  journalName,
  type LogFact,
  openBranch,
  pageOf,
  PanalError,
  parseFact,
  readAtom,
  readAtoms,
  readCatalogAtom,
  readChange,
  type Reader,
  readJournalAtom,
  type SetAside,
  type SpaceId,
  type Stamp,
  type Writer,
} from "../crdt/mod.ts";
import type { LogEntry, LogRegister, ProvisionalLog } from "./log_register.ts";
import { type Block, BLOCK_COMMITS, openBlock } from "./page_sealer.ts";
import {
  BLOCKS,
  BRANCH_CHANGES,
  BRANCHES,
  COMMITS,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

const CACHED_BLOCKS_MAX = 32;
const CACHED_PAGES_MAX = 8;
const CHECKPOINT_WRONG = "checkpoint_wrong";

/** Why a whole change was set aside, as `readContents` says it. */
function isChangeReason(reason: unknown): boolean {
  return String(reason).startsWith("change_");
}

/** Reads and packs stored commits. */
export class CommitArchive implements FactArchive {
  readonly #register: LogRegister;
  #reader: Reader;
  readonly #blocks = new Map<string, Uint8Array[]>();
  readonly #pages = new Map<string, readonly LogFact[]>();
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
  spaceOf(logNumber: number): SpaceId | undefined {
    return this.#register.identify(logNumber)?.space;
  }

  /** @inheritdoc */
  isOwn(logNumber: number): boolean {
    return this.#register.isOwnKey(
      this.#register.identify(logNumber)?.publicKey,
    );
  }

  /**
   * The bytes of a commit; of a fork's continuation also those of the commits that it goes on from.
   *
   * @param log The log's number.
   * @param seq The seq.
   * @returns The body, or undefined if it is not here (any more).
   */
  body(log: number, seq: number): Uint8Array | undefined {
    const row = this.#reader.get(COMMITS, [log, seq]);
    if (row !== undefined) return row["body"] as Uint8Array;
    const first = seq - ((seq - 1) % BLOCK_COMMITS);
    const packed = this.#block(log, first)?.[seq - first];
    if (packed !== undefined) return packed;
    const parent = this.#register.identify(log)?.parent;
    return parent === undefined ? undefined : this.body(parent, seq);
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
   * The hash of a commit, also of one whose own bytes are gone if the next one names it.
   *
   * @param entry Its log.
   * @param seq Its seq.
   * @returns The hash, or undefined if nothing here tells it.
   */
  hashAt(
    { number, seq: last, hash }: Pick<LogEntry, "number" | "seq" | "hash">,
    seq: number,
  ): Hash | undefined {
    if (seq === last) return hash;
    const next = this.commit(number, seq + 1);
    if (next !== undefined) return next.commit.prev ?? undefined;
    return this.commit(number, seq)?.hash;
  }

  /**
   * Puts compressed blocks in the place of the bodies that they hold.
   *
   * @param writer The transaction.
   * @param log The log's number.
   * @param blocks Blocks of whole length; a shorter one is left as single bodies.
   */
  putBlocks(writer: Writer, log: number, blocks: readonly Block[]): void {
    for (const { first, count, bytes } of blocks) {
      if (count !== BLOCK_COMMITS) continue;
      writer.put(BLOCKS, { log, first, count, bodies: bytes });
      for (let seq = first; seq < first + count; seq++) {
        writer.delete(COMMITS, [log, seq]);
      }
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
    const list = openBlock(row["bodies"] as Uint8Array);
    if (list === undefined) {
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
    const entry = this.#register.identify(logNumber);
    if (entry === undefined) return undefined;
    const encoded = this.commit(logNumber, seq);
    if (encoded !== undefined) {
      const [only, ...others] = factsOfCommit(encoded).filter((value) =>
        (value as { id?: unknown } | null)?.id === wanted
      );
      const fact = others.length === 0 ? parseFact(only) : "malformed";
      if (typeof fact !== "string") {
        const { stamp } = encoded.commit;
        return { fact, stamp, log: entry.name, logNumber, seq };
      }
    }
    const facts = encoded === undefined
      ? this.#savedFacts(entry, seq)
      : this.placedFacts(entry, encoded);
    // The first with this id is the one that was placed.
    return facts.find((placed) =>
      placed.seq === seq && placed.fact.id === wanted
    );
  }

  /**
   * The facts of a stored commit that were placed: not those that were set aside, and of several with one id the first.
   *
   * @param entry Its log.
   * @param encoded The commit.
   * @returns Facts in the order in which they were placed.
   */
  placedFacts(entry: ProvisionalLog, encoded: EncodedCommit): LogFact[] {
    const { seq, stamp } = encoded.commit;
    const { facts } = this.contentsOf(entry, encoded);
    return this.placedOf(entry, seq, { facts, stamp });
  }

  /**
   * Those facts of a commit that were placed.
   *
   * @param entry Its log.
   * @param seq Its seq.
   * @param contents Its facts and stamp.
   * @returns Facts in the order in which they were placed.
   */
  placedOf(
    entry: ProvisionalLog,
    seq: number,
    { facts, stamp }: {
      readonly facts: readonly CommitFact[];
      readonly stamp: Stamp;
    },
  ): LogFact[] {
    const aside = this.#judgedAside(entry.number, [seq]);
    const seen = new Set<string>();
    return facts.filter(({ fact: { id }, doc }) =>
      !aside.has(`${seq} ${doc} ${id}`) && !seen.has(id) &&
      seen.add(id) !== undefined
    ).map(({ fact }) => ({
      fact,
      stamp,
      log: entry.name,
      logNumber: entry.number,
      seq,
    }));
  }

  /** What was set aside for where it stands, by seq, document and id. */
  #judgedAside(log: number, seq: readonly number[] = []): Set<string> {
    const rows = this.#reader.scan(SET_ASIDE, { prefix: [log, ...seq] });
    return new Set(
      rows.filter(({ reason }) => isAsideReason(String(reason)))
        .map((row) => `${row["seq"]} ${row["doc"]} ${row["id"]}`),
    );
  }

  /**
   * Reads a stored commit's contents again. Which of its changes do not stand was noted when it was taken in.
   *
   * @param entry Its log.
   * @param encoded The commit.
   * @returns Its facts, and everything that does not count but for the facts whose id was used before and those
   * that do not count where they stand.
   */
  contentsOf(entry: ProvisionalLog, encoded: EncodedCommit): CommitContents {
    const { commit } = encoded;
    const noted = this.notedAside(entry.number, commit.seq);
    const refused = new Map(noted.map(({ doc, reason }) => [doc, reason]));
    const facts: CommitFact[] = [];
    const setAside: SetAside[] = [];
    for (const { doc, bytes } of commit.changes) {
      const reason = refused.get(doc);
      if (reason !== undefined) {
        setAside.push({ reason, doc, id: null, type: null });
        continue;
      }
      if (!holdsFacts(doc)) continue;
      const change = readChange(bytes, commit.log, GENESIS_STATE, {
        anywhere: true,
      });
      if (typeof change === "string") continue;
      const place = { ...commit, log: entry.name };
      for (const atom of byKey(change.atoms)) {
        for (const item of readAtom(atom, doc, place)) {
          if ("fact" in item) facts.push(item);
          else setAside.push(item);
        }
      }
    }
    return {
      facts,
      setAside: [
        ...setAside,
        ...noted.filter(({ reason }) => !isChangeReason(reason)),
      ],
    };
  }

  /**
   * What was set aside of a commit for what stood before it, which its own bytes do not tell.
   *
   * @param log The log's number.
   * @param seq The seq.
   * @returns Changes that do not stand, and a wrong checkpoint.
   */
  notedAside(log: number, seq: number): SetAside[] {
    return this.#reader.scan(SET_ASIDE, { prefix: [log, seq] })
      .filter(({ reason }) =>
        reason === CHECKPOINT_WRONG || isChangeReason(reason)
      )
      .map((row) => ({
        reason: String(row["reason"]),
        doc: String(row["doc"]),
        id: null,
        type: null,
      }));
  }

  /** The facts of a page (and of the log's other documents) whose commits are gone. */
  #savedFacts(entry: ProvisionalLog, seq: number): readonly LogFact[] {
    const doc = journalName(entry.name, pageOf(seq));
    const key = `${entry.number} ${doc}`;
    const cached = this.#pages.get(key);
    if (cached !== undefined) return cached;
    const names = [...this.#otherDocuments(entry), doc];
    const facts = names.flatMap((name) => this.savedFacts(entry, name));
    if (this.#pages.size >= CACHED_PAGES_MAX) {
      this.#pages.delete(this.#pages.keys().next().value ?? "");
    }
    this.#pages.set(key, facts);
    return facts;
  }

  #otherDocuments(entry: ProvisionalLog): string[] {
    return ["catalog", "directory", "prices"].flatMap((folder) =>
      this.#reader.scan(BRANCHES, {
        prefix: [entry.number],
        from: [`${folder}/`],
        below: [`${folder}0`],
      }).map((row) => String(row["doc"]))
    );
  }

  /**
   * The facts of a saved branch and its changes since that were not set aside for where they stand.
   *
   * @param entry The log.
   * @param doc The document.
   * @returns Facts in the order of their commits.
   */
  savedFacts(entry: ProvisionalLog, doc: string): LogFact[] {
    const aside = this.#judgedAside(entry.number);
    return this.savedItems(entry, doc).flatMap(({ item, seq, stamp }) =>
      "fact" in item && !aside.has(`${seq} ${doc} ${item.fact.id}`)
        ? [{
          fact: item.fact,
          stamp,
          log: entry.name,
          logNumber: entry.number,
          seq,
        }]
        : []
    );
  }

  /**
   * What a saved branch and its changes since hold. The changes of a journal page are in its commits alone.
   *
   * @param entry The log.
   * @param doc The document.
   * @returns Facts and what is set aside, in the order of their commits.
   */
  savedItems(entry: ProvisionalLog, doc: string): readonly SavedItem[] {
    const row = this.#reader.get(SAVED_BRANCHES, [entry.number, doc]);
    const changes = this.#reader.scan(BRANCH_CHANGES, {
      prefix: [entry.number, doc],
      from: [Number(row?.["changes"] ?? 0) + 1],
    }).map((change) => change["bytes"] as Uint8Array);
    if (!holdsFacts(doc) || (row === undefined && changes.length === 0)) {
      return [];
    }
    const saved = row?.["bytes"] as Uint8Array | undefined;
    const branch = openBranch(entry.name, saved, changes);
    const atoms = readAtoms(branch) ?? [];
    closeBranch(branch);
    return byKey(atoms).flatMap((atom): SavedItem[] => {
      const place = placeOf(doc, atom);
      if (place === undefined) return [];
      return readAtom(atom, doc, {
        space: entry.space,
        log: entry.name,
        ...place,
      }).map((item) => ({ item, ...place }));
    }).toSorted((a, b) => a.seq - b.seq);
  }
}

/** A fact of a saved branch, or what is set aside in it. */
export interface SavedItem {
  /** What it is. */
  readonly item: CommitFact | SetAside;
  /** The seq of its commit. */
  readonly seq: number;
  /** The stamp of its commit. */
  readonly stamp: Stamp;
}

/** The commit that an atom says that it is of. */
function placeOf(
  doc: string,
  [key, text]: Atom,
): { readonly seq: number; readonly stamp: Stamp } | undefined {
  if (!doc.startsWith("journal/")) return readCatalogAtom(text);
  const entry = readJournalAtom(text);
  const seq = Number(key);
  return entry === undefined || !Number.isSafeInteger(seq)
    ? undefined
    : { seq, stamp: entry.stamp };
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
