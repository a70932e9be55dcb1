/**
 * One fact of each kind of a shop, with everything that it may hold.
 *
 * @module
 */
import { contentDigest, type Fact } from "../../crdt/mod.ts";
import { idOf, makeFact, makeLegacySale, makeSale } from "./facts.ts";

const place = { site: "CUS", date: "2026-01-01" };
const money = { currency: "PEN", exponent: 2 };
const by = { id: "7", name: "Ana" };
const cash = { method: "cash", amount: 10 };

/** A sale with all its terms: two lines, one of them weighed. */
export const SALE_OF_TILL: Fact = makeSale("till", {
  lines: [
    {
      product: "1",
      name: "queso",
      quantity: 250,
      amount: 9,
      price: 40,
      given: "price",
      measured: true,
      discount: 1,
    },
    { product: "2", name: "pan", quantity: 2, amount: 3, given: "amount" },
  ],
  total: 10,
  discount: 2,
  offset: -300,
  session: idOf("session"),
  seller: by,
  payments: [{ method: "card", amount: 4 }, { method: "cash", amount: 6 }],
  customer: { name: "Luis", document: "12345678" },
});

/** One of each. */
export const SHOP_SAMPLES: readonly Fact[] = [
  SALE_OF_TILL,
  makeLegacySale("legacy", {
    seller: { id: "CUS:3", name: "Cajera 3" },
    legacy: {
      system: "branch-sync",
      wall: "2026-01-01T10:00:00",
      clockDoubt: true,
      totalOther: true,
      lineKeys: ["a"],
    },
    total: 12,
  }),
  makeSale("return", {
    quantity: -1,
    returns: {
      sale: idOf("till"),
      content: contentDigest(SALE_OF_TILL),
      reason: "rotten",
    },
  }),
  makeFact("SaleVoided", {
    ...place,
    id: idOf("shop void"),
    sale: idOf("till"),
    content: contentDigest(SALE_OF_TILL),
    reason: "wrong",
    by,
  }),
  makeFact("CashSessionOpened", {
    ...place,
    ...money,
    id: idOf("session"),
    till: "Caja 1",
    float: 100,
    by,
  }),
  makeFact("CashMoved", {
    ...place,
    ...money,
    id: idOf("moved"),
    session: idOf("session"),
    direction: "in",
    amount: 5,
    reason: "change",
    by,
  }),
  makeFact("CashSessionClosed", {
    ...place,
    ...money,
    id: idOf("closed"),
    session: idOf("session"),
    counted: [cash],
    expected: [cash, { method: "card", amount: 4 }],
    note: "n",
    by,
  }),
  makeFact("SalesClosed", {
    ...place,
    ...money,
    id: idOf("z"),
    till: "a".repeat(32),
    covers: [{ log: "a".repeat(32), seq: 4 }],
    digest: "0".repeat(64),
    heard: ["1".repeat(46)],
    unheard: ["2".repeat(46)],
    count: 1,
    amount: 10,
    by,
  }),
  makeFact("StockReported", {
    id: idOf("reported"),
    site: "CUS",
    version: 7,
    lines: [{ product: "1", stock: 3 }, { product: "2", stock: 0 }],
  }),
  makeFact("ActRecorded", {
    id: idOf("act"),
    act: "user_created",
    subject: "user/417",
    by,
    note: "n",
  }),
  makeFact("ProductChanged", {
    id: idOf("cost"),
    scope: "site:CUS",
    product: "1",
    field: "cost",
    value: "4.50 PEN",
    over: [],
  }),
];
