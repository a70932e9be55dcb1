/**
 * Exports of tables as text: which encoding and delimiter a file has, and its records with the lines on which they
 * begin. What programs write when they export a table differs in all of this.
 *
 * @module
 */
import { createCsvReader, type CsvRecord } from "../replay/csv.ts";

/** Largest file of a table, in bytes. */
export const TABLE_BYTES_MAX = 256 * 1024 * 1024;

/** A record and where it begins. */
export interface LineRecord {
  /** The line, from 1 on. */
  readonly line: number;
  /** Its fields; undefined for one that cannot be read. */
  readonly fields: CsvRecord;
}

/**
 * Decodes a file: UTF-16 and UTF-8 by their marks, else UTF-8 if it is that, else Latin-1 as Windows has it.
 *
 * @param bytes The file.
 * @returns Its text without a mark.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(decodeTable(Uint8Array.of(0x41, 0xf1, 0x6f)), "Año");
 * ```
 */
export function decodeTable(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decode("utf-16le", bytes);
  if (first === 0xfe && second === 0xff) return decode("utf-16be", bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decode("windows-1252", bytes);
  }
}

function decode(encoding: string, bytes: Uint8Array): string {
  return new TextDecoder(encoding).decode(bytes);
}

const DELIMITERS = [",", ";", "\t", "|"];

/** The delimiter that the first line has most of; those in quotes do not count. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((one) => bare.split(one).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

/**
 * Reads the records of a table.
 *
 * @param text The file's text; fields are divided by comma, semicolon, tab or bar, whichever its first line has.
 * @returns Records, the header first; empty lines are no records.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const records = [...tableRecords('A;B\r\n1;"x\r\ny"\r\n\r\n2;z')];
 * deepStrictEqual(records.map(({ line }) => line), [1, 2, 5]);
 * deepStrictEqual(records[1]?.fields, ["1", "x\ny"]);
 * ```
 */
export function* tableRecords(text: string): Generator<LineRecord> {
  const header = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? "";
  const reader = createCsvReader(delimiterOf(header));
  let line = 0;
  let begun: number | undefined;
  for (const one of linesOf(text)) {
    line++;
    // Within a record everything belongs to it, empty lines too.
    begun ??= one === "" ? undefined : line;
    const records = reader.push(`${one}\n`);
    for (const fields of records) yield { line: begun ?? line, fields };
    if (records.length > 0) begun = undefined;
  }
  for (const fields of reader.finish()) yield { line: begun ?? line, fields };
}

function* linesOf(text: string): Generator<string> {
  const end = /\r\n|\n|\r/g;
  let from = 0;
  for (let found = end.exec(text); found !== null; found = end.exec(text)) {
    yield text.slice(from, found.index);
    from = end.lastIndex;
  }
  if (from < text.length) yield text.slice(from);
}
