/**
 * What a table means, apart from where it is kept: which cells fit its columns, how cells compare, and which stretch of
 * an order a scan names. Separate because both stores must agree on all of it to the last byte.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { Cell, ColumnType, Row, Scan, TableSchema } from "../ports.ts";

/** A place between rows of an order: before or after all rows that begin with `cells`. */
export interface Cut {
  /** The values of the order's first columns; none for one of the two ends. */
  readonly cells: readonly Cell[];
  /** True for the place after those rows. */
  readonly after: boolean;
}

/** The stretch that a scan reads: the rows between two cuts of an order. */
export interface ScanRange {
  /** The index's name; undefined for the primary key. */
  readonly index: string | undefined;
  /** The columns of the order, with the tie-break. */
  readonly order: readonly string[];
  /** The lower end. */
  readonly lower: Cut;
  /** The upper end. */
  readonly upper: Cut;
}

/** A table, made ready for use. */
export interface TableShape {
  /** What it was made of. */
  readonly schema: TableSchema;
  /** The columns' names, as stored. */
  readonly columns: readonly string[];
  /** The type of each column. */
  readonly types: readonly ColumnType[];
  /** The names of the primary key's columns. */
  readonly key: ReadonlySet<string>;
  /** The full columns of each order; the primary key's has no name. */
  readonly orders: ReadonlyMap<string | undefined, readonly string[]>;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Prepares a table.
 *
 * @param schema Its declaration.
 * @returns The table with all its orders.
 * @throws {PanalError} `invalid_argument` if a name has another form, or a key or index names no or an unknown column.
 */
export function describeTable(schema: TableSchema): TableShape {
  const columns = Object.keys(schema.columns);
  const orders = new Map<string | undefined, readonly string[]>();
  const indexes = Object.entries(schema.indexes ?? {});
  for (const name of [schema.name, ...columns, ...indexes.map(([n]) => n)]) {
    if (!NAME.test(name)) refuse(schema, `the name "${name}" is not allowed`);
  }
  if (schema.name.startsWith("sqlite_")) refuse(schema, "its name is reserved");
  orders.set(undefined, schema.key);
  for (const [name, order] of indexes) {
    orders.set(name, [...new Set([...order, ...schema.key])]);
  }
  for (const order of orders.values()) {
    if (order.length === 0) refuse(schema, "a key needs a column");
    for (const column of order) {
      if (!columns.includes(column)) refuse(schema, `no column "${column}"`);
    }
  }
  const types = Object.values(schema.columns);
  return { schema, columns, types, key: new Set(schema.key), orders };
}

/**
 * Checks a row.
 *
 * @param shape Its table.
 * @param row The row.
 * @returns Its cells in the order of the columns; -0 is 0, as SQLite has it.
 * @throws {PanalError} `invalid_argument` if columns are missing or unknown, or a cell does not fit its column.
 */
export function checkRow(shape: TableShape, row: Row): Cell[] {
  const { columns, types } = shape;
  const cells: Cell[] = [];
  for (let i = 0; i < columns.length; i++) {
    const name = columns[i] as string;
    const cell = checkCell(shape, i, types[i], row[name]);
    if (cell === null && shape.key.has(name)) {
      refuse(shape.schema, `"${name}" is part of the key and null`);
    }
    cells.push(cell);
  }
  let given = 0;
  for (const _ in row) given++;
  if (given !== cells.length) {
    refuse(shape.schema, "the row has columns that the table does not have");
  }
  return cells;
}

/**
 * Checks a primary key.
 *
 * @param shape Its table.
 * @param key The values of the key's columns.
 * @returns The values, with 0 for -0.
 * @throws {PanalError} `invalid_argument` if it has another length, or a cell does not fit its column.
 */
export function checkKey(shape: TableShape, key: readonly Cell[]): Cell[] {
  const { schema } = shape;
  if (key.length !== schema.key.length) {
    refuse(schema, `a key has ${schema.key.length} columns`);
  }
  return checkTuple(shape, schema.key, key);
}

/**
 * Finds the stretch that a scan names.
 *
 * @param shape The scanned table.
 * @param scan The scan.
 * @returns The stretch, or undefined if no row can be in it.
 * @throws {PanalError} `invalid_argument` if there is no such index, a bound is longer than its order or does not fit
 * its columns, or the limit is no whole number.
 */
export function scanRange(
  shape: TableShape,
  scan: Scan,
): ScanRange | undefined {
  const { index, prefix = [], limit } = scan;
  const order = shape.orders.get(index);
  if (order === undefined) refuse(shape.schema, `no index "${index}"`);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    refuse(shape.schema, `the limit ${limit} is no whole number`);
  }
  if (!("from" in scan || "after" in scan || "below" in scan)) {
    const cells = checkTuple(shape, order, prefix);
    return limit === 0 ? undefined : {
      ...{ index, order },
      lower: { cells, after: false },
      upper: { cells, after: true },
    };
  }
  const cut = (rest: readonly Cell[] | undefined, after: boolean): Cut => ({
    cells: checkTuple(shape, order, rest ? [...prefix, ...rest] : prefix),
    after,
  });
  let lower = cut(scan.from, false);
  if (scan.after !== undefined) {
    const after = cut(scan.after, true);
    if (compareCuts(after, lower) > 0) lower = after;
  }
  const upper = cut(scan.below, scan.below === undefined);
  if (limit === 0 || compareCuts(lower, upper) >= 0) return undefined;
  return { index, order, lower, upper };
}

/**
 * Compares two cells in the stores' order: null, then numbers, then text by its UTF-8 bytes, then blobs by their bytes.
 *
 * @param a A cell.
 * @param b Another cell.
 * @returns Below, equal to or above 0 like `a` to `b`.
 */
export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return compareBytes(a, b);
  }
  return kind(a) - kind(b);
}

/**
 * Compares a row with a cut.
 *
 * @param row A row.
 * @param order The columns of the cut's order.
 * @param cut The cut.
 * @returns Below 0 if the row is before the cut, above 0 if it is after it; never 0.
 */
export function compareToCut(
  row: Row,
  order: readonly string[],
  cut: Cut,
): number {
  for (let i = 0; i < cut.cells.length; i++) {
    const cell = row[order[i] as string] as Cell;
    const other = cut.cells[i] as Cell;
    if (cell === other) continue;
    const compared = compareCells(cell, other);
    if (compared !== 0) return compared;
  }
  return cut.after ? -1 : 1;
}

function compareCuts(a: Cut, b: Cut): number {
  const shared = Math.min(a.cells.length, b.cells.length);
  for (let i = 0; i < shared; i++) {
    const compared = compareCells(a.cells[i] as Cell, b.cells[i] as Cell);
    if (compared !== 0) return compared;
  }
  // The shorter tuple's cut encloses all rows of the longer one.
  if (a.cells.length < b.cells.length) return a.after ? 1 : -1;
  if (a.cells.length > b.cells.length) return b.after ? -1 : 1;
  return Number(a.after) - Number(b.after);
}

function checkTuple(
  shape: TableShape,
  order: readonly string[],
  tuple: readonly Cell[],
): Cell[] {
  if (tuple.length > order.length) {
    refuse(shape.schema, `the order has ${order.length} columns only`);
  }
  return tuple.map((cell, i) => {
    const column = shape.columns.indexOf(order[i] as string);
    return checkCell(shape, column, shape.types[column], cell);
  });
}

/** Refuses what SQLite would silently turn into something else. */
function checkCell(
  shape: TableShape,
  column: number,
  type: ColumnType | undefined,
  cell: Cell | undefined,
): Cell {
  switch (typeof cell) {
    case "number":
      if (
        type === "integer" ? Number.isSafeInteger(cell) : type === "real" &&
          Number.isFinite(cell)
      ) return cell + 0;
      break;
    case "string":
      // node:sqlite reads text up to its first NUL only, and writes a lone surrogate as U+FFFD.
      if (type === "text" && !cell.includes("\0") && cell.isWellFormed()) {
        return cell;
      }
      break;
    default:
      if (cell === null) return cell;
      if (type === "blob" && cell instanceof Uint8Array) return cell;
  }
  refuse(shape.schema, `"${shape.columns[column]}" holds ${type}, not that`);
}

function kind(cell: Cell): number {
  if (cell === null) return 0;
  return typeof cell === "number" ? 1 : typeof cell === "string" ? 2 : 3;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** UTF-8 keeps the order of code points: surrogates stand for those above U+FFFF, so they come after U+E000-U+FFFF. */
function utf8Rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000
    ? codeUnit + 0x10000
    : codeUnit;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function refuse(schema: TableSchema, reason: string): never {
  throw new PanalError(
    "invalid_argument",
    `Cannot use table "${schema.name}": ${reason}`,
  );
}
