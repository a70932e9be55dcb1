/**
 * JSON as the installed fleet-card programs read it: repeated members, fractions and signs are seen, which `JSON.parse`
 * hides.
 *
 * @module
 */

/** The largest number of the fleet-card protocol. */
export const U32_MAX = 4_294_967_295;
/** Deepest nesting that is read. */
const DEPTH_MAX = 64;

/** Stands for the value of a member that is there twice. */
export const REPEATED_MEMBER: unique symbol = Symbol("repeated");

/** A value as it was received. A number that is no plain u32 is NaN. */
export type FleetJson =
  | null
  | boolean
  | number
  | string
  | typeof REPEATED_MEMBER
  | readonly FleetJson[]
  | FleetJsonObject;

/** An object as it was received. */
export type FleetJsonObject = ReadonlyMap<string, FleetJson>;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /^[0-9]{1,10}$/;
const SPACES = /[ \t\r\n]*/y;
// deno-lint-ignore no-control-regex -- JSON forbids control characters in texts
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const WORDS: readonly (readonly [string, null | boolean])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
// Bytes that are no UTF-8 are replaced, not refused.
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads JSON, bytes that are no UTF-8 replaced.
 *
 * @param payload One JSON value.
 * @returns The value; undefined if it is no JSON or nested too deeply. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * deepStrictEqual(readFleetJson(bytes('{"a":7}')), new Map([["a", 7]]));
 * deepStrictEqual(readFleetJson(bytes("[-1, 0.5, 1e2]")), [NaN, NaN, NaN]);
 * strictEqual(readFleetJson(bytes("")), undefined);
 * ```
 */
export function readFleetJson(payload: Uint8Array): FleetJson | undefined {
  const source: Source = { text: DECODER.decode(payload), at: 0 };
  const value = readValue(source, 0);
  skipSpaces(source);
  return source.at === source.text.length ? value : undefined;
}

/** A text and how far it is read. */
interface Source {
  readonly text: string;
  at: number;
}

function skipSpaces(source: Source): void {
  SPACES.lastIndex = source.at;
  SPACES.test(source.text);
  source.at = SPACES.lastIndex;
}

function skip(source: Source, sign: string): boolean {
  skipSpaces(source);
  if (source.text[source.at] !== sign) return false;
  source.at++;
  return true;
}

function readValue(source: Source, depth: number): FleetJson | undefined {
  skipSpaces(source);
  switch (source.text[source.at]) {
    case "{":
      return depth < DEPTH_MAX ? readObject(source, depth + 1) : undefined;
    case "[":
      return depth < DEPTH_MAX ? readList(source, depth + 1) : undefined;
    case '"':
      return readText(source);
    case "t":
    case "f":
    case "n":
      return readWord(source);
    default:
      return readNumber(source);
  }
}

function readObject(
  source: Source,
  depth: number,
): FleetJsonObject | undefined {
  const members = new Map<string, FleetJson>();
  source.at++;
  if (skip(source, "}")) return members;
  for (;;) {
    skipSpaces(source);
    const name = readText(source);
    if (name === undefined || !skip(source, ":")) return undefined;
    const value = readValue(source, depth);
    if (value === undefined) return undefined;
    members.set(name, members.has(name) ? REPEATED_MEMBER : value);
    if (skip(source, "}")) return members;
    if (!skip(source, ",")) return undefined;
  }
}

function readList(source: Source, depth: number): FleetJson[] | undefined {
  const values: FleetJson[] = [];
  source.at++;
  if (skip(source, "]")) return values;
  for (;;) {
    const value = readValue(source, depth);
    if (value === undefined) return undefined;
    values.push(value);
    if (skip(source, "]")) return values;
    if (!skip(source, ",")) return undefined;
  }
}

function readText(source: Source): string | undefined {
  const from = source.at;
  TEXT.lastIndex = from;
  if (!TEXT.test(source.text)) return undefined;
  source.at = TEXT.lastIndex;
  const inner = source.text.slice(from + 1, source.at - 1);
  if (!inner.includes("\\")) return inner;
  try {
    const text: unknown = JSON.parse(source.text.slice(from, source.at));
    return typeof text === "string" && text.isWellFormed() ? text : undefined;
  } catch {
    return undefined;
  }
}

function readWord(source: Source): null | boolean | undefined {
  for (const [word, value] of WORDS) {
    if (!source.text.startsWith(word, source.at)) continue;
    source.at += word.length;
    return value;
  }
  return undefined;
}

function readNumber(source: Source): number | undefined {
  NUMBER.lastIndex = source.at;
  const digits = NUMBER.exec(source.text)?.[0];
  if (digits === undefined) return undefined;
  source.at = NUMBER.lastIndex;
  const value = PLAIN.test(digits) ? Number(digits) : NaN;
  return value <= U32_MAX ? value : NaN;
}

/**
 * An object, if the value is one.
 *
 * @param value Any value.
 * @returns Its members by name; undefined for everything else.
 */
export function asFleetObject(
  value: FleetJson | undefined,
): FleetJsonObject | undefined {
  return value instanceof Map ? value : undefined;
}

/**
 * The member of an object that has exactly one, which stands for what the object is.
 *
 * @param value Any value.
 * @returns The name, and the value if it is an object; undefined if the value is no object or has more members.
 */
export function readTag(
  value: FleetJson | undefined,
): readonly [tag: string, content: FleetJsonObject] | undefined {
  const members = asFleetObject(value);
  const [only, ...more] = members ?? [];
  if (only === undefined || more.length > 0) return undefined;
  const content = asFleetObject(only[1]);
  return content === undefined ? undefined : [only[0], content];
}

/**
 * A member that is a whole number from 0 to 4294967295, written without sign, fraction and exponent.
 *
 * @param members An object.
 * @param name The member.
 * @returns Undefined if it is missing, there twice, or something else.
 */
export function readU32(
  members: FleetJsonObject | undefined,
  name: string,
): number | undefined {
  const value = members?.get(name);
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/**
 * A member that is a text.
 *
 * @param members An object.
 * @param name The member.
 * @returns Undefined if it is missing, there twice, or something else.
 */
export function readString(
  members: FleetJsonObject | undefined,
  name: string,
): string | undefined {
  const value = members?.get(name);
  return typeof value === "string" ? value : undefined;
}

/**
 * A member that is true or false.
 *
 * @param members An object.
 * @param name The member.
 * @returns Undefined if it is missing, there twice, or something else.
 */
export function readFlag(
  members: FleetJsonObject | undefined,
  name: string,
): boolean | undefined {
  const value = members?.get(name);
  return typeof value === "boolean" ? value : undefined;
}
