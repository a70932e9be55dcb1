/**
 * The store of a simulated node: rows in memory, made durable by a log on a Disk that the simulation may tear, lose or
 * fill up. It keeps exactly the promises of the SQLite store, without time, files or chance of its own.
 *
 * @module
 */
import { decodeCbor, encodeCbor, PanalError } from "../../crdt/mod.ts";
import type {
  Cell,
  ColumnType,
  Disk,
  Row,
  Scan,
  Store,
  StoreOptions,
  TableSchema,
} from "../ports.ts";
import { DiskLog, type LogRecord } from "./disk_log.ts";
import {
  checkVersion,
  describeTables,
  guardStore,
  runMigrations,
  type StoreEngine,
} from "./guarded_store.ts";
import { RowTable } from "./row_table.ts";
import {
  checkKey,
  checkRow,
  describeTable,
  scanRange,
  type TableShape,
} from "./table_shape.ts";

/** How a store in memory is opened. */
export interface SimulatedStoreOptions extends StoreOptions {
  /**
   * True to give rows as they are kept, frozen, in the place of copies: whoever changes one meets an error, and must not
   * change the bytes in its cells. Copying is a tenth of a simulation's time.
   */
  readonly lendsRows?: boolean;
}

/**
 * Opens or creates a store.
 *
 * @param disk Its disk; it belongs to the store until that is closed.
 * @param options Its tables and version, and whether rows are lent.
 * @returns The store.
 * @throws {PanalError} `data_folder_newer`, `data_folder_damaged`, `store_full`, `store_failed`,
 * `store_outcome_unknown` (open it again), `invalid_argument` (a declaration is wrong).
 */
export function openSimulatedStore(
  disk: Disk,
  options: SimulatedStoreOptions,
): Store {
  const shapes = describeTables(options);
  const log = new DiskLog(disk);
  const engine = new SimulatedEngine(log, options.lendsRows ?? false);
  const stored = engine.replay(log.recover());
  checkVersion(options, stored.version);
  engine.adopt(shapes);
  if (stored.version > 0) runMigrations(options, stored.version, engine);
  engine.settle(shapes, options.version);
  const layout = describeLayout(shapes, options.version);
  if (JSON.stringify(layout) !== JSON.stringify(stored)) engine.compact();
  return guardStore(engine);
}

/** What a table looks like on the disk. */
interface TableLayout {
  readonly name: string;
  readonly columns: readonly (readonly [string, ColumnType])[];
  readonly key: readonly string[];
  readonly wide: boolean;
}

interface Layout {
  readonly version: number;
  readonly tables: readonly TableLayout[];
}

/** The layout as JSON, then each table's rows as cells in the order of its columns. */
type Snapshot = readonly [
  layout: string,
  rows: readonly (readonly (readonly Cell[])[])[],
];

/** A change of one row: the table's name, then the cells of a row that was put, or the key of one that was deleted. */
type Change = readonly [
  table: string,
  put: readonly Cell[] | null,
  deleted?: readonly Cell[],
];

class SimulatedEngine implements StoreEngine {
  readonly #log: DiskLog;
  readonly #tables = new Map<string, RowTable>();
  readonly #shapes = new Map<TableSchema, TableShape>();
  #layout: Layout = { version: 0, tables: [] };
  #changes: Change[] = [];
  #undo: (() => void)[] = [];

  /** Whether rows are given as they are kept; not once a version has added columns, which older rows lack. */
  #lendsRows: boolean;

  constructor(log: DiskLog, lendsRows: boolean) {
    this.#log = log;
    this.#lendsRows = lendsRows;
  }

  /** Takes in what is on the disk and gives its layout. */
  replay(records: readonly LogRecord[]): Layout {
    for (const { kind, payload } of records) {
      // The checksum has vouched for the bytes: they are what this program wrote.
      const content = decodeCbor(payload);
      if (kind === "snapshot") this.#load(content as Snapshot);
      else (content as Change[]).forEach((change) => this.#apply(change));
    }
    return this.#layout;
  }

  /** Makes the tables of the current version available beside older ones. */
  adopt(shapes: readonly TableShape[]): void {
    const [...older] = this.#layout.tables;
    for (const shape of shapes) {
      const { name } = shape.schema;
      const before = older.find((table) => table.name === name);
      if (before !== undefined) {
        checkUnchanged(before, shape);
        if (isAltered(before, shape)) this.#lendsRows = false;
      } else this.#tables.set(name, new RowTable(shape.schema.key));
      this.#shapes.set(shape.schema, shape);
    }
  }

  /** Ends the opening: only the tables of the current version remain. */
  settle(shapes: readonly TableShape[], version: number): void {
    this.#layout = describeLayout(shapes, version);
    const names = new Set(shapes.map(({ schema }) => schema.name));
    for (const name of [...this.#tables.keys()]) {
      if (!names.has(name)) this.#tables.delete(name);
    }
    this.#forget();
  }

  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    const shape = this.#shape(table);
    const row = this.#rows(shape).find(checkKey(shape, key));
    return row === undefined || this.#lendsRows ? row : project(shape, row);
  }

  scan(table: TableSchema, scan: Scan = {}): Row[] {
    const shape = this.#shape(table);
    const range = scanRange(shape, scan);
    if (range === undefined) return [];
    const rows = this.#rows(shape).order(range.order)
      .range(range.lower, range.upper, scan);
    return this.#lendsRows ? rows : rows.map((row) => project(shape, row));
  }

  count(table: TableSchema, prefix: readonly Cell[] = []): number {
    const shape = this.#shape(table);
    const range = scanRange(shape, { prefix });
    if (range === undefined) return 0;
    return this.#rows(shape).order(range.order)
      .count(range.lower, range.upper);
  }

  put(table: TableSchema, row: Row): void {
    const shape = this.#shape(table);
    const cells = checkRow(shape, row).map(copyCell);
    const rows = this.#rows(shape);
    const next = Object.freeze(toRow(shape.columns, cells));
    const before = rows.put(next);
    this.#changes.push([table.name, cells]);
    this.#undo.push(() => before ? rows.put(before) : rows.remove(next));
  }

  delete(table: TableSchema, key: readonly Cell[]): void {
    const shape = this.#shape(table);
    const cells = checkKey(shape, key).map(copyCell);
    const rows = this.#rows(shape);
    const before = rows.find(cells);
    if (before === undefined) return;
    rows.remove(before);
    this.#changes.push([table.name, null, cells]);
    this.#undo.push(() => rows.put(before));
  }

  begin(): void {
    if (!this.#log.isWorthReplacing) return;
    try {
      this.compact();
    } catch (error) {
      // Nothing is lost by a longer log; only a log in an unknown state cannot be used any more.
      if (!(error instanceof PanalError)) throw error;
      if (error.code === "store_outcome_unknown") throw error;
      this.#log.postponeReplacing();
    }
  }

  commit(): void {
    try {
      if (this.#changes.length > 0) this.#log.append(encodeCbor(this.#changes));
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.#forget();
  }

  rollback(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#forget();
  }

  close(): void {
    // Everything is on the disk already.
  }

  /** Replaces the log by the rows as they are. */
  compact(): void {
    const rows = this.#layout.tables.map(({ name, columns }) =>
      this.#tables.get(name)?.all().map((row) =>
        columns.map(([column]) => row[column] ?? null)
      ) ?? []
    );
    const snapshot: Snapshot = [JSON.stringify(this.#layout), rows];
    this.#log.replace(encodeCbor(snapshot));
  }

  #forget(): void {
    this.#changes = [];
    this.#undo = [];
  }

  #load([layout, rows]: Snapshot): void {
    this.#layout = JSON.parse(layout);
    this.#tables.clear();
    this.#layout.tables.forEach(({ name, columns, key }, i) => {
      const table = new RowTable(key);
      const names = columns.map(([column]) => column);
      for (const cells of rows[i] ?? []) {
        table.put(Object.freeze(toRow(names, cells)));
      }
      this.#tables.set(name, table);
    });
  }

  #apply([name, put, deleted]: Change): void {
    const rows = this.#tables.get(name);
    const layout = this.#layout.tables.find((table) => table.name === name);
    if (rows === undefined || layout === undefined) return;
    if (put !== null) {
      const names = layout.columns.map(([column]) => column);
      rows.put(Object.freeze(toRow(names, put)));
    } else if (deleted !== undefined) {
      const before = rows.find(deleted);
      if (before !== undefined) rows.remove(before);
    }
  }

  #shape(table: TableSchema): TableShape {
    const known = this.#shapes.get(table);
    if (known !== undefined) return known;
    if (!this.#tables.has(table.name)) this.#refuse(table);
    const shape = describeTable(table);
    this.#shapes.set(table, shape);
    return shape;
  }

  #rows({ schema }: TableShape): RowTable {
    return this.#tables.get(schema.name) ?? this.#refuse(schema);
  }

  #refuse(table: TableSchema): never {
    throw new PanalError(
      "invalid_argument",
      `Cannot use table "${table.name}": the store has no such table`,
    );
  }
}

function describeLayout(
  shapes: readonly TableShape[],
  version: number,
): Layout {
  return {
    version,
    tables: shapes.map(({ schema }) => ({
      name: schema.name,
      columns: Object.entries(schema.columns),
      key: schema.key,
      wide: schema.wide ?? false,
    })),
  };
}

function checkUnchanged(before: TableLayout, { schema }: TableShape): void {
  const retyped = before.columns.some(([name, type]) =>
    name in schema.columns && schema.columns[name] !== type
  );
  if (
    retyped || before.key.join() !== schema.key.join() ||
    before.wide !== (schema.wide ?? false)
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot open the store: table "${schema.name}" changed its key, types or width; give it a new name`,
    );
  }
}

function isAltered(before: TableLayout, { columns }: TableShape): boolean {
  return before.columns.map(([name]) => name).join() !== columns.join();
}

function toRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const row: Record<string, Cell> = {};
  for (let i = 0; i < columns.length; i++) {
    row[columns[i] as string] = cells[i] ?? null;
  }
  return row;
}

/** What a caller may keep and change: a column that a migration has just added holds null. */
function project(shape: TableShape, row: Row): Row {
  return toRow(
    shape.columns,
    shape.columns.map((name) => copyCell(row[name] ?? null)),
  );
}

function copyCell(cell: Cell): Cell {
  return cell instanceof Uint8Array ? cell.slice() : cell;
}
