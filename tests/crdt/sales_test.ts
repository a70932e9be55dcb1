import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { contentDigest } from "../../crdt/facts.ts";
import type { SaleRecorded } from "../../crdt/goods_facts.ts";
import type { LogFact } from "../../crdt/fold.ts";
import type { ProductId, SiteCode } from "../../crdt/ids.ts";
import {
  createVoidFold,
  FACTS,
  idBytes,
  idText,
  saleFold,
  SALES,
  salesWithId,
  TOTALS,
} from "../../crdt/sales.ts";
import { stockSums } from "../../crdt/stock.ts";
import {
  type FactPlace,
  idOf,
  makeFact,
  makeLegacySale,
  makeSale,
  placeFact,
} from "../support/facts.ts";
import { SALE_OF_TILL } from "../support/shop_samples.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const SITE = "CUS" as SiteCode;
const P = "1" as ProductId;

/** A shop of rows, sales and voids, with the ledger's table of places. */
function createShop() {
  const rows = new MemoryRows();
  const sales: LogFact<SaleRecorded>[] = [];
  const voids = createVoidFold((row) =>
    sales.find(({ logNumber, seq }) =>
      logNumber === row["log"] && seq === row["seq"]
    )
  );
  const place = ({ fact, logNumber, seq }: LogFact) => ({
    id: idBytes(fact.id),
    log: logNumber,
    seq,
    at: fact.at,
    status: 0,
  });
  return {
    rows,
    voids,
    sell(sale: SaleRecorded, at: FactPlace = {}) {
      const placed = placeFact(sale, at);
      sales.push(placed);
      rows.put(FACTS, place(placed));
      saleFold.add(rows, placed);
      return placed;
    },
    takeBack(placed: LogFact<SaleRecorded>) {
      saleFold.remove(rows, placed);
      rows.delete(FACTS, [idBytes(placed.fact.id), placed.logNumber]);
    },
    get sums() {
      return stockSums(rows, SITE, P);
    },
    get total() {
      const [row] = rows.scan(TOTALS, { prefix: [SITE, "", ""] });
      return row && [row["count"], row["units"], row["amount"]];
    },
  };
}

function voidOf(
  name: string,
  sale: SaleRecorded,
  at: FactPlace = {},
  site = SITE,
) {
  const fact = makeFact("SaleVoided", {
    id: idOf(name),
    site,
    date: "2026-01-02",
    sale: sale.id,
    content: contentDigest(sale),
    reason: "",
  });
  return placeFact(fact, { log: 2, ...at });
}

Deno.test("idText(idBytes(x)) = x", () => {
  fc.assert(fc.property(fc.uuid(), (id) => {
    strictEqual(idText(idBytes(id as never)), id);
  }));
});

Deno.test("saleFold adds to stock and to totals by day, product and all time", () => {
  const shop = createShop();
  shop.sell(makeSale("a", { quantity: 2 }));
  strictEqual(shop.sums?.sold, 2);
  deepStrictEqual(shop.total, [1, 2, 20]);
  deepStrictEqual(
    shop.rows.scan(TOTALS).map((row) => [row["date"], row["product"]]),
    [["", ""], ["2026-01-01", ""], ["2026-01-01", "1"]],
  );
});

Deno.test("a void gives back the sale's stock and money, before the sale or after it", () => {
  const sale = makeSale("a", { quantity: 2 });
  const dumps = [false, true].map((first) => {
    const shop = createShop();
    shop.sell(makeSale("b"), { seq: 2 });
    if (first) shop.voids.add(shop.rows, voidOf("v", sale));
    shop.sell(sale);
    if (!first) shop.voids.add(shop.rows, voidOf("v", sale));
    deepStrictEqual([shop.sums?.sold, shop.sums?.voided], [3, 2]);
    deepStrictEqual(shop.total, [1, 1, 10]);
    return shop.rows.dump();
  });
  deepStrictEqual(dumps[0], dumps[1]);
});

Deno.test("of several voids of one sale one counts, and the last to go gives it back", () => {
  const sale = makeSale("a");
  const shop = createShop();
  shop.sell(sale);
  const [first, second] = [voidOf("v", sale), voidOf("w", sale, { seq: 2 })];
  shop.voids.add(shop.rows, first);
  shop.voids.add(shop.rows, second);
  strictEqual(shop.sums?.voided, 1);
  shop.voids.remove(shop.rows, first);
  strictEqual(shop.sums?.voided, 1);
  shop.voids.remove(shop.rows, second);
  strictEqual(shop.sums?.voided, 0);
  deepStrictEqual(shop.total, [1, 1, 10]);
});

Deno.test("a void names one of several sales with the same id by its content", () => {
  const shop = createShop();
  const [one, two] = [makeSale("a"), makeSale("a", { quantity: 5 })];
  shop.sell(one, { log: 1 });
  shop.sell(two, { log: 3 });
  shop.voids.add(shop.rows, voidOf("v", two));
  deepStrictEqual(
    salesWithId(shop.rows, SITE, one.id).map((row) => row["voided"]),
    [0, 1],
  );
  strictEqual(shop.sums?.voided, 5);
});

Deno.test("a void of another site does not touch a sale, before it or after it", () => {
  const sale = makeSale("a");
  const lima = "LIM" as SiteCode;
  const shop = createShop();
  shop.voids.add(shop.rows, voidOf("v", sale, {}, lima));
  shop.sell(sale);
  strictEqual(shop.sums?.voided, 0);
  shop.voids.add(shop.rows, voidOf("w", sale));
  strictEqual(shop.sums?.voided, 1);
  shop.voids.remove(shop.rows, voidOf("v", sale, {}, lima));
  strictEqual(shop.sums?.voided, 1);
});

Deno.test("a sale that goes takes its void's effect with it, and leaves the void waiting", () => {
  const shop = createShop();
  const sale = makeSale("a");
  const placed = shop.sell(sale);
  shop.voids.add(shop.rows, voidOf("v", sale));
  shop.takeBack(placed);
  deepStrictEqual([shop.sums, shop.total], [undefined, undefined]);
  shop.sell(sale, { log: 4 });
  strictEqual(shop.sums?.voided, 1);
});

Deno.test("SALES keeps what a list shows", () => {
  const shop = createShop();
  shop.sell(makeSale("a", { at: 5 }), { log: 7, seq: 8 });
  const [row] = shop.rows.scan(SALES);
  deepStrictEqual(
    [row?.["at"], row?.["log"], row?.["seq"], row?.["total"], row?.["lines"]],
    [5, 7, 8, 10, '[["1","honey",1,10,null]]'],
  );
});

Deno.test("SALES keeps who sold, the wall clock and the terms, and nothing where there is none", () => {
  const shop = createShop();
  shop.sell(SALE_OF_TILL as SaleRecorded, { seq: 2 });
  shop.sell(makeSale("plain", { at: 9 }));
  const [sold, plain] = shop.rows.scan(SALES);
  deepStrictEqual(
    [sold?.["offset"], sold?.["seller"], JSON.parse(String(sold?.["terms"]))],
    [-300, '["7","Ana"]', {
      session: idOf("session"),
      discount: 2,
      payments: [{ method: "card", amount: 4 }, { method: "cash", amount: 6 }],
      customer: { name: "Luis", document: "12345678" },
    }],
  );
  strictEqual(
    sold?.["lines"],
    '[["1","queso",250,9,40,1,1],["2","pan",2,3,null]]',
  );
  deepStrictEqual(
    [plain?.["offset"], plain?.["seller"], plain?.["terms"]],
    [null, null, null],
  );
});

Deno.test("saleFold counts what is weighed as one piece among pieces, and in thousandths by itself", () => {
  const shop = createShop();
  shop.sell(SALE_OF_TILL as SaleRecorded);
  deepStrictEqual(shop.total, [1, 3, 10]);
  const [ofProduct] = shop.rows.scan(TOTALS, {
    prefix: [SITE, "2026-01-01", "1"],
  });
  strictEqual(ofProduct?.["units"], 250);
  strictEqual(shop.sums?.sold, 250);
});

Deno.test("C-23: saleFold adds what an original branch sold to totals, not to stock", () => {
  const shop = createShop();
  const sale = makeLegacySale("a", { quantity: 2, total: 21 });
  const placed = shop.sell(sale);
  deepStrictEqual([shop.sums, shop.total], [undefined, [1, 2, 21]]);
  shop.voids.add(shop.rows, voidOf("v", sale));
  deepStrictEqual([shop.sums, shop.total], [undefined, undefined]);
  shop.takeBack(placed);
  deepStrictEqual([shop.sums, shop.total], [undefined, undefined]);
});

Deno.test("C-20: sales of one number are all found by it, and each counts", () => {
  const shop = createShop();
  shop.sell(makeLegacySale("a", { at: 1 }));
  shop.sell(makeLegacySale("b", { at: 2, quantity: 3 }), { seq: 2 });
  shop.sell(makeSale("c", { at: 3 }), { seq: 3 });
  const found = shop.rows.scan(SALES, {
    index: "by_receipt",
    prefix: ["CUS-20260101-001"],
  });
  deepStrictEqual(found.map((row) => row["total"]), [10, 30]);
  deepStrictEqual(shop.total, [3, 5, 50]);
});
