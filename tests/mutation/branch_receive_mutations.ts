/**
 * Realistic bugs of receiving what original branches send: sales told twice, numbers used twice, and reports of stock.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** The bugs. */
export const BRANCH_RECEIVE_MUTATIONS: readonly Mutation[] = [
  {
    name: "name a received sale by its number alone",
    file: "nodes/branch_sync/received_sales.ts",
    find: `  return { ...fact, id: legacySaleId(fact) };`,
    replace:
      `  return { ...fact, id: legacySaleId({ ...fact, total: 0, lines: [] }) };`,
    foundBy: { scenario: "branch-sync", seed: 1, seeds: 20 },
  },
  {
    name: "draw the id of a received sale anew",
    file: "nodes/branch_sync/received_sales.ts",
    find: `  return { ...fact, id: legacySaleId(fact) };`,
    replace: `  return { ...fact, id: crypto.randomUUID() as FactId };`,
    foundBy: { scenario: "branch-sync", seed: 1, seeds: 20 },
  },
  {
    name: "drop a sale whose number stands for another",
    file: "nodes/branch_sync/received_sales.ts",
    find: `    return known.length === 0 ? "received" : "conflict";`,
    replace: `    return known.length === 0 ? "received" : "duplicate";`,
    foundBy: { scenario: "branch-sync", seed: 1, seeds: 20 },
  },
  {
    name: "let a message set another branch's stock",
    file: "nodes/branch_sync/product_reports.ts",
    find: `    if (owner !== site) return;
`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/branch_sync/receive_test.ts",
      filter: "of another branch's products",
    },
  },
  {
    name: "let an older message say what stock there is",
    file: "crdt/stock_reports.ts",
    find: `const ORDER = ["version", "stamp", "log", "seq", "id"];`,
    replace: `const ORDER = ["stamp", "log", "seq", "id"];`,
    foundBy: { test: "tests/crdt/stock_reports_test.ts", filter: "C-23" },
  },
  {
    name: "move stock by what an original branch sold",
    file: "crdt/sales.ts",
    find: `    if (sale.legacy === undefined) {
      addStock(`,
    replace: `    if (sale.total !== undefined) {
      addStock(`,
    foundBy: { scenario: "branch-sync", seed: 1, seeds: 20 },
  },
];
