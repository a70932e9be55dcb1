/**
 * Copying all rows that are neither commits nor views, and the node's keys: they are few, and written anew each time.
 *
 * @module
 */
import type { Cell, Reader, Row, TableSchema } from "../../crdt/mod.ts";
import { BLOCKS, COMMITS, HEADS, LOGS, SAVED_BRANCHES } from "../tables.ts";
import {
  addRow,
  beginFrame,
  FRAME_BYTES,
  NO_COPY,
  type OpenFrame,
} from "./backup_rows.ts";
import type { PartSet } from "./part_set.ts";

/** A file of the data folder. */
export interface NodeFile {
  /** Its name there. */
  readonly name: string;
  /** What is in it. */
  readonly bytes: Uint8Array;
}

/** How the files of a data folder lie among the rows of a backup. */
export const FILES: TableSchema = {
  name: "files",
  columns: { name: "text", bytes: "blob" },
  key: ["name"],
};

const PAGE_ROWS = 500;
/** What the logs' own parts hold. */
const COMMIT_TABLES: readonly TableSchema[] = [COMMITS, BLOCKS, HEADS];

/** What is copied. */
export interface StateParts {
  /** Tables that are no views. */
  readonly tables: readonly TableSchema[];
  /** Keys and certificates. */
  readonly files: readonly NodeFile[];
}

/**
 * Copies the state of a node beside its commits.
 *
 * @param snapshot The rows of one instant.
 * @param what Tables and files.
 * @param parts Where they go.
 * @returns How many rows each table has.
 */
export async function copyState(
  snapshot: Reader,
  { tables, files }: StateParts,
  parts: PartSet,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const rows = files.map(({ name, bytes }) => ({ name, bytes }));
  counts[FILES.name] = await copyRows(FILES, rows, parts);
  for (const table of tables) {
    if (COMMIT_TABLES.includes(table)) continue;
    counts[table.name] = await copyRows(
      table,
      eachStateRow(snapshot, table),
      parts,
    );
  }
  return counts;
}

async function copyRows(
  table: TableSchema,
  rows: Iterable<Row>,
  parts: PartSet,
): Promise<number> {
  let frame: OpenFrame = beginFrame(NO_COPY, table);
  let [bytes, count] = [0, 0];
  for (const row of rows) {
    count++;
    bytes += addRow(frame, row);
    if (bytes < FRAME_BYTES) continue;
    await parts.add(frame);
    [frame, bytes] = [beginFrame(NO_COPY, table), 0];
  }
  await parts.add(frame);
  return count;
}

/** The rows of a table in the order of its key; saved journal pages lie with their logs, and are not even read. */
function* eachStateRow(reader: Reader, table: TableSchema): Generator<Row> {
  if (table !== SAVED_BRANCHES) return yield* eachRow(reader, table, {});
  for (const { log } of reader.scan(LOGS)) {
    const prefix = [log ?? null];
    yield* reader.scan(table, { prefix, below: ["journal/"] });
    yield* reader.scan(table, { prefix, from: ["journal0"] });
  }
}

function* eachRow(
  reader: Reader,
  table: TableSchema,
  start: { readonly after?: readonly Cell[] },
): Generator<Row> {
  for (let after = start;;) {
    const page = reader.scan(table, { ...after, limit: PAGE_ROWS });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = { after: table.key.map((column) => last[column] ?? null) };
  }
}
