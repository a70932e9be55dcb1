/**
 * Filling an empty store from a backup: its rows, then everything verified as `audit verify` does, then the views made
 * of the facts. Nothing of the backup is believed because the manifest says so.
 *
 * @module
 */
import {
  type Row,
  type TableSchema,
  type VerifyContext,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import { auditStore } from "../audit_folder.ts";
import { CommitArchive } from "../commit_archive.ts";
import { LogRegister } from "../log_register.ts";
import type { Store } from "../ports.ts";
import { makeViews } from "../rebuild.ts";
import { LOGS, NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import { type BackupManifest, damagedBackup } from "./backup_manifest.ts";
import type { BackupFolder } from "./backup_ports.ts";
import { NO_COPY } from "./backup_rows.ts";
import { FILES, type NodeFile } from "./copy_state.ts";
import { framesOf } from "./read_back.ts";

/** What filling a store found. */
export interface FilledStore {
  /** Keys and certificates. */
  readonly files: readonly NodeFile[];
  /** Logs that were verified. */
  readonly logs: number;
  /** Commits whose bodies were verified. */
  readonly commits: number;
  /** Facts that the views were made of. */
  readonly facts: number;
}

/** What is filled, and how. */
export interface FillOptions {
  /** The root key and the signature scheme. */
  readonly verify: VerifyContext;
  /** Told how far it is. */
  readonly progress: (text: string) => void;
}

/**
 * Fills a store.
 *
 * @param store An empty store.
 * @param backup The backup's folder and manifest.
 * @param options How it is verified.
 * @returns What was in it.
 * @throws {PanalError} `backup_damaged` with the first thing that is wrong; the store is of no use then.
 */
export function fillStore(
  store: Store,
  { folder, manifest }: {
    readonly folder: BackupFolder;
    readonly manifest: BackupManifest;
  },
  { verify, progress }: FillOptions,
): FilledStore {
  progress("reading the backup");
  checkDigests(folder, manifest);
  const files = fillState(store, folder, manifest);
  fillLogs(store, folder, manifest);
  progress("verifying every commit");
  const { faults: [fault], logs, commits } = auditStore(store, verify);
  if (fault !== undefined) {
    const { log, seq, reason } = fault;
    const what = `commit ${seq} of log ${log} is wrong: ${reason}`;
    throw damagedBackup(folder.path, what);
  }
  const register = new LogRegister();
  register.load(store);
  const archive = new CommitArchive(store, register);
  const facts = store.write((writer) =>
    makeViews(writer, {
      register,
      archive,
      verify,
      progress: ({ name, space, seq }, i, count) =>
        progress(
          `making the views, log ${
            i + 1
          } of ${count}: ${space} ${name}, ${seq} commits`,
        ),
    })
  );
  return { files, logs, commits, facts };
}

/** Every byte is compared before a row of it is used. */
function checkDigests(
  folder: BackupFolder,
  { parts, state }: BackupManifest,
): void {
  for (const part of [...parts, ...state]) {
    for (const _ of folder.frames(part));
  }
}

/** Tables that a backup may hold by their names. */
const TABLES: ReadonlyMap<string, TableSchema> = new Map(
  NODE_TABLES.filter((table) => !VIEW_TABLES.includes(table))
    .map((table) => [table.name, table]),
);

function fillState(
  store: Store,
  folder: BackupFolder,
  manifest: BackupManifest,
): NodeFile[] {
  const files: NodeFile[] = [];
  const counts = new Map<string, number>();
  for (const { copy, table, rows } of framesOf(folder, manifest.state)) {
    if (copy !== NO_COPY) continue;
    counts.set(table, (counts.get(table) ?? 0) + rows.length);
    if (table === FILES.name) files.push(...rows.flatMap(fileOf));
    else putRows(store, tableOf(folder, manifest, table), rows);
  }
  for (const [table, count] of Object.entries(manifest.rows)) {
    if (counts.get(table) === count || count === 0) continue;
    throw damagedBackup(folder.path, `rows of ${table} are missing`);
  }
  return files;
}

function fileOf({ name, bytes }: Row): NodeFile[] {
  return typeof name === "string" && bytes instanceof Uint8Array
    ? [{ name, bytes }]
    : [];
}

/** Commits go to the number that the node gave their log; where a log was copied anew, the copy before is left out. */
function fillLogs(
  store: Store,
  folder: BackupFolder,
  manifest: BackupManifest,
): void {
  const rows = new Map(store.scan(LOGS).map((row) => [row["name"], row]));
  const numbers = new Map<number, number>();
  for (const { copy, name, first } of manifest.logs) {
    const row = rows.get(name);
    if (row === undefined) {
      throw damagedBackup(folder.path, `log ${name} is not listed`);
    }
    numbers.set(copy, Number(row["log"]));
    // The folder may hold commits that the node had dropped since.
    const firstBody = Math.min(first, Number(row["first_body"]));
    putRows(store, LOGS, [{ ...row, first_body: firstBody }]);
  }
  for (const { copy, table, rows } of framesOf(folder, manifest.parts)) {
    const log = numbers.get(copy);
    if (log === undefined) continue;
    const schema = tableOf(folder, manifest, table);
    putRows(store, schema, rows.map((row) => ({ ...row, log })));
  }
}

/** A table that this version has; one that it no longer has is left out. */
function tableOf(
  folder: BackupFolder,
  { schema }: BackupManifest,
  name: string,
): TableSchema | undefined {
  const table = TABLES.get(name);
  if (table !== undefined || schema < SCHEMA_VERSION) return table;
  throw damagedBackup(folder.path, `it has rows of an unknown table, ${name}`);
}

function putRows(
  store: Store,
  table: TableSchema | undefined,
  rows: readonly Row[],
): void {
  if (table === undefined) return;
  const columns = Object.keys(table.columns);
  store.write((writer) => {
    for (const row of rows) {
      const cells = columns.map((name) => [name, row[name] ?? null]);
      writer.put(table, Object.fromEntries(cells));
    }
  });
}
