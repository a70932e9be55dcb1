import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  asFleetObject,
  type FleetJson,
  readFlag,
  readFleetJson,
  readString,
  readTag,
  readU32,
  U32_MAX,
} from "../../../net/legacy/fleet_json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readFleetJson(bytes(text));
const number = (text: string) =>
  readU32(asFleetObject(read(`{"n":${text}}`)), "n");

/** What was read, as `JSON.parse` would have it. */
function plain(value: FleetJson): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

const u32 = fc.integer({ min: 0, max: U32_MAX });
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    u32,
    fc.string({ unit: "binary" }).map((it) => it.toWellFormed()),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "binary" }).map((it) => `k${it.toWellFormed()}`),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

Deno.test("readFleetJson() reads what JSON.stringify writes, with and without spaces", () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0, 2, "\t"), (value, spaces) => {
      const read = readFleetJson(bytes(JSON.stringify(value, null, spaces)));

      strictEqual(read === undefined, false);
      deepStrictEqual(plain(read ?? null), value);
    }),
  );
});

Deno.test("readFleetJson() takes exactly the texts that JSON.parse takes", () => {
  const almost = fc.array(
    fc.constantFrom(...'{}[]",:\\ntrue0.1-eE \n/u00a'),
    { maxLength: 12 },
  ).map((it) => it.join(""));
  fc.assert(
    fc.property(fc.oneof(almost, fc.string()), (text) => {
      let known = true;
      try {
        JSON.parse(text);
      } catch {
        known = false;
      }

      strictEqual(read(text) !== undefined, known, text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("readFleetJson() never throws, whatever comes", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (content) => {
      readFleetJson(content);
    }),
  );
});

Deno.test("readFleetJson() refuses empty text, a byte order mark, control characters and deep nesting", () => {
  for (
    const text of [
      "",
      " ",
      "\ufeff{}",
      '"\u0001"',
      '"\\ud800"',
      "{} {}",
      `${"[".repeat(1_000)}${"]".repeat(1_000)}`,
      "[".repeat(60_000),
    ]
  ) strictEqual(read(text), undefined, text.slice(0, 20));
  strictEqual(read('"\\ud83d\\ude00"'), "😀");
});

Deno.test("readFleetJson() replaces bytes that are no UTF-8", () => {
  strictEqual(readFleetJson(Uint8Array.of(0x22, 0xff, 0x22)), "\ufffd");
});

Deno.test("readU32() takes whole numbers up to 4294967295 and nothing else", () => {
  for (const text of ["0", "7", "4294967295"]) {
    strictEqual(number(text), Number(text));
  }
  for (
    const text of [
      "-1",
      "-0",
      "1.0",
      "1.5",
      "1e2",
      "4294967296",
      "99999999999999999999",
      '"7"',
      "true",
      "null",
      "[7]",
      "{}",
      '7,"n":7',
      '7,"n":8',
    ]
  ) strictEqual(number(text), undefined, text);
  strictEqual(readU32(undefined, "n"), undefined);
  strictEqual(readU32(new Map(), "n"), undefined);
});

Deno.test("readString() and readFlag() refuse what is missing, repeated or something else", () => {
  const object = asFleetObject(
    read('{"a":"x","b":true,"c":"x","c":"x","d":1,"e":false,"e":false}'),
  );

  strictEqual(readString(object, "a"), "x");
  strictEqual(readFlag(object, "b"), true);
  for (const name of ["b", "c", "d", "z"]) {
    strictEqual(readString(object, name), undefined);
  }
  for (const name of ["a", "e", "d", "z"]) {
    strictEqual(readFlag(object, name), undefined);
  }
});

Deno.test("readTag() takes an object with one member that is an object", () => {
  deepStrictEqual(readTag(read('{"A":{}}')), ["A", new Map()]);
  for (
    const text of ['{"A":1}', "{}", '{"A":{},"B":{}}', '{"A":{},"A":{}}', "[]"]
  ) strictEqual(readTag(read(text)), undefined, text);
  strictEqual(readTag(undefined), undefined);
});
