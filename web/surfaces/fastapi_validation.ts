/**
 * Validation in the manner of the original programs' framework: the same lenient conversions, and for what does not
 * convert the same list of problems with the same words. zod is not used here because clients read these words.
 *
 * Limits that the original programs do not have, each with a kind of problem that their framework has: integers beyond
 * ±(2^53 - 1) are `int_parsing_size`; texts longer than a fact can hold (500 UTF-16 units) are `string_too_long`; text that is
 * no Unicode (half a surrogate pair, on which the originals answer 500) or holds NUL, which no store can hold, is
 * `string_unicode`; lists with more items than a fact can hold are `too_long`; NaN, infinities and amounts too large
 * for exact money are `finite_number`.
 *
 * @module
 */
import { err, ok, type Result, TEXT_LENGTH_MAX } from "../../crdt/mod.ts";
import {
  dateTimeOfNumber,
  dateTimeOfText,
  type DateTimeProblem,
} from "./fastapi_datetime.ts";
import {
  isJsonNumber,
  isJsonObject,
  type JsonNumber,
  type JsonValue,
} from "./fastapi_json.ts";
import { decimalOfText, echoNumber, integerOfText } from "./fastapi_numbers.ts";

/** The longest time of sale; a longer one has its fraction cut. */
export const TIMESTAMP_LENGTH_MAX = 64;

/** One element of a 422 body, in the order of its keys. */
export interface ValidationProblem {
  /** Machine name of the kind. */
  readonly type: string;
  /** Where the value stood. */
  readonly loc: readonly (string | number)[];
  /** The sentence. */
  readonly msg: string;
  /** The value as received. */
  readonly input: JsonValue;
  /** Changing parts of the sentence, for some kinds. */
  readonly ctx?: Readonly<Record<string, string | number | JsonNumber>>;
}

/** What is wrong with one value, wherever it stands. */
export type ValueProblem = Omit<ValidationProblem, "loc" | "input">;

/** Converts one value, or says why it cannot. */
export type Reader<T> = (value: JsonValue) => Result<T, ValueProblem>;

/**
 * Converts one value that may hold others, or says why it cannot: one problem of its own, or problems of what it holds,
 * with places that begin inside it.
 */
export type DeepReader<T> = (
  value: JsonValue,
) => Result<T, ValueProblem | readonly ValidationProblem[]>;

/** A field of a model. */
export interface Field<T> {
  /** Its key on the wire. */
  readonly key: string;
  /** Converts the value. */
  readonly read: DeepReader<T>;
  /** The value of an absent field; a field without it is required. */
  readonly fallback?: T;
}

/** The fields of a model by their names inside, in the order in which problems are listed. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of a model that was read. */
export type ModelOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

const INT_TYPE = { type: "int_type", msg: "Input should be a valid integer" };
const INT_PARSING = {
  type: "int_parsing",
  msg: "Input should be a valid integer, unable to parse string as an integer",
};
const INT_FROM_FLOAT = {
  type: "int_from_float",
  msg: "Input should be a valid integer, got a number with a fractional part",
};
/** The problem of an integer that cannot be held. */
export const INT_PARSING_SIZE: ValueProblem = {
  type: "int_parsing_size",
  msg: "Unable to parse input string as an integer, exceeded maximum size",
};
/** The problem of a number that is not finite, or of an amount that exact money cannot hold. */
export const FINITE_NUMBER: ValueProblem = {
  type: "finite_number",
  msg: "Input should be a finite number",
};
const FLOAT_TYPE = {
  type: "float_type",
  msg: "Input should be a valid number",
};
const FLOAT_PARSING = {
  type: "float_parsing",
  msg: "Input should be a valid number, unable to parse string as a number",
};
const STRING_TYPE = {
  type: "string_type",
  msg: "Input should be a valid string",
};
const STRING_UNICODE = {
  type: "string_unicode",
  msg:
    "Input should be a valid string, unable to parse raw data as a unicode string",
};
const STRING_TOO_LONG = {
  type: "string_too_long",
  msg: `String should have at most ${TEXT_LENGTH_MAX} characters`,
  ctx: { max_length: TEXT_LENGTH_MAX },
};
/** The problem of an absent field. */
export const MISSING: ValueProblem = { type: "missing", msg: "Field required" };
const LIST_TYPE = { type: "list_type", msg: "Input should be a valid list" };
const NO_OBJECT = {
  type: "model_attributes_type",
  msg: "Input should be a valid dictionary or object to extract fields from",
};

function integerOfNumber(source: string): Result<number, ValueProblem> {
  const value = Number(source);
  if (/^-?[0-9]+$/.test(source)) {
    return Number.isSafeInteger(value) ? ok(value + 0) : err(INT_PARSING_SIZE);
  }
  if (!Number.isFinite(value)) return err(FINITE_NUMBER);
  if (!Number.isInteger(value)) return err(INT_FROM_FLOAT);
  return Number.isSafeInteger(value) ? ok(value + 0) : err(INT_PARSING_SIZE);
}

/**
 * Reads an integer within ±(2^53 - 1): an integer, a number with zero fraction, a boolean, or text of one of these.
 *
 * @param value Any JSON value.
 * @returns The integer; problems `int_type`, `int_parsing`, `int_parsing_size`, `int_from_float`, `finite_number`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(readInteger({ source: "7.0" }), { ok: true, value: 7 });
 * ```
 */
export function readInteger(value: JsonValue): Result<number, ValueProblem> {
  if (typeof value === "boolean") return ok(value ? 1 : 0);
  if (typeof value === "string") {
    const read = integerOfText(value);
    if (read === undefined) return err(INT_PARSING);
    return read === "too_large" ? err(INT_PARSING_SIZE) : ok(read);
  }
  return value !== null && isJsonNumber(value)
    ? integerOfNumber(value.source)
    : err(INT_TYPE);
}

/**
 * Reads a finite float and keeps its digits: a number, a boolean, or numeric text.
 *
 * @param value Any JSON value.
 * @returns The digits as plain number text; problems `float_type`, `float_parsing`, `finite_number`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(readFloat({ source: "2.50" }), { ok: true, value: "2.50" });
 * ```
 */
export function readFloat(value: JsonValue): Result<string, ValueProblem> {
  if (typeof value === "boolean") return ok(value ? "1" : "0");
  if (typeof value === "string") {
    const read = decimalOfText(value);
    if (read === undefined) return err(FLOAT_PARSING);
    return read === "infinite" ? err(FINITE_NUMBER) : ok(read);
  }
  if (value === null || !isJsonNumber(value)) return err(FLOAT_TYPE);
  return Number.isFinite(Number(value.source))
    ? ok(value.source)
    : err(FINITE_NUMBER);
}

/**
 * Reads a text.
 *
 * @param value Any JSON value.
 * @returns The text; problems `string_type`, `string_unicode`, `string_too_long`.
 */
export function readText(value: JsonValue): Result<string, ValueProblem> {
  if (typeof value !== "string") return err(STRING_TYPE);
  if (!value.isWellFormed() || value.includes("\u0000")) {
    return err(STRING_UNICODE);
  }
  return value.length <= TEXT_LENGTH_MAX ? ok(value) : err(STRING_TOO_LONG);
}

/**
 * Reads a text of any length, or null.
 *
 * @param value Any JSON value.
 * @returns The text; problem `string_type`.
 */
export function readTextOrNull(
  value: JsonValue,
): Result<string | null, ValueProblem> {
  return value === null || typeof value === "string"
    ? ok(value)
    : err(STRING_TYPE);
}

function dateTimeProblem(problem: DateTimeProblem): ValueProblem {
  const what = problem.type === "datetime_parsing"
    ? "datetime"
    : "datetime or date";
  return {
    type: problem.type,
    msg: `Input should be a valid ${what}, ${problem.reason}`,
    ctx: { error: problem.reason },
  };
}

function cutFraction(text: string): string {
  if (text.length <= TIMESTAMP_LENGTH_MAX) return text;
  return text.replace(/([.,][0-9]{1,6})[0-9]*/, "$1").slice(
    0,
    TIMESTAMP_LENGTH_MAX,
  );
}

/**
 * Reads a time of sale and keeps it as received: ISO text, a bare date, or a Unix number.
 *
 * @param value Any JSON value.
 * @returns The text as received; problems `datetime_type`, `datetime_parsing`, `datetime_from_date_parsing`.
 */
export function readTimestamp(value: JsonValue): Result<string, ValueProblem> {
  const text = typeof value === "string"
    ? value
    : value !== null && isJsonNumber(value)
    ? value.source
    : undefined;
  if (text === undefined) {
    return err({
      type: "datetime_type",
      msg: "Input should be a valid datetime",
    });
  }
  const read = typeof value === "string"
    ? dateTimeOfText(value)
    : dateTimeOfNumber(Number(text));
  return read.ok ? ok(cutFraction(text)) : err(dateTimeProblem(read.error));
}

/**
 * Places what is wrong with a value.
 *
 * @param problem What is wrong.
 * @param loc Where the value stood.
 * @param input The value as received.
 * @returns An element of a 422 body.
 */
export function problemAt(
  problem: ValueProblem,
  loc: readonly (string | number)[],
  input: JsonValue,
): ValidationProblem {
  const { type, msg, ctx } = problem;
  return { type, loc, msg, input, ...(ctx === undefined ? {} : { ctx }) };
}

/**
 * Reads an object of fields. Unknown keys are ignored; every problem is listed, in the order of the fields.
 *
 * @param fields The fields.
 * @param body The value; anything but an object is one problem.
 * @param absentInput What stands as `input` of a missing field: the object itself if left out, null for a form.
 * @returns The values, or the problems.
 */
export function readModel<F extends Fields>(
  fields: F,
  body: JsonValue,
  absentInput: JsonValue = body,
): Result<ModelOf<F>, readonly ValidationProblem[]> {
  const read = readObject(fields, body, absentInput);
  return read.ok ? read : err(placed(read.error, ["body"], body));
}

/**
 * Makes a reader of an object of fields that stands inside a body.
 *
 * @param fields The fields.
 * @returns The reader; problems `model_attributes_type`, and those of the fields.
 */
export function modelReader<F extends Fields>(
  fields: F,
): DeepReader<ModelOf<F>> {
  return (value) => readObject(fields, value, value);
}

/** Problems of a value, or of what it holds, with the place of the value in front. */
function placed(
  failure: ValueProblem | readonly ValidationProblem[],
  loc: readonly (string | number)[],
  input: JsonValue,
): readonly ValidationProblem[] {
  return "type" in failure
    ? [problemAt(failure, loc, input)]
    : failure.map((inner) => ({ ...inner, loc: [...loc, ...inner.loc] }));
}

function readObject<F extends Fields>(
  fields: F,
  value: JsonValue,
  absentInput: JsonValue,
): Result<ModelOf<F>, ValueProblem | readonly ValidationProblem[]> {
  if (value === null || typeof value !== "object" || !isJsonObject(value)) {
    return err(NO_OBJECT);
  }
  return readEntries(fields, value, absentInput);
}

/**
 * Reads fields from named values, which need not come from a JSON object.
 *
 * @param fields The fields.
 * @param values The values by their keys.
 * @param absentInput What stands as `input` of a missing field.
 * @returns The values, or the problems, with places that begin at the field's key.
 */
export function readEntries<F extends Fields>(
  fields: F,
  values: ReadonlyMap<string, JsonValue>,
  absentInput: JsonValue,
): Result<ModelOf<F>, readonly ValidationProblem[]> {
  const problems: ValidationProblem[] = [];
  const found: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { key } = field;
    const value = values.get(key);
    if (value === undefined) {
      if ("fallback" in field) found[name] = field.fallback;
      else problems.push(problemAt(MISSING, [key], absentInput));
      continue;
    }
    const read = field.read(value);
    if (read.ok) found[name] = read.value;
    else problems.push(...placed(read.error, [key], value));
  }
  // Every field has been read by its own reader, which is what ModelOf states.
  return problems.length === 0 ? ok(found as ModelOf<F>) : err(problems);
}

/**
 * Makes a reader of a list.
 *
 * @param read Reads each item.
 * @param max Most items.
 * @returns The reader; problems `list_type`, `too_long`, and those of the items, each with its index.
 */
export function listReader<T>(
  read: Reader<T>,
  max: number,
): DeepReader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return err(LIST_TYPE);
    if (value.length > max) return err(listTooLong(max, value.length));
    const problems: ValidationProblem[] = [];
    const items: T[] = [];
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      const one = read(item);
      if (one.ok) items.push(one.value);
      else problems.push(problemAt(one.error, [index], item));
    }
    return problems.length === 0 ? ok(items) : err(problems);
  };
}

function listTooLong(max: number, length: number): ValueProblem {
  return {
    type: "too_long",
    msg:
      `List should have at most ${max} items after validation, not ${length}`,
    ctx: {
      "field_type": "List",
      "max_length": max,
      "actual_length": length,
    },
  };
}

/** A value as it stands in `input`: numbers as the originals write them again. */
function echo(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(echo);
  if (isJsonObject(value)) {
    return new Map(Array.from(value, ([key, item]) => [key, echo(item)]));
  }
  return isJsonNumber(value) ? { source: echoNumber(value.source) } : value;
}

/**
 * The body of a 422 answer.
 *
 * @param problems What is wrong, in order.
 * @returns `{"detail":[…]}` as a JSON value.
 */
export function problemsBody(
  problems: readonly ValidationProblem[],
): JsonValue {
  return {
    detail: problems.map(({ type, loc, msg, input, ctx }) => ({
      type,
      loc,
      msg,
      input: echo(input),
      ...(ctx === undefined ? {} : { ctx }),
    })),
  };
}
