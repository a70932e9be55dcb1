/**
 * What the original programs demand of a value beyond its type: ranges of numbers and lengths of texts, with the words
 * of their framework. Apart from the readers of types, which they wrap.
 *
 * @module
 */
import { err, ok } from "../../crdt/mod.ts";
import type { JsonNumber } from "./fastapi_json.ts";
import { floatText } from "./fastapi_numbers.ts";
import type { DeepReader, Reader, ValueProblem } from "./fastapi_validation.ts";

/** How a bound of a number is written: that of a float has a decimal point. */
export type NumberKind = "int" | "float";

/** Looks at a value that was read: what is wrong with it, if anything. */
export type Check<T> = (value: T) => ValueProblem | undefined;

/**
 * Makes a reader that also checks.
 *
 * @param read Reads the type.
 * @param checks Checks in turn; the first that fails is the problem.
 * @returns The reader.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { readInteger } from "./fastapi_validation.ts";
 *
 * const read = checked(readInteger, atLeast(1, "int"));
 * deepStrictEqual(read({ source: "0" }), {
 *   ok: false,
 *   error: {
 *     type: "greater_than_equal",
 *     msg: "Input should be greater than or equal to 1",
 *     ctx: { ge: { source: "1" } },
 *   },
 * });
 * ```
 */
export function checked<T>(
  read: Reader<T>,
  ...checks: readonly Check<T>[]
): Reader<T> {
  return (value) => {
    const found = read(value);
    if (!found.ok) return found;
    for (const check of checks) {
      const problem = check(found.value);
      if (problem !== undefined) return err(problem);
    }
    return found;
  };
}

/**
 * Makes a reader for which null is a value.
 *
 * @param read Reads anything else.
 * @returns The reader; it gives undefined for null.
 */
export function orNull<T>(read: DeepReader<T>): DeepReader<T | undefined> {
  return (value) => value === null ? ok(undefined) : read(value);
}

function boundOf(bound: number, kind: NumberKind): JsonNumber {
  return { source: kind === "float" ? floatText(bound) : String(bound) };
}

/**
 * A number above a bound.
 *
 * @param bound The bound.
 * @param kind How it is written.
 * @returns The check; problem `greater_than`.
 */
export function above(
  bound: number,
  kind: NumberKind,
): Check<number | string> {
  return (value) =>
    Number(value) > bound ? undefined : {
      type: "greater_than",
      msg: `Input should be greater than ${bound}`,
      ctx: { gt: boundOf(bound, kind) },
    };
}

/**
 * A number at or above a bound.
 *
 * @param bound The bound.
 * @param kind How it is written.
 * @returns The check; problem `greater_than_equal`.
 */
export function atLeast(
  bound: number,
  kind: NumberKind,
): Check<number | string> {
  return (value) =>
    Number(value) >= bound ? undefined : {
      type: "greater_than_equal",
      msg: `Input should be greater than or equal to ${bound}`,
      ctx: { ge: boundOf(bound, kind) },
    };
}

/**
 * A number at or below a bound.
 *
 * @param bound The bound.
 * @param kind How it is written.
 * @returns The check; problem `less_than_equal`.
 */
export function atMost(
  bound: number,
  kind: NumberKind,
): Check<number | string> {
  return (value) =>
    Number(value) <= bound ? undefined : {
      type: "less_than_equal",
      msg: `Input should be less than or equal to ${bound}`,
      ctx: { le: boundOf(bound, kind) },
    };
}

function characters(count: number): string {
  return `${count} character${count === 1 ? "" : "s"}`;
}

/**
 * A text of at least so many characters.
 *
 * @param least The number of characters (code points).
 * @returns The check; problem `string_too_short`.
 */
export function lengthAtLeast(least: number): Check<string> {
  return (value) =>
    [...value].length >= least ? undefined : {
      type: "string_too_short",
      msg: `String should have at least ${characters(least)}`,
      ctx: { min_length: least },
    };
}

/**
 * A text of at most so many characters.
 *
 * @param most The number of characters (code points).
 * @returns The check; problem `string_too_long`.
 */
export function lengthAtMost(most: number): Check<string> {
  return (value) =>
    [...value].length <= most ? undefined : {
      type: "string_too_long",
      msg: `String should have at most ${characters(most)}`,
      ctx: { max_length: most },
    };
}
