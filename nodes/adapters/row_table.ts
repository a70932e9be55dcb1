/**
 * The rows of one table in memory, sorted in as many ways as they are read. Separate from the simulated store because it
 * knows neither transactions nor a disk.
 *
 * @module
 */
import type { Cell, Row } from "../ports.ts";
import { OrderedRows } from "./ordered_rows.ts";

/** The rows of one table, in each order in which they have been read. */
export class RowTable {
  readonly #key: readonly string[];
  readonly #primary: OrderedRows;
  readonly #orders = new Map<string, OrderedRows>();
  /** The same orders by the list that was asked with: joining names costs more than many a scan. */
  readonly #asked = new Map<readonly string[], OrderedRows>();

  /**
   * Makes an empty table.
   *
   * @param key The columns of its primary key.
   */
  constructor(key: readonly string[]) {
    this.#key = key;
    this.#primary = this.order(key);
  }

  /** All rows by primary key. */
  all(): Row[] {
    return this.#primary.range(START, END);
  }

  /** The rows in the order of some columns, which must end in the key; it is kept from the first use on. */
  order(columns: readonly string[]): OrderedRows {
    const known = this.#asked.get(columns);
    if (known !== undefined) return known;
    const name = columns.join();
    let order = this.#orders.get(name);
    if (order === undefined) {
      order = new OrderedRows(columns);
      if (this.#orders.size > 0) {
        for (const row of this.all()) order.insert(row);
      }
      this.#orders.set(name, order);
    }
    this.#asked.set(columns, order);
    return order;
  }

  /** The row with a primary key. */
  find(key: readonly Cell[]): Row | undefined {
    return this.#primary.find(key);
  }

  /** Puts a row, and gives the one that had the same key. */
  put(row: Row): Row | undefined {
    const before = this.find(this.#key.map((name) => row[name] as Cell));
    if (before !== undefined) this.remove(before);
    for (const order of this.#orders.values()) order.insert(row);
    return before;
  }

  /** Removes a row that is here. */
  remove(row: Row): void {
    for (const order of this.#orders.values()) order.remove(row);
  }
}

const START = { cells: [], after: false };
const END = { cells: [], after: true };
