import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  CASH_CLOSES,
  CASH_MOVES,
  CASH_SESSIONS,
  cashClosedFold,
  cashMovedFold,
  cashOpenedFold,
} from "../../crdt/cash.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const session = idOf("session");
const base = {
  site: "CUS",
  date: "2026-01-01",
  currency: "PEN",
  exponent: 2,
};
const by = { id: "7", name: "Ana" };

const opened = placeFact(makeFact("CashSessionOpened", {
  ...base,
  id: session,
  at: 5,
  till: "Caja 1",
  float: 100_00,
  by,
}));

function moved(name: string, direction: "in" | "out", place: FactPlace = {}) {
  const fact = makeFact("CashMoved", {
    ...base,
    id: idOf(name),
    session,
    direction,
    amount: 20_00,
    reason: "bank",
  });
  return placeFact(fact, place);
}

function closed(name: string, amount: number, place: FactPlace = {}) {
  const fact = makeFact("CashSessionClosed", {
    ...base,
    id: idOf(name),
    session,
    counted: [{ method: "cash", amount }],
    expected: [{ method: "cash", amount: 80_00 }, {
      method: "card",
      amount: 5,
    }],
    note: "short",
    by,
  });
  return placeFact(fact, place);
}

Deno.test("cashOpenedFold keeps a session with its float, and takes it out again", () => {
  const rows = new MemoryRows();
  cashOpenedFold.add(rows, opened);
  const [row] = rows.scan(CASH_SESSIONS, { index: "by_id", prefix: [session] });
  deepStrictEqual(
    [row?.["site"], row?.["till"], row?.["float"], row?.["by"]],
    ["CUS", "Caja 1", 100_00, JSON.stringify(by)],
  );
  cashOpenedFold.remove(rows, opened);
  deepStrictEqual(rows.dump(), {});
});

Deno.test("cashMovedFold counts what was put in above 0 and what was taken out below, also before the session is here", () => {
  const rows = new MemoryRows();
  const [inside, out] = [moved("a", "in"), moved("b", "out", { seq: 2 })];
  cashMovedFold.add(rows, out);
  cashMovedFold.add(rows, inside);
  const amounts = rows.scan(CASH_MOVES, { prefix: ["CUS", session] })
    .map((row) => Number(row["amount"])).toSorted((a, b) => a - b);
  deepStrictEqual(amounts, [-20_00, 20_00]);
  cashMovedFold.remove(rows, inside);
  strictEqual(rows.count(CASH_MOVES), 1);
  cashMovedFold.remove(rows, out);
  deepStrictEqual(rows.dump(), {});
});

Deno.test("cashClosedFold lists counts of one session in the order of their stamps", () => {
  const rows = new MemoryRows();
  const [late, early] = [
    closed("late", 70_00, { stamp: 9 }),
    closed("early", 80_00, { stamp: 2, log: 2 }),
  ];
  for (const one of [late, early]) cashClosedFold.add(rows, one);
  const [first] = rows.scan(CASH_CLOSES, {
    prefix: ["CUS", session],
    limit: 1,
  });
  deepStrictEqual(
    [first?.["id"], first?.["counted"], first?.["note"]],
    [early.fact.id, JSON.stringify(early.fact.counted), "short"],
  );
  for (const one of [late, early]) cashClosedFold.remove(rows, one);
  deepStrictEqual(rows.dump(), {});
});
