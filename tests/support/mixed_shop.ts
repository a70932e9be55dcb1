/**
 * Facts of shops for arbitrary sets of commits: sales with terms, sales of original branches, tills, closes and reports;
 * drawn from few ids, numbers and instants so that they meet often, some of them wrong on purpose.
 *
 * @module
 */
import {
  contentDigest,
  type FactId,
  fixedFactId,
  parseFact,
  type SpaceId,
} from "../../crdt/mod.ts";

/** Kinds of drafts that stand for facts of shops. */
export const SHOP_KIND_FIRST = 130;
/** The last of them. */
export const SHOP_KIND_LAST = 146;

/** What a fact of a shop is made of. */
export interface ShopDraft {
  /** From `SHOP_KIND_FIRST` to `SHOP_KIND_LAST`. */
  readonly kind: number;
  /** The fact's id. */
  readonly id: FactId;
  /** An id that it names. */
  readonly other: FactId;
  /** The product. */
  readonly product: string;
  /** 0 to 3, or huge. */
  readonly amount: number;
  /** One of two forms. */
  readonly flag: boolean;
  /** Microseconds since 1970. */
  readonly at: number;
}

const DATES = ["2026-01-01", "2026-01-02"];
const ACTOR = { id: "1", name: "Ana" };
const OTHER_ACTOR = { id: "CUS:1", name: "" };

/** A sale of a node's own, with everything that a till says of it. */
function saleOf(draft: ShopDraft, site: string): Record<string, unknown> {
  const { id, other, product, amount, flag, at } = draft;
  const huge = amount > 3;
  const sum = huge ? amount : 10 * amount;
  const back = draft.kind === 134 ? -1 : 1;
  const off = !huge && amount > 1 ? 1 : 0;
  const total = back * (sum - off);
  return {
    type: "SaleRecorded",
    id,
    at: at + (flag ? 1 : 0),
    site,
    date: DATES[amount % 2],
    receipt: `${site}-20260101-00001001`,
    currency: "PEN",
    exponent: 2,
    lines: [
      {
        product,
        name: "",
        quantity: back * amount,
        amount: back * sum,
        given: "amount",
        ...(flag ? { measured: true } : {}),
        ...(amount === 2 ? { discount: 1 } : {}),
      },
      ...(amount === 3
        ? [{ product, name: "", quantity: back, amount: 0, price: 0 }]
        : []),
    ],
    total,
    ...(off > 0 && back > 0 ? { discount: off } : {}),
    ...(off > 0 && back < 0 ? { lines: [back1(product, total)] } : {}),
    ...(flag ? { session: other, offset: -300, seller: ACTOR } : {}),
    ...(amount === 1 ? {} : {
      payments: flag
        ? [{ method: "cash", amount: total }]
        : [{ method: "card", amount: total - 1 }, {
          method: "cash",
          amount: 1,
        }],
    }),
    ...(amount === 3 ? { customer: { name: "C", document: "12345678" } } : {}),
    ...(back < 0
      ? { returns: { sale: other, content: "0".repeat(16), reason: "r" } }
      : {}),
  };
}

function back1(product: string, amount: number): object {
  return { product, name: "", quantity: -1, amount, given: "amount" };
}

/** A sale of an original branch; of two numbers, under an id of its content or under any. */
function legacySaleOf(
  draft: ShopDraft,
  site: string,
): Record<string, unknown> {
  const { id, product, amount, flag, at } = draft;
  const receipt = `${site}-20260101-00${1 + amount % 2}`;
  const line = (quantity: number) => ({
    product,
    name: "",
    quantity,
    amount: 5 * quantity,
    price: 5,
  });
  const few = Math.min(amount, 4);
  // Two orders of the same lines are the same sale.
  const lines = [line(few), line(1), line(-1)];
  return {
    type: "SaleRecorded",
    id: draft.kind === 132 ? fixedFactId([receipt, String(few)]) : id,
    at: at + (flag ? 1 : 0),
    site,
    date: DATES[0],
    receipt,
    currency: "PEN",
    exponent: 2,
    lines: flag ? lines : lines.toReversed(),
    total: amount,
    seller: flag ? OTHER_ACTOR : ACTOR,
    offset: -300,
    ...(flag ? { customer: { name: "", document: "" } } : {}),
    legacy: {
      system: "branch-sync",
      wall: "2026-01-01T10:00:00",
      ...(flag ? { clockDoubt: true, totalOther: true } : {}),
      ...(few === 2 ? { lineKeys: ["a", "b", "c"] } : {}),
    },
  };
}

/** A void of what another draft stands for. */
function voidOf(
  { id, other, at, amount, flag }: ShopDraft,
  site: string,
  named: ShopDraft,
): unknown {
  const sold = named.kind === 132 || named.kind === 133
    ? legacySaleOf(named, site)
    : saleOf(named, site);
  const sale = parseFact(sold);
  return {
    type: "SaleVoided",
    id,
    at,
    site,
    date: DATES[1],
    sale: sold["id"],
    content: typeof sale === "string" ? "0".repeat(16) : contentDigest(sale),
    reason: amount === 0 ? "" : "wrong",
    ...(flag ? { by: ACTOR } : {}),
    ...(amount > 1 ? { session: other } : {}),
  };
}

const DETAILS: readonly (readonly [field: string, value: unknown])[] = [
  ["description", "sweet"],
  ["description", ""],
  ["cost", "4.50 PEN"],
  ["cost", "4,50"],
  ["minimum", 0],
  ["minimum", 5],
  ["minimum", ""],
  ["unit", "kg"],
  ["unit", "piece"],
  ["category", "Bebidas"],
  ["barcode", "7750000000011"],
  ["image", "/a.png"],
];

/**
 * A fact of a shop.
 *
 * @param draft What it is made of.
 * @param named What it names.
 * @param space The space of the log that holds it.
 * @returns A fact, or something that looks like one.
 */
export function shopFactOf(
  draft: ShopDraft,
  named: ShopDraft,
  space: SpaceId,
): unknown {
  const { kind, id, other, product, amount, flag, at } = draft;
  const site = space === "mesh" ? "CUS" : space.slice(5);
  const base = { id, at, site };
  const money = { currency: "PEN", exponent: 2 };
  const by = flag ? { by: ACTOR } : {};
  const date = DATES[amount % 2];
  switch (kind) {
    case 130:
    case 131:
    case 134:
      return saleOf(draft, site);
    case 132:
    case 133:
      return legacySaleOf(draft, site);
    case 135:
    case 136:
      return voidOf(draft, site, named);
    case 137:
      return {
        ...base,
        type: "CashSessionOpened",
        date,
        till: flag ? "Caja 1" : "",
        float: amount,
        ...money,
        ...by,
      };
    case 138:
      return {
        ...base,
        type: "CashMoved",
        date,
        session: other,
        direction: flag ? "in" : "out",
        amount,
        ...money,
        reason: "bank",
        ...by,
      };
    case 139:
      return {
        ...base,
        type: "CashSessionClosed",
        date,
        session: other,
        counted: [{ method: "cash", amount: flag ? amount : -amount }],
        expected: amount === 2 ? [] : [{ method: "cash", amount }],
        ...money,
        ...(flag ? { note: "n" } : {}),
        ...by,
      };
    case 140:
      return {
        ...base,
        type: "SalesClosed",
        date,
        ...(flag ? { till: "a".repeat(32) } : {}),
        covers: [{ log: "a".repeat(32), seq: amount % 4 }],
        digest: "0".repeat(63) + (flag ? "1" : "2"),
        heard: [],
        unheard: [],
        count: amount,
        amount: -amount,
        ...money,
        ...by,
      };
    case 141:
    case 142: {
      const stock = flag ? amount : -amount;
      return {
        ...base,
        type: "StockReported",
        version: at + amount % 2,
        lines: [
          { product, stock },
          ...(amount === 2 ? [{ product: "3", stock: 7 }] : []),
          ...(amount === 1 ? [{ product, stock: 1 }] : []),
        ].slice(0, kind === 141 ? 1 : 2),
      };
    }
    case 143:
      return {
        type: "ActRecorded",
        id,
        at,
        act: amount === 2 ? "Not A Word" : "user_created",
        subject: "user/1",
        ...by,
        ...(amount === 1 ? { note: "n" } : {}),
      };
    case 144:
    case 145: {
      const [field, value] = DETAILS[
        (amount + (flag ? 4 : 0) + (kind === 145 ? 5 : 0)) % DETAILS.length
      ] ?? [];
      return {
        id,
        at,
        type: "ProductChanged",
        scope: space,
        product,
        field,
        value,
        over: [other],
      };
    }
    default:
      // What an original branch sold takes no rights, and no two lines of a report are of one product.
      return flag
        ? {
          ...legacySaleOf(draft, site),
          lines: [{
            product,
            name: "",
            quantity: 1,
            amount: 0,
            bound: other,
          }],
        }
        : { ...saleOf({ ...draft, kind: 130 }, site), total: 1 };
  }
}
