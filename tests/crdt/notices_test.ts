import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { catalogFold } from "../../crdt/catalog.ts";
import { MASTER_SITE } from "../../crdt/goods_facts.ts";
import type { ProductId } from "../../crdt/ids.ts";
import {
  NOTICE_COUNTS,
  noticeFold,
  NOTICES,
  reviewNotices,
} from "../../crdt/notices.ts";
import { stockSums } from "../../crdt/stock.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const P = "1" as ProductId;

function notice(
  fields: Readonly<Record<string, unknown>> = {},
  place: FactPlace = { stamp: 5 },
) {
  return placeFact(
    makeFact("NoticeReceived", {
      id: idOf("n"),
      date: "2026-01-01",
      branch: "b",
      product: P,
      name: null,
      price: null,
      quantity: 3,
      amount: 100,
      currency: "PEN",
      exponent: 2,
      amountText: "1.00",
      timestamp: "t",
      source: "http",
      known: false,
      ...fields,
    }),
    place,
  );
}

function listing(name: string, stamp: number, over: string[] = []) {
  const fact = makeFact("ProductChanged", {
    id: idOf(name),
    scope: "mesh",
    product: P,
    field: "listed",
    value: true,
    over: over.map(idOf),
  });
  return placeFact(fact, { stamp });
}

function removal(name: string, stamp: number, over: string[]) {
  const fact = makeFact("ProductRemoved", {
    id: idOf(name),
    scope: "mesh",
    product: P,
    over: over.map(idOf),
  });
  return placeFact(fact, { stamp });
}

/** Whether the notice counts, which is the same whether the notice or the catalog comes first. */
function counts(
  ...changes: (ReturnType<typeof listing> | ReturnType<typeof removal>)[]
): boolean {
  const [before, after] = [new MemoryRows(), new MemoryRows()];
  for (const change of changes) catalogFold.add(before, change);
  noticeFold.add(before, notice());
  noticeFold.add(after, notice());
  for (const change of changes) {
    catalogFold.add(after, change);
    reviewNotices(after, P);
  }
  deepStrictEqual(before.dump(), after.dump());
  return stockSums(before, MASTER_SITE, P)?.sold === 3;
}

Deno.test("a notice for a known product counts at once", () => {
  const rows = new MemoryRows();
  noticeFold.add(rows, notice({ known: true }));
  strictEqual(stockSums(rows, MASTER_SITE, P)?.sold, 3);
  noticeFold.remove(rows, notice({ known: true }));
  deepStrictEqual(rows.dump(), {});
});

Deno.test("a notice for an unknown product waits in quarantine until it is listed", () => {
  strictEqual(counts(), false);
  strictEqual(counts(listing("a", 9)), true);
});

Deno.test("a listing that was removed before the notice brings it out of nothing", () => {
  const changes = [listing("a", 1), removal("r", 2, ["a"])] as const;
  strictEqual(counts(...changes), false);
  strictEqual(counts(...changes, listing("b", 9, ["r"])), true);
});

Deno.test("a removal after the notice leaves it counting", () => {
  strictEqual(counts(listing("a", 9), removal("r", 10, ["a"])), true);
});

Deno.test("NOTICE_COUNTS has how many wait and how many count", () => {
  const rows = new MemoryRows();
  noticeFold.add(rows, notice());
  noticeFold.add(rows, notice({ id: idOf("m"), known: true }));
  deepStrictEqual(
    rows.scan(NOTICE_COUNTS).map((row) => [row["applied"], row["count"]]),
    [[0, 1], [1, 1]],
  );
});

Deno.test("a notice's content does not depend on who made the object", () => {
  const { fact, ...place } = notice({ extra: { b: 1, a: "x" } });
  const shuffled = Object.fromEntries(Object.entries(fact).reverse());
  const [one, two] = [fact, { ...shuffled, extra: { a: "x", b: 1 } }].map(
    (it) => {
      const rows = new MemoryRows();
      noticeFold.add(rows, { ...place, fact: it as typeof fact });
      return rows.scan(NOTICES)[0]?.["content"];
    },
  );
  strictEqual(one, two);
  deepStrictEqual(JSON.parse(String(one)), fact);
});
