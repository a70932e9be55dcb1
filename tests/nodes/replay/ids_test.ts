import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseFactId } from "../../../crdt/mod.ts";
import { timedFactId } from "../../../nodes/replay/ids.ts";

const MS_MAX = 2 ** 48 - 1;
const ms = fc.integer({ min: 0, max: MS_MAX });

Deno.test("timedFactId() makes a UUIDv8 that starts with the time", () => {
  fc.assert(fc.property(fc.array(fc.string()), ms, (parts, time) => {
    const id = timedFactId(parts, time);
    strictEqual(parseFactId(id), id);
    strictEqual(id[14], "8");
    ok("89ab".includes(id[19] ?? ""));
    strictEqual(parseInt(id.replace("-", "").slice(0, 12), 16), time);
    strictEqual(timedFactId([...parts], time), id);
  }));
});

Deno.test("timedFactId() sorts by time, whatever the parts", () => {
  fc.assert(fc.property(
    fc.tuple(fc.array(fc.string()), ms),
    fc.tuple(fc.array(fc.string()), ms),
    ([partsA, a], [partsB, b]) => {
      fc.pre(a < b);
      ok(timedFactId(partsA, a) < timedFactId(partsB, b));
    },
  ));
});

Deno.test("timedFactId() tells different parts apart, also where their texts join alike", () => {
  fc.assert(fc.property(
    fc.array(fc.string()),
    fc.array(fc.string()),
    (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      notStrictEqual(timedFactId(a, 0), timedFactId(b, 0));
    },
  ));
  notStrictEqual(timedFactId(["ab", "c"], 0), timedFactId(["a", "bc"], 0));
});

Deno.test("timedFactId() takes times out of range as the nearest one", () => {
  strictEqual(timedFactId(["a"], -5), timedFactId(["a"], 0));
  strictEqual(timedFactId(["a"], MS_MAX + 10), timedFactId(["a"], MS_MAX));
});
