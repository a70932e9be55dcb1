import { strictEqual } from "node:assert/strict";
import {
  createThrottle,
  FAILURE_MS,
  FAILURES_MAX,
  REMEMBERED_MAX,
} from "../../../nodes/people/throttle.ts";

Deno.test("createThrottle() lets a name wait until its first failure is a quarter of an hour old", () => {
  const throttle = createThrottle();
  for (let n = 0; n < FAILURES_MAX; n++) {
    strictEqual(throttle.enter("a", n * 1000), 0);
  }
  strictEqual(throttle.enter("a", 10_000), FAILURE_MS - 10_000);
  strictEqual(throttle.enter("b", 10_000), 0);
  strictEqual(throttle.enter("a", FAILURE_MS - 1), 1);
  strictEqual(throttle.enter("a", FAILURE_MS), 0);
  strictEqual(throttle.enter("a", FAILURE_MS), 1000);
});

Deno.test("createThrottle() does not count what was taken back or cleared", () => {
  const throttle = createThrottle();
  for (let n = 0; n < 100; n++) {
    strictEqual(throttle.enter("a", 0), 0);
    throttle.leave("a");
  }
  for (let n = 0; n < FAILURES_MAX; n++) throttle.enter("a", 0);
  throttle.clear("a");
  strictEqual(throttle.enter("a", 0), 0);
});

Deno.test("createThrottle() forgets the oldest name when it remembers too many", () => {
  const throttle = createThrottle();
  const fill = (name: string) => {
    for (let n = 0; n < FAILURES_MAX; n++) throttle.enter(name, 0);
  };
  fill("old");
  for (let n = 0; n < REMEMBERED_MAX - 2; n++) throttle.enter(`n${n}`, 0);
  fill("new");
  strictEqual(throttle.enter("old", 1) > 0, true);
  throttle.enter("one more", 1);
  strictEqual(throttle.enter("new", 1) > 0, true);
  strictEqual(throttle.enter("old", 1), 0);
});
