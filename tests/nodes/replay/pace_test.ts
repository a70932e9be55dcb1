import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createPace } from "../../../nodes/replay/pace.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

Deno.test("createPace() gives turns evenly at the rate", async () => {
  const clock = createVirtualClock(0);
  const pace = createPace(clock, 4);
  const { signal } = new AbortController();
  const turns: number[] = [];
  const taking = (async () => {
    for (let i = 0; i < 5; i++) {
      await pace.turn(signal);
      turns.push(clock.monotonic());
    }
  })();
  await clock.runAll(10_000);
  await taking;
  deepStrictEqual(turns, [0, 250, 500, 750, 1000]);
});

Deno.test("createPace() never gives more turns in a span than the rate and one second allow", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 30 }),
      async (rate, pausesMs) => {
        const clock = createVirtualClock(0);
        const pace = createPace(clock, rate);
        const { signal } = new AbortController();
        const turns: number[] = [];
        for (const pauseMs of pausesMs) {
          await clock.run(pauseMs);
          const turn = pace.turn(signal);
          await clock.runAll(60_000);
          await turn;
          turns.push(clock.monotonic());
        }
        for (const [i, first] of turns.entries()) {
          const last = turns.at(-1) ?? 0;
          const allowed = (last - first + 1000) / 1000 * rate + 1 + 1e-6;
          strictEqual(turns.length - i <= Math.max(1, allowed), true);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("createPace() waits for nothing without a rate", async () => {
  const clock = createVirtualClock(0);
  const pace = createPace(clock);
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i++) await pace.turn(signal);
  strictEqual(clock.monotonic(), 0);
});

Deno.test("createPace() lets go when it is told to end", async () => {
  const clock = createVirtualClock(0);
  const pace = createPace(clock, 0.001);
  const controller = new AbortController();
  await pace.turn(controller.signal);
  const turn = pace.turn(controller.signal);
  controller.abort();
  await turn;
  strictEqual(clock.waiting, 0);
});
