/**
 * What a fold is: a pair of pure functions that put one fact's effect into rows and take it out again. Whatever the
 * order of facts, the rows end as the same function of the set of facts. Two forms keep this true: sums of integers
 * (`increment`), and rows derived again from all facts of their key.
 *
 * @module
 */
import type { Stamp } from "./clock.ts";
import type { Fact } from "./facts.ts";
import type { LogId, SpaceId } from "./ids.ts";
import type { Row, TableSchema, Writer } from "./rows.ts";

/** Rows as a fold changes them. */
export interface FoldRows extends Writer {
  /**
   * Adds to integer columns of a row, with `addWrapped`. A row whose columns outside the key are all 0 does not exist.
   *
   * @param table A table whose columns outside the key are integers.
   * @param key The key's columns by name.
   * @param deltas What to add, by column.
   */
  increment(
    table: TableSchema,
    key: Row,
    deltas: Readonly<Record<string, number>>,
  ): void;
}

const MODULUS = 2n ** 54n - 1n;
const LIMIT = 2n ** 53n - 1n;

/**
 * Adds two exact integers. A sum beyond 2^53 - 1 starts again at the other end: only nonsense in a log leads there,
 * and so the result still depends on the set of facts alone, and none of them can keep the others from being taken in.
 *
 * @param a An exact integer.
 * @param b An exact integer.
 * @returns An exact integer: the sum modulo 2^54 - 1.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(addWrapped(2, 3), 5);
 * strictEqual(addWrapped(Number.MAX_SAFE_INTEGER, 1), Number.MIN_SAFE_INTEGER);
 * ```
 */
export function addWrapped(a: number, b: number): number {
  const sum = a + b;
  if (Number.isSafeInteger(sum)) return sum;
  const exact = BigInt(a) + BigInt(b);
  return Number(exact > LIMIT ? exact - MODULUS : exact + MODULUS);
}

/** A fact and its place in a log. */
export interface LogFact<F extends Fact = Fact> {
  /** What happened. */
  readonly fact: F;
  /** Its commit's stamp. */
  readonly stamp: Stamp;
  /** The log's name. */
  readonly log: LogId;
  /** This node's own short number of the log; never compared or exported. */
  readonly logNumber: number;
  /** Its commit's seq. */
  readonly seq: number;
  /** True if the id was drawn at random just now, so that nothing can name or repeat the fact yet. */
  readonly fresh?: boolean;
  /** True if the caller has looked and no fact with this id is here; others may name it. */
  readonly unknown?: boolean;
  /** True of a charge whose purchase was drawn just now: nothing that is here holds, repeats, returns or replaces it. */
  readonly drawn?: boolean;
  /** True if the caller has looked and no sale with this one's receipt is here. */
  readonly alone?: boolean;
}

/** Where folds read facts again that were placed before. */
export interface FactArchive {
  /**
   * A fact of a log.
   *
   * @param logNumber The node's number of the log.
   * @param seq The commit's seq.
   * @param id The fact's id, 16 bytes.
   * @returns The fact with its place, or undefined if it cannot be read any more.
   */
  read(logNumber: number, seq: number, id: Uint8Array): LogFact | undefined;
  /** The space of a log. */
  spaceOf(logNumber: number): SpaceId | undefined;
  /** Whether this node itself wrote a log, also one that it has closed. */
  isOwn(logNumber: number): boolean;
}

/** Puts one kind of facts into rows and takes them out again. */
export interface Fold<F extends Fact> {
  /** Puts a fact's effect into the rows. The fact is not in them. */
  add(rows: FoldRows, placed: LogFact<F>): void;
  /** Takes a fact's effect out of the rows. The fact is in them. */
  remove(rows: FoldRows, placed: LogFact<F>): void;
}

/** What orders facts that were made apart. */
export interface FactOrder {
  /** The commit's stamp. */
  readonly stamp: string;
  /** The log's name. */
  readonly log: string;
  /** The commit's seq. */
  readonly seq: number;
  /** The fact's id. */
  readonly id: string;
}

/**
 * What orders a fact.
 *
 * @param placed The fact and its place.
 * @returns Its place.
 */
export function orderOf({ fact, stamp, log, seq }: LogFact): FactOrder {
  return { stamp, log, seq, id: fact.id };
}

/**
 * Compares by (stamp, log, seq, id).
 *
 * @param a One.
 * @param b The other.
 * @returns Negative if `a` is less, positive if it is greater, 0 for the same place.
 */
export function compareOrder(a: FactOrder, b: FactOrder): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  if (a.log !== b.log) return a.log < b.log ? -1 : 1;
  if (a.seq !== b.seq) return a.seq - b.seq;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * Makes a fold of one function with a sign: 1 puts the effect in, -1 takes it out.
 *
 * @param toggle What puts in and takes out.
 * @returns The fold.
 */
export function toggled<F extends Fact>(
  toggle: (rows: FoldRows, placed: LogFact<F>, sign: 1 | -1) => void,
): Fold<F> {
  return {
    add: (rows, placed) => toggle(rows, placed, 1),
    remove: (rows, placed) => toggle(rows, placed, -1),
  };
}
