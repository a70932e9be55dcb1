import { deepStrictEqual } from "node:assert/strict";
import { err, ok } from "../../../crdt/mod.ts";
import {
  both,
  readPathInteger,
  readQuery,
} from "../../../web/surfaces/fastapi_query.ts";
import {
  readInteger,
  readText,
} from "../../../web/surfaces/fastapi_validation.ts";

const FIELDS = {
  limit: { key: "limit", read: readInteger, fallback: 100 },
  fuel: { key: "tipo_combustible", read: readText, fallback: undefined },
  needed: { key: "id", read: readInteger },
};

function asked(query: string, param = "") {
  const raw = new Request(`http://localhost:8001/transacciones${query}`);
  return { raw, param };
}

Deno.test("readQuery() takes the last of repeated names, decodes, and ignores unknown ones", () => {
  deepStrictEqual(
    readQuery(
      asked("?limit=1&limit=7&tipo_combustible=dies%C3%A9l+b&x=1&id=3"),
      FIELDS,
    ),
    ok({ limit: 7, fuel: "diesél b", needed: 3 }),
  );
  deepStrictEqual(
    readQuery(asked("?id=3"), FIELDS),
    ok({ limit: 100, fuel: undefined, needed: 3 }),
  );
});

Deno.test("readQuery() lists all problems with their place in the query", () => {
  const read = readQuery(asked("?limit="), FIELDS);
  deepStrictEqual(
    read.ok ? [] : read.error.map(({ type, loc, input }) => [type, loc, input]),
    [
      ["int_parsing", ["query", "limit"], ""],
      ["missing", ["query", "id"], null],
    ],
  );
});

Deno.test("readPathInteger() names the path's part", () => {
  deepStrictEqual(readPathInteger(asked("", "12"), "id_surtidor"), ok(12));
  const read = readPathInteger(asked("", "1.5"), "id_surtidor");
  deepStrictEqual(
    read.ok ? [] : read.error.map(({ type, loc, input }) => [type, loc, input]),
    [["int_parsing", ["path", "id_surtidor"], "1.5"]],
  );
});

Deno.test("both() gives two values or all problems in order", () => {
  const problem = (type: string) =>
    err([{ type, loc: [], msg: "", input: null }]);
  deepStrictEqual(both(ok(1), ok(2)), ok([1, 2]));
  const refused = both(problem("a"), problem("b"));
  deepStrictEqual(
    refused.ok ? [] : refused.error.map(({ type }) => type),
    ["a", "b"],
  );
  deepStrictEqual(both(ok(1), problem("b")).ok, false);
});
