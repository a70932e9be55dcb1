import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createTimeReader } from "../../../nodes/replay/times.ts";

const readLima = createTimeReader("America/Lima");
const NOON_US = Date.UTC(2017, 0, 1, 12, 30, 27) * 1000;

Deno.test("createTimeReader() reads the usual ways to write a time", () => {
  const cases: readonly [string, number][] = [
    ["2017-01-01T12:30:27Z", NOON_US],
    ["2017-01-01 12:30:27 UTC", NOON_US],
    ["2017-01-01 12:30:27+00:00", NOON_US],
    ["2017-01-01T07:30:27-0500", NOON_US],
    ["2017-01-01 07:30:27", NOON_US],
    [" 2017-01-01 07:30:27.000042 ", NOON_US + 42],
    ["2017-01-01 07:30:27,5", NOON_US + 500_000],
    ["2017-01-01 07:30", NOON_US - 27_000_000],
    ["2017-01-01", Date.UTC(2017, 0, 1, 5) * 1000],
    ["1969-12-31T23:59:59.5Z", -500_000],
  ];
  for (const [text, micros] of cases) strictEqual(readLima(text), micros, text);
});

Deno.test("createTimeReader() takes instants as they are and nothing else", () => {
  strictEqual(readLima({ micros: 42 }), 42);
  for (
    const field of [
      null,
      undefined,
      true,
      1_483_273_827,
      1n,
      { micros: 0.5 },
      "",
      "01/02/2017",
      "2017-13-01",
      "2017-01-01T25:00",
      "9999-01-01",
    ]
  ) strictEqual(readLima(field), undefined);
});

Deno.test("createTimeReader() reads back every instant that it can hold", () => {
  const read = createTimeReader("UTC");
  fc.assert(fc.property(
    fc.integer({ min: -9_000_000_000, max: 9_000_000_000 }),
    (seconds) => {
      const text = new Date(seconds * 1000).toISOString();
      strictEqual(read(text), seconds * 1_000_000);
      strictEqual(read(text.slice(0, 19).replace("T", " ")), seconds * 1e6);
    },
  ));
});

Deno.test("createTimeReader() never throws", () => {
  const read = createTimeReader("America/Lima");
  fc.assert(fc.property(
    fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?[+-]\d\d:?\d\d$/),
    ),
    (text) => {
      const micros = read(text);
      strictEqual(micros === undefined || Number.isSafeInteger(micros), true);
    },
  ));
});
