import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  isClockDoubtful,
  parseBranchTime,
} from "../../../net/legacy/branch_sync_time.ts";

const LIMA = { timezone: "America/Lima", isUtc: false };
const UTC_STORE = { timezone: "America/Lima", isUtc: true };

Deno.test("C-46: a time with Z and one without a zone are the branch's wall clock", () => {
  const expected = {
    atMs: Date.UTC(2025, 2, 4, 19, 30),
    wall: "2025-03-04T14:30:00.000",
    offset: -300,
  };
  deepStrictEqual(parseBranchTime("2025-03-04T14:30:00.000Z", LIMA), expected);
  deepStrictEqual(parseBranchTime("2025-03-04T14:30:00", LIMA), expected);
  deepStrictEqual(parseBranchTime("2025-03-04 14:30", LIMA), expected);
  deepStrictEqual(parseBranchTime("2025-03-04T19:30:00Z", UTC_STORE), expected);
  deepStrictEqual(parseBranchTime("2025-03-04T14:30:00", UTC_STORE), expected);
});

Deno.test("C-46: a numeric offset is a true instant", () => {
  const time = parseBranchTime("2025-03-05T01:30:00.5+00:00", LIMA);
  strictEqual(time?.wall, "2025-03-04T20:30:00.500");
  strictEqual(time?.atMs, Date.UTC(2025, 2, 5, 1, 30, 0, 500));
  strictEqual(
    parseBranchTime("2025-03-04T14:30:00-0500", UTC_STORE)?.wall,
    "2025-03-04T14:30:00.000",
  );
});

Deno.test("parseBranchTime() refuses what is no time", () => {
  for (
    const value of [
      "",
      "hoy",
      "2025-02-30T00:00:00",
      "2025-03-04T24:00:00",
      "2025-03-04T23:60:00",
      "0001-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z",
      1741098600000,
      null,
      {},
    ]
  ) strictEqual(parseBranchTime(value, LIMA), undefined, String(value));
});

Deno.test("parseBranchTime() never throws", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.date().map((date) => `${date.getTime()}`)),
      (text) => void parseBranchTime(text, LIMA),
    ),
  );
});

Deno.test("C-48: a day that the zone would explain is doubtful, any other is not", () => {
  const doubt = (date: string, text: string) => {
    const time = parseBranchTime(text, LIMA);
    return time !== undefined && isClockDoubtful(date, time);
  };
  strictEqual(doubt("20250304", "2025-03-04T23:59:59Z"), false);
  strictEqual(doubt("20250304", "2025-03-05T04:59:00Z"), true);
  strictEqual(doubt("20250305", "2025-03-04T19:01:00Z"), true);
  strictEqual(doubt("20250304", "2025-03-05T05:00:00Z"), false);
  strictEqual(doubt("20250301", "2025-03-04T12:00:00Z"), false);
});
