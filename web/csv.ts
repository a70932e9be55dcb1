/**
 * Files of comma-separated values, after RFC 4180: UTF-8 without a mark at its beginning, lines ended by CR and LF.
 *
 * @module
 */
import type { Reply } from "./route.ts";

/** The media type of such a file. */
export const CSV_TYPE = "text/csv; charset=utf-8";

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/;

/**
 * A cell. Text that a spreadsheet would read as a formula gets a quote in front; a number below zero is none.
 *
 * @param value What it holds.
 * @returns The cell as it stands in a line.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(csvCell("=1+1"), "'=1+1");
 * strictEqual(csvCell("-1.50"), "-1.50");
 * strictEqual(csvCell('a "b", c'), '"a ""b"", c"');
 * ```
 */
export function csvCell(value: string | number): string {
  const isFormula = typeof value === "string" && FORMULA.test(value) &&
    !NUMBER.test(value);
  const text = isFormula ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of a file, the first its header. */
export type CsvRows = readonly (readonly (string | number)[])[];

/**
 * The answer with a file.
 *
 * @param name The file's name without its ending.
 * @param rows Its rows.
 * @returns The answer.
 */
export function csvReply<T>(name: string, rows: CsvRows): Reply<T> {
  const text = rows.map((cells) => cells.map(csvCell).join(",") + "\r\n")
    .join("");
  const fileName = name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return new Response(text, {
    headers: {
      "content-type": CSV_TYPE,
      "content-disposition": `attachment; filename="${fileName}.csv"`,
    },
  });
}
