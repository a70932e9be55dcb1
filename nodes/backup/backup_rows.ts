/**
 * How rows lie in the parts of a backup: frames of CBOR, each a stretch of rows of one table, behind their length. A
 * frame names its columns, so that a later version with other columns still reads it.
 *
 * @module
 */
import {
  type Cell,
  decodeCbor,
  encodeCbor,
  isBytes,
  isCount,
  type Row,
  type TableSchema,
} from "../../crdt/mod.ts";

/** A frame is closed from this length on, in bytes. */
export const FRAME_BYTES: number = 512 * 1024;
/** Longest frame: a single row may be a saved document. */
export const FRAME_BYTES_MAX: number = 512 * 1024 * 1024;
/** Bytes of a frame's length. */
export const FRAME_PREFIX_BYTES = 4;
/** The number that no copy of a log has: rows of other tables. */
export const NO_COPY = 0;

/** Rows of one table. */
export interface RowFrame {
  /** The copy of a log that they are of; `NO_COPY` for other tables. */
  readonly copy: number;
  /** The table's name. */
  readonly table: string;
  /** The rows. */
  readonly rows: readonly Row[];
}

/** Rows of one table, not yet a frame. */
export interface OpenFrame {
  readonly copy: number;
  readonly table: string;
  readonly columns: readonly string[];
  readonly cells: Cell[][];
}

/**
 * Begins a frame.
 *
 * @param copy The copy of a log, or `NO_COPY`.
 * @param table Its table.
 * @param without A column that is left out, since it is the same for all.
 * @returns The frame, without rows.
 */
export function beginFrame(
  copy: number,
  table: TableSchema,
  without?: string,
): OpenFrame {
  const columns = Object.keys(table.columns).filter((name) => name !== without);
  return { copy, table: table.name, columns, cells: [] };
}

/**
 * Adds a row to a frame.
 *
 * @param frame The frame.
 * @param row The row.
 * @returns About how many bytes it takes.
 */
export function addRow(frame: OpenFrame, row: Row): number {
  let bytes = 8;
  const cells = frame.columns.map((name) => {
    const cell = row[name] ?? null;
    bytes += cell instanceof Uint8Array || typeof cell === "string"
      ? cell.length + 5
      : 9;
    return cell;
  });
  frame.cells.push(cells);
  return bytes;
}

/**
 * The bytes of a frame, its length first.
 *
 * @param frame The frame.
 * @returns Bytes.
 */
export function encodeFrame(frame: OpenFrame): Uint8Array {
  const { copy, table, columns, cells } = frame;
  const body = encodeCbor([copy, table, columns, cells]);
  const bytes = new Uint8Array(FRAME_PREFIX_BYTES + body.length);
  new DataView(bytes.buffer).setUint32(0, body.length);
  bytes.set(body, FRAME_PREFIX_BYTES);
  return bytes;
}

/**
 * Reads a frame without its length.
 *
 * @param body Anything.
 * @returns The frame; undefined for what is none.
 */
export function decodeFrame(body: Uint8Array): RowFrame | undefined {
  const value = decodeCbor(body);
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [copy, table, columns, cells] = value as unknown[];
  if (
    !isCount(copy) || typeof table !== "string" || !isTexts(columns) ||
    !Array.isArray(cells)
  ) return undefined;
  const rows: Row[] = [];
  for (const list of cells as unknown[]) {
    if (!isCells(list) || list.length !== columns.length) return undefined;
    rows.push(
      Object.fromEntries(columns.map((name, i) => [name, list[i] ?? null])),
    );
  }
  return { copy, table, rows };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((it) => typeof it === "string");
}

function isCells(value: unknown): value is Cell[] {
  return Array.isArray(value) &&
    value.every((it) =>
      it === null || typeof it === "string" || Number.isSafeInteger(it) ||
      isBytes(it)
    );
}
