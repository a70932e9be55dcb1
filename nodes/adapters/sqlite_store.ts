/**
 * The store of a real node: one SQLite file with a table per table and a column per column, so that people can read it
 * with SQL. Every transaction is durable when it returns (write-ahead log, synchronous = FULL).
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { PanalError } from "../../crdt/mod.ts";
import type {
  Cell,
  Reader,
  Row,
  Scan,
  Store,
  StoreOptions,
  TableSchema,
} from "../ports.ts";
import {
  checkVersion,
  describeTables,
  guardStore,
  type StoreEngine,
} from "./guarded_store.ts";
import { isFullOrBusy, sqliteFailure } from "./sqlite_failure.ts";
import { upgradeSchema } from "./sqlite_schema.ts";
import {
  countStatements,
  deleteSql,
  getSql,
  putSql,
  scanStatements,
} from "./sqlite_statements.ts";
import type { ViewSchema } from "./sqlite_views.ts";
import {
  checkKey,
  checkRow,
  describeTable,
  scanRange,
  type TableShape,
} from "./table_shape.ts";

/** How a SQLite store is opened. */
export interface SqliteStoreOptions extends StoreOptions {
  /**
   * True to keep every other program out of the file while it is open, which halves the cost of a read outside
   * transactions; false (the default) lets people read it with SQL meanwhile.
   */
  readonly exclusive?: boolean;
  /** The most pages of 4,096 bytes that the file may have, for tests of a full disk; no bound if left out. */
  readonly maxPages?: number;
  /**
   * True for a new file that is thrown away if anything fails: nothing is durable before the file is synced, and a
   * transaction cannot be undone.
   */
  readonly scratch?: boolean;
  /** What people may read besides the tables; views of an earlier opening stay, if left out. */
  readonly views?: readonly ViewSchema[];
  /** Is told how many seconds the disk took to confirm each transaction; nobody if left out. */
  readonly observeCommit?: (seconds: number) => void;
}

/**
 * Opens or creates a store.
 *
 * @param path The file; SQLite keeps two more beside it, with `-wal` and `-shm` at the end of their names.
 * @param options Its tables and version.
 * @returns The store.
 * @throws {PanalError} `data_folder_newer`, `data_folder_damaged` (not a database, or it cannot be read),
 * `data_folder_locked` (another program writes to it), `store_full`, `invalid_argument` (a declaration is wrong).
 */
export function openSqliteStore(
  path: string,
  options: SqliteStoreOptions,
): Store {
  const shapes = describeTables(options);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    configure(database, options);
    const engine = new SqliteEngine(database, undefined);
    engine.begin();
    const { views } = options;
    upgradeSchema({ database, shapes, options, views, writer: engine });
    engine.commit();
    makeDurable(database);
    const { observeCommit } = options;
    return guardStore(new SqliteEngine(database, shapes, observeCommit));
  } catch (error) {
    database?.close();
    throw sqliteFailure("open", error);
  }
}

/** The rows of a store at one instant. */
export interface SqliteSnapshot extends Reader {
  /** Ends it. */
  close(): void;
}

/**
 * Opens what is in a store at this instant, for reading alone; its node may go on writing.
 *
 * @param path The file.
 * @param options Its tables and version.
 * @returns The rows. While it is open the file's log grows, so it is not kept for long.
 * @throws {PanalError} `data_folder_newer`; `config_invalid` if an earlier version wrote it; `data_folder_damaged`.
 */
export function openSqliteSnapshot(
  path: string,
  options: StoreOptions,
): SqliteSnapshot {
  const shapes = describeTables(options);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    for (
      const setting of [`busy_timeout = ${BUSY_TIMEOUT_MS}`, "query_only = ON"]
    ) {
      database.prepare(`PRAGMA ${setting}`).get();
    }
    database.prepare("BEGIN").run();
    const [row] = database.prepare("PRAGMA user_version").all();
    const version = Number(Object.values(row ?? {})[0]);
    checkVersion(options, version);
    if (version < options.version) {
      throw new PanalError(
        "config_invalid",
        "Cannot read the store: it is of an earlier version; start its node once, then repeat this",
      );
    }
    const engine = new SqliteEngine(database, shapes);
    return {
      get: (table, key) => engine.get(table, key),
      scan: (table, scan) => engine.scan(table, scan),
      count: (table, prefix) => engine.count(table, prefix),
      close: () => engine.close(),
    };
  } catch (error) {
    database?.close();
    throw sqliteFailure("open", error);
  }
}

const CACHE_KIB = 32 * 1024;
const SCRATCH_CACHE_KIB = 192 * 1024;
// After a large import, the log is cut back to this size.
const LOG_BYTES_MAX = 64 * 1024 * 1024;
const BUSY_TIMEOUT_MS = 500;

function configure(database: DatabaseSync, options: SqliteStoreOptions): void {
  const { exclusive, scratch } = options;
  const settings = [
    `busy_timeout = ${BUSY_TIMEOUT_MS}`,
    `locking_mode = ${exclusive || scratch ? "EXCLUSIVE" : "NORMAL"}`,
    `journal_mode = ${scratch ? "OFF" : "WAL"}`,
    `synchronous = ${scratch ? "OFF" : "FULL"}`,
    `cache_size = -${scratch ? SCRATCH_CACHE_KIB : CACHE_KIB}`,
    `journal_size_limit = ${LOG_BYTES_MAX}`,
    "temp_store = MEMORY",
  ];
  if (options.maxPages !== undefined) {
    settings.push(`max_page_count = ${options.maxPages}`);
  }
  for (const setting of settings) database.prepare(`PRAGMA ${setting}`).get();
}

/**
 * A process that was killed between writing and syncing leaves a transaction that this one can read but the disk may
 * not have. It must not be lost any more once somebody relies on it, so it is moved into the file, with all syncs.
 */
function makeDurable(database: DatabaseSync): void {
  try {
    database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  } catch (error) {
    // The log itself was synced first; without room or beside a reader it stays where it is.
    if (!isFullOrBusy(error)) throw error;
  }
}

/** The statements of one table. */
interface TableStatements {
  readonly shape: TableShape;
  readonly get: StatementSync;
  readonly put: StatementSync;
  readonly delete: StatementSync;
  /** Of scans by a prefix alone, by their form: almost all scans are such. */
  readonly prefixed: Map<string, StatementSync>;
}

class SqliteEngine implements StoreEngine {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #observeCommit: SqliteStoreOptions["observeCommit"];
  /** The names that may be used; undefined during migrations, which also read tables of older versions. */
  readonly #names: ReadonlySet<string> | undefined;
  readonly #tables = new Map<TableSchema, TableStatements>();
  /** Statements of scans and counts by their text; there are as many as the program has shapes of scans. */
  readonly #scans = new Map<string, StatementSync>();

  constructor(
    database: DatabaseSync,
    shapes: readonly TableShape[] | undefined,
    observeCommit?: SqliteStoreOptions["observeCommit"],
  ) {
    this.#database = database;
    this.#observeCommit = observeCommit;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#names = shapes && new Set(shapes.map(({ schema }) => schema.name));
    for (const shape of shapes ?? []) {
      this.#tables.set(shape.schema, this.#prepareTable(shape));
    }
  }

  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    const { shape, get } = this.#table(table);
    const cells = checkKey(shape, key);
    try {
      return toRow(shape, get.get(...cells));
    } catch (error) {
      throw sqliteFailure("read", error);
    }
  }

  scan(table: TableSchema, scan: Scan = {}): Row[] {
    const known = this.#table(table);
    const { shape } = known;
    if (!("from" in scan || "after" in scan || "below" in scan)) {
      return this.#scanPrefix(known, scan);
    }
    const rows: Row[] = [];
    const statements = scanStatements(shape, scan);
    try {
      for (const { sql, values } of statements) {
        const left = scan.limit === undefined ? -1 : scan.limit - rows.length;
        if (left === 0) break;
        for (const cells of this.#prepared(sql).all(...values, left)) {
          rows.push(toRow(shape, cells) as Row);
        }
      }
    } catch (error) {
      throw sqliteFailure("read", error);
    }
    return rows;
  }

  count(table: TableSchema, prefix?: readonly Cell[]): number {
    let sum = 0;
    const statements = countStatements(this.#table(table).shape, prefix);
    try {
      for (const { sql, values } of statements) {
        for (const row of this.#prepared(sql).all(...values)) {
          sum += Number(cellsOf(row)[0]);
        }
      }
    } catch (error) {
      throw sqliteFailure("read", error);
    }
    return sum;
  }

  put(table: TableSchema, row: Row): void {
    const { shape, put } = this.#table(table);
    const cells = checkRow(shape, row);
    try {
      put.run(...cells);
    } catch (error) {
      throw sqliteFailure("write", error);
    }
  }

  delete(table: TableSchema, key: readonly Cell[]): void {
    const statements = this.#table(table);
    const cells = checkKey(statements.shape, key);
    try {
      statements.delete.run(...cells);
    } catch (error) {
      throw sqliteFailure("write", error);
    }
  }

  begin(): void {
    try {
      this.#begin.run();
    } catch (error) {
      throw sqliteFailure("write", error);
    }
  }

  commit(): void {
    const begun = performance.now();
    try {
      this.#commit.run();
      this.#observeCommit?.((performance.now() - begun) / 1000);
    } catch (error) {
      // After most failures SQLite has rolled back by itself, and another ROLLBACK would throw.
      this.rollback();
      throw sqliteFailure("commit", error);
    }
  }

  rollback(): void {
    if (this.#database.isTransaction) this.#rollback.run();
  }

  close(): void {
    this.#database.close();
  }

  #table(table: TableSchema): TableStatements {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    if (this.#names?.has(table.name) === false) {
      throw new PanalError(
        "invalid_argument",
        `Cannot use table "${table.name}": the store has no such table`,
      );
    }
    const prepared = this.#prepareTable(describeTable(table));
    this.#tables.set(table, prepared);
    return prepared;
  }

  #prepareTable(shape: TableShape): TableStatements {
    try {
      return {
        shape,
        get: this.#prepare(getSql(shape)),
        put: this.#prepare(putSql(shape)),
        delete: this.#prepare(deleteSql(shape)),
        prefixed: new Map(),
      };
    } catch (error) {
      throw sqliteFailure("read", error);
    }
  }

  /** Neither text is put together nor looked for: the form says which statement it is. */
  #scanPrefix(
    { shape, prefixed }: TableStatements,
    scan: Omit<Scan, "from" | "after" | "below">,
  ): Row[] {
    const cells = scanRange(shape, scan)?.lower.cells;
    if (cells === undefined) return [];
    const form = formOf(scan, cells);
    let statement = prefixed.get(form);
    if (statement === undefined) {
      const [only] = scanStatements(shape, scan);
      if (only === undefined) return [];
      prefixed.set(form, statement = this.#prepared(only.sql));
    }
    const values = cells.filter((cell) => cell !== null);
    try {
      return statement.all(...values, scan.limit ?? -1).map((found) =>
        toRow(shape, found) as Row
      );
    } catch (error) {
      throw sqliteFailure("read", error);
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#scans.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#scans.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    (statement as unknown as ReturnsArrays).setReturnArrays(true);
    return statement;
  }
}

/** Missing in Deno's typings (2.9): rows come as arrays, which is faster. */
interface ReturnsArrays {
  setReturnArrays(enabled: boolean): void;
}

/** What the text of a scan by a prefix depends on besides its table. */
function formOf(
  { index, reverse = false }: Pick<Scan, "index" | "reverse">,
  prefix: readonly Cell[],
): string {
  let form = `${reverse ? "-" : "+"}${index ?? ""}`;
  for (const cell of prefix) form += cell === null ? "\0n" : "\0v";
  return form;
}

/** The typings know no array rows. */
function cellsOf(row: unknown): readonly Cell[] {
  return row as readonly Cell[];
}

function toRow(shape: TableShape, result: unknown): Row | undefined {
  if (result === undefined) return undefined;
  const cells = cellsOf(result);
  const row: Record<string, Cell> = {};
  for (let i = 0; i < cells.length; i++) {
    row[shape.columns[i] as string] = cells[i] as Cell;
  }
  return row;
}

/** Reads a store that another thread or program writes to. */
export interface SqliteReader extends Reader {
  /** Runs reads on one state of the store. */
  snapshot<T>(body: () => T): T;
  /** Closes it. */
  close(): void;
}

/**
 * Opens a store to read it, beside whoever writes to it. It must have been opened for writing by this version before.
 *
 * @param path The file.
 * @param tables Its tables.
 * @returns What reads it.
 * @throws {PanalError} `data_folder_damaged` if it cannot be read.
 */
export function openSqliteReader(
  path: string,
  tables: StoreOptions["tables"],
): SqliteReader {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    database.prepare(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`).get();
    const engine = new SqliteEngine(
      database,
      describeTables({ tables, version: 1 }),
    );
    return {
      get: (table, key) => engine.get(table, key),
      scan: (table, scan) => engine.scan(table, scan),
      count: (table, prefix) => engine.count(table, prefix),
      snapshot(body) {
        if (database.isTransaction) return body();
        database.exec("BEGIN");
        try {
          return body();
        } finally {
          database.exec("COMMIT");
        }
      },
      close: () => engine.close(),
    };
  } catch (error) {
    throw sqliteFailure("open", error);
  }
}
