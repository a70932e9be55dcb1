/**
 * What a replica holds, as text that is equal at every peer with equal vectors: vectors, branch heads, documents, what
 * was set aside, and the views. Numbers of logs, which each node gives itself, are replaced by the logs' names.
 *
 * @module
 */
import {
  closeBranch,
  readAtoms,
  type Reader,
  type Row,
  type SpaceId,
  type TableSchema,
  toHex,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import type { LogRegister } from "../../nodes/log_register.ts";
import type { CommitArchive } from "../../nodes/commit_archive.ts";
import { readBranch } from "../../nodes/read_branch.ts";
import { BRANCHES, SET_ASIDE } from "../../nodes/tables.ts";

/** What is exported: a replica, or its parts. */
export interface Exported {
  /** The rows. */
  readonly reader: Reader;
  /** The logs. */
  readonly register: LogRegister;
  /** The commits. */
  readonly archive: CommitArchive;
}

/**
 * Exports a replica.
 *
 * @param source The replica.
 * @param options With `documents`, each branch is opened and its atoms are exported too (slow).
 * @returns Lines in their order; equal for peers that hold the same.
 */
export function canonicalExport(
  source: Exported,
  options: { readonly documents?: boolean } = {},
): string[] {
  return [
    ...exportVectors(source.register),
    ...[BRANCHES, SET_ASIDE].flatMap((table) => exportTable(source, table)),
    ...(options.documents === true ? exportDocuments(source) : []),
    ...exportViews(source),
  ];
}

/**
 * Exports the views alone.
 *
 * @param source The replica.
 * @returns Lines, table by table.
 */
export function exportViews(source: Exported): string[] {
  return VIEW_TABLES.flatMap((table) => exportTable(source, table));
}

function exportVectors(register: LogRegister): string[] {
  return register.spaces().flatMap((space: SpaceId) =>
    register.vector(space).map(({ log, seq, hash }) =>
      `vector ${space} ${log} ${seq} ${hash}`
    ).sort()
  );
}

function exportTable({ reader, register }: Exported, table: TableSchema) {
  const text = (row: Row, column: string): unknown => {
    const cell = row[column] ?? null;
    if (column === "log" && typeof cell === "number") {
      return register.byNumber(cell)?.name ?? `no log ${cell}`;
    }
    return cell instanceof Uint8Array ? toHex(cell) : cell;
  };
  const columns = Object.keys(table.columns);
  return reader.scan(table).filter((row) => isShown(register, table, row)).map((
    row,
  ) => `${table.name} ${JSON.stringify(columns.map((it) => text(row, it)))}`)
    .sort();
}

/** What lies beyond a cut is here or not, as it came: no peer shows it to another. */
function isShown(
  register: LogRegister,
  table: TableSchema,
  row: Row,
): boolean {
  const cut = register.byNumber(Number(row["log"]))?.cut;
  if (cut === undefined) return true;
  return table === SET_ASIDE
    ? Number(row["seq"]) <= cut.limit
    : table !== BRANCHES;
}

function exportDocuments({ reader, register, archive }: Exported): string[] {
  const shown = reader.scan(BRANCHES).filter((row) =>
    isShown(register, BRANCHES, row)
  );
  return shown.flatMap((row) => {
    const log = register.byNumber(Number(row["log"]));
    const doc = String(row["doc"]);
    if (log === undefined) return [`a branch of no log: ${doc}`];
    const branch = readBranch(reader, archive, { log, doc });
    const atoms = readAtoms(branch, { overwrites: true });
    closeBranch(branch);
    return [`document ${doc} ${log.name} ${JSON.stringify(atoms)}`];
  }).sort();
}
