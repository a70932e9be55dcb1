/**
 * Rows of tables, read by key and by ordered range: what folds read and change. A store keeps them; folds and
 * use-cases see no more of it than this.
 *
 * @module
 */

/** One value of a row. Numbers are exact integers within ±(2^53 - 1), or finite floating point in `real` columns. */
export type Cell = null | number | string | Uint8Array;

/** A row: every column of its table by name. */
export type Row = Readonly<Record<string, Cell>>;

/** What a column holds. Any column that is no part of a key may also hold null. */
export type ColumnType = "integer" | "real" | "text" | "blob";

/** A table: its columns, the columns that make its primary key, in order, and further orders to read it in. */
export interface TableSchema {
  /** Lower-case letters and underscores. */
  readonly name: string;
  /** Columns by name, in the order in which they are stored. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The columns of the primary key, in order. */
  readonly key: readonly string[];
  /** Further orders, by name: the columns of each, in order. The primary key's columns are added as a tie-break. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  /** True where rows carry large blobs, so that the key order is kept apart from the rows. */
  readonly wide?: boolean;
}

/** Which rows a scan gives, and in what order. */
export interface Scan {
  /** The name of an index of the table; the primary key if left out. */
  readonly index?: string;
  /** The values of the first columns of the order, which all rows must have. */
  readonly prefix?: readonly Cell[];
  /** Lower bound of the columns after `prefix`: rows at or above it. A shorter tuple is below its extensions. */
  readonly from?: readonly Cell[];
  /** Like `from`, but rows above it and above all its extensions only. */
  readonly after?: readonly Cell[];
  /** Upper bound of the columns after `prefix`: rows strictly below it. */
  readonly below?: readonly Cell[];
  /** True for descending order; bounds keep their meaning. */
  readonly reverse?: boolean;
  /** The most rows to give. */
  readonly limit?: number;
}

/**
 * Reads rows. Order of cells: null, then numbers, then text by its UTF-8 bytes, then blobs by their bytes (SQLite's).
 */
export interface Reader {
  /**
   * One row.
   *
   * @param table A table of the store.
   * @param key The values of the primary key's columns, in order.
   */
  get(table: TableSchema, key: readonly Cell[]): Row | undefined;
  /**
   * Rows in order, all read at once before the call returns.
   *
   * @param table A table of the store.
   * @param scan Which and in what order; all by primary key if left out.
   */
  scan(table: TableSchema, scan?: Scan): Row[];
  /**
   * How many rows have this prefix in the primary key's order.
   *
   * @param table A table of the store.
   * @param prefix The first columns' values; all rows if left out.
   */
  count(table: TableSchema, prefix?: readonly Cell[]): number;
}

/** Reads and changes rows inside one transaction; it sees its own changes. */
export interface Writer extends Reader {
  /**
   * Writes a row, in the place of one with the same key.
   *
   * @param table A table of the store.
   * @param row Every column of the table.
   */
  put(table: TableSchema, row: Row): void;
  /**
   * Removes a row, if it is there.
   *
   * @param table A table of the store.
   * @param key The values of the primary key's columns, in order.
   */
  delete(table: TableSchema, key: readonly Cell[]): void;
}
