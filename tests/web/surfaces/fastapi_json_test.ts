import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  isJsonNumber,
  isJsonObject,
  JSON_DEPTH_MAX,
  JSON_TOO_DEEP,
  type JsonValue,
  parseJsonText,
  writeJson,
} from "../../../web/surfaces/fastapi_json.ts";

/** The same value with JavaScript's own kinds. */
function plain(value: JsonValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (isJsonNumber(value)) return Number(value.source);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Array.from(value, ([key, item]) => [key, plain(item)]),
  );
}

Deno.test("parseJsonText() reads what JSON.parse reads, to the same value", () => {
  fc.assert(fc.property(
    fc.jsonValue(),
    fc.constantFrom(undefined, 1, "\t"),
    (value, space) => {
      const read = parseJsonText(JSON.stringify(value, null, space));
      ok(read.ok);
      deepStrictEqual(
        JSON.stringify(plain(read.value)),
        JSON.stringify(JSON.parse(JSON.stringify(value))),
      );
    },
  ));
});

Deno.test("parseJsonText() never throws, and refuses what JSON.parse refuses but for three words", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array().map((bytes) => new TextDecoder().decode(bytes)),
    fc.stringMatching(/^[{}[\]",:\\u0-9eE+\-. a-f]{0,30}$/),
  );
  fc.assert(fc.property(texts, (text) => {
    const read = parseJsonText(text);
    if (!read.ok) {
      ok(read.error.offset >= 0 && read.error.offset <= text.length);
      return;
    }
    if (!/NaN|Infinity/.test(text)) JSON.parse(text);
  }));
});

Deno.test("parseJsonText() keeps the digits of numbers and the order of keys", () => {
  const text = '{"10":2.50,"2":-0,"b":1E5,"a":12345678901234567890}';
  const read = parseJsonText(text);
  strictEqual(read.ok ? writeJson(read.value) : "", text);
});

Deno.test("parseJsonText() gives error and offset of the original's parser (2.6)", () => {
  const cases: readonly [string, string, number][] = [
    ["{", "Expecting property name enclosed in double quotes", 1],
    ['{"a" 1}', "Expecting ':' delimiter", 5],
    ["[1,]", "Expecting value", 3],
    ['{"a":1 "b"}', "Expecting ',' delimiter", 7],
    ["1 2", "Extra data", 2],
    ['"abc', "Unterminated string starting at", 0],
    ['"a\nb"', "Invalid control character at", 2],
    ['"\\x"', "Invalid \\escape", 1],
    ['"\\u12"', "Invalid \\uXXXX escape", 2],
    ["   ", "Expecting value", 3],
    ['"😀" x', "Extra data", 4],
  ];
  for (const [text, error, offset] of cases) {
    deepStrictEqual(parseJsonText(text), {
      ok: false,
      error: { error, offset },
    });
  }
});

Deno.test("parseJsonText() gives up on deep nesting instead of on the stack", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  ok(parseJsonText(nested(JSON_DEPTH_MAX)).ok);
  const read = parseJsonText(nested(500_000));
  strictEqual(!read.ok && read.error.error, JSON_TOO_DEEP);
});

Deno.test("writeJson() writes without blanks and does not escape letters (2.1)", () => {
  strictEqual(
    writeJson({
      name: "Café ☕",
      list: [1, null, true],
      price: { source: "4.0" },
    }),
    '{"name":"Café ☕","list":[1,null,true],"price":4.0}',
  );
});
