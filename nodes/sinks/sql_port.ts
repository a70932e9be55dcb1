/**
 * What is needed of a database that speaks PostgreSQL's protocol. A port: `nodes/adapters/postgres_client.ts` has the
 * client. Nothing of it repairs itself: after a failure but that of a statement, its user closes it and opens another.
 *
 * @module
 */

/** A value that a statement is given. */
export type SqlValue = string | number | null;

/** A row of an answer. Numbers of 8 bytes are numbers, which are exact up to 2^53. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs statements in one transaction. */
export interface SqlTransaction {
  /**
   * Runs a statement.
   *
   * @param text The statement, with `$1` for the first value.
   * @param values The values.
   * @returns The rows of the answer.
   * @throws {SinkError} With what the database says.
   */
  run(text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /**
   * Runs `COPY … FROM STDIN` in text format.
   *
   * @param text The statement.
   * @param chunks Whole lines, several together.
   * @throws {SinkError} With what the database says.
   */
  copy(text: string, chunks: Iterable<string>): Promise<void>;
}

/** A connection to a database. */
export interface SqlSession {
  /**
   * Runs a transaction, and commits it if `body` succeeds.
   *
   * @param body What it does.
   * @returns What `body` returned, after the database has confirmed.
   * @throws {SinkError} Nothing is there then; if the link broke while it was confirmed, all of it may be.
   */
  transaction<T>(body: (sql: SqlTransaction) => Promise<T>): Promise<T>;
  /** Closes it at once. */
  close(): Promise<void>;
}

/** Opens connections to one database. */
export interface SqlDatabase {
  /** Where, without user and password. */
  readonly name: string;
  /** Whether `COPY` may be used: not every program that speaks the protocol has it. */
  readonly copies: boolean;
  /**
   * Connects.
   *
   * @throws {SinkError} If nobody answers, or lets this node in.
   */
  connect(): Promise<SqlSession>;
}
