/**
 * A store as somebody who can write to its file would leave it: rows changed, added or taken away, without writing.
 *
 * @module
 */
import type { Cell, Reader, Row, Scan, TableSchema } from "../../crdt/mod.ts";

/** Gives the row that stands in the place of one; undefined takes it away. */
export type Alter = (table: TableSchema, row: Row) => Row | undefined;

/**
 * Reads a store with some rows altered. Only cells outside of keys and indexes may change.
 *
 * @param reader The store.
 * @param alter What becomes of each row.
 * @returns The altered store.
 */
export function alterReader(reader: Reader, alter: Alter): Reader {
  const scan = (table: TableSchema, scan: Scan = {}): Row[] => {
    const { limit, ...rest } = scan;
    const rows = reader.scan(table, rest).flatMap((row) => {
      const altered = alter(table, row);
      return altered === undefined ? [] : [altered];
    });
    return limit === undefined ? rows : rows.slice(0, limit);
  };
  return {
    get(table: TableSchema, key: readonly Cell[]) {
      const row = reader.get(table, key);
      return row && alter(table, row);
    },
    scan,
    count: (table, prefix) => scan(table, { prefix: prefix ?? [] }).length,
  };
}

/**
 * Bytes with one of them changed.
 *
 * @param bytes The bytes.
 * @param at Which.
 * @param mask What is flipped, 1 to 255.
 * @returns A copy.
 */
export function flipByte(
  bytes: Uint8Array,
  at: number,
  mask: number,
): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}
