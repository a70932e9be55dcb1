import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { localTimeText } from "../../../crdt/local_time.ts";
import { parseForecourtTime } from "../../../net/legacy/forecourt_time.ts";

const SANTIAGO = "America/Santiago";
const read = (text: unknown) => parseForecourtTime(text, SANTIAGO);
const utc = (...parts: Parameters<typeof Date.UTC>) =>
  Date.UTC(...parts) * 1000;

Deno.test("2.4, decision 45 parseForecourtTime() takes no zone, Z, offsets, 0 to 9 digits and dates alone", () => {
  const summer = utc(2025, 2, 2, 12, 14, 24);
  deepStrictEqual(
    [
      "2025-03-02T09:14:24",
      "2025-03-02T09:14:24.902113",
      "2025-03-02 09:14:24.9",
      "2025-03-02T09:14:24.902113999",
      "2025-03-02T12:14:24Z",
      "2025-03-02T12:14:24.902Z",
      "2025-03-02T07:14:24-05:00",
      "2025-03-02T12:14:24+0000",
      "2025-03-02",
      "2025-07-02T09:14",
    ].map(read),
    [
      summer,
      summer + 902_113,
      summer + 900_000,
      summer + 902_113,
      summer,
      summer + 902_000,
      summer,
      summer,
      utc(2025, 2, 2, 3),
      utc(2025, 6, 2, 13, 14),
    ],
  );
});

Deno.test("parseForecourtTime() refuses what is no time", () => {
  for (
    const value of [
      "",
      "yesterday",
      "2025-02-30",
      "2025-13-01T00:00:00",
      "2025-03-02T24:00:00",
      "2025-03-02T09:60:00",
      "1969-12-31",
      "2200-01-01",
      "2025-03-02T09:14:24.9021139991",
      1_700_000_000,
      null,
      undefined,
      {},
    ]
  ) strictEqual(read(value), undefined);
});

Deno.test("parseForecourtTime() reads back the site's wall clock, but for the hour that happens twice", () => {
  fc.assert(
    fc.property(
      fc.integer({
        min: utc(1990, 0) / 1e6,
        max: utc(2199, 0) / 1e6,
      }),
      fc.integer({ min: 0, max: 999_999 }),
      fc.constantFrom(SANTIAGO, "UTC", "America/Lima", "Europe/Madrid"),
      (second, micros, zone) => {
        const at = second * 1_000_000 + micros;
        const text = localTimeText(at, zone);
        const got = parseForecourtTime(text, zone) ?? NaN;
        strictEqual(localTimeText(got, zone), text);
        ok(got === at || got === at - 3_600_000_000);
      },
    ),
  );
});

Deno.test("parseForecourtTime() never throws", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    const at = read(value);
    ok(at === undefined || Number.isSafeInteger(at));
  }));
});
