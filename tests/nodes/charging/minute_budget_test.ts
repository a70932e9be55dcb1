import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  BUDGET_NAMES_MAX,
  createBudget,
} from "../../../nodes/charging/minute_budget.ts";

Deno.test("createBudget() lets each name through so often a minute", () => {
  let now = 0;
  const budget = createBudget({ monotonic: () => now }, 2);
  deepStrictEqual([1, 2, 3].map(() => budget.take("a")), [true, true, false]);
  strictEqual(budget.take("b"), true);
  now = 59_999;
  strictEqual(budget.take("a"), false);
  now = 60_000;
  strictEqual(budget.take("a"), true);
});

Deno.test("createBudget() remembers a bounded number of names: those that come later share one", () => {
  const budget = createBudget({ monotonic: () => 0 }, 1);
  for (let i = 0; i < BUDGET_NAMES_MAX; i++) {
    strictEqual(budget.take(`name ${i}`), true);
  }
  strictEqual(budget.take("one more"), true);
  strictEqual(budget.take("and another"), false);
});
