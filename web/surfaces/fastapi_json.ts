/**
 * JSON as the original programs read and write it: numbers keep the digits that were sent (so that money is exact and
 * `1` differs from `1.0`), objects keep the order of their keys, and errors have the texts and offsets of the parser
 * that the original programs use. It is separate from validation, which only sees parsed values.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";

/** A number as it was written. The bare words `NaN`, `Infinity` and `-Infinity` are numbers, too. */
export interface JsonNumber {
  /** The text of the number. */
  readonly source: string;
}

/** A JSON value. Objects are maps when they were parsed; an answer may be written as a plain object. */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | JsonNumber
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
  | { readonly [key: string]: JsonValue };

/** Why a text is no JSON. */
export interface JsonProblem {
  /** The sentence of the original parser, or `too_deep` for a nesting that it gives up on. */
  readonly error: string;
  /** Where, in characters (code points) from 0. */
  readonly offset: number;
}

/** The deepest nesting that is read; the original gives up at about the same depth. */
export const JSON_DEPTH_MAX = 900;

/** The error of a text that is nested too deeply. */
export const JSON_TOO_DEEP = "too_deep";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const BLANK = /[ \t\n\r]*/y;
// deno-lint-ignore no-control-regex -- control characters are what ends it
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const WORDS: readonly (readonly [string, JsonValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", { source: "NaN" }],
  ["Infinity", { source: "Infinity" }],
  ["-Infinity", { source: "-Infinity" }],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Leaves the parser from any depth; never seen outside this file. */
class JsonStop extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

/** One reading of one text. */
interface Cursor {
  readonly text: string;
  index: number;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.index;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.index = pattern.lastIndex;
  return match[0];
}

function readEscape(cursor: Cursor, start: number): string {
  const letter = cursor.text[cursor.index + 1];
  if (letter === undefined) {
    throw new JsonStop("Unterminated string starting at", start);
  }
  const plain = ESCAPES[letter];
  if (plain !== undefined) {
    cursor.index += 2;
    return plain;
  }
  if (letter !== "u") throw new JsonStop("Invalid \\escape", cursor.index);
  const digits = cursor.text.slice(cursor.index + 2, cursor.index + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    throw new JsonStop("Invalid \\uXXXX escape", cursor.index + 1);
  }
  cursor.index += 6;
  return String.fromCharCode(parseInt(digits, 16));
}

function readString(cursor: Cursor): string {
  const start = cursor.index++;
  let out = "";
  while (true) {
    out += take(cursor, PLAIN) ?? "";
    const next = cursor.text[cursor.index];
    if (next === undefined) {
      throw new JsonStop("Unterminated string starting at", start);
    }
    if (next === '"') {
      cursor.index++;
      return out;
    }
    if (next !== "\\") {
      throw new JsonStop("Invalid control character at", cursor.index);
    }
    out += readEscape(cursor, start);
  }
}

function readArray(cursor: Cursor, depth: number): readonly JsonValue[] {
  cursor.index++;
  const out: JsonValue[] = [];
  take(cursor, BLANK);
  if (cursor.text[cursor.index] === "]") {
    cursor.index++;
    return out;
  }
  while (true) {
    out.push(readValue(cursor, depth));
    take(cursor, BLANK);
    const next = cursor.text[cursor.index];
    if (next !== "," && next !== "]") {
      throw new JsonStop("Expecting ',' delimiter", cursor.index);
    }
    cursor.index++;
    if (next === "]") return out;
    take(cursor, BLANK);
  }
}

function readMember(
  cursor: Cursor,
  depth: number,
  into: Map<string, JsonValue>,
): void {
  if (cursor.text[cursor.index] !== '"') {
    throw new JsonStop(
      "Expecting property name enclosed in double quotes",
      cursor.index,
    );
  }
  const key = readString(cursor);
  take(cursor, BLANK);
  if (cursor.text[cursor.index] !== ":") {
    throw new JsonStop("Expecting ':' delimiter", cursor.index);
  }
  cursor.index++;
  take(cursor, BLANK);
  into.set(key, readValue(cursor, depth));
  take(cursor, BLANK);
}

function readObject(
  cursor: Cursor,
  depth: number,
): ReadonlyMap<string, JsonValue> {
  cursor.index++;
  const out = new Map<string, JsonValue>();
  take(cursor, BLANK);
  if (cursor.text[cursor.index] === "}") {
    cursor.index++;
    return out;
  }
  while (true) {
    readMember(cursor, depth, out);
    const next = cursor.text[cursor.index];
    if (next !== "," && next !== "}") {
      throw new JsonStop("Expecting ',' delimiter", cursor.index);
    }
    cursor.index++;
    if (next === "}") return out;
    take(cursor, BLANK);
  }
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  if (depth >= JSON_DEPTH_MAX) throw new JsonStop(JSON_TOO_DEEP, cursor.index);
  const first = cursor.text[cursor.index];
  if (first === '"') return readString(cursor);
  if (first === "{") return readObject(cursor, depth + 1);
  if (first === "[") return readArray(cursor, depth + 1);
  const source = take(cursor, NUMBER);
  if (source !== undefined) return { source };
  for (const [word, value] of WORDS) {
    if (cursor.text.startsWith(word, cursor.index)) {
      cursor.index += word.length;
      return value;
    }
  }
  throw new JsonStop("Expecting value", cursor.index);
}

/**
 * Reads a JSON text.
 *
 * @param text Any text.
 * @returns The value, in which every number is a {@linkcode JsonNumber}; or what is wrong with the text.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseJsonText('{"price":2.50}'), {
 *   ok: true,
 *   value: new Map([["price", { source: "2.50" }]]),
 * });
 * ```
 */
export function parseJsonText(text: string): Result<JsonValue, JsonProblem> {
  const cursor: Cursor = { text, index: 0 };
  try {
    take(cursor, BLANK);
    const value = readValue(cursor, 0);
    take(cursor, BLANK);
    if (cursor.index < text.length) {
      throw new JsonStop("Extra data", cursor.index);
    }
    return ok(value);
  } catch (stop) {
    if (!(stop instanceof JsonStop)) throw stop;
    return err({
      error: stop.message,
      offset: [...text.slice(0, stop.index)].length,
    });
  }
}

/**
 * Whether a value is a number that was parsed.
 *
 * @param value Any JSON value.
 * @returns True for a {@linkcode JsonNumber}.
 */
export function isJsonNumber(value: JsonValue): value is JsonNumber {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Map) &&
    typeof (value as { readonly source?: unknown }).source === "string";
}

/**
 * Whether a value is an object that was parsed.
 *
 * @param value Any JSON value.
 * @returns True for a map.
 */
export function isJsonObject(
  value: JsonValue,
): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

function writeEntries(entries: Iterable<readonly [string, JsonValue]>): string {
  return `{${
    Array.from(entries, ([key, value]) =>
      `${JSON.stringify(key)}:${writeJson(value)}`).join(",")
  }}`;
}

/**
 * Writes a JSON text without blanks; a {@linkcode JsonNumber} is written as its source.
 *
 * @param value Any JSON value; plain numbers must be finite.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(writeJson({ id: 1, price: { source: "4.0" } }), '{"id":1,"price":4.0}');
 * ```
 */
export function writeJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (value instanceof Map) return writeEntries(value.entries());
  if (isJsonNumber(value)) return value.source;
  return writeEntries(Object.entries(value));
}

/**
 * A JSON value without the digits that numbers were written with, for writers that know nothing of them.
 *
 * @param value Any JSON value.
 * @returns The same of plain objects, arrays and numbers.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(plainJson({ "litros": { source: "7.0" } }), { "litros": 7 });
 * ```
 */
export function plainJson(value: JsonValue): unknown {
  return JSON.parse(writeJson(value));
}
