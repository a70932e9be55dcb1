import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  presentText,
  readBit,
  readDecimal,
  readWall,
  readWhole,
} from "../../../nodes/moving/old_values.ts";

Deno.test("C-69: readDecimal() reads points and commas, and no nonsense", () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ["12.50", 12.5],
    ["12,50", 12.5],
    ["-0,3", -0.3],
    ["12.5000", 12.5],
    ["1.234,50", 1234.5],
    ["1,234.50", 1234.5],
    ["1.234.567,8", 1234567.8],
    ["7", 7],
    ["1.2.3", undefined],
    ["12a", undefined],
    ["", undefined],
    ["1e5", undefined],
    ["0x1f", undefined],
    ["NaN", undefined],
  ];
  for (const [text, value] of cases) {
    strictEqual(readDecimal(text), value, text);
  }
});

Deno.test("readWhole() takes whole numbers alone", () => {
  strictEqual(readWhole("80"), 80);
  strictEqual(readWhole("80.00"), 80);
  strictEqual(readWhole("-3"), -3);
  strictEqual(readWhole("80.5"), undefined);
});

Deno.test("readBit() and presentText() read what exports write", () => {
  strictEqual(readBit("True"), true);
  strictEqual(readBit("0"), false);
  strictEqual(readBit("2"), undefined);
  strictEqual(presentText(" NULL "), undefined);
  strictEqual(presentText("  "), undefined);
  strictEqual(presentText(" Miel "), "Miel");
});

Deno.test("C-46: readWall() keeps the wall clock, whatever stands behind it", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["2025-03-04 18:05:10.317", "2025-03-04T18:05:10.317"],
    ["2025-03-04T18:05:10.317Z", "2025-03-04T18:05:10.317"],
    ["2025-03-04 18:05:10.3170000", "2025-03-04T18:05:10.317"],
    ["2025-03-04 18:05", "2025-03-04T18:05:00.000"],
    ["2025-03-04", "2025-03-04T00:00:00.000"],
    ["4/03/2025 18:05:10", "2025-03-04T18:05:10.000"],
    ["04/03/2025 12:05:10 a. m.", "2025-03-04T00:05:10.000"],
    ["04/03/2025 12:05:10 PM", "2025-03-04T12:05:10.000"],
    ["2025-02-30 10:00:00", undefined],
    ["2025-03-04 24:00:00", undefined],
    ["31/04/2025", undefined],
    ["13/13/2025", undefined],
    ["2025-03-04 18:05:10-05:00", undefined],
    ["yesterday", undefined],
  ];
  for (const [text, value] of cases) strictEqual(readWall(text), value, text);
});

Deno.test("readWall() reads each instant that a database writes", () => {
  const instants = fc.date({
    min: new Date("1753-01-01"),
    max: new Date("9999-12-31"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(instants, (at) => {
    const text = at.toISOString().slice(0, -1);
    strictEqual(readWall(text.replace("T", " ")), text);
  }));
  fc.assert(fc.property(fc.string(), (text) => void readWall(text)));
});
