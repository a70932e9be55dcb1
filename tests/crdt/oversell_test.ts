import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseFact } from "../../crdt/facts.ts";
import { MASTER_SITE } from "../../crdt/goods_facts.ts";
import {
  contentDigest,
  createLedger,
  type Fact,
  type LogFact,
  oversoldAt,
  oversoldId,
  type OversoldItem,
  type ProductId,
  type Row,
  SHORTAGES,
  type SiteCode,
  type SpaceId,
  stockSums,
} from "../../crdt/mod.ts";
import {
  idOf,
  makeFact,
  makeLegacySale,
  makeSale,
  placeFact,
  TestArchive,
} from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const CUS = "CUS" as SiteCode;
const P = "1" as ProductId;

/** A ledger in memory: the logs below 50 are of the site, the others of `mesh`. */
function createBook() {
  const rows = new MemoryRows();
  const archive = new TestArchive((log) =>
    (log < 50 ? "site:CUS" : "mesh") as SpaceId
  );
  const ledger = createLedger(archive);
  const read = (row: Row) =>
    archive.read(
      Number(row["log"]),
      Number(row["seq"]),
      row["id"] as Uint8Array,
    );
  let seq = 0;
  const place = (placed: LogFact) => {
    archive.facts.push(placed);
    ok(ledger.place(rows, placed));
  };
  return {
    rows,
    place,
    add: (fact: Fact, log = 1) =>
      place(placeFact(fact, { log, seq: ++seq, stamp: seq })),
    list: () => oversoldAt(rows, CUS, read),
  };
}

const receipt = (name: string, quantity: number) =>
  makeFact("StockReceived", {
    id: idOf(name),
    site: CUS,
    date: "2026-01-01",
    lines: [{ product: P, quantity }],
  });
const saleAt = (name: string, at: number, quantity = 1) =>
  makeSale(name, { at, quantity });
const listed = makeFact("ProductChanged", {
  id: idOf("listed"),
  scope: "site:CUS",
  product: P,
  field: "listed",
  value: true,
  over: [],
});
const offer = (name: string, site: string, quantity: number) =>
  makeFact("StockOffered", { id: idOf(name), site, product: P, quantity });

function acknowledgement(
  name: string,
  { sale, quantity, settled, remedy = "backorder" }: {
    readonly sale: Fact;
    readonly quantity: number;
    readonly settled: number;
    readonly remedy?: string;
  },
) {
  return makeFact("OversellAcknowledged", {
    id: idOf(name),
    site: CUS,
    product: P,
    sale: sale.id,
    content: contentDigest(sale),
    quantity,
    settled,
    remedy,
    ...(remedy === "transfer" ? { from: "LIM" } : {}),
    note: "",
  });
}

function short(items: readonly OversoldItem[]) {
  return items.map(({ sale, quantity, remedy, acknowledged }) => [
    ...[sale, quantity, remedy.kind, acknowledged !== null],
  ]);
}

Deno.test("C-23: oversoldAt() lays nothing on what an original branch sold", () => {
  const { add, list } = createBook();
  add(receipt("r", 1));
  add(saleAt("own", 1, 3));
  add(makeLegacySale("legacy", { at: 2, quantity: 9 }));
  deepStrictEqual(
    short(list()).map(([sale, quantity]) => [sale, quantity]),
    [[idOf("own"), 2]],
  );
});

Deno.test("C-23: what an original branch sold moves no stock, and its void gives none back", () => {
  const { add, rows, list } = createBook();
  const sale = makeLegacySale("legacy", { quantity: 9 });
  add(sale);
  strictEqual(stockSums(rows, CUS, P), undefined);
  add(makeFact("SaleVoided", {
    id: idOf("v"),
    site: CUS,
    date: "2026-01-01",
    sale: sale.id,
    content: contentDigest(sale),
    reason: "",
  }));
  strictEqual(stockSums(rows, CUS, P), undefined);
  strictEqual(rows.count(SHORTAGES), 0);
  deepStrictEqual(list(), []);
});

Deno.test("oversoldAt() names the last sales until the shortage is covered, the first of them in part", () => {
  const { add, list } = createBook();
  add(receipt("r", 4));
  add(listed);
  add(saleAt("a", 10, 3));
  add(saleAt("b", 20, 3), 2);
  add(saleAt("c", 30, 1), 3);
  deepStrictEqual(short(list()), [
    [idOf("b"), 2, "backorder", false],
    [idOf("c"), 1, "backorder", false],
  ]);
});

Deno.test("oversoldAt() is empty without a shortage, after a void, and for another policy", () => {
  const book = createBook();
  book.add(receipt("r", 2));
  book.add(saleAt("a", 10, 2));
  deepStrictEqual(book.list(), []);
  const last = saleAt("b", 20, 1);
  book.add(last);
  strictEqual(book.list().length, 1);
  book.add(makeFact("SaleVoided", {
    id: idOf("v"),
    site: CUS,
    date: "2026-01-01",
    sale: last.id,
    content: contentDigest(last),
    reason: "",
  }));
  deepStrictEqual(book.list(), []);

  book.add(saleAt("c", 30, 1));
  strictEqual(book.list().length, 1);
  book.add(makeFact("ProductChanged", {
    id: idOf("policy"),
    scope: "site:CUS",
    product: P,
    field: "policy",
    value: "unmetered",
    over: [],
  }));
  deepStrictEqual(book.list(), []);
});

Deno.test("oversoldAt() proposes a transfer from who offers most, then to order again, else a refund", () => {
  const book = createBook();
  book.add(receipt("r", 1));
  book.add(saleAt("a", 10, 1));
  book.add(saleAt("b", 20, 2));
  book.add(saleAt("c", 30, 2));
  // Nobody sells it any more, so it is not ordered again.
  deepStrictEqual(book.list().map(({ remedy }) => remedy.kind), [
    "refund",
    "refund",
  ]);
  book.add(listed);
  deepStrictEqual(book.list().map(({ remedy }) => remedy.kind), [
    "backorder",
    "backorder",
  ]);
  book.add(offer("o1", "LIM", 9), 60);
  book.add(offer("o2", "LIM", 2), 60);
  book.add(offer("o3", "AQP", 2), 61);
  // The site's own offer is none to itself, and one that is too small is none.
  book.add(offer("o4", "CUS", 50), 62);
  book.add(offer("o5", "TAC", 1), 63);
  deepStrictEqual(book.list().map(({ remedy }) => remedy), [
    { kind: "transfer", from: "AQP" },
    { kind: "transfer", from: "LIM" },
  ]);
});

Deno.test("an acknowledged sale keeps its remedy and comes first, until what was short then has arrived", () => {
  const book = createBook();
  const [a, b] = [saleAt("a", 10, 2), saleAt("b", 20, 2)];
  book.add(receipt("r", 1));
  book.add(a);
  // One of sale a is short; it is refunded.
  book.add(acknowledgement("k", {
    ...{ sale: a, quantity: 1, settled: 2, remedy: "refund" },
  }));
  deepStrictEqual(short(book.list()), [[a.id, 1, "refund", true]]);
  book.add(listed);
  book.add(b);
  deepStrictEqual(short(book.list()), [
    [a.id, 1, "refund", true],
    [b.id, 2, "backorder", false],
  ]);
  // Another acknowledgement of the same sale changes nothing.
  book.add(acknowledgement("l", { sale: a, quantity: 2, settled: 9 }), 2);
  deepStrictEqual(short(book.list())[0], [a.id, 1, "refund", true]);

  book.add(receipt("s", 1));
  deepStrictEqual(short(book.list()), [[b.id, 2, "backorder", false]]);
  book.add(receipt("t", 2));
  deepStrictEqual(book.list(), []);
});

Deno.test("more of an acknowledged sale that becomes short has its remedy too", () => {
  const book = createBook();
  const a = saleAt("a", 10, 3);
  book.add(receipt("r", 2));
  book.add(a);
  book.add(acknowledgement("k", { sale: a, quantity: 1, settled: 9 }));
  book.add(makeFact("StockCounted", {
    id: idOf("count"),
    site: CUS,
    date: "2026-01-01",
    product: P,
    counted: 0,
    difference: -1,
  }));
  deepStrictEqual(short(book.list()), [[a.id, 2, "backorder", true]]);
});

Deno.test("an acknowledgement of a sale that is voided, other or not here fixes nothing", () => {
  const book = createBook();
  const [a, other] = [saleAt("a", 10, 2), saleAt("z", 10, 2)];
  book.add(receipt("r", 1));
  book.add(a);
  book.add(acknowledgement("k", { sale: other, quantity: 1, settled: 9 }));
  const changed = { ...a, lines: [{ ...a.lines[0], quantity: 1 }] } as Fact;
  book.add(acknowledgement("l", { sale: changed, quantity: 1, settled: 9 }));
  deepStrictEqual(short(book.list()), [[a.id, 1, "refund", false]]);
});

Deno.test("oversoldId() is the same for the same goods, and another for others", () => {
  const parts = {
    site: CUS,
    product: P,
    sale: idOf("a"),
    content: "0".repeat(16),
  };
  strictEqual(oversoldId(parts), oversoldId({ ...parts }));
  for (
    const other of [
      { site: MASTER_SITE },
      { product: "2" as ProductId },
      { sale: idOf("b") },
      { content: "1".repeat(16) },
    ]
  ) ok(oversoldId({ ...parts, ...other }) !== oversoldId(parts));
});

Deno.test("an acknowledgement names a site for a transfer, and only then", () => {
  const fact = acknowledgement("k", {
    sale: saleAt("a", 1),
    quantity: 1,
    settled: 1,
  });
  ok(typeof parseFact(fact) !== "string");
  strictEqual(parseFact({ ...fact, from: "LIM" }), "malformed");
  strictEqual(parseFact({ ...fact, remedy: "transfer" }), "malformed");
  ok(
    typeof parseFact({ ...fact, remedy: "transfer", from: "LIM" }) !== "string",
  );
});

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("sale", "sale", "receipt", "void", "fix", "offer"),
    name: fc.nat(5),
    at: fc.nat(3),
    quantity: fc.integer({ min: 1, max: 4 }),
    log: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 14, size: "max" },
);

Deno.test("oversoldAt() gives one list for one set of facts in any order, and lays no more on sales than is short", () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (script, numbers) => {
      const facts = script.map(({ kind, name, at, quantity, log }, i) => {
        const sale = saleAt(`sale ${name}`, at, quantity);
        const own = idOf(`fact ${i}`);
        const fact = kind === "sale"
          ? sale
          : kind === "receipt"
          ? { ...receipt("r", quantity), id: own }
          : kind === "offer"
          ? { ...offer("o", at > 1 ? "LIM" : "AQP", quantity), id: own }
          : kind === "fix"
          ? {
            ...acknowledgement("k", { sale, quantity, settled: 2 * at }),
            id: own,
          }
          : makeFact("SaleVoided", {
            id: own,
            site: CUS,
            date: "2026-01-01",
            sale: sale.id,
            content: contentDigest(sale),
            reason: "",
          });
        const number = kind === "offer" ? 50 + log : 10 * log + i % 7;
        return placeFact(fact, { log: number, seq: i + 1, stamp: i % 3 });
      });
      // A log uses an id once.
      const seen = new Set<string>();
      const unique = facts.filter(({ fact, logNumber }) => {
        const key = `${fact.id} ${logNumber}`;
        return !seen.has(key) && seen.add(key) !== undefined;
      });
      const one = createBook();
      for (const placed of unique) one.place(placed);
      const other = createBook();
      const drawn = [...numbers.take(unique.length)];
      const shuffled = unique.map((placed, i) => ({
        placed,
        by: drawn[i] ?? 0,
      }))
        .toSorted((a, b) => a.by - b.by);
      for (const { placed } of shuffled) other.place(placed);
      deepStrictEqual(one.list(), other.list());

      const items = one.list();
      const laid = items.filter(({ acknowledged }) => acknowledged === null)
        .reduce((sum, { quantity }) => sum + quantity, 0);
      const missing = Number(one.rows.get(SHORTAGES, [CUS, P])?.["short"] ?? 0);
      ok(laid <= missing);
      const fixed = items.length -
        items.filter(({ acknowledged }) => acknowledged === null).length;
      if (fixed === 0) strictEqual(laid, missing);
      strictEqual(new Set(items.map(({ id }) => id)).size, items.length);
    }),
    { numRuns: 300 },
  );
});
