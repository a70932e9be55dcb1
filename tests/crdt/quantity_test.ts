import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  parseMilliliters,
  parseUnits,
  parseWattHours,
} from "../../crdt/quantity.ts";

Deno.test("quantities are exact integers and nothing else", () => {
  for (const parse of [parseUnits, parseMilliliters, parseWattHours]) {
    fc.assert(fc.property(fc.anything(), (value) => {
      const exact = Number.isSafeInteger(value);
      strictEqual(parse(value), exact ? value : undefined);
    }));
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
      strictEqual(parse(value), value);
    }));
  }
});
