import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  businessDate,
  isTimezone,
  localTimeAt,
  localTimeText,
  offsetMinutes,
} from "../../crdt/local_time.ts";

const ZONES = ["America/Lima", "America/Santiago", "Asia/Kathmandu", "UTC"];

Deno.test("localTimeText() is what Temporal says, at any instant since 1970", () => {
  fc.assert(
    fc.property(
      fc.nat(Date.UTC(2100, 0, 1) * 1000),
      fc.constantFrom(...ZONES),
      (at, zone) => {
        const exact = Temporal.Instant.fromEpochNanoseconds(BigInt(at) * 1000n)
          .toZonedDateTimeISO(zone).toPlainDateTime();
        const text = localTimeText(at, zone);
        strictEqual(Temporal.PlainDateTime.compare(text, exact), 0);
        strictEqual(businessDate(at, zone), text.slice(0, 10));
      },
    ),
  );
});

Deno.test("localTimeAt() is what localTimeText() says, of any instants in turn", () => {
  const at = fc.nat(Date.UTC(2100, 0, 1) * 1000);
  const question = fc.tuple(at, fc.constantFrom(...ZONES));
  fc.assert(
    fc.property(fc.array(question, { maxLength: 5 }), (questions) => {
      for (const [at, zone] of questions) {
        const minutes = offsetMinutes(at, zone);
        const exact = Temporal.Instant.fromEpochNanoseconds(BigInt(at) * 1000n)
          .toZonedDateTimeISO(zone).offsetNanoseconds / 60e9;
        strictEqual(minutes, Math.trunc(exact));
        // Distances with seconds ended before the sites' first sale.
        if (minutes !== exact) continue;
        strictEqual(localTimeAt(at, minutes), localTimeText(at, zone));
      }
    }),
  );
});

Deno.test("localTimeText() knows both sides of a change of the clocks", () => {
  const at = Date.UTC(2026, 3, 5, 3) * 1000;
  deepStrictEqual(
    [at - 1, at].map((it) => localTimeText(it, "America/Santiago")),
    ["2026-04-04T23:59:59.999999", "2026-04-04T23:00:00"],
  );
});

Deno.test("isTimezone() tells names of zones from other texts", () => {
  deepStrictEqual(
    ["America/Lima", "UTC", "Mars/Olympus", ""].map(isTimezone),
    [true, true, false, false],
  );
});
