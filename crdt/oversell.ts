/**
 * Oversell repair for `soft` products: which sales of a site were made of goods that are not there, and what is
 * proposed for each. Derived when asked for, from the facts of the site's space and of `mesh` alone, so that every
 * reader of the site shows the same list, whether it reads other sites or not.
 *
 * - A product's shortage is what its stock on hand is below zero. Acknowledged sales take their part of it first; the
 *   rest falls on the last sales, by (`at`, id, log), until it is covered. The earliest of them may be covered in part.
 * - What was acknowledged keeps its remedy until so much has arrived as was short then.
 * - Proposed is, for each sale in the order of selling: a transfer, if another site has offered enough in `mesh` (the
 *   one that offers most, then the least code) and earlier sales have left it; else to order again, if the product is
 *   listed and the site ever received it; else a refund.
 *
 * @module
 */
import { catalogProduct } from "./catalog.ts";
import { contentDigest, type FactOf } from "./facts.ts";
import { MASTER_SITE } from "./goods_facts.ts";
import type { Fold } from "./fold.ts";
import {
  type FactId,
  parseFactId,
  type ProductId,
  sha256,
  type SiteCode,
  toHex,
} from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import {
  idText,
  SALES,
  type SaleSource,
  salesWithId,
  type SaleTerms,
} from "./sales.ts";
import { NO_STOCK, SHORTAGES, type StockSums, stockSums } from "./stock.ts";

/** Acknowledgements of over-committed sales; of several of one sale and product the least counts. */
export const OVERSELL_ACKNOWLEDGEMENTS: TableSchema = {
  name: "oversell_acknowledgements",
  columns: {
    site: "text",
    product: "text",
    sale: "text",
    content: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    quantity: "integer",
    settled: "integer",
    remedy: "text",
    from_site: "text",
  },
  key: ["site", "product", "sale", "content", "stamp", "log", "seq", "id"],
};

/** What sites say that they can spare; of several of one site and product the greatest (stamp, log, seq, id) counts. */
export const STOCK_OFFERS: TableSchema = {
  name: "stock_offers",
  columns: {
    product: "text",
    site: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    quantity: "integer",
  },
  key: ["product", "site", "stamp", "log", "seq", "id"],
};

/** Acknowledgements from `OversellAcknowledged`. */
export const oversellAcknowledgementFold: Fold<
  FactOf<"OversellAcknowledged">
> = {
  add(rows, { fact, stamp, log, seq }) {
    const { site, product, sale, content, id } = fact;
    const { quantity, settled, remedy, from } = fact;
    rows.put(OVERSELL_ACKNOWLEDGEMENTS, {
      ...{ site, product, sale, content, stamp, log, seq, id },
      ...{ quantity, settled, remedy, from_site: from ?? null },
    });
  },
  remove(rows, { fact, stamp, log, seq }) {
    const { site, product, sale, content, id } = fact;
    const key = [site, product, sale, content, stamp, log, seq, id];
    rows.delete(OVERSELL_ACKNOWLEDGEMENTS, key);
  },
};

/** Offers from `StockOffered`. */
export const stockOfferFold: Fold<FactOf<"StockOffered">> = {
  add(rows, { fact: { product, site, id, quantity }, stamp, log, seq }) {
    rows.put(STOCK_OFFERS, { product, site, stamp, log, seq, id, quantity });
  },
  remove(rows, { fact: { product, site, id }, stamp, log, seq }) {
    rows.delete(STOCK_OFFERS, [product, site, stamp, log, seq, id]);
  },
};

/** What is done about an over-committed sale. */
export type Remedy =
  | { readonly kind: "transfer"; readonly from: SiteCode }
  | { readonly kind: "backorder" }
  | { readonly kind: "refund" };

/** Goods of one sale that are not there. */
export interface OversoldItem {
  /** The same everywhere: 32 hexadecimal digits of what names the sale and the product. */
  readonly id: string;
  /** Where it was sold. */
  readonly site: SiteCode;
  /** What was sold. */
  readonly product: ProductId;
  /** The sale. */
  readonly sale: FactId;
  /** The sale's `contentDigest`. */
  readonly content: string;
  /** Its receipt number. */
  readonly receipt: string;
  /** When it was made, in whole microseconds since 1970. */
  readonly at: number;
  /** How many of its goods are not there, in whole units above 0. */
  readonly quantity: number;
  /** What is proposed, or was fixed. */
  readonly remedy: Remedy;
  /** The acknowledgement that fixed it; null while it is proposed. */
  readonly acknowledged: FactId | null;
}

/** Most sales of a site that are looked through for those that are over-committed. */
export const OVERSOLD_SALES_MAX = 20_000;
/** Most products of a site whose shortages are laid on sales. */
export const OVERSOLD_PRODUCTS_MAX = 1_000;
const PAGE_ROWS = 200;

/**
 * The name of an over-committed sale's goods.
 *
 * @param parts Site, product, and the sale's id and content.
 * @returns 32 hexadecimal digits.
 */
export function oversoldId(
  { site, product, sale, content }: Pick<
    OversoldItem,
    "site" | "product" | "sale" | "content"
  >,
): string {
  const text = JSON.stringify(["oversold", site, product, sale, content]);
  return toHex(sha256(new TextEncoder().encode(text)).slice(0, 16));
}

/**
 * How much of a product a site ever had: what was sold comes off it.
 *
 * @param sums The sums of a stock row.
 * @returns Whole units.
 */
export function supplyOf(
  { received, voided, counted, reported }: StockSums,
): number {
  return received + voided + counted + reported;
}

/** An item before its remedy is chosen. */
type Found = Omit<OversoldItem, "remedy"> & {
  readonly remedy: Remedy | undefined;
  readonly order: readonly [at: number, id: string, log: string];
};

/**
 * The over-committed sales of a site.
 *
 * @param rows The rows.
 * @param site The site.
 * @param source Reads the fact behind a sale's row.
 * @returns Acknowledged ones first, each part in the order of selling.
 */
export function oversoldAt(
  rows: Reader,
  site: SiteCode,
  source: SaleSource,
): OversoldItem[] {
  const short = shortagesAt(rows, site);
  if (short.size === 0) return [];
  const fixed = [...short.keys()].flatMap((product) =>
    acknowledgedAt(rows, { site, product }, { short, source })
  );
  const taken = new Map(fixed.map(({ id, quantity }) => [id, quantity]));
  const last = lastSales(rows, site, { short, taken, source });
  // More of an acknowledged sale may be short by now: its remedy holds for that too.
  const more = new Map(
    last.filter(({ id }) => taken.has(id)).map((
      { id, quantity },
    ) => [id, quantity]),
  );
  const grown = fixed.map((item) => ({
    ...item,
    quantity: item.quantity + (more.get(item.id) ?? 0),
  }));
  const fresh = last.filter(({ id }) => !taken.has(id));
  return propose(rows, site, [...inOrder(grown), ...inOrder(fresh)]);
}

/** What is short of each `soft` product of a site. */
function shortagesAt(rows: Reader, site: SiteCode): Map<ProductId, number> {
  const short = new Map<ProductId, number>();
  if (site === MASTER_SITE) return short;
  const found = rows.scan(SHORTAGES, {
    prefix: [site],
    limit: OVERSOLD_PRODUCTS_MAX,
  });
  for (const row of found) {
    const product = row["product"] as ProductId;
    const { policy } = productAt(rows, site, product) ?? { policy: "soft" };
    if (policy === "soft") short.set(product, Number(row["short"]));
  }
  return short;
}

/** A product as a site sees it: the site's own hides the mesh's. */
function productAt(rows: Reader, site: SiteCode, product: ProductId) {
  return catalogProduct(rows, `site:${site}`, product) ??
    catalogProduct(rows, "mesh", product);
}

/** Sales whose remedy a person has fixed, as far as the goods have not come since. */
function acknowledgedAt(
  rows: Reader,
  { site, product }: { readonly site: SiteCode; readonly product: ProductId },
  { short, source }: {
    readonly short: Map<ProductId, number>;
    readonly source: SaleSource;
  },
): Found[] {
  const supply = supplyOf(stockSums(rows, site, product) ?? NO_STOCK);
  const found: Found[] = [];
  let before = "";
  const all = rows.scan(OVERSELL_ACKNOWLEDGEMENTS, { prefix: [site, product] });
  for (const row of all) {
    const name = `${row["sale"]} ${row["content"]}`;
    if (name === before) continue;
    before = name;
    if (supply >= Number(row["settled"])) continue;
    const item = foundOf(rows, row, { site, product, source });
    if (item === undefined) continue;
    found.push(item);
    const left = (short.get(product) ?? 0) - item.quantity;
    short.set(product, Math.max(0, left));
  }
  return found;
}

/** The sale that an acknowledgement names, if it counts and is not voided. */
function foundOf(
  rows: Reader,
  row: Row,
  { site, product, source }: {
    readonly site: SiteCode;
    readonly product: ProductId;
    readonly source: SaleSource;
  },
): Found | undefined {
  const sale = parseFactId(row["sale"]);
  if (sale === undefined) return undefined;
  for (const one of salesWithId(rows, site, sale)) {
    if (one["voided"] === 1) continue;
    const found = itemOf(one, product, source);
    if (found === undefined || found.content !== row["content"]) continue;
    const quantity = Math.min(Number(row["quantity"]), found.quantity);
    const acknowledged = row["id"] as FactId;
    const from = row["from_site"] as SiteCode | null;
    const kind = row["remedy"] as Remedy["kind"];
    const remedy: Remedy = kind === "transfer"
      ? { kind, from: from ?? site }
      : { kind };
    return { ...found, quantity, remedy, acknowledged };
  }
  return undefined;
}

/** A sale's row as an item with all that it sold of a product; undefined if it sold none. */
function itemOf(
  row: Row,
  product: ProductId,
  source: SaleSource,
): Found | undefined {
  // What an original branch sold is in its reports: none of it was made of goods that are not there.
  if (isLegacy(row)) return undefined;
  const quantity = soldIn(row, product);
  if (quantity <= 0) return undefined;
  const placed = source(row);
  if (placed === undefined) return undefined;
  const sale = idText(row["id"] as Uint8Array);
  const site = row["site"] as SiteCode;
  const content = contentDigest(placed.fact);
  const at = Number(row["at"]);
  return {
    ...{ id: oversoldId({ site, product, sale, content }), site, product },
    ...{ sale, content, receipt: String(row["receipt"]), at, quantity },
    ...{ remedy: undefined, acknowledged: null },
    order: [at, sale, placed.log],
  };
}

function isLegacy({ terms }: Row): boolean {
  if (typeof terms !== "string") return false;
  return (JSON.parse(terms) as SaleTerms).legacy !== undefined;
}

type StoredLine = readonly [product: string, name: string, quantity: number];

function soldIn(row: Row, product: ProductId): number {
  const text = String(row["lines"]);
  if (!text.includes(JSON.stringify(product))) return 0;
  let sum = 0;
  for (const [sold, , quantity] of JSON.parse(text) as StoredLine[]) {
    if (sold === product) sum += quantity;
  }
  return sum;
}

/** Lays what is short on the last sales, the newest first. */
function lastSales(
  rows: Reader,
  site: SiteCode,
  { short, taken, source }: {
    readonly short: Map<ProductId, number>;
    readonly taken: ReadonlyMap<string, number>;
    readonly source: SaleSource;
  },
): Found[] {
  const left = new Map([...short].filter(([, quantity]) => quantity > 0));
  const found: Found[] = [];
  for (const same of newestFirst(rows, site)) {
    if (left.size === 0) break;
    for (const [product, missing] of left) {
      let rest = missing;
      const items = same.map((row) => itemOf(row, product, source))
        .filter((item) => item !== undefined);
      for (const item of inOrder(items).toReversed()) {
        const free = item.quantity - (taken.get(item.id) ?? 0);
        const quantity = Math.min(free, rest);
        if (quantity > 0) found.push({ ...item, quantity });
        rest -= Math.max(0, quantity);
      }
      if (rest === 0) left.delete(product);
      else left.set(product, rest);
    }
  }
  return found;
}

/** Sales that are not voided, newest first; those with one instant and one id together. */
function* newestFirst(rows: Reader, site: SiteCode): Generator<Row[]> {
  let same: Row[] = [];
  let below: readonly (number | Uint8Array)[] | undefined;
  for (let read = 0; read < OVERSOLD_SALES_MAX;) {
    const page = rows.scan(SALES, {
      prefix: [site],
      reverse: true,
      limit: PAGE_ROWS,
      ...(below === undefined ? {} : { below }),
    });
    for (const row of page) {
      const [first] = same;
      if (first !== undefined && !isSameSale(first, row)) {
        yield same;
        same = [];
      }
      if (row["voided"] !== 1) same.push(row);
      below = [Number(row["at"]), row["id"] as Uint8Array, Number(row["log"])];
    }
    read += page.length;
    if (page.length < PAGE_ROWS) break;
  }
  if (same.length > 0) yield same;
}

function isSameSale(a: Row, b: Row): boolean {
  return a["at"] === b["at"] &&
    idText(a["id"] as Uint8Array) === idText(b["id"] as Uint8Array);
}

function inOrder(items: readonly Found[]): Found[] {
  return items.toSorted(({ order: a }, { order: b }) => {
    if (a[0] !== b[0]) return a[0] - b[0];
    if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
    return a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0;
  });
}

/** Chooses a remedy for each item that has none, in their order. */
function propose(
  rows: Reader,
  site: SiteCode,
  items: readonly Found[],
): OversoldItem[] {
  const offers = new Map<ProductId, Map<SiteCode, number>>();
  for (const { product } of items) {
    if (!offers.has(product)) {
      offers.set(product, offersTo(rows, site, product));
    }
  }
  return items.map(({ order: _, ...item }) => {
    const offered = offers.get(item.product) ?? new Map<SiteCode, number>();
    const remedy = item.remedy ?? proposed(rows, item, offered);
    if (remedy.kind === "transfer") {
      const left = (offered.get(remedy.from) ?? 0) - item.quantity;
      offered.set(remedy.from, left);
    }
    return { ...item, remedy };
  });
}

function proposed(
  rows: Reader,
  { site, product, quantity }: Pick<Found, "site" | "product" | "quantity">,
  offered: ReadonlyMap<SiteCode, number>,
): Remedy {
  const [best] = [...offered].filter(([, left]) => left >= quantity)
    .toSorted(([a, most], [b, other]) => other - most || (a < b ? -1 : 1));
  if (best !== undefined) return { kind: "transfer", from: best[0] };
  const received = stockSums(rows, site, product)?.received ?? 0;
  const isListed = productAt(rows, site, product)?.listed === true;
  return { kind: isListed && received > 0 ? "backorder" : "refund" };
}

/** What a site can spare of a product for others. */
export interface StockOffer {
  /** The site. */
  readonly site: SiteCode;
  /** Whole units above 0. */
  readonly quantity: number;
}

/**
 * What sites have offered of a product last.
 *
 * @param rows The rows.
 * @param product The product.
 * @returns One for each site that can spare something, by site.
 */
export function stockOffers(rows: Reader, product: ProductId): StockOffer[] {
  return [...offersOf(rows, product)]
    .map(([site, quantity]) => ({ site, quantity }))
    .filter(({ quantity }) => quantity > 0);
}

/** What other sites have offered of a product last. */
function offersTo(
  rows: Reader,
  site: SiteCode,
  product: ProductId,
): Map<SiteCode, number> {
  const offers = offersOf(rows, product);
  offers.delete(site);
  return offers;
}

function offersOf(rows: Reader, product: ProductId): Map<SiteCode, number> {
  const offers = new Map<SiteCode, number>();
  // In the order of stamps: the last of a site stays.
  for (const row of rows.scan(STOCK_OFFERS, { prefix: [product] })) {
    offers.set(row["site"] as SiteCode, Number(row["quantity"]));
  }
  return offers;
}
