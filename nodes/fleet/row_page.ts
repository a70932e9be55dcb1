/**
 * Pages of lists of fleet cards: rows in an order of their table, with a cursor that goes on where a page ended. A list
 * never looks at more than a bounded number of rows for one page.
 *
 * @module
 */
import {
  type Cell,
  type FactId,
  idBytes,
  idText,
  type Reader,
  type Row,
  type TableSchema,
} from "../../crdt/mod.ts";
import type { PageQuery } from "../answers.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";

/** Most rows that a list with several filters looks at for one page; the cursor goes on from there. */
const LOOKED_AT_MAX = 20_000;

/** What the columns of a row hold that make a list's order. */
function cursorOf(row: Row, columns: readonly string[]): string {
  return encodeCursor(columns.map((column) => {
    const cell = row[column] ?? "";
    return cell instanceof Uint8Array ? idText(cell) : cell;
  }));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor as cells of a key: what looks like an id is one. */
function cellsOf(
  cursor: string | undefined,
  length: number,
): Cell[] | undefined {
  const parts = decodeCursor(cursor);
  if (parts?.length !== length) return undefined;
  return parts.map((part) =>
    typeof part === "string" && UUID.test(part) ? idBytes(part as FactId) : part
  );
}

/** How a list is read: a table, an order of it, what all its rows begin with, and whether it is read from the end. */
export interface ListOrder {
  /** The table. */
  readonly table: TableSchema;
  /** The index; the key if left out. */
  readonly index?: string;
  /** What all rows begin with. */
  readonly prefix: readonly Cell[];
  /** True for the greatest first. */
  readonly reverse?: boolean;
  /** Lower bound of the first column after the prefix. */
  readonly from?: Cell;
  /** Upper bound of it; rows strictly below. */
  readonly below?: Cell;
}

/**
 * One page of rows, of which some may be left out.
 *
 * @param rows The views.
 * @param order How the list is read.
 * @param page Which page, and which rows are shown.
 * @returns Rows and the cursor of the next page.
 */
export function rowPage(
  rows: Reader,
  order: ListOrder,
  { limit, cursor, shows = () => true }: PageQuery & {
    readonly shows?: (row: Row) => boolean;
  },
): { readonly found: readonly Row[]; readonly next: string | null } {
  const { table, index, prefix, reverse = false } = order;
  const names = index === undefined ? [] : table.indexes?.[index] ?? [];
  const columns = [...new Set([...names, ...table.key])].slice(prefix.length);
  let place = cellsOf(cursor, columns.length);
  const found: Row[] = [];
  let looked = 0;
  while (looked < LOOKED_AT_MAX) {
    const page = rows.scan(table, {
      ...(index === undefined ? {} : { index }),
      prefix,
      reverse,
      limit: limit + 1,
      ...(place !== undefined && !reverse
        ? { after: place }
        : order.from === undefined
        ? {}
        : { from: [order.from] }),
      ...(place !== undefined && reverse
        ? { below: place }
        : order.below === undefined
        ? {}
        : { below: [order.below] }),
    });
    for (const row of page) {
      if (found.length === limit) {
        const last = found.at(-1);
        return {
          found,
          next: last === undefined ? null : cursorOf(last, columns),
        };
      }
      looked++;
      place = columns.map((column) => row[column] ?? null);
      if (shows(row)) found.push(row);
    }
    if (page.length <= limit) return { found, next: null };
  }
  return {
    found,
    next: encodeCursor(
      (place ?? []).map((cell) =>
        cell instanceof Uint8Array ? idText(cell) : cell ?? ""
      ),
    ),
  };
}
