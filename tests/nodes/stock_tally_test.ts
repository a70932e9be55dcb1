import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { StockTally } from "../../nodes/stock_tally.ts";
import { idOf, makeFact, makeLegacySale, makeSale } from "../support/facts.ts";

const received = makeFact("StockReceived", {
  id: idOf("r"),
  site: "CUS",
  date: "2026-01-01",
  lines: [{ product: "1", quantity: 5 }],
});

Deno.test("StockTally adds up what a log's facts move, month by month", () => {
  const tally = new StockTally(() => 1);
  tally.note(1, 1, [received, makeSale("a", { quantity: 2 })]);
  tally.note(1, 2, [makeSale("b", { date: "2026-02-01" })]);
  deepStrictEqual(
    tally.take(1, 3),
    new Map([
      ["stock/CUS/2026-01", new Map([["1", 3]])],
      ["stock/CUS/2026-02", new Map([["1", -1]])],
    ]),
  );
  strictEqual(tally.take(1, 4), undefined);
});

Deno.test("C-23: StockTally leaves out what an original branch sold and reports", () => {
  const tally = new StockTally(() => 1);
  const report = makeFact("StockReported", {
    id: idOf("s"),
    site: "CUS",
    version: 1,
    lines: [{ product: "1", stock: 9 }],
  });
  tally.note(1, 1, [makeLegacySale("a", { quantity: 2 }), report]);
  deepStrictEqual(tally.take(1, 2), new Map());
});
