import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  TimingWheel,
  WHEEL_TICK_MS,
} from "../../../nodes/charging/timing_wheel.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

Deno.test("TimingWheel.after() calls back in time, in the order in which deadlines come, never before", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({
        startMs: fc.nat(30_000),
        delayMs: fc.oneof(fc.nat(100), fc.nat(40_000)),
      })),
      (deadlines) => {
        const clock = createVirtualClock(0);
        const wheel = new TimingWheel(clock);
        const calls: number[] = [];
        for (const { startMs, delayMs } of deadlines) {
          clock.timer(startMs, () => {
            const due = clock.monotonic() + delayMs;
            wheel.after(delayMs, () => {
              const lateMs = clock.monotonic() - due;
              calls.push(clock.monotonic());
              strictEqual(lateMs >= 0 && lateMs <= 2 * WHEEL_TICK_MS, true);
            });
          });
        }
        clock.advance(100_000);
        strictEqual(calls.length, deadlines.length);
        deepStrictEqual(calls, calls.toSorted((a, b) => a - b));
        strictEqual(clock.waiting, 0);
      },
    ),
  );
});

Deno.test("TimingWheel uses one timer for thousands of deadlines, and none without one", () => {
  const clock = createVirtualClock(0);
  const wheel = new TimingWheel(clock);
  let calls = 0;
  for (let i = 0; i < 5_000; i++) wheel.after(5_000, () => calls++);

  strictEqual(clock.waiting, 1);
  clock.advance(4_999);
  strictEqual(calls, 0);
  clock.advance(2 * WHEEL_TICK_MS);
  strictEqual(calls, 5_000);
  strictEqual(clock.waiting, 0);
});

Deno.test("TimingWheel forgets what was cancelled, also by a callback of the same moment, and all after stop()", () => {
  const clock = createVirtualClock(0);
  const wheel = new TimingWheel(clock);
  const calls: string[] = [];
  wheel.after(50, () => calls.push("cancelled before")).cancel();
  wheel.after(60, () => {
    calls.push("first");
    second.cancel();
  });
  const second = wheel.after(60, () => calls.push("second"));
  clock.advance(1_000);
  deepStrictEqual(calls, ["first"]);

  wheel.after(10, () => calls.push("after the stop"));
  wheel.stop();
  clock.advance(1_000);
  deepStrictEqual(calls, ["first"]);
});

Deno.test("TimingWheel catches up after a machine slept", () => {
  let now = 0;
  let wake = () => {};
  const wheel = new TimingWheel({
    monotonic: () => now,
    timer: (_, callback) => {
      wake = callback;
      return { cancel() {} };
    },
  });
  const calls: number[] = [];
  for (const ms of [20, 9_000, 30_000, 3_600_100]) {
    wheel.after(ms, () => calls.push(ms));
  }
  now = 3_600_000;
  wake();
  deepStrictEqual(calls, [20, 9_000, 30_000]);
  now += 200;
  wake();
  deepStrictEqual(calls, [20, 9_000, 30_000, 3_600_100]);
});
