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

/** Rem of a column that says no width, of the gap between two, and of a row's edges. */
const WIDTH_REM = 6;
const GAP_REM = 0.75;
const EDGES_REM = 1.5;
/** With more than these on a phone they are narrow. */
const NARROW_COLUMNS = 3;

/**
 * The tracks of a table's rows, for all screens and for phones. Each row is a grid of its own: they stand in line because
 * no track depends on what is in it.
 *
 * @param columns The columns.
 * @returns Variables that the style sheet uses.
 */
export function tracksOf<T>(
  columns: readonly Column<T>[],
): Readonly<Record<string, string>> {
  const least = columns.reduce((sum, column) => sum + leastRem(column), 0) +
    GAP_REM * (columns.length - 1) + EDGES_REM;
  const onPhone = columns.filter(({ phone }) => phone !== false);
  return {
    "--least": `${least}rem`,
    "--tracks": columns.map(({ width }) =>
      width ?? `minmax(${WIDTH_REM}rem, 1fr)`
    )
      .join(" "),
    // An amount is one word: among many columns it has more room than texts, which have two lines.
    "--tracks-phone": onPhone.map(({ align }) =>
      align === "end" && onPhone.length > NARROW_COLUMNS
        ? "minmax(0, 1.2fr)"
        : "minmax(0, 1fr)"
    ).join(" "),
  };
}

function leastRem<T>({ width = "" }: Column<T>): number {
  return Number(/([0-9.]+)rem/.exec(width)?.[1] ?? WIDTH_REM);
}
