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
  return new Response(textOf(rows), { headers: headersOf(name) });
}

/**
 * The answer with a file of which no more than a block of rows is in memory at a time.
 *
 * @param name The file's name without its ending.
 * @param blocks Its rows, the first its header; asked for the next block once the last is taken.
 * @returns The answer.
 */
export function csvStream<T>(
  name: string,
  blocks: Iterable<CsvRows>,
): Reply<T> {
  const iterator = blocks[Symbol.iterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(textOf(value)));
    },
    cancel: () => void iterator.return?.(),
  }, { highWaterMark: 0 });
  return new Response(body, { headers: headersOf(name) });
}

function textOf(rows: CsvRows): string {
  return rows.map((cells) => cells.map(csvCell).join(",") + "\r\n").join("");
}

function headersOf(name: string): Readonly<Record<string, string>> {
  const fileName = name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return {
    "content-type": CSV_TYPE,
    "content-disposition": `attachment; filename="${fileName}.csv"`,
  };
}
