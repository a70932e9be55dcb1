import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { nextNightly } from "../../../nodes/adapters/nightly.ts";

Deno.test("C-32: nextNightly() gives the next time of the site's clock, strictly later", () => {
  const at = (text: string) => Date.parse(text);
  const night = at("2026-11-23T04:00:00Z");
  strictEqual(nextNightly("23:00", "America/Lima", night - 1), night);
  strictEqual(nextNightly("23:00", "America/Lima", night), night + 86_400_000);
  strictEqual(
    nextNightly("00:05", "UTC", at("2026-12-31T00:05:00Z")),
    at("2027-01-01T00:05:00Z"),
  );
});

Deno.test("C-32: nextNightly() comes once on the days on which clocks change", () => {
  const hoursBetween = (zone: string, time: string, from: string) => {
    const first = nextNightly(time, zone, Date.parse(from)) ?? 0;
    return ((nextNightly(time, zone, first) ?? 0) - first) / 3_600_000;
  };
  strictEqual(hoursBetween("Europe/Madrid", "23:00", "2026-03-28T12:00Z"), 23);
  strictEqual(hoursBetween("Europe/Madrid", "23:00", "2026-10-24T12:00Z"), 25);
});

Deno.test("C-32: nextNightly() is later than its instant and at most a day and an hour away, in any zone", () => {
  const zones = ["America/Lima", "America/Santiago", "Europe/Madrid", "UTC"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 1439 }),
      fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
      (zone, minute, after) => {
        const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${
          String(minute % 60).padStart(2, "0")
        }`;
        const wait = (nextNightly(time, zone, after) ?? 0) - after;
        strictEqual(wait > 0 && wait <= 26 * 3_600_000, true);
      },
    ),
    { numRuns: 100 },
  );
});
