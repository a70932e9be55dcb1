/**
 * Comma-separated values (RFC 4180) from text that arrives in pieces of any size. It never throws and holds one record
 * at most: what no program can read is reported as a broken record, and reading goes on behind it.
 *
 * @module
 */

/** The most UTF-16 units that one record may have; longer ones come from a quote that nobody closed. */
export const CSV_RECORD_LENGTH_MAX = 1 << 20;

/** One record: its fields as text, or undefined for one that cannot be read. */
export type CsvRecord = readonly string[] | undefined;

/** Reads records from pieces of text. */
export interface CsvReader {
  /**
   * Takes the next piece.
   *
   * @param text Any text.
   * @returns The records that it completes.
   */
  push(text: string): readonly CsvRecord[];
  /**
   * Ends the text.
   *
   * @returns The last record, if the text did not end with a line break.
   */
  finish(): readonly CsvRecord[];
}

/** Where in a record the reader is. */
type Place = "start" | "bare" | "quoted" | "quote" | "broken";

/**
 * Makes a reader.
 *
 * Lines end with LF, CRLF or CR. A field in quotes may hold delimiters, line breaks and doubled quotes. Leniently, a
 * quote inside a bare field is itself, and what follows a closing quote belongs to the field. Empty lines are skipped,
 * a byte order mark too.
 *
 * @param delimiter One character between fields; not a quote or a line break.
 * @returns The reader.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const reader = createCsvReader(",");
 * deepStrictEqual(reader.push('store,note\n367,"two\nli'), [["store", "note"]]);
 * deepStrictEqual(reader.push('nes"'), []);
 * deepStrictEqual(reader.finish(), [["367", "two\nlines"]]);
 * ```
 */
export function createCsvReader(delimiter: string): CsvReader {
  return new PieceReader(delimiter);
}

class PieceReader implements CsvReader {
  readonly #delimiter: string;
  readonly #bareEnd: RegExp;
  #records: CsvRecord[] = [];
  #fields: string[] = [];
  #field = "";
  #length = 0;
  #place: Place = "start";
  #first = true;
  #afterReturn = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
    this.#bareEnd = new RegExp(`[\\n\\r${escapeInClass(delimiter)}]`, "g");
  }

  push(text: string): readonly CsvRecord[] {
    this.#records = [];
    let at = 0;
    if (this.#first && text.length > 0) {
      this.#first = false;
      if (text[0] === "\ufeff") at = 1;
    }
    while (at < text.length) at = this.#step(text, at);
    return this.#records;
  }

  finish(): readonly CsvRecord[] {
    this.#records = [];
    if (this.#place === "quoted") this.#place = "broken";
    const empty = this.#place === "start" && this.#fields.length === 0;
    if (!empty) this.#endRecord();
    return this.#records;
  }

  /** Reads on from one place; returns how far it came, at least one character. */
  #step(text: string, at: number): number {
    if (this.#afterReturn) {
      this.#afterReturn = false;
      if (text[at] === "\n") return at + 1;
    }
    if (this.#place === "quoted") return this.#inQuotes(text, at);
    if (this.#place === "start" && text[at] === '"') {
      this.#place = "quoted";
      return at + 1;
    }
    if (this.#place === "quote" && text[at] === '"') {
      this.#append('"');
      this.#place = "quoted";
      return at + 1;
    }
    return this.#bare(text, at);
  }

  #inQuotes(text: string, at: number): number {
    const end = text.indexOf('"', at);
    this.#append(text.slice(at, end < 0 ? text.length : end));
    if (end < 0) return text.length;
    if (this.#place === "quoted") this.#place = "quote";
    return end + 1;
  }

  #bare(text: string, at: number): number {
    this.#bareEnd.lastIndex = at;
    const end = this.#bareEnd.exec(text)?.index ?? text.length;
    if (end > at) {
      this.#append(text.slice(at, end));
      if (this.#place !== "broken") this.#place = "bare";
      return end;
    }
    if (text[at] === this.#delimiter) this.#endField();
    else {
      this.#afterReturn = text[at] === "\r";
      if (this.#place !== "start" || this.#fields.length > 0) this.#endRecord();
    }
    return at + 1;
  }

  #append(text: string): void {
    this.#length += text.length;
    if (this.#length > CSV_RECORD_LENGTH_MAX) this.#place = "broken";
    this.#field = this.#place === "broken" ? "" : this.#field + text;
  }

  #endField(): void {
    if (++this.#length > CSV_RECORD_LENGTH_MAX || this.#place === "broken") {
      [this.#place, this.#fields] = ["broken", []];
      return;
    }
    this.#fields.push(this.#field);
    [this.#field, this.#place] = ["", "start"];
  }

  #endRecord(): void {
    const broken = this.#place === "broken";
    this.#records.push(broken ? undefined : [...this.#fields, this.#field]);
    [this.#fields, this.#field, this.#length] = [[], "", 0];
    this.#place = "start";
  }
}

function escapeInClass(character: string): string {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character;
}
