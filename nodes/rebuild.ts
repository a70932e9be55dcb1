/**
 * Makes the views again from what they are derived from: stored commits, and saved branches where commits are gone.
 * Apart from taking in because nothing is verified or written here but rows of views.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type Cell,
  createLedger,
  type Hash,
  type Reader,
  type Row,
  type TableSchema,
  type VerifyContext,
  VIEW_TABLES,
  type Writer,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { carriedChains, chainAt } from "./log_certificates.ts";
import { createContentsReader } from "./log_contents.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { placeContents, type PlaceContext } from "./place_contents.ts";
import { RowBuffer } from "./row_buffer.ts";
import { settleCuts } from "./settle_cuts.ts";
import { endJournal } from "./sinks/change_journal.ts";

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
  /** By what facts are judged. */
  readonly verify: VerifyContext;
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
  return parts.archive.during(writer, () => {
    const before = digestViews(writer);
    endJournal(writer);
    for (const table of VIEW_TABLES) clearTable(writer, table);
    const facts = placeAll(writer, parts);
    const after = digestViews(writer);
    const equal = after.every(({ hash }, i) => hash === before[i]?.hash);
    return { before, after, facts, equal };
  });
}

/**
 * Makes all views of a store whose views are empty, in the transaction that is passed in.
 *
 * @param writer The transaction.
 * @param parts The logs and their commits.
 * @returns How many facts were placed, those that do not count among them.
 */
export function makeViews(writer: Writer, parts: RebuildParts): number {
  return parts.archive.during(writer, () => placeAll(writer, parts));
}

function placeAll(writer: Writer, parts: RebuildParts): number {
  const { register, archive, verify, progress } = parts;
  const rows = new RowBuffer(writer, new Set());
  const ledger = createLedger(archive);
  const logs = [...register.all()].toSorted((a, b) => a.number - b.number);
  const staged = new Map<number, LogEntry>();
  const context = { writer, rows, ledger, register, archive, verify, staged };
  let facts = 0;
  logs.forEach((log, i) => {
    progress?.(log, i, logs.length);
    facts += rebuildLog(context, log);
  });
  settleCuts(context);
  rows.flush();
  return facts;
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

interface RebuildContext extends PlaceContext {
  readonly register: LogRegister;
  readonly archive: CommitArchive;
  readonly verify: VerifyContext;
}

function rebuildLog(context: RebuildContext, entry: LogEntry): number {
  const { archive } = context;
  const parentOf = ({ parent }: LogEntry) =>
    parent === undefined ? undefined : context.register.byNumber(parent);
  const parent = parentOf(entry);
  const source = { archive, reader: context.writer };
  const contentsAt = createContentsReader(source, entry);
  const chains = carriedChains({ ...source, parentOf }, entry);
  let facts = 0;
  for (let seq = (parent?.seq ?? 0) + 1; seq <= entry.seq; seq++) {
    const contents = contentsAt(seq);
    facts += contents.facts.length;
    const chain = chainAt(chains, seq);
    placeContents(context, { entry, seq, chain }, contents);
  }
  return facts;
}
