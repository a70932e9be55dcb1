/**
 * What a mutation is: a realistic bug, and what must find it.
 *
 * @module
 */

/** What finds a mutation: scenarios of the simulator from a seed on, or tests of a file by a part of their names. */
export type Finder =
  | {
    readonly scenario: string;
    readonly seed: number;
    readonly seeds?: number;
    readonly steps?: number;
  }
  | { readonly test: string; readonly filter: string };

/** One bug. */
export interface Mutation {
  /** What is wrong, in a few words. */
  readonly name: string;
  /** The file, from the project's folder. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  /** What takes its place. */
  readonly replace: string;
  /** What finds it. */
  readonly foundBy: Finder;
}
