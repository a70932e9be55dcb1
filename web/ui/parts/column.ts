/**
 * What a table's column is, on the screen and in an exported file.
 *
 * @module
 */
import type { ComponentChildren } from "preact";

/** A column of rows of one kind. */
export interface Column<T> {
  /** Unique in its table; the header of the exported column. */
  readonly key: string;
  /** What stands above it. */
  readonly title: string;
  /** What a row shows in it. */
  readonly cell: (row: T) => ComponentChildren;
  /** What an exported row has in it; left out, the column is not exported. */
  readonly csv?: (row: T) => string;
  /** Numbers stand at the end. */
  readonly align?: "end";
  /** A track of a CSS grid, e.g. `8rem`; `minmax(6rem, 1fr)` if left out. */
  readonly width?: string;
  /** False leaves it out on a phone, where the row's details show it. */
  readonly phone?: boolean;
}

/** The tracks of a table's rows, for all screens and for phones. */
export function tracksOf<T>(
  columns: readonly Column<T>[],
): Readonly<Record<string, string>> {
  const track = ({ width }: Column<T>) => width ?? "minmax(6rem, 1fr)";
  return {
    "--tracks": columns.map(track).join(" "),
    "--tracks-phone": columns.filter(({ phone }) => phone !== false)
      .map(() => "minmax(0, 1fr)").join(" "),
  };
}
