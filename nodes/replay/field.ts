/**
 * A field of a row as a file gives it.
 *
 * @module
 */

/** A field as the file holds it: text, or a typed value of a Parquet file; null or undefined where there is none. */
export type Field =
  | string
  | number
  | bigint
  | boolean
  | InstantField
  | null
  | undefined;

/** An instant of a typed file, in whole microseconds since 1970. */
export interface InstantField {
  /** Microseconds since 1970, UTC. */
  readonly micros: number;
}
