import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  makeStamp,
  nextStamp,
  observeStamp,
  parseStamp,
  type Stamp,
  STAMP_AHEAD_MS_MAX,
  stampMs,
  ZERO_STAMP,
} from "../../crdt/clock.ts";

const MS = 2 ** 48 - 1;
const stamps = fc.tuple(fc.nat(MS - 1), fc.nat(0xffff))
  .map(([ms, count]) => makeStamp(ms, count));

Deno.test("makeStamp() keeps the order of time and count in its text", () => {
  fc.assert(
    fc.property(
      fc.nat(MS),
      fc.nat(MS),
      fc.nat(0xffff),
      fc.nat(0xffff),
      (a, b, i, j) => {
        const before = a < b || (a === b && i < j);
        strictEqual(makeStamp(a, i) < makeStamp(b, j), before);
        strictEqual(stampMs(makeStamp(a, i)), a);
      },
    ),
  );
  throws(() => makeStamp(2 ** 48, 0), { code: "invalid_argument" });
  throws(() => makeStamp(0, 65536), { code: "invalid_argument" });
});

Deno.test("parseStamp() takes stamps and nothing else", () => {
  fc.assert(fc.property(stamps, (stamp) => {
    strictEqual(parseStamp(stamp), stamp);
    strictEqual(parseStamp(stamp.slice(1)), undefined);
    strictEqual(parseStamp(`${stamp}\n`), undefined);
  }));
  fc.assert(fc.property(fc.anything(), (value) => {
    parseStamp(value);
  }));
  strictEqual(parseStamp("00000000000000AB"), undefined);
});

Deno.test("nextStamp() is above the last whatever the wall clock says", () => {
  const clocks = fc.oneof(fc.double(), fc.nat(MS), fc.constant(NaN));
  fc.assert(fc.property(stamps, clocks, (last, now) => {
    ok(nextStamp(last, now) > last);
  }));
});

Deno.test("nextStamp() takes the wall clock when that is later", () => {
  strictEqual(nextStamp(ZERO_STAMP, 7.9), makeStamp(7, 0));
  strictEqual(nextStamp(makeStamp(7, 3), 7), makeStamp(7, 4));
  strictEqual(nextStamp(makeStamp(7, 0xffff), 7), makeStamp(8, 0));
});

Deno.test("observeStamp() follows others, but for five minutes at most", () => {
  const now = 10 * STAMP_AHEAD_MS_MAX;
  const own = makeStamp(now, 0);
  const near = makeStamp(now + STAMP_AHEAD_MS_MAX, 0);
  const far = makeStamp(now + STAMP_AHEAD_MS_MAX + 1, 0);
  strictEqual(observeStamp(own, near, now), near);
  strictEqual(observeStamp(own, far, now), own);
  strictEqual(observeStamp(own, ZERO_STAMP, now), own);
  fc.assert(fc.property(stamps, stamps, fc.nat(MS), (last, other, at) => {
    const seen: Stamp = observeStamp(last, other, at);
    ok(seen >= last);
  }));
});
