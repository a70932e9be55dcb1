import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Fact } from "../../crdt/facts.ts";
import { compareOrder, type LogFact } from "../../crdt/fold.ts";
import type { SaleRecorded } from "../../crdt/goods_facts.ts";
import type { ProductId, SiteCode, SpaceId } from "../../crdt/ids.ts";
import {
  createLedger,
  STATUS_COUNTS,
  STATUS_DUPLICATE,
} from "../../crdt/ledger.ts";
import { FACTS, idBytes, SALES } from "../../crdt/sales.ts";
import { stockSums } from "../../crdt/stock.ts";
import {
  idOf,
  makeFact,
  makeSale,
  placeFact,
  TestArchive,
} from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

function createPlaces(space?: (log: number) => SpaceId) {
  const rows = new MemoryRows();
  const archive = new TestArchive(space);
  const ledger = createLedger(archive);
  return {
    rows,
    ledger,
    place(placed: LogFact): boolean {
      archive.facts.push(placed);
      return ledger.place(rows, placed);
    },
    unplace: (placed: LogFact) => ledger.unplace(rows, placed),
    status: (placed: LogFact) =>
      rows.get(FACTS, [idBytes(placed.fact.id), placed.logNumber])?.["status"],
    get sold() {
      return stockSums(rows, "CUS" as SiteCode, "1" as ProductId)?.sold ?? 0;
    },
  };
}

const copy = (log: number, stamp: number, fields = {}) =>
  placeFact(makeSale("s", fields), { log, stamp });

Deno.test("of several copies of a fact the least counts, in any order of arrival", () => {
  const copies = [copy(1, 5), copy(2, 3), copy(3, 3, { at: 9 }), copy(4, 7)];
  fc.assert(
    fc.property(fc.shuffledSubarray(copies, { minLength: 1 }), (list) => {
      const places = createPlaces();
      for (const placed of list) strictEqual(places.place(placed), true);
      const order = (it: LogFact) => ({ ...it, id: it.fact.id });
      const [least] = list.toSorted((a, b) => compareOrder(order(a), order(b)));
      for (const placed of list) {
        strictEqual(
          places.status(placed),
          placed === least ? STATUS_COUNTS : STATUS_DUPLICATE,
        );
      }
      strictEqual(places.sold, 1);
      deepStrictEqual(
        places.rows.scan(SALES).map((row) => row["log"]),
        [least?.logNumber],
      );
    }),
  );
});

Deno.test("when the counting copy goes, the least of the others takes its place", () => {
  const places = createPlaces();
  const [a, b, c] = [copy(1, 1), copy(2, 3), copy(3, 2)];
  for (const placed of [a, b, c]) places.place(placed);
  places.unplace(a);
  deepStrictEqual([places.status(a), places.status(b), places.status(c)], [
    undefined,
    STATUS_DUPLICATE,
    STATUS_COUNTS,
  ]);
  strictEqual(places.sold, 1);
  places.unplace(b);
  strictEqual(places.sold, 1);
  places.unplace(c);
  deepStrictEqual(places.rows.dump(), {});
});

Deno.test("the same id with other content is another fact: both count", () => {
  const places = createPlaces();
  places.place(copy(1, 1));
  places.place(copy(2, 2, { quantity: 5 }));
  places.place(copy(3, 3, { quantity: 5 }));
  strictEqual(places.sold, 6);
});

Deno.test("in two spaces a fact is two facts", () => {
  const places = createPlaces((log) =>
    (log === 1 ? "site:CUS" : "mesh") as SpaceId
  );
  const note = (log: number) =>
    placeFact(
      makeFact("IncidentAcknowledged", {
        id: idOf("i"),
        incident: "i",
        note: "",
      }),
      { log },
    );
  places.place(note(1));
  places.place(note(2));
  strictEqual(places.status(note(1)), STATUS_COUNTS);
  strictEqual(places.status(note(2)), STATUS_COUNTS);
});

Deno.test("place() refuses an id that the log has used, and changes nothing then", () => {
  const places = createPlaces();
  const first = copy(1, 1);
  places.place(first);
  const before = places.rows.dump();
  const again = placeFact(makeSale("s", { quantity: 9 }), { seq: 2 });
  strictEqual(places.place(again), false);
  deepStrictEqual(places.rows.dump(), before);
  // What was never placed cannot be taken out either.
  places.unplace(again);
  deepStrictEqual(places.rows.dump(), before);
});

Deno.test("isPlaced() knows a fact by its log and seq", () => {
  const places = createPlaces();
  const placed = copy(1, 1);
  strictEqual(places.ledger.isPlaced(places.rows, placed), false);
  places.place(placed);
  strictEqual(places.ledger.isPlaced(places.rows, placed), true);
  const elsewhere = { ...placed, seq: 2 };
  strictEqual(places.ledger.isPlaced(places.rows, elsewhere), false);
});

Deno.test("a fact whose id is fresh is placed like any other", () => {
  const [a, b] = [createPlaces(), createPlaces()];
  a.place(copy(1, 1));
  b.place({ ...copy(1, 1), fresh: true });
  deepStrictEqual(a.rows.dump(), b.rows.dump());
});

Deno.test("a listing brings notices out of quarantine, and its end puts them back", () => {
  const places = createPlaces(() => "mesh" as SpaceId);
  const notice = placeFact(
    makeFact("NoticeReceived", {
      id: idOf("n"),
      date: "2026-01-01",
      branch: "b",
      product: "1",
      name: null,
      price: null,
      quantity: 3,
      amount: 1,
      currency: "PEN",
      exponent: 2,
      amountText: "",
      timestamp: "",
      source: "form",
      known: false,
    }),
  );
  const listing = placeFact(
    makeFact("ProductChanged", {
      id: idOf("l"),
      scope: "mesh",
      product: "1",
      field: "listed",
      value: true,
      over: [],
    }),
    { seq: 2 },
  );
  const sold = () =>
    stockSums(places.rows, "MASTER" as SiteCode, "1" as ProductId)?.sold ?? 0;
  places.place(notice);
  strictEqual(sold(), 0);
  places.place(listing);
  strictEqual(sold(), 3);
  places.unplace(listing);
  strictEqual(sold(), 0);
});

Deno.test("facts taken out in any order leave nothing, and put in again the same", () => {
  const sale = (log: number): LogFact<SaleRecorded> => copy(log, log);
  const facts: LogFact<Fact>[] = [
    sale(1),
    sale(2),
    copy(3, 1, { quantity: 2 }),
    ...[4, 5].map((log) =>
      placeFact(
        makeFact("SaleVoided", {
          id: idOf(`v${log % 2}`),
          site: "CUS",
          date: "2026-01-02",
          sale: idOf("s"),
          content: "0".repeat(16),
          reason: "",
        }),
        { log },
      )
    ),
  ];
  fc.assert(
    fc.property(
      fc.shuffledSubarray(facts, { minLength: facts.length }),
      fc.shuffledSubarray(facts, { minLength: facts.length }),
      (one, two) => {
        const places = createPlaces();
        for (const placed of one) places.place(placed);
        const full = places.rows.dump();
        for (const placed of two) places.unplace(placed);
        deepStrictEqual(places.rows.dump(), {});
        for (const placed of two) places.place(placed);
        deepStrictEqual(places.rows.dump(), full);
      },
    ),
  );
});
