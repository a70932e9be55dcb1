/**
 * The rules that every store keeps around its engine: one write at a time, no use after closing, nothing half done.
 * Separate because they hold for each engine alike, and each engine only has to begin, commit and roll back.
 *
 * @module
 */
import { type ErrorCode, PanalError } from "../../crdt/mod.ts";
import type {
  Cell,
  Row,
  Scan,
  Store,
  StoreOptions,
  TableSchema,
  Writer,
} from "../ports.ts";
import { describeTable, type TableShape } from "./table_shape.ts";

/** What keeps the rows. Its methods are called in a valid order only, and throw a PanalError when they fail. */
export interface StoreEngine extends Writer {
  /** Starts a transaction. */
  begin(): void;
  /** Makes it durable; where this throws, the transaction is over as well. */
  commit(): void;
  /** Undoes it. */
  rollback(): void;
  /** Releases everything; called once. */
  close(): void;
}

/**
 * Makes a store of an engine.
 *
 * @param engine What keeps the rows; it belongs to the store from here on.
 * @returns The store.
 */
export function guardStore(engine: StoreEngine): Store {
  return new GuardedStore(engine);
}

/**
 * Checks how a store is to be opened.
 *
 * @param options Its tables and version.
 * @returns The tables, ready for use.
 * @throws {PanalError} `invalid_argument` if the version is below 1, or a table is declared wrongly or twice.
 */
export function describeTables(options: StoreOptions): TableShape[] {
  const { tables, version } = options;
  const names = new Set(tables.map(({ name }) => name));
  if (
    !Number.isSafeInteger(version) || version < 1 ||
    names.size !== tables.length
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot open the store: version ${version} is below 1, or a table is named twice`,
    );
  }
  return tables.map(describeTable);
}

/**
 * Runs the steps that lead from a stored version to the current one.
 *
 * @param options How the store is opened.
 * @param stored The version that the store has.
 * @param writer Where the steps read and write.
 */
export function runMigrations(
  options: StoreOptions,
  stored: number,
  writer: Writer,
): void {
  for (let version = stored; version < options.version; version++) {
    options.migrations?.[version]?.(writer);
  }
}

/**
 * Checks that a version can be opened.
 *
 * @param options How the store is opened.
 * @param stored The version that the store has.
 * @throws {PanalError} `data_folder_newer` if the stored version is above the current one.
 */
export function checkVersion(options: StoreOptions, stored: number): void {
  if (stored > options.version) {
    throw new PanalError(
      "data_folder_newer",
      `Cannot open the store: its version is ${stored}, this program's is ${options.version}`,
    );
  }
}

// After one of these inside a transaction, the engine may have given it up: going on would write half of it.
const FATAL_CODES: ReadonlySet<ErrorCode> = new Set([
  "store_full",
  "store_failed",
  "store_outcome_unknown",
  "data_folder_damaged",
]);

class GuardedStore implements Store {
  readonly #engine: StoreEngine;
  #state: "open" | "writing" | "closed" | "lost" = "open";

  constructor(engine: StoreEngine) {
    this.#engine = engine;
  }

  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    this.#check();
    return this.#engine.get(table, key);
  }

  scan(table: TableSchema, scan?: Scan): Row[] {
    this.#check();
    return this.#engine.scan(table, scan);
  }

  count(table: TableSchema, prefix?: readonly Cell[]): number {
    this.#check();
    return this.#engine.count(table, prefix);
  }

  write<T>(body: (writer: Writer) => T): T {
    this.#check();
    this.#attempt(() => this.#engine.begin());
    const writer = new GuardedWriter(this.#engine);
    this.#state = "writing";
    let result: T;
    try {
      result = body(writer);
      if (result instanceof Promise) {
        throw new PanalError(
          "invalid_argument",
          "Cannot write: the body of a transaction must not wait",
        );
      }
      writer.end();
    } catch (error) {
      writer.close();
      this.#state = "open";
      this.#rollback();
      throw error;
    }
    this.#state = "open";
    this.#attempt(() => this.#engine.commit());
    return result;
  }

  close(): void {
    if (this.#state === "closed") return;
    if (this.#state === "writing") this.#check();
    const lost = this.#state === "lost";
    this.#state = "closed";
    if (!lost) this.#engine.close();
  }

  #check(): void {
    if (this.#state === "open") return;
    if (this.#state === "writing") {
      throw new PanalError(
        "invalid_argument",
        "Cannot use the store inside a transaction: use its writer",
      );
    }
    throw new PanalError(
      "store_closed",
      this.#state === "closed"
        ? "Cannot use the store: it is closed"
        : "Cannot use the store: the outcome of a write is unknown, reopen it",
    );
  }

  /** Gives the engine up when it no longer knows what is on the disk. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (
        error instanceof PanalError && error.code === "store_outcome_unknown"
      ) this.#lose();
      throw error;
    }
  }

  #rollback(): void {
    try {
      this.#engine.rollback();
    } catch {
      // The body's own error is the one to report; nothing was committed, and reopening finds that.
      this.#lose();
    }
  }

  #lose(): void {
    this.#state = "lost";
    try {
      this.#engine.close();
    } catch {
      // It is given up already, and reopening reads what is there.
    }
  }
}

class GuardedWriter implements Writer {
  readonly #engine: StoreEngine;
  #failure: PanalError | undefined;
  #ended = false;

  constructor(engine: StoreEngine) {
    this.#engine = engine;
  }

  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    this.#check();
    try {
      return this.#engine.get(table, key);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  scan(table: TableSchema, scan?: Scan): Row[] {
    this.#check();
    try {
      return this.#engine.scan(table, scan);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  count(table: TableSchema, prefix?: readonly Cell[]): number {
    this.#check();
    try {
      return this.#engine.count(table, prefix);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  put(table: TableSchema, row: Row): void {
    this.#check();
    try {
      this.#engine.put(table, row);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  delete(table: TableSchema, key: readonly Cell[]): void {
    this.#check();
    try {
      this.#engine.delete(table, key);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Ends the transaction's use; throws what had already broken it, even if the body caught that. */
  end(): void {
    const failure = this.#failure;
    this.close();
    if (failure !== undefined) throw failure;
  }

  close(): void {
    this.#ended = true;
  }

  #check(): void {
    if (this.#ended) {
      throw new PanalError(
        "invalid_argument",
        "Cannot use a transaction after its end",
      );
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: unknown): unknown {
    if (error instanceof PanalError && FATAL_CODES.has(error.code)) {
      this.#failure = error;
    }
    return error;
  }
}
