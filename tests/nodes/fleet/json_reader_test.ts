import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { PanalError } from "../../../crdt/mod.ts";
import { JsonReader } from "../../../nodes/fleet/json_reader.ts";

/** Whether the reader takes a text for JSON. */
function takes(text: string): boolean {
  try {
    const reader = new JsonReader(text);
    reader.skip();
    reader.end();
    return true;
  } catch (error) {
    if (error instanceof PanalError) return false;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("JsonReader takes every JSON text whose names are unique", () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 4 }),
      fc.constantFrom(0, 1, 2),
      (text, spaces) => {
        const same: unknown = JSON.parse(text);
        return takes(JSON.stringify(same, null, spaces));
      },
    ),
  );
});

Deno.test("JsonReader takes nothing that is no JSON", () => {
  const marks = fc.constantFrom(
    ...'{}[]",:\\ \n\t01-+.eE',
    '"a"',
    "true",
    "nul",
    "null",
  );
  const anyText = fc.oneof(
    fc.string(),
    fc.array(marks, { maxLength: 8 }).map((it) => it.join("")),
  );
  fc.assert(
    fc.property(anyText, (text) => !takes(text) || isJson(text)),
    { numRuns: 2_000 },
  );
});

Deno.test("JsonReader counts lines and columns, and names members", () => {
  const reader = new JsonReader('{\n  "a": [1,\n   {"ñ b": 12x}]}');
  throws(
    () =>
      reader.object(() =>
        reader.list(() => {
          reader.skip();
        })
      ),
    {
      code: "invalid_argument",
      message: "line 3, column 14, a[1]: a comma or } should stand there",
    },
  );
});

Deno.test("JsonReader bounds how deep it goes", () => {
  deepStrictEqual(takes("[".repeat(100_000)), false);
  deepStrictEqual(takes("[".repeat(60) + "]".repeat(60)), true);
});
