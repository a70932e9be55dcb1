/**
 * Rows of one transaction as folds change them: rows of sums are read once, added to in memory and written once; every
 * change of a shown table is noted for live pages.
 *
 * @module
 */
import {
  addWrapped,
  AUTHORITY,
  type Cell,
  CHARGING_SUMS,
  FLEET_SUMS,
  type FoldRows,
  FUEL_TOTALS,
  FUELS_PRICED,
  LEGACY_NUMBERS,
  NOTICE_COUNTS,
  RIGHTS,
  type Row,
  type Scan,
  SELLER_TOTALS,
  SHARED_RECEIPTS,
  STOCK,
  type TableSchema,
  TANKS,
  TENDER_TOTALS,
  TOTALS,
  trackOwed,
  trackShortage,
  type Writer,
} from "../crdt/mod.ts";
import type { CatalogCache } from "./catalog_cache.ts";
import { RECEIPT_COUNTS } from "./tables.ts";

/** Tables of sums: their rows stay in memory until the transaction ends or they are listed. */
const SUMS: ReadonlySet<TableSchema> = new Set([
  STOCK,
  TOTALS,
  SELLER_TOTALS,
  NOTICE_COUNTS,
  RECEIPT_COUNTS,
  RIGHTS,
  FUEL_TOTALS,
  FUELS_PRICED,
  TANKS,
  TENDER_TOTALS,
  LEGACY_NUMBERS,
  SHARED_RECEIPTS,
  ...FLEET_SUMS,
  ...CHARGING_SUMS,
]);

/** Rows of sums of one table. */
interface SumRows {
  /** By the text of their keys. */
  readonly rows: Map<string, SumRow>;
  /** The row that was asked for last: many are asked for several times in turn. */
  last: SumRow | undefined;
}

interface SumRow {
  readonly table: TableSchema;
  readonly key: readonly Cell[];
  readonly before: Row | undefined;
  /** The row as it is now; columns outside the key are numbers. */
  readonly now: Record<string, Cell>;
  changed: boolean;
}

/** A row that changed. */
export interface RowChange {
  /** The table. */
  readonly table: TableSchema;
  /** The row's key. */
  readonly key: readonly Cell[];
}

/** Most changed rows that one transaction notes; beyond, listeners are told to read again. */
export const NOTED_CHANGES_MAX = 10_000;

/** Rows of one transaction. */
export class RowBuffer implements FoldRows {
  readonly #writer: Writer;
  readonly #shown: ReadonlySet<string>;
  readonly #catalog: CatalogCache | undefined;
  #authorityChanged = false;
  readonly #sums = new Map<TableSchema, SumRows>();
  readonly #changes: RowChange[] = [];

  /**
   * Makes an empty buffer.
   *
   * @param writer The transaction.
   * @param shown Names of tables whose changes are noted.
   * @param catalog Products in memory, to be told of writes.
   */
  constructor(
    writer: Writer,
    shown: ReadonlySet<string>,
    catalog?: CatalogCache,
  ) {
    this.#writer = writer;
    this.#shown = shown;
    this.#catalog = catalog;
  }

  /** Whether authority statements were placed or taken out. */
  get authorityChanged(): boolean {
    return this.#authorityChanged;
  }

  /** Rows changed so far; one that was written several times can be named several times. */
  get changes(): readonly RowChange[] {
    return this.#changes;
  }

  /** @inheritdoc */
  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    if (!SUMS.has(table)) return this.#writer.get(table, key);
    const sum = this.#sumRow(table, key);
    return isEmpty(sum) ? undefined : sum.now;
  }

  /** @inheritdoc */
  scan(table: TableSchema, scan?: Scan): Row[] {
    this.#flushTable(table);
    return this.#writer.scan(table, scan);
  }

  /** @inheritdoc */
  count(table: TableSchema, prefix?: readonly Cell[]): number {
    this.#flushTable(table);
    return this.#writer.count(table, prefix);
  }

  /** @inheritdoc */
  put(table: TableSchema, row: Row): void {
    this.#flushTable(table);
    this.#writer.put(table, row);
    if (table === AUTHORITY) this.#authorityChanged = true;
    this.#catalog?.written(table, row["scope"], row["product"], row);
    if (this.#shown.has(table.name)) {
      this.#note(table, table.key.map((column) => row[column] ?? null));
    }
  }

  /** @inheritdoc */
  delete(table: TableSchema, key: readonly Cell[]): void {
    this.#flushTable(table);
    this.#writer.delete(table, key);
    if (table === AUTHORITY) this.#authorityChanged = true;
    this.#catalog?.written(table, key[0], key[1]);
    if (this.#shown.has(table.name)) this.#note(table, key);
  }

  /** @inheritdoc */
  increment(
    table: TableSchema,
    names: Row,
    deltas: Readonly<Record<string, number>>,
  ): void {
    const sum = this.#sumRow(
      table,
      table.key.map((column) => names[column] ?? null),
    );
    sum.changed = true;
    for (const column in deltas) {
      sum.now[column] = addWrapped(
        sum.now[column] as number,
        deltas[column] ?? 0,
      );
    }
  }

  /** Writes what is gathered. Call it before the transaction ends. */
  flush(): void {
    for (const table of [...this.#sums.keys()]) this.#flushTable(table);
  }

  #note(table: TableSchema, key: readonly Cell[]): void {
    if (this.#changes.length < NOTED_CHANGES_MAX) {
      this.#changes.push({ table, key });
    }
  }

  #sumRow(table: TableSchema, key: readonly Cell[]): SumRow {
    let sums = this.#sums.get(table);
    if (sums === undefined) {
      sums = { rows: new Map(), last: undefined };
      this.#sums.set(table, sums);
    } else if (sums.last !== undefined && isSame(sums.last.key, key)) {
      return sums.last;
    }
    const text = keyText(key);
    let sum = sums.rows.get(text);
    if (sum === undefined) {
      const before = this.#writer.get(table, key);
      sum = {
        table,
        key,
        before,
        now: startRow(table, key, before),
        changed: false,
      };
      sums.rows.set(text, sum);
    }
    return sums.last = sum;
  }

  #flushTable(table: TableSchema): void {
    const sums = this.#sums.get(table);
    if (sums === undefined) return;
    this.#sums.delete(table);
    for (const sum of sums.rows.values()) {
      if (!sum.changed) continue;
      const empty = isEmpty(sum);
      if (empty) this.#writer.delete(table, sum.key);
      else this.#writer.put(table, sum.now);
      if (table === STOCK) {
        trackShortage(this.#writer, sum.before, empty ? undefined : sum.now);
      } else if (table === RIGHTS) {
        trackOwed(this.#writer, sum.before, empty ? undefined : sum.now);
      }
      if (this.#shown.has(table.name)) this.#note(table, sum.key);
    }
  }
}

function isSame(a: readonly Cell[], b: readonly Cell[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function keyText(key: readonly Cell[]): string {
  let text = String(key[0]);
  for (let i = 1; i < key.length; i++) text += `\u0000${key[i]}`;
  return text;
}

function startRow(
  table: TableSchema,
  key: readonly Cell[],
  before: Row | undefined,
): Record<string, Cell> {
  if (before !== undefined) return { ...before };
  const row: Record<string, Cell> = {};
  for (const column in table.columns) row[column] = 0;
  table.key.forEach((column, i) => row[column] = key[i] ?? null);
  return row;
}

function isEmpty({ table, now }: SumRow): boolean {
  for (const column in table.columns) {
    if (now[column] !== 0 && !table.key.includes(column)) return false;
  }
  return true;
}
