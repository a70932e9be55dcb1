import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type BalancedLog,
  nextRate,
  planGrants,
} from "../../nodes/rights_balance.ts";

const log = (number: number, free: number, rate: number, takes = true) => ({
  log: number,
  free,
  rate,
  takes,
});

Deno.test("planGrants() gives to those who sell, and keeps a share that sells nothing yet", () => {
  const plan = planGrants([log(1, 100, 0), log(2, 0, 3), log(3, 0, 1)], 1);
  deepStrictEqual(plan.map((it) => it.log), [2, 3]);
  const [first, second] = plan.map((it) => it.amount);
  ok(first !== undefined && second !== undefined && first > second);
  ok(first + second <= 87 && first + second >= 80);
});

Deno.test("planGrants() moves nothing without demand, or to whom nothing can be sent", () => {
  deepStrictEqual(planGrants([log(1, 100, 0), log(2, 0, 0)], 1), []);
  deepStrictEqual(planGrants([log(1, 100, 1), log(2, 0, 5, false)], 1), []);
  deepStrictEqual(planGrants([log(2, 0, 5)], 1), []);
});

Deno.test("planGrants() leaves small differences alone", () => {
  deepStrictEqual(planGrants([log(1, 55, 1), log(2, 45, 1)], 1), []);
});

const logs = fc.array(
  fc.record({
    free: fc.integer({ min: -50, max: 1000 }),
    rate: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true })),
    takes: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
).map((list) => list.map((it, i): BalancedLog => ({ ...it, log: i })));

Deno.test("planGrants() never gives what the holder does not have, whoever plans at once", () => {
  fc.assert(fc.property(logs, (list) => {
    for (const { log, free } of list) {
      const plan = planGrants(list, log);
      const sum = plan.reduce((all, { amount }) => all + amount, 0);
      ok(sum <= Math.max(0, free));
      ok(plan.every((it) => Number.isSafeInteger(it.amount) && it.amount > 0));
      ok(plan.every((it) => it.log !== log));
      ok(plan.every((it) => list.find((one) => one.log === it.log)?.takes));
    }
  }));
});

Deno.test("planGrants() never shares more than there is, however small a rate has become", () => {
  const list = [log(0, 0, Number.MIN_VALUE), { ...log(1, 5, 0), takes: false }];
  deepStrictEqual(planGrants(list, 1), [{ log: 0, amount: 4 }]);
});

Deno.test("planGrants() comes to rest in few rounds when demand stays as it is", () => {
  fc.assert(fc.property(logs, (list) => {
    let now = list.map((it) => ({ ...it, takes: true }));
    const total = now.reduce((sum, { free }) => sum + free, 0);
    let moved = true;
    for (let round = 0; moved && round < 20; round++) {
      const plans = now.flatMap(({ log }) =>
        planGrants(now, log).map((it) => ({ ...it, from: log }))
      );
      moved = plans.length > 0;
      now = now.map((it) => ({
        ...it,
        free: it.free +
          plans.reduce(
            (sum, { log, from, amount }) =>
              sum + (log === it.log ? amount : from === it.log ? -amount : 0),
            0,
          ),
      }));
    }
    strictEqual(moved, false);
    strictEqual(now.reduce((sum, { free }) => sum + free, 0), total);
  }));
});

Deno.test("nextRate() comes near a steady rate, and forgets by half in its half time", () => {
  const time = { seconds: 1, halfSeconds: 20 };
  let rate = 0;
  for (let i = 0; i < 200; i++) rate = nextRate(rate, 5, time);
  ok(Math.abs(rate - 5) < 0.01);
  const later = nextRate(rate, 0, { seconds: 20, halfSeconds: 20 });
  ok(Math.abs(later - rate / 2) < 1e-9);
});
