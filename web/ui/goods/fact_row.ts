/**
 * Rows of `Facts`.
 *
 * @module
 */
import type { ComponentChildren } from "preact";

/** A name and its value. */
export type FactRow = readonly [string, ComponentChildren];

/**
 * A row whose value is an element: written so, it is no item of a list that would need a key.
 *
 * @param name What it is.
 * @param value What it says.
 * @returns The row.
 */
export function factRow(name: string, value: ComponentChildren): FactRow {
  return [name, value];
}
