/**
 * Which columns of a file mean what.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";
import type { Field } from "./field.ts";
import type { SourceRow } from "./lines.ts";

/** The columns of a file by meaning. */
export interface Columns {
  /** Names the store. */
  readonly store: string;
  /** Names the receipt or basket; where there is none, each row is a sale of its own. */
  readonly basket?: string;
  /** Names the product. */
  readonly product: string;
  /** Holds units. */
  readonly quantity: string;
  /** Holds what the line cost. */
  readonly amount: string;
  /** Holds when it happened. */
  readonly time: string;
}

/** Column names of known files. */
export const PRESETS: Readonly<Record<string, Columns>> = {
  "complete-journey": {
    store: "store_id",
    basket: "basket_id",
    product: "product_id",
    quantity: "quantity",
    amount: "sales_value",
    time: "transaction_timestamp",
  },
};

/** The meanings in the order in which files are asked for them. */
export const MEANINGS = [
  "store",
  "basket",
  "product",
  "quantity",
  "amount",
  "time",
] as const;

/**
 * Finds columns in a file's header, exactly or else without regard to case and spaces around.
 *
 * @param columns The columns wanted.
 * @param header The file's columns.
 * @returns The columns as the header writes them, or a sentence that says what is missing.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const wanted = { store: "s", product: "p", quantity: "q", amount: "a", time: "t" };
 * const header = ["T", "S", "P", "Q", "A"];
 * const found = { store: "S", product: "P", quantity: "Q", amount: "A", time: "T" };
 * deepStrictEqual(findColumns(wanted, header), { ok: true, value: found });
 * ```
 */
export function findColumns(
  columns: Columns,
  header: readonly string[],
): Result<Columns, string> {
  const fold = (name: string) => name.trim().toLowerCase();
  const find = (name: string) =>
    header.includes(name)
      ? name
      : header.find((column) => fold(column) === fold(name));
  const found = { ...columns };
  for (const meaning of MEANINGS) {
    const name = columns[meaning];
    if (name === undefined) continue;
    const column = find(name);
    if (column === undefined) {
      return err(
        `no column "${name}" for --${meaning}; the file has: ${
          header.map((it) => it.trim()).join(", ").slice(0, 500)
        }`,
      );
    }
    found[meaning] = column;
  }
  return ok(found);
}

/**
 * Makes the function that takes a row apart.
 *
 * @param columns Columns of the header.
 * @param header All columns of the file, in order.
 * @returns A function from a row's place and fields to the row by meaning.
 */
export function createRowPicker(
  columns: Columns,
  header: readonly string[],
): (row: number, fields: readonly Field[]) => SourceRow {
  const at = (name: string) => header.indexOf(name);
  const store = at(columns.store);
  const product = at(columns.product);
  const quantity = at(columns.quantity);
  const amount = at(columns.amount);
  const time = at(columns.time);
  const basket = columns.basket === undefined ? undefined : at(columns.basket);
  return (row, fields) => ({
    row,
    store: fields[store],
    ...(basket === undefined ? {} : { basket: fields[basket] }),
    product: fields[product],
    quantity: fields[quantity],
    amount: fields[amount],
    time: fields[time],
  });
}
