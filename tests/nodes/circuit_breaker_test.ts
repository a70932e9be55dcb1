import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type Breaker,
  BREAKER_OPEN_MS,
  breakerFailed,
  breakerRefused,
  breakerReleased,
  breakerTried,
  breakerWaitMs,
  CLOSED_BREAKER,
} from "../../nodes/circuit_breaker.ts";

function afterFailures(count: number): Breaker {
  let breaker = CLOSED_BREAKER;
  for (let i = 0; i < count; i++) breaker = breakerFailed(breaker, 10);
  return breaker;
}

Deno.test("breakerFailed() opens the breaker at the third failure", () => {
  const states = [1, 2, 3, 4].map((count) => afterFailures(count).state);
  deepStrictEqual(states, ["closed", "closed", "open", "open"]);
});

Deno.test("breakerWaitMs() waits a minute from the last failure on", () => {
  const open = afterFailures(3);
  strictEqual(breakerWaitMs(open, 10), BREAKER_OPEN_MS);
  strictEqual(breakerWaitMs(open, 10 + BREAKER_OPEN_MS), 0);
  strictEqual(breakerWaitMs(afterFailures(2), 10), 0);
});

Deno.test("breakerTried() makes what an open breaker lets through a probe", () => {
  strictEqual(breakerTried(afterFailures(3)).state, "half_open");
  strictEqual(breakerTried(CLOSED_BREAKER).state, "closed");
});

Deno.test("breakerFailed() counts on and opens again when a probe fails", () => {
  const again = breakerFailed(breakerTried(afterFailures(3)), 99);
  deepStrictEqual(again, { state: "open", failures: 4, failedAt: 99 });
});

Deno.test("breakerRefused() closes after a probe and changes nothing else", () => {
  deepStrictEqual(
    breakerRefused(breakerTried(afterFailures(3))),
    CLOSED_BREAKER,
  );
  deepStrictEqual(breakerRefused(afterFailures(2)), afterFailures(2));
});

Deno.test("breakerReleased() lets the next notice be the probe at once", () => {
  const released = breakerReleased(breakerTried(afterFailures(3)));
  strictEqual(released.state, "open");
  strictEqual(breakerWaitMs(released, 10 + BREAKER_OPEN_MS), 0);
});
