/**
 * What a node needs from its surroundings: a store, a disk for the simulated store, a logger.
 *
 * A store holds rows in tables of fixed columns, read by key and by ordered range. It knows nothing of commits or
 * sales, and no SQL crosses it. Every call is synchronous: a transaction never interleaves with another one, and when
 * `write` returns, everything in it is durable.
 *
 * @module
 */
import {
  PanalError,
  type Reader,
  type TableSchema,
  type Writer,
} from "../crdt/mod.ts";

export type {
  Cell,
  ColumnType,
  Reader,
  Row,
  Scan,
  TableSchema,
  Writer,
} from "../crdt/mod.ts";

/** Durable tables. */
export interface Store extends Reader {
  /**
   * Runs `body` as one transaction and makes it durable: all of it or nothing, also over a crash.
   *
   * @param body Reads and writes; it must not wait, and must not use the store but through its argument.
   * @returns What `body` returned, after the disk has confirmed.
   * @throws Whatever `body` throws (nothing is written then), or a PanalError: `store_full` and `store_failed`
   * (nothing was written), `store_outcome_unknown` (reopen the store: what is on the disk is the truth),
   * `store_closed`.
   */
  write<T>(body: (writer: Writer) => T): T;
  /** Closes it; a second call does nothing. */
  close(): void;
}

/** Whether an error is the store's: the disk refused, or the store is closed. */
export function isStoreError(error: unknown): error is PanalError {
  return error instanceof PanalError && error.code.startsWith("store_");
}

/** How a store is opened. */
export interface StoreOptions {
  /** All tables of this version. */
  readonly tables: readonly TableSchema[];
  /** The schema's version, 1 or more; stored, and compared at opening. */
  readonly version: number;
  /**
   * Steps from older versions: `migrations[n]` runs after opening a store of version n and leads to n + 1, in the
   * transaction that also stores the new version. Tables and columns of the current version exist by then (new
   * columns hold null); tables that are no longer named are dropped after the last step.
   */
  readonly migrations?: Readonly<Record<number, (writer: Writer) => void>>;
}

/**
 * A disk for the simulated store: a file of bytes that are durable only after `sync`, and that a simulation may tear,
 * lose, flip, fill up or refuse.
 */
export interface Disk {
  /** The file's length in bytes, as this process sees it. */
  size(): number;
  /** Reads `length` bytes at `offset`; fewer at the end. */
  read(offset: number, length: number): Uint8Array;
  /**
   * Writes bytes at `offset`, growing the file if needed.
   *
   * @throws {PanalError} `store_full` or `store_failed`; some sectors may have been written all the same.
   */
  write(offset: number, bytes: Uint8Array): void;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): void;
  /**
   * Makes everything written so far durable.
   *
   * @throws {PanalError} `store_failed` (it is not durable) or `store_outcome_unknown`.
   */
  sync(): void;
}

/** How important a log line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes structured log lines. Never pass secrets or card numbers. */
export interface Logger {
  /**
   * Writes one line.
   *
   * @param level How important it is.
   * @param message A sentence without changing parts.
   * @param fields The changing parts.
   */
  log(
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
}
