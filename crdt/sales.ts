/**
 * The sales fold: sales, their voids, stock sold, and totals by site, date and product.
 *
 * @module
 */
import { addTender } from "./cash.ts";
import { contentDigest, type FactOf } from "./facts.ts";
import { addWrapped, type Fold, type FoldRows, type LogFact } from "./fold.ts";
import type { SaleRecorded } from "./goods_facts.ts";
import { type FactId, fromHex, type SiteCode, toHex } from "./ids.ts";
import { noteLegacySale } from "./legacy_sales.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { addStock } from "./stock.ts";
import type { Actor } from "./tender.ts";

/**
 * Sales that count, by site and instant. `lines` is JSON: `[product, name, quantity, amount, price or null]` each, with
 * `discount` and 1 for measured behind where there is either. `offset` is the wall clock's in minutes, `seller` JSON
 * `[id, name]`, `terms` JSON of `SaleTerms`; each is null where the sale says nothing of it.
 */
export const SALES: TableSchema = {
  name: "sales",
  columns: {
    site: "text",
    at: "integer",
    id: "blob",
    log: "integer",
    seq: "integer",
    receipt: "text",
    date: "text",
    currency: "text",
    exponent: "integer",
    total: "integer",
    lines: "text",
    voided: "integer",
    offset: "integer",
    seller: "text",
    terms: "text",
  },
  key: ["site", "at", "id", "log"],
  indexes: { by_receipt: ["receipt"] },
};

/** What few sales have besides lines and total. */
export type SaleTerms = Pick<
  SaleRecorded,
  "session" | "discount" | "payments" | "customer" | "returns" | "legacy"
>;

/** Voids that count as facts, by the sale that they name and its site; the sale may not be here yet. */
export const VOIDS: TableSchema = {
  name: "voids",
  columns: {
    sale: "blob",
    content: "text",
    site: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    date: "text",
    session: "text",
  },
  key: ["sale", "content", "site", "stamp", "log", "seq", "id"],
};

/** Returns, by the sale whose goods came back. The sale may not be here yet. */
export const SALE_RETURNS: TableSchema = {
  name: "sale_returns",
  columns: {
    sale: "blob",
    content: "text",
    site: "text",
    at: "integer",
    id: "text",
    log: "text",
  },
  key: ["sale", "content", "site", "at", "id", "log"],
  indexes: { by_time: ["site", "at"] },
};

/** Sums over sales that are not voided. Product `` stands for all products, date `` for all dates. */
export const TOTALS: TableSchema = {
  name: "totals",
  columns: {
    site: "text",
    date: "text",
    product: "text",
    currency: "text",
    exponent: "integer",
    count: "integer",
    units: "integer",
    amount: "integer",
  },
  key: ["site", "date", "product", "currency", "exponent"],
  indexes: { by_product: ["site", "product", "date"] },
};

/** Sums over sales that are not voided by who sold them: JSON `[id, name]`, empty where nobody said. */
export const SELLER_TOTALS: TableSchema = {
  name: "seller_totals",
  columns: {
    site: "text",
    date: "text",
    seller: "text",
    currency: "text",
    exponent: "integer",
    count: "integer",
    amount: "integer",
  },
  key: ["site", "date", "seller", "currency", "exponent"],
};

/** Where every sale and void of one id is found: see `ledger.ts`, which writes it. */
export const FACTS: TableSchema = {
  name: "facts",
  columns: {
    id: "blob",
    log: "integer",
    seq: "integer",
    at: "integer",
    status: "integer",
  },
  key: ["id", "log"],
};

/**
 * A fact's id as 16 bytes, as keys hold it.
 *
 * @param id The id.
 * @returns 16 bytes.
 */
export function idBytes(id: FactId): Uint8Array {
  if (id !== lastBytes.id) {
    lastBytes = { id, bytes: fromHex(id.replaceAll("-", "")) };
  }
  return lastBytes.bytes;
}
/** The id that was asked for last: a fact's rows are written one after the other. Nobody changes the bytes. */
let lastBytes: { readonly id: string; readonly bytes: Uint8Array } = {
  id: "",
  bytes: new Uint8Array(),
};

/**
 * A fact's id of its 16 bytes.
 *
 * @param bytes 16 bytes.
 * @returns The id.
 */
export function idText(bytes: Uint8Array): FactId {
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${
    hex.slice(16, 20)
  }-${hex.slice(20)}` as FactId;
}

/** Who sold, as rows hold it; empty where nobody said. */
function sellerText(seller: Actor | undefined): string {
  return seller === undefined ? "" : JSON.stringify([seller.id, seller.name]);
}

/** Adds or takes out what a sale does to stock and totals, or what a void gives back (`voiding`). */
function effect(
  rows: FoldRows,
  sale: SaleRecorded,
  sign: 1 | -1,
  voiding: boolean,
): void {
  const { site, currency, exponent } = sale;
  const direction = voiding ? -sign : sign;
  let units = 0;
  for (const line of sale.lines) {
    // What is weighed is one piece among pieces.
    const pieces = line.measured === true
      ? Math.sign(line.quantity)
      : line.quantity;
    units = addWrapped(units, pieces);
    // The stock of an original branch is what it reports.
    if (sale.legacy === undefined) {
      addStock(
        rows,
        { site, product: line.product },
        voiding ? { voided: sign * line.quantity } : {
          sold: sign * line.quantity,
        },
      );
    }
    rows.increment(TOTALS, {
      site,
      date: sale.date,
      product: line.product,
      currency,
      exponent,
    }, {
      count: direction,
      units: direction * line.quantity,
      amount: direction * line.amount,
    });
  }
  const deltas = {
    count: direction,
    units: direction * units,
    amount: direction * sale.total,
  };
  rows.increment(TOTALS, {
    site,
    date: sale.date,
    product: "",
    currency,
    exponent,
  }, deltas);
  rows.increment(
    TOTALS,
    { site, date: "", product: "", currency, exponent },
    deltas,
  );
  const { date, seller } = sale;
  rows.increment(
    SELLER_TOTALS,
    { site, date, seller: sellerText(seller), currency, exponent },
    { count: direction, amount: direction * sale.total },
  );
}

/**
 * Whether a void names a sale, whichever copy of it counts.
 *
 * @param rows The rows.
 * @param sale The sale.
 */
export function hasVoid(rows: Reader, sale: SaleRecorded): boolean {
  const id = idBytes(sale.id);
  // Most sales have none: the content's digest is worth computing only for those that have.
  if (rows.scan(VOIDS, { prefix: [id], limit: 1 }).length === 0) return false;
  // A void counts in its own space only: the site is part of what it names.
  const prefix = [id, contentDigest(sale), sale.site];
  return rows.scan(VOIDS, { prefix, limit: 1 }).length > 0;
}

function saleRow(
  { fact, logNumber, seq }: LogFact<SaleRecorded>,
  voided: boolean,
): Row {
  return {
    site: fact.site,
    at: fact.at,
    id: idBytes(fact.id),
    log: logNumber,
    seq,
    receipt: fact.receipt,
    date: fact.date,
    currency: fact.currency,
    exponent: fact.exponent,
    total: fact.total,
    lines: JSON.stringify(
      fact.lines.map((
        { product, name, quantity, amount, price, discount, measured },
      ) => [
        ...[product, name, quantity, amount, price ?? null],
        ...(discount === undefined && measured === undefined
          ? []
          : [discount ?? 0, measured === true ? 1 : 0]),
      ]),
    ),
    voided: voided ? 1 : 0,
    offset: fact.offset ?? null,
    seller: sellerText(fact.seller) || null,
    terms: termsOf(fact),
  };
}

function termsOf(
  { session, discount, payments, customer, returns, legacy }: SaleRecorded,
): string | null {
  const isPlain = session === undefined && discount === undefined &&
    payments === undefined && customer === undefined &&
    returns === undefined && legacy === undefined;
  if (isPlain) return null;
  const terms: SaleTerms = {
    session,
    discount,
    payments,
    customer,
    returns,
    legacy,
  };
  return JSON.stringify(terms);
}

/** The voids that name a sale, whichever copy of it counts. */
function voidsOf(rows: Reader, sale: SaleRecorded): Row[] {
  const prefix = [idBytes(sale.id), contentDigest(sale), sale.site];
  return rows.scan(VOIDS, { prefix });
}

/**
 * Adds or takes out what a sale and its voids do to drawers. Each void gives money back where it was made: two tills that
 * void one sale apart have both paid it out.
 */
function tender(rows: FoldRows, sale: SaleRecorded, sign: 1 | -1): void {
  const { session } = sale;
  if (session !== undefined) addTender(rows, sale, { session, sign });
}

function tenderBack(
  rows: FoldRows,
  sale: SaleRecorded,
  { session, sign }: { readonly session: unknown; readonly sign: 1 | -1 },
): void {
  if (typeof session !== "string") return;
  addTender(rows, sale, {
    session: session as FactId,
    sign: sign === 1 ? -1 : 1,
  });
}

function returnRow({ fact, log }: LogFact<SaleRecorded>): Row | undefined {
  const { returns, site, at, id } = fact;
  if (returns === undefined) return undefined;
  const { sale, content } = returns;
  return { sale: idBytes(sale), content, site, at, id, log };
}

/** Most sales under one receipt that are looked at for another of an original branch. */
const LOOKED_AT_MAX = 64;

/** Whether another sale of an original branch has the number of one that is not in the rows. */
function hasOther(rows: Reader, { site, receipt }: SaleRecorded): boolean {
  return rows.scan(SALES, {
    index: "by_receipt",
    prefix: [receipt],
    limit: LOOKED_AT_MAX,
  }).some((row) => row["site"] === site && isLegacyRow(row));
}

/**
 * Whether a row of `SALES` is one of an original branch.
 *
 * @param row The row.
 * @returns True if it is.
 */
export function isLegacyRow(row: Row): boolean {
  const terms = row["terms"] ?? null;
  return terms !== null &&
    (JSON.parse(String(terms)) as SaleTerms).legacy !== undefined;
}

/** Sales from `SaleRecorded`. */
export const saleFold: Fold<SaleRecorded> = {
  add(rows, placed) {
    const { fact } = placed;
    const voided = placed.fresh !== true && hasVoid(rows, fact);
    if (fact.legacy !== undefined) {
      const shared = placed.alone !== true && hasOther(rows, fact);
      noteLegacySale(rows, fact, { sign: 1, shared });
    }
    rows.put(SALES, saleRow(placed, voided));
    effect(rows, fact, 1, false);
    tender(rows, fact, 1);
    const returned = returnRow(placed);
    if (returned !== undefined) rows.put(SALE_RETURNS, returned);
    if (!voided) return;
    effect(rows, fact, 1, true);
    for (const { session } of voidsOf(rows, fact)) {
      tenderBack(rows, fact, { session, sign: 1 });
    }
  },
  remove(rows, placed) {
    const { fact } = placed;
    rows.delete(SALES, [
      fact.site,
      fact.at,
      idBytes(fact.id),
      placed.logNumber,
    ]);
    if (fact.legacy !== undefined) {
      noteLegacySale(rows, fact, { sign: -1, shared: hasOther(rows, fact) });
    }
    effect(rows, fact, -1, false);
    tender(rows, fact, -1);
    const returned = returnRow(placed);
    if (returned !== undefined) {
      rows.delete(
        SALE_RETURNS,
        SALE_RETURNS.key.map((column) => returned[column] ?? null),
      );
    }
    if (!hasVoid(rows, fact)) return;
    effect(rows, fact, -1, true);
    for (const { session } of voidsOf(rows, fact)) {
      tenderBack(rows, fact, { session, sign: -1 });
    }
  },
};

/**
 * The sales with an id that count, with the facts behind them.
 *
 * @param rows The rows.
 * @param site Where they were sold.
 * @param id The id.
 * @returns Rows of `SALES`; more than one only if an id was used for several sales.
 */
export function salesWithId(rows: Reader, site: SiteCode, id: FactId): Row[] {
  const bytes = idBytes(id);
  return rows.scan(FACTS, { prefix: [bytes] })
    .map((fact) =>
      rows.get(SALES, [site, fact["at"] ?? null, bytes, fact["log"] ?? null])
    )
    .filter((row) => row !== undefined);
}

/** Reads the fact behind a row of `SALES` again; undefined if its commit and its page are gone. */
export type SaleSource = (row: Row) => LogFact | undefined;

/**
 * Makes the fold of voids. Of several voids of one sale one counts; a void whose sale is not here waits for it.
 *
 * @param source Reads the fact behind a sale's row.
 * @param toggled Told of each sale that is voided now, or no longer.
 * @returns The fold.
 */
export function createVoidFold(
  source: SaleSource,
  toggled: (rows: FoldRows, sale: LogFact) => void = () => {},
): Fold<FactOf<"SaleVoided">> {
  const toggle = (
    rows: FoldRows,
    fact: FactOf<"SaleVoided">,
    { sign, sole }: { readonly sign: 1 | -1; readonly sole: boolean },
  ) => {
    if (!sole && fact.session === undefined) return;
    for (const row of salesWithId(rows, fact.site, fact.sale)) {
      const placed = source(row);
      const sale = placed?.fact;
      if (placed === undefined || sale?.type !== "SaleRecorded") continue;
      if (contentDigest(sale) !== fact.content) continue;
      tenderBack(rows, sale, { session: fact.session, sign });
      if (!sole) continue;
      rows.put(SALES, { ...row, voided: sign === 1 ? 1 : 0 });
      effect(rows, sale, sign, true);
      toggled(rows, placed);
    }
  };
  const others = (rows: Reader, fact: FactOf<"SaleVoided">) =>
    rows.scan(VOIDS, {
      prefix: [idBytes(fact.sale), fact.content, fact.site],
      limit: 1,
    }).length;
  return {
    add(rows, { fact, stamp, log, seq }) {
      const isFirst = others(rows, fact) === 0;
      rows.put(VOIDS, {
        sale: idBytes(fact.sale),
        content: fact.content,
        site: fact.site,
        stamp,
        log,
        seq,
        id: fact.id,
        date: fact.date,
        session: fact.session ?? null,
      });
      toggle(rows, fact, { sign: 1, sole: isFirst });
    },
    remove(rows, { fact, stamp, log, seq }) {
      rows.delete(VOIDS, [
        idBytes(fact.sale),
        fact.content,
        fact.site,
        stamp,
        log,
        seq,
        fact.id,
      ]);
      toggle(rows, fact, { sign: -1, sole: others(rows, fact) === 0 });
    },
  };
}
