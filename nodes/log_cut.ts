/**
 * Where a log ends by authority statements, as a value. Separate from how it follows from them (`cuts.ts`), which reads
 * logs.
 *
 * @module
 */
import type { Hash } from "../crdt/mod.ts";

/** Where a log ends. */
export interface LogCut {
  /** Facts of commits above this seq do not count. */
  readonly counts: number;
  /** Commits above this seq are neither fetched nor shown nor served; 0 for a log that is hidden. */
  readonly limit: number;
  /** The hash of the commit at `limit`, where commits above it are here. */
  readonly hash: Hash | null;
  /** The writer's signature of that head, in hexadecimal digits, if the statement has it. */
  readonly signature: string | undefined;
}

/**
 * Whether two cuts are the same.
 *
 * @param a A cut, or none.
 * @param b Another.
 * @returns True if all their parts are equal.
 */
export function isSameCut(
  a: LogCut | undefined,
  b: LogCut | undefined,
): boolean {
  return a?.counts === b?.counts && a?.limit === b?.limit &&
    a?.hash === b?.hash && a?.signature === b?.signature;
}
