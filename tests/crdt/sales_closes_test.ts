import { deepStrictEqual } from "node:assert/strict";
import { SALES_CLOSES, salesClosedFold } from "../../crdt/sales_closes.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const LOG = "a".repeat(32);

function closed(
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
  place: FactPlace = {},
) {
  const fact = makeFact("SalesClosed", {
    id: idOf(name),
    site: "CUS",
    date: "2026-01-01",
    covers: [{ log: LOG, seq: 3 }],
    digest: "0".repeat(64),
    heard: [],
    unheard: [],
    count: 2,
    amount: 500,
    currency: "PEN",
    exponent: 2,
    ...fields,
  });
  return placeFact(fact, place);
}

Deno.test("salesClosedFold numbers a close and its supplements by their stamps, apart for each till", () => {
  const all = [
    closed("supplement", {}, { stamp: 9 }),
    closed("close", {}, { stamp: 3, log: 2 }),
    closed("till", { till: LOG }, { stamp: 1, seq: 2 }),
    closed("next", { date: "2026-01-02" }, { stamp: 1, seq: 3 }),
  ];
  const [there, back] = [all, all.toReversed()].map((list) => {
    const rows = new MemoryRows();
    for (const one of list) salesClosedFold.add(rows, one);
    return rows;
  });
  deepStrictEqual(there?.dump(), back?.dump());
  const names = (till: string) =>
    there?.scan(SALES_CLOSES, { prefix: ["CUS", till, "2026-01-01"] })
      .map((row) => row["id"]);
  deepStrictEqual(names(""), [idOf("close"), idOf("supplement")]);
  deepStrictEqual(names(LOG), [idOf("till")]);
  for (const one of all) salesClosedFold.remove(back as MemoryRows, one);
  deepStrictEqual(back?.dump(), {});
});

Deno.test("salesClosedFold keeps what a close covers, and whom it had not heard", () => {
  const rows = new MemoryRows();
  const peer = "1".repeat(46);
  const by = { id: "1", name: "Ana" };
  salesClosedFold.add(rows, closed("close", { unheard: [peer], by }));
  const [row] = rows.scan(SALES_CLOSES);
  deepStrictEqual(
    ["covers", "heard", "unheard", "by", "count", "amount"].map((column) =>
      row?.[column]
    ),
    [
      JSON.stringify([[LOG, 3]]),
      "[]",
      JSON.stringify([peer]),
      JSON.stringify(by),
      2,
      500,
    ],
  );
});
