/**
 * Tables and sentences of the demo's output.
 *
 * @module
 */

/**
 * Lays a table out in columns.
 *
 * @param rows Rows of cells; the first is the heading.
 * @returns Lines, each with its line break.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatTable([["Name", "Role"], ["CUS", "branch"]]), "Name  Role\nCUS   branch\n");
 * ```
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    `${
      row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()
    }\n`
  ).join("");
}

/**
 * A count with its noun.
 *
 * @param count How many.
 * @param noun One of them.
 * @returns Such as `1 sale` or `12 sales`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(countOf(1, "sale"), "1 sale");
 * strictEqual(countOf(1200, "sale"), "1,200 sales");
 * ```
 */
export function countOf(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Names in a sentence.
 *
 * @param names What to list.
 * @returns Such as `CUS, LIM and AQP`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(listOf(["CUS", "LIM", "AQP"]), "CUS, LIM and AQP");
 * ```
 */
export function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2
    ? last
    : `${names.slice(0, -1).join(", ")} and ${last}`;
}
