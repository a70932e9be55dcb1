/**
 * Rows for folds in plain memory: every scan sorts, nothing is durable.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  addWrapped,
  type Cell,
  type FoldRows,
  RIGHTS,
  type Row,
  type Scan,
  STOCK,
  type TableSchema,
  toHex,
  trackOwed,
  trackShortage,
} from "../../crdt/mod.ts";

/** Rows in memory. */
export class MemoryRows implements FoldRows {
  readonly #tables = new Map<string, Map<string, Row>>();

  /** See `Reader`. */
  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    return this.#rows(table).get(keyText(key));
  }

  /** See `Reader`. */
  scan(table: TableSchema, scan: Scan = {}): Row[] {
    const { index, prefix = [], from = [], after, below, limit } = scan;
    const columns = index === undefined ? [] : table.indexes?.[index] ?? [];
    const order = [...new Set([...columns, ...table.key])];
    const compare = (row: Row, bound: readonly Cell[]) =>
      compareTuples(order.map((column) => row[column] ?? null), bound);
    const rows = [...this.#rows(table).values()]
      .filter((row) =>
        compare(row, prefix) === 0 && compare(row, [...prefix, ...from]) >= 0 &&
        (after === undefined || compare(row, [...prefix, ...after]) > 0) &&
        (below === undefined || compare(row, [...prefix, ...below]) < 0)
      )
      .sort((a, b) => compare(a, order.map((column) => b[column] ?? null)));
    return (scan.reverse === true ? rows.reverse() : rows).slice(0, limit);
  }

  /** See `Reader`. */
  count(table: TableSchema, prefix: readonly Cell[] = []): number {
    return this.scan(table, { prefix }).length;
  }

  /** See `Writer`. */
  put(table: TableSchema, row: Row): void {
    const key = table.key.map((column) => row[column] ?? null);
    this.#rows(table).set(keyText(key), row);
  }

  /** See `Writer`. */
  delete(table: TableSchema, key: readonly Cell[]): void {
    this.#rows(table).delete(keyText(key));
  }

  /** See `FoldRows`. */
  increment(
    table: TableSchema,
    names: Row,
    deltas: Readonly<Record<string, number>>,
  ): void {
    const key = table.key.map((column) => names[column] ?? null);
    const before = this.get(table, key);
    const sums = Object.keys(table.columns)
      .filter((column) => !table.key.includes(column))
      .map((column) => {
        const old = Number(before?.[column] ?? 0);
        return [column, addWrapped(old, deltas[column] ?? 0)] as const;
      });
    const empty = sums.every(([, sum]) => sum === 0);
    const row = { ...names, ...Object.fromEntries(sums) };
    if (empty) this.delete(table, key);
    else this.put(table, row);
    if (table === STOCK) {
      trackShortage(this, before, empty ? undefined : row);
    } else if (table === RIGHTS) {
      trackOwed(this, before, empty ? undefined : row);
    }
  }

  /** Every row of every table, in one order. */
  dump(): Record<string, Row[]> {
    const tables = [...this.#tables].filter(([, rows]) => rows.size > 0)
      .toSorted(([a], [b]) => a < b ? -1 : 1);
    return Object.fromEntries(
      tables.map(([name, rows]) => [
        name,
        [...rows].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row),
      ]),
    );
  }

  #rows(table: TableSchema): Map<string, Row> {
    let rows = this.#tables.get(table.name);
    if (rows === undefined) this.#tables.set(table.name, rows = new Map());
    return rows;
  }
}

function keyText(key: readonly Cell[]): string {
  return JSON.stringify(
    key.map((cell) => cell instanceof Uint8Array ? toHex(cell) : cell),
  );
}

/** Compares as far as the bound goes: a row that begins with it is equal to it. */
function compareTuples(row: readonly Cell[], bound: readonly Cell[]): number {
  for (const [i, cell] of bound.entries()) {
    const compared = compareCells(row[i] ?? null, cell);
    if (compared !== 0) return compared;
  }
  return 0;
}

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [a, b].map((cell) =>
    cell instanceof Uint8Array ? toHex(cell) : String(cell)
  );
  return compareText(x ?? "", y ?? "");
}

/** Text by its UTF-8 bytes: what is outside the basic plane comes last. */
function compareText(a: string, b: string): number {
  return BEYOND.test(a) || BEYOND.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
    ? -1
    : a > b
    ? 1
    : 0;
}

const BEYOND = /[\u{10000}-\u{10ffff}]/u;
