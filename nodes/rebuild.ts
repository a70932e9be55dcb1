/**
 * Makes the views again from what they are derived from: stored commits, and saved branches where commits are gone.
 * Apart from taking in because nothing is verified or written here but rows of views.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type Cell,
  type CommitContents,
  createLedger,
  type Hash,
  journalName,
  type Ledger,
  type LogFact,
  pageOf,
  type Reader,
  type Row,
  type SetAside,
  type Stamp,
  type TableSchema,
  VIEW_TABLES,
  type Writer,
} from "../crdt/mod.ts";
import type { CommitArchive, SavedItem } from "./commit_archive.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { RowBuffer } from "./row_buffer.ts";
import { BRANCHES, SET_ASIDE } from "./tables.ts";

/** What the views of a store are, in short. */
export interface ViewDigest {
  /** The table's name. */
  readonly table: string;
  /** How many rows it has. */
  readonly rows: number;
  /** SHA-256 over them in the order of their keys. */
  readonly hash: Hash;
}

/** What rebuilding did. */
export interface RebuildReport {
  /** Each table as it was. */
  readonly before: readonly ViewDigest[];
  /** Each table as it is. */
  readonly after: readonly ViewDigest[];
  /** Facts that were placed, those that do not count among them. */
  readonly facts: number;
  /** True if every table is as it was. */
  readonly equal: boolean;
}

/** What rebuilding works with. */
export interface RebuildParts {
  /** The logs. */
  readonly register: LogRegister;
  /** Their commits and saved branches. */
  readonly archive: CommitArchive;
  /** Told of each log before it is read. */
  readonly progress?: (log: LogEntry, index: number, logs: number) => void;
}

const PAGE_ROWS = 1000;

/**
 * Makes all views again, in the transaction that is passed in.
 *
 * @param writer The transaction.
 * @param parts The logs and their commits.
 * @returns What the views were and are.
 */
export function rebuildViews(
  writer: Writer,
  parts: RebuildParts,
): RebuildReport {
  const { register, archive, progress } = parts;
  return archive.during(writer, () => {
    const before = digestViews(writer);
    for (const table of VIEW_TABLES) clearTable(writer, table);
    const rows = new RowBuffer(writer, new Set());
    const ledger = createLedger(archive);
    const logs = [...register.all()].toSorted((a, b) => a.number - b.number);
    let facts = 0;
    logs.forEach((log, i) => {
      progress?.(log, i, logs.length);
      facts += rebuildLog({ writer, rows, ledger, register, archive }, log);
    });
    rows.flush();
    const after = digestViews(writer);
    const equal = after.every(({ hash }, i) => hash === before[i]?.hash);
    return { before, after, facts, equal };
  });
}

/**
 * The views in short.
 *
 * @param reader The rows.
 * @returns One digest a table.
 */
export function digestViews(reader: Reader): ViewDigest[] {
  return VIEW_TABLES.map((table) => {
    const hash = createHash("sha256");
    let rows = 0;
    for (const row of eachRow(reader, table)) {
      rows++;
      const cells = Object.keys(table.columns).map((column) => {
        const cell = row[column] ?? null;
        return cell instanceof Uint8Array ? [...cell] : cell;
      });
      hash.update(JSON.stringify(cells));
    }
    return { table: table.name, rows, hash: hash.digest("hex") as Hash };
  });
}

function keyOf(table: TableSchema, row: Row): Cell[] {
  return table.key.map((column) => row[column] ?? null);
}

function* eachRow(reader: Reader, table: TableSchema): Generator<Row> {
  let after: { after?: readonly Cell[] } = {};
  for (;;) {
    const page = reader.scan(table, { ...after, limit: PAGE_ROWS });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = { after: keyOf(table, last) };
  }
}

function clearTable(writer: Writer, table: TableSchema): void {
  for (;;) {
    const page = writer.scan(table, { limit: PAGE_ROWS });
    for (const row of page) writer.delete(table, keyOf(table, row));
    if (page.length < PAGE_ROWS) return;
  }
}

interface RebuildContext {
  readonly writer: Writer;
  readonly rows: RowBuffer;
  readonly ledger: Ledger;
  readonly register: LogRegister;
  readonly archive: CommitArchive;
}

function rebuildLog(context: RebuildContext, entry: LogEntry): number {
  const { archive } = context;
  const parent = entry.parent === undefined
    ? undefined
    : context.register.byNumber(entry.parent);
  const saved = createSavedReader(context, entry);
  let facts = 0;
  for (let seq = (parent?.seq ?? 0) + 1; seq <= entry.seq; seq++) {
    const encoded = archive.commit(entry.number, seq);
    const contents = encoded === undefined
      ? saved(seq)
      : { ...archive.contentsOf(entry, encoded), stamp: encoded.commit.stamp };
    facts += contents.facts.length;
    placeContents(context, { entry, seq }, contents);
  }
  return facts;
}

type StampedContents = CommitContents & { readonly stamp: Stamp };

/** Reads what commits that are gone held from the log's branches, page by page. */
function createSavedReader(
  { archive, writer }: RebuildContext,
  entry: LogEntry,
): (seq: number) => StampedContents {
  let others: ReadonlyMap<number, SavedItem[]> | undefined;
  let page: ReadonlyMap<number, SavedItem[]> = new Map();
  let pageNumber = -1;
  return (seq) => {
    others ??= bySeq(
      writer.scan(BRANCHES, { prefix: [entry.number] })
        .map((row) => String(row["doc"]))
        .filter((doc) => !doc.startsWith("journal/"))
        .flatMap((doc) => archive.savedItems(entry, doc)),
    );
    if (pageOf(seq) !== pageNumber) {
      pageNumber = pageOf(seq);
      const doc = journalName(entry.name, pageNumber);
      page = bySeq(archive.savedItems(entry, doc));
    }
    const items = [...others.get(seq) ?? [], ...page.get(seq) ?? []]
      .toSorted((a, b) => compareText(a.item.doc, b.item.doc));
    // Changes that do not stand are in no branch: only their note is left.
    const noted = archive.notedAside(entry.number, seq);
    const aside = items.flatMap(({ item }) => "fact" in item ? [] : [item]);
    return {
      stamp: items[0]?.stamp ?? entry.stamp,
      facts: items.flatMap(({ item }) => "fact" in item ? [item] : []),
      setAside: [
        ...[...noted.filter(({ doc }) => doc !== ""), ...aside]
          .toSorted((a, b) => compareText(a.doc, b.doc)),
        ...noted.filter(({ doc }) => doc === ""),
      ],
    };
  };
}

function bySeq(items: readonly SavedItem[]): Map<number, SavedItem[]> {
  return Map.groupBy(items, ({ seq }) => seq);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function placeContents(
  { writer, rows, ledger }: RebuildContext,
  { entry, seq }: { readonly entry: LogEntry; readonly seq: number },
  { facts, setAside, stamp }: StampedContents,
): void {
  const log = entry.number;
  for (const row of writer.scan(SET_ASIDE, { prefix: [log, seq] })) {
    writer.delete(SET_ASIDE, keyOf(SET_ASIDE, row));
  }
  const put = (item: number, { reason, doc, id, type }: SetAside) =>
    writer.put(SET_ASIDE, { log, seq, item, reason, doc, id, type });
  setAside.forEach((aside, i) => put(i, aside));
  let item = setAside.length;
  for (const { fact, doc } of facts) {
    const placed: LogFact = {
      fact,
      stamp,
      log: entry.name,
      logNumber: log,
      seq,
    };
    if (ledger.place(rows, placed)) continue;
    const { id, type } = fact;
    put(item++, { reason: "id_used_before", doc, id, type });
  }
}
