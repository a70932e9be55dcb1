/**
 * Realistic bugs of tills: drawers, returns and closes of days.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** The bugs. */
export const TILL_MUTATIONS: readonly Mutation[] = [
  {
    name: "let any quantity of a sale come back",
    file: "nodes/use_cases/sale_return.ts",
    find: `  if (first === undefined || upTo > sold) {`,
    replace: `  if (first === undefined) {`,
    foundBy: {
      test: "tests/nodes/use_cases/sale_return_test.ts",
      filter: "no more comes back",
    },
  },
  {
    name: "a void gives no money back",
    file: "crdt/sales.ts",
    find: `    sign: sign === 1 ? -1 : 1,`,
    replace: `    sign,`,
    foundBy: {
      test: "tests/nodes/tills/cash_sessions_test.ts",
      filter: "comes out of the drawer",
    },
  },
  {
    name: "a later void changes a day that is closed",
    file: "nodes/tills/day_sales.ts",
    find: `      ? Math.max(made, partOf(voids))`,
    replace: `      ? made`,
    foundBy: {
      test: "tests/nodes/tills/sales_closes_test.ts",
      filter: "numbered supplements",
    },
  },
  {
    name: "remember a drawer that the disk did not take",
    file: "nodes/tills/drawer.ts",
    find: `      changing = true;`,
    replace: `      known = undefined;`,
    foundBy: {
      test: "tests/nodes/tills/cash_sessions_test.ts",
      filter: "whose opening the disk refused",
    },
  },
  {
    name: "expect of a drawer what was taken out as what was put in",
    file: "crdt/cash.ts",
    find: `fact.direction === "in" ? fact.amount : -fact.amount`,
    replace: `fact.amount`,
    foundBy: {
      test: "tests/nodes/tills/cash_sessions_test.ts",
      filter: "holds its float",
    },
  },
  {
    name: "let another site's sales into a drawer",
    file: "nodes/tills/session_view.ts",
    find: `  const prefix = placeOf(session);
  const currency = String(session["currency"]);`,
    replace: `  const prefix = ["LIM", session["id"] ?? null];
  const currency = String(session["currency"]);`,
    foundBy: { scenario: "branch-sync", seed: 1, seeds: 20 },
  },
  {
    name: "make a close's digest of nothing",
    file: "nodes/tills/day_sales.ts",
    find: `  const text = events.map(eventText)`,
    replace: `  const text = events.slice(0, 0).map(eventText)`,
    foundBy: {
      test: "tests/nodes/tills/sales_closes_test.ts",
      filter: "whose facts are not all here",
    },
  },
];
