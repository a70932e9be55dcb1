import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { costOf, parseUnits } from "../../../net/legacy/branch_sync_numbers.ts";

Deno.test("parseUnits() rounds half away from zero by the digits written", () => {
  const cases: readonly [unknown, number | undefined][] = [
    [15.7, 1570],
    [12.345, 1235],
    [1.005, 101],
    [-1.005, -101],
    [0.004999, 0],
    [-0.004, 0],
    ["7.20", 720],
    ["1e2", 10_000],
    [1e-9, 0],
    [99_999_999.99, 9_999_999_999],
    [1e300, undefined],
    [Infinity, undefined],
    [NaN, undefined],
    ["1,5", undefined],
    ["", undefined],
    [null, undefined],
    [true, undefined],
    [[5], undefined],
  ];
  for (const [value, cents] of cases) {
    strictEqual(parseUnits(value, 2), cents, JSON.stringify(value));
  }
});

Deno.test("parseUnits() keeps every amount of two decimals", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -9_999_999_999, max: 9_999_999_999 }),
      (cents) => {
        strictEqual(parseUnits(cents / 100, 2), cents + 0);
        strictEqual(parseUnits((cents / 100).toFixed(2), 2), cents + 0);
      },
    ),
  );
});

Deno.test("parseUnits() never throws, and gives safe integers only", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double(), fc.string(), fc.anything()),
      fc.nat({ max: 3 }),
      (value, places) => {
        const units = parseUnits(value, places);
        strictEqual(units === undefined || Number.isSafeInteger(units), true);
      },
    ),
  );
});

Deno.test("costOf() rounds half away from zero", () => {
  strictEqual(costOf(610, 2, false), 1220);
  strictEqual(costOf(1, 500, true), 1);
  strictEqual(costOf(1, -500, true), -1);
  strictEqual(costOf(1, 499, true), 0);
  strictEqual(Object.is(costOf(0, -5, false), 0), true);
});
