/**
 * Rows in one order, in memory: a list of sorted chunks, so that inserting among 100,000 rows moves a few hundred.
 *
 * @module
 */
import type { Cell, Row } from "../ports.ts";
import { compareToCut, type Cut } from "./table_shape.ts";

/** How a range is read. */
export interface RangeOptions {
  /** True for descending order. */
  readonly reverse?: boolean | undefined;
  /** The most rows to give. */
  readonly limit?: number | undefined;
}

// A chunk is split in two when it grows past this.
const CHUNK_ROWS_MAX = 512;

interface Position {
  readonly chunk: number;
  readonly offset: number;
}

/** Rows sorted by some columns, which must tell all of them apart. */
export class OrderedRows {
  readonly #columns: readonly string[];
  /** None is empty. */
  readonly #chunks: Row[][] = [];

  /**
   * Makes an empty order.
   *
   * @param columns The columns of the order, with the tie-break.
   */
  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  /** The row with exactly these values in the order's columns. */
  find(cells: readonly Cell[]): Row | undefined {
    const { chunk, offset } = this.#seek({ cells, after: false });
    const row = this.#chunks[chunk]?.[offset];
    if (row === undefined) return undefined;
    const beyond = compareToCut(row, this.#columns, { cells, after: true }) > 0;
    return beyond ? undefined : row;
  }

  /** Adds a row whose values in the order's columns no other row has. */
  insert(row: Row): void {
    let { chunk, offset } = this.#seek(this.#before(row));
    // Past the end, the last chunk grows.
    if (chunk === this.#chunks.length && chunk > 0) {
      offset = this.#chunks[--chunk]?.length ?? 0;
    }
    const rows = this.#chunks[chunk];
    if (rows === undefined) {
      this.#chunks.push([row]);
      return;
    }
    rows.splice(offset, 0, row);
    if (rows.length > CHUNK_ROWS_MAX) {
      this.#chunks.splice(chunk + 1, 0, rows.splice(rows.length >> 1));
    }
  }

  /** Removes a row that is here. */
  remove(row: Row): void {
    const { chunk, offset } = this.#seek(this.#before(row));
    const rows = this.#chunks[chunk];
    if (rows === undefined) return;
    rows.splice(offset, 1);
    if (rows.length === 0) this.#chunks.splice(chunk, 1);
  }

  /** The rows between two cuts. */
  range(lower: Cut, upper: Cut, options: RangeOptions = {}): Row[] {
    const { reverse = false, limit = Infinity } = options;
    if (this.#chunks.length === 0) return [];
    const [first, end] = [this.#seek(lower), this.#seek(upper)];
    const found: Row[] = [];
    const chunks = end.chunk - first.chunk + 1;
    for (let i = 0; i < chunks && found.length < limit; i++) {
      const chunk = reverse ? end.chunk - i : first.chunk + i;
      const rows = this.#chunks[chunk] ?? [];
      const from = chunk === first.chunk ? first.offset : 0;
      const to = chunk === end.chunk ? end.offset : rows.length;
      const left = Math.min(limit - found.length, to - from);
      for (let j = 0; j < left; j++) {
        found.push(rows[reverse ? to - 1 - j : from + j] as Row);
      }
    }
    return found;
  }

  /** How many rows are between two cuts. */
  count(lower: Cut, upper: Cut): number {
    const [first, end] = [this.#seek(lower), this.#seek(upper)];
    let sum = end.offset - first.offset;
    for (let chunk = first.chunk; chunk < end.chunk; chunk++) {
      sum += this.#chunks[chunk]?.length ?? 0;
    }
    return sum;
  }

  #before(row: Row): Cut {
    const cells = this.#columns.map((name) => row[name] ?? null);
    return { cells, after: false };
  }

  /** The place of the first row after a cut. */
  #seek(cut: Cut): Position {
    const chunks = this.#chunks;
    let [chunk, end] = [0, chunks.length];
    while (chunk < end) {
      const middle = (chunk + end) >>> 1;
      const rows = chunks[middle] as Row[];
      if (this.#isAfter(rows[rows.length - 1] as Row, cut)) end = middle;
      else chunk = middle + 1;
    }
    const rows = chunks[chunk];
    return { chunk, offset: rows === undefined ? 0 : this.#find(rows, cut) };
  }

  #find(rows: readonly Row[], cut: Cut): number {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isAfter(rows[middle] as Row, cut)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isAfter(row: Row, cut: Cut): boolean {
    return compareToCut(row, this.#columns, cut) > 0;
  }
}
