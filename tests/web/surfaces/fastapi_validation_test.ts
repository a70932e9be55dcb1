import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Result } from "../../../crdt/mod.ts";
import {
  type JsonValue,
  parseJsonText,
  writeJson,
} from "../../../web/surfaces/fastapi_json.ts";
import {
  problemAt,
  problemsBody,
  readFloat,
  readInteger,
  readModel,
  readText,
  readTextOrNull,
  readTimestamp,
  type ValueProblem,
} from "../../../web/surfaces/fastapi_validation.ts";

function json(text: string): JsonValue {
  const read = parseJsonText(text);
  if (!read.ok) throw new SyntaxError(`${text}: ${read.error.error}`);
  return read.value;
}

/** What a reader makes of JSON texts: the value, or the kind of problem. */
function readAll<T>(
  read: (value: JsonValue) => Result<T, ValueProblem>,
  texts: readonly string[],
): (T | string)[] {
  return texts.map((text) => {
    const result = read(json(text));
    return result.ok ? result.value : result.error.type;
  });
}

function quoted(...texts: string[]): string[] {
  return texts.map((text) => JSON.stringify(text));
}

Deno.test("readInteger() takes integers, zero fractions, booleans and their texts (2.7)", () => {
  deepStrictEqual(
    readAll(readInteger, [
      "7",
      "-7",
      "7.0",
      "1e2",
      "-0",
      "-0.0",
      "true",
      "false",
    ]),
    [7, -7, 7, 100, 0, 0, 1, 0],
  );
  const texts = [
    "7",
    " 7 ",
    "+7",
    "-7",
    "01",
    "1_000",
    "7.0",
    "7.00",
    "\u00a07",
    "\u00857\n",
    "-0",
    "0_1",
  ];
  deepStrictEqual(
    readAll(readInteger, quoted(...texts)),
    [7, 7, 7, -7, 1, 1000, 7, 7, 7, 7, 0, 1],
  );
});

Deno.test("readInteger() refuses other texts as int_parsing (2.6, 2.7)", () => {
  const texts = [
    "1.5",
    "1e3",
    "0x10",
    "",
    "uno",
    "٣",
    "1__0",
    "_1",
    "1_",
    "7.",
    "+-7",
    "- 7",
    "\ufeff7",
    "7.0_0",
  ];
  for (const kind of readAll(readInteger, quoted(...texts))) {
    strictEqual(kind, "int_parsing");
  }
});

Deno.test("readInteger() names what is no integer by its kind (2.6)", () => {
  deepStrictEqual(
    readAll(readInteger, ["1.5", "null", "[]", "{}", "1e-7"]),
    ["int_from_float", "int_type", "int_type", "int_type", "int_from_float"],
  );
});

Deno.test("D-11: readInteger() refuses integers beyond ±(2^53-1) as int_parsing_size", () => {
  deepStrictEqual(
    readAll(readInteger, [
      "9007199254740991",
      "-9007199254740991",
      "9007199254740992",
      "-9007199254740992",
      "1e30",
      ...quoted("9007199254740992", "1".repeat(5000)),
    ]),
    [
      9007199254740991,
      -9007199254740991,
      ...Array(5).fill("int_parsing_size"),
    ],
  );
});

Deno.test("D-22: NaN and infinities are finite_number, as words, texts and overflows", () => {
  const words = ["NaN", "Infinity", "-Infinity", "1e400"];
  deepStrictEqual(readAll(readInteger, words), Array(4).fill("finite_number"));
  deepStrictEqual(readAll(readFloat, words), Array(4).fill("finite_number"));
  const texts = quoted("nan", "inf", "-Infinity", "+NaN", "1e400");
  deepStrictEqual(readAll(readFloat, texts), Array(5).fill("finite_number"));
});

Deno.test("readFloat() takes numbers, numeric texts and booleans, and keeps their digits (2.7)", () => {
  deepStrictEqual(
    readAll(readFloat, ["2.50", "7", "1e3", "true", "false"]),
    ["2.50", "7", "1e3", "1", "0"],
  );
  deepStrictEqual(
    readAll(
      readFloat,
      quoted(" 1.5 ", "1E+3", "1_000.5", ".5", "5.", "+1.5", "1e_5"),
    ),
    ["1.5", "1E+3", "1000.5", ".5", "5.", "+1.5", "1e5"],
  );
});

Deno.test("readFloat() refuses other texts as float_parsing and other kinds as float_type (2.6)", () => {
  for (
    const kind of readAll(
      readFloat,
      quoted(
        "caro",
        "2,5",
        "",
        "  ",
        "0x10",
        "1__0",
        "_1",
        "1_",
        "+-1",
        "1e",
        ".",
        "٣",
      ),
    )
  ) strictEqual(kind, "float_parsing");
  deepStrictEqual(
    readAll(readFloat, ["null", "[]", "{}"]),
    Array(3).fill("float_type"),
  );
});

Deno.test("readText() takes strings only (2.7)", () => {
  deepStrictEqual(
    readAll(readText, ['""', '"Miel"', "1", "1.5", "true", "null", "[]", "{}"]),
    ["", "Miel", ...Array(6).fill("string_type")],
  );
});

Deno.test("readText() refuses half a surrogate pair and more than 500 characters", () => {
  deepStrictEqual(
    readAll(readText, [
      '"\\ud800"',
      `"${"x".repeat(500)}"`,
      `"${"x".repeat(501)}"`,
    ]),
    ["string_unicode", "x".repeat(500), "string_too_long"],
  );
});

Deno.test("readTextOrNull() takes strings and null", () => {
  deepStrictEqual(
    readAll(readTextOrNull, ['"x"', "null", "1"]),
    ["x", null, "string_type"],
  );
});

Deno.test("readTimestamp() takes every form of 2.3 and keeps it as received", () => {
  const texts = [
    "2025-10-01T09:30:15.042317",
    "2025-10-01t09:30",
    "2025-10-01_09:30:15",
    "2025-10-01 09:30:15,5",
    "2025-10-01T09:30:15.12345678901234567890",
    "2025-10-01T09:30:15Z",
    "2025-10-01T09:30:15z",
    "2025-10-01T09:30:15+05:00",
    "2025-10-01T09:30:15-0500",
    "2025-10-01",
    "2024-02-29",
    "1700000000",
    "-1700000000.5",
    "1700000000000",
  ];
  deepStrictEqual(readAll(readTimestamp, quoted(...texts)), texts);
  deepStrictEqual(
    readAll(readTimestamp, ["1700000000", "1700000000.5", "0"]),
    ["1700000000", "1700000000.5", "0"],
  );
});

Deno.test("readTimestamp() refuses what 2.3 refuses", () => {
  const texts = [
    "",
    "hoy",
    "mañana temprano",
    " 2025-10-01",
    "2025-10-01 ",
    "2025-W01-1",
    "20251001T093015",
    "2025-10-01T09",
    "2025-10-01T24:00:00",
    "2025-10-01T23:59:60",
    "2025-10-01T09:30:15 Z",
    "2025-10-01T09:30:15+05",
    "2025-13-01",
    "2025-02-30",
    "2025-10-01T09:60:00",
    "2025-10-01T09:30:15.",
    "9007199254740991",
  ];
  for (const kind of readAll(readTimestamp, quoted(...texts))) {
    strictEqual(kind, "datetime_from_date_parsing");
  }
  deepStrictEqual(
    readAll(readTimestamp, ["null", "true", "[]", "{}", "NaN", "1e30"]),
    [...Array(4).fill("datetime_type"), "datetime_parsing", "datetime_parsing"],
  );
});

Deno.test("readTimestamp() gives the reasons of 2.6", () => {
  const reasons = [
    ["hoy", "input is too short"],
    ["2025-13-01", "month value is outside expected range of 1-12"],
    ["2025-W01-1", "invalid character in month"],
    ["2025-02-30", "day value is outside expected range"],
    ["2025/02/03", "invalid date separator, expected `-`"],
    ["aaaaaaaaaa", "invalid character in year"],
    ["2025-10-0a", "invalid character in day"],
    [
      "2025-10-01T09:30x",
      "unexpected extra characters at the end of the input",
    ],
  ] as const;
  for (const [text, reason] of reasons) {
    const read = readTimestamp(text);
    deepStrictEqual(!read.ok && read.error, {
      type: "datetime_from_date_parsing",
      msg: `Input should be a valid datetime or date, ${reason}`,
      ctx: { error: reason },
    });
  }
});

Deno.test("readTimestamp() cuts a fraction that is too long to be kept", () => {
  const read = readTimestamp(`2025-10-01T09:30:15.${"1".repeat(1000)}Z`);
  deepStrictEqual(read, { ok: true, value: "2025-10-01T09:30:15.111111Z" });
});

const FIELDS = {
  id: { key: "id", read: readInteger },
  label: { key: "name", read: readText },
  note: { key: "note", read: readText, fallback: null },
};

Deno.test("readModel() reads wire keys, ignores unknown ones and takes the last of a repeated one (2.1)", () => {
  deepStrictEqual(
    readModel(FIELDS, json('{"id":1,"name":"a","x":[],"id":2}')),
    { ok: true, value: { id: 2, label: "a", note: null } },
  );
});

Deno.test("readModel() lists every problem in the order of the model, with the whole body for a missing field (2.6)", () => {
  const read = readModel(FIELDS, json('{"note":5,"id":"x"}'));
  strictEqual(
    read.ok ? "" : writeJson(problemsBody(read.error)),
    '{"detail":[' +
      '{"type":"int_parsing","loc":["body","id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"},' +
      '{"type":"missing","loc":["body","name"],"msg":"Field required","input":{"note":5,"id":"x"}},' +
      '{"type":"string_type","loc":["body","note"],"msg":"Input should be a valid string","input":5}]}',
  );
});

Deno.test("readModel() refuses what is no object as model_attributes_type (2.6)", () => {
  for (const text of ["[1]", '"x"', "5", "true"]) {
    const read = readModel(FIELDS, json(text));
    deepStrictEqual(!read.ok && read.error[0]?.type, "model_attributes_type");
    deepStrictEqual(!read.ok && read.error[0]?.loc, ["body"]);
  }
});

Deno.test("problemsBody() echoes numbers as the original does", () => {
  const input = json("[1.50, 12345678901234567890, 1e-7, NaN, -0, 4.0]");
  const problem = problemAt({ type: "t", msg: "m" }, ["path", "id"], input);
  strictEqual(
    writeJson(problemsBody([problem])),
    '{"detail":[{"type":"t","loc":["path","id"],"msg":"m","input":[1.5,12345678901234567890,1e-07,null,0,4.0]}]}',
  );
});

const anything = fc.jsonValue({ maxDepth: 4 }).map((value) =>
  JSON.stringify(value)
);

Deno.test("readers answer every JSON value and never throw", () => {
  const readers = [
    readInteger,
    readFloat,
    readText,
    readTextOrNull,
    readTimestamp,
  ];
  fc.assert(fc.property(anything, (text) => {
    for (const read of readers) {
      const result = read(json(text));
      if (!result.ok) strictEqual(typeof result.error.msg, "string");
    }
    const model = readModel(FIELDS, json(text));
    if (!model.ok) writeJson(problemsBody(model.error));
  }));
});

Deno.test("readers answer every text and never throw", () => {
  fc.assert(fc.property(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[0-9+\-_.eE:TZ ]{0,40}$/),
    ),
    (text) => {
      for (const read of [readInteger, readFloat, readTimestamp]) read(text);
    },
  ));
});

Deno.test("readInteger() reads back every safe integer, as number and as text", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    deepStrictEqual(readInteger({ source: String(value) }), {
      ok: true,
      value,
    });
    deepStrictEqual(readInteger(` ${value}.0 `), { ok: true, value });
  }));
});
