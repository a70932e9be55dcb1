/**
 * A node's rows as its sinks should hold them, in short and page by page, to be compared with what a sink holds.
 *
 * @module
 */
import { type Cell, fromHex, toHex } from "../../crdt/mod.ts";
import {
  type LoadCursor,
  SinkSource,
  type SinkSourceParts,
} from "./sink_source.ts";
import { digestRow, type RowDigest, SINK_TABLES } from "./sink_tables.ts";

export type { RowDigest } from "./sink_tables.ts";

/** Most rows of a page. */
export const SINK_ROWS_MAX = 1000;

/** Which rows. */
export interface SinkRowsQuery {
  /** The table's name, as in `SINK_TABLES`. */
  readonly table: string;
  /** `next` of the page before; the table's beginning if left out. */
  readonly cursor?: string | undefined;
}

/** A page of rows. */
export interface SinkRowsPage {
  /** About `SINK_ROWS_MAX` rows. */
  readonly items: readonly RowDigest[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
}

/**
 * A page of rows.
 *
 * @param parts The node's store, logs and commits.
 * @param query Which table, and from where on.
 * @returns The page; undefined if there is no such table, or no page gave the cursor.
 */
export function readSinkRows(
  { reader, register, archive }: SinkSourceParts,
  { table: name, cursor }: SinkRowsQuery,
): SinkRowsPage | undefined {
  const table = SINK_TABLES.find((one) => one.name === name);
  const after = cursor === undefined ? null : parseCursor(cursor);
  if (table === undefined || after === undefined) return undefined;
  const source = new SinkSource({ reader, register, archive });
  const { rows, next } = source.page(table, after, SINK_ROWS_MAX);
  return {
    items: rows.map((row) => digestRow(table, row)),
    next: next === null ? null : cursorText(next),
  };
}

function cursorText(after: readonly Cell[]): string {
  const text = JSON.stringify(
    after.map((cell) => cell instanceof Uint8Array ? [toHex(cell)] : cell),
  );
  return toHex(new TextEncoder().encode(text));
}

function parseCursor(text: string): LoadCursor | undefined {
  try {
    const cells: unknown = JSON.parse(new TextDecoder().decode(fromHex(text)));
    if (!Array.isArray(cells)) return undefined;
    return cells.map((cell) =>
      Array.isArray(cell) ? fromHex(String(cell[0])) : cell as Cell
    );
  } catch {
    return undefined;
  }
}
