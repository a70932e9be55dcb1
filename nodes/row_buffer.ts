/**
 * Rows of one transaction as folds change them: increments of one row are gathered and written once, and every change
 * of a shown table is noted for live pages.
 *
 * @module
 */
import {
  type Cell,
  type FoldRows,
  type Row,
  type Scan,
  STOCK,
  type TableSchema,
  trackShortage,
  type Writer,
} from "../crdt/mod.ts";

interface Pending {
  readonly table: TableSchema;
  readonly key: Cell[];
  readonly names: Row;
  readonly deltas: Record<string, number>;
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
  readonly #pending = new Map<string, Map<string, Pending>>();
  readonly #changes = new Map<string, RowChange>();

  /**
   * Makes an empty buffer.
   *
   * @param writer The transaction.
   * @param shown Names of tables whose changes are noted.
   */
  constructor(writer: Writer, shown: ReadonlySet<string>) {
    this.#writer = writer;
    this.#shown = shown;
  }

  /** Rows changed so far, each once. */
  get changes(): readonly RowChange[] {
    return [...this.#changes.values()];
  }

  /** @inheritdoc */
  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    const pending = this.#pending.get(table.name)?.get(keyText(key));
    const row = this.#writer.get(table, key);
    return pending === undefined ? row : withDeltas(pending, row);
  }

  /** @inheritdoc */
  scan(table: TableSchema, scan?: Scan): Row[] {
    this.#flushTable(table.name);
    return this.#writer.scan(table, scan);
  }

  /** @inheritdoc */
  count(table: TableSchema, prefix?: readonly Cell[]): number {
    this.#flushTable(table.name);
    return this.#writer.count(table, prefix);
  }

  /** @inheritdoc */
  put(table: TableSchema, row: Row): void {
    this.#flushTable(table.name);
    this.#writer.put(table, row);
    if (this.#shown.has(table.name)) {
      this.#note(
        table,
        table.key.map((column) => row[column] ?? null),
      );
    }
  }

  /** @inheritdoc */
  delete(table: TableSchema, key: readonly Cell[]): void {
    this.#flushTable(table.name);
    this.#writer.delete(table, key);
    if (this.#shown.has(table.name)) this.#note(table, key);
  }

  /** @inheritdoc */
  increment(
    table: TableSchema,
    names: Row,
    deltas: Readonly<Record<string, number>>,
  ): void {
    const key = table.key.map((column) => names[column] ?? null);
    const text = keyText(key);
    let rows = this.#pending.get(table.name);
    if (rows === undefined) this.#pending.set(table.name, rows = new Map());
    const pending = rows.get(text);
    if (pending === undefined) {
      rows.set(text, { table, key, names, deltas: { ...deltas } });
    } else {
      for (const [column, delta] of Object.entries(deltas)) {
        pending.deltas[column] = (pending.deltas[column] ?? 0) + delta;
      }
    }
  }

  /** Writes what is gathered. Call it before the transaction ends. */
  flush(): void {
    for (const name of [...this.#pending.keys()]) this.#flushTable(name);
  }

  #note(table: TableSchema, key: readonly Cell[]): void {
    if (this.#changes.size < NOTED_CHANGES_MAX) {
      this.#changes.set(`${table.name} ${keyText(key)}`, { table, key });
    }
  }

  #flushTable(name: string): void {
    const rows = this.#pending.get(name);
    if (rows === undefined) return;
    this.#pending.delete(name);
    for (const pending of rows.values()) {
      const { table, key } = pending;
      const before = this.#writer.get(table, key);
      const row = withDeltas(pending, before);
      const empty = Object.keys(table.columns).every((column) =>
        table.key.includes(column) || row[column] === 0
      );
      if (empty) this.#writer.delete(table, key);
      else this.#writer.put(table, row);
      if (table === STOCK) {
        trackShortage(this.#writer, before, empty ? undefined : row);
      }
      if (this.#shown.has(table.name)) this.#note(table, key);
    }
  }
}

function keyText(key: readonly Cell[]): string {
  return key.length === 1 ? String(key[0]) : key.join("\u0000");
}

function withDeltas(
  { table, names, deltas }: Pending,
  row: Row | undefined,
): Row {
  const next: Record<string, Cell> = {};
  for (const column of Object.keys(table.columns)) {
    if (table.key.includes(column)) next[column] = names[column] ?? null;
    else next[column] = Number(row?.[column] ?? 0) + (deltas[column] ?? 0);
  }
  return next;
}
