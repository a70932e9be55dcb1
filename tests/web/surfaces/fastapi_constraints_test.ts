import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  above,
  atLeast,
  atMost,
  checked,
  lengthAtLeast,
  lengthAtMost,
  orNull,
} from "../../../web/surfaces/fastapi_constraints.ts";
import { writeJson } from "../../../web/surfaces/fastapi_json.ts";
import {
  readFloat,
  readInteger,
  readText,
} from "../../../web/surfaces/fastapi_validation.ts";

Deno.test("above(), atLeast() and atMost() draw the line where their names say", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (bound, value) => {
    strictEqual(above(bound, "int")(value) === undefined, value > bound);
    strictEqual(atLeast(bound, "int")(value) === undefined, value >= bound);
    strictEqual(atMost(bound, "int")(value) === undefined, value <= bound);
  }));
});

Deno.test("checked() reads the type first, then names the bound in the framework's words", () => {
  const read = checked(readFloat, above(0, "float"));
  deepStrictEqual(read("x").ok, false);
  const refused = read({ source: "0" });
  deepStrictEqual(
    refused.ok ? "" : [
      refused.error.type,
      refused.error.msg,
      writeJson(refused.error.ctx ?? {}),
    ],
    ["greater_than", "Input should be greater than 0", '{"gt":0.0}'],
  );
  deepStrictEqual(read("0.5"), { ok: true, value: "0.5" });
  const port = checked(readInteger, atLeast(1, "int"), atMost(65_535, "int"));
  const tooHigh = port({ source: "65536" });
  deepStrictEqual(
    tooHigh.ok ? "" : [
      tooHigh.error.type,
      tooHigh.error.msg,
      writeJson(tooHigh.error.ctx ?? {}),
    ],
    [
      "less_than_equal",
      "Input should be less than or equal to 65535",
      '{"le":65535}',
    ],
  );
});

Deno.test("lengthAtLeast() and lengthAtMost() count characters, not units", () => {
  strictEqual(lengthAtLeast(3)("ñandú"), undefined);
  strictEqual(lengthAtMost(2)("⛽⛽"), undefined);
  deepStrictEqual(lengthAtLeast(1)(""), {
    type: "string_too_short",
    msg: "String should have at least 1 character",
    ctx: { "min_length": 1 },
  });
  deepStrictEqual(lengthAtMost(2)("⛽⛽⛽"), {
    type: "string_too_long",
    msg: "String should have at most 2 characters",
    ctx: { "max_length": 2 },
  });
});

Deno.test("orNull() takes null for a value that is not given", () => {
  deepStrictEqual(orNull(readText)(null), { ok: true, value: undefined });
  deepStrictEqual(orNull(readText)("x"), { ok: true, value: "x" });
  strictEqual(orNull(readText)({ source: "1" }).ok, false);
});
