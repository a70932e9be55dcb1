/**
 * What an original central is told of a sale: the sale as it was recorded, and its products as they are now.
 *
 * @module
 */
import {
  localTimeText,
  onHandOf,
  type ProductId,
  type Reader,
  type Row,
  type SaleTerms,
  type SiteCode,
} from "../../crdt/mod.ts";
import type {
  BranchSyncLine,
  BranchSyncSale,
  BranchSyncSnapshot,
} from "../../net/mod.ts";
import { findPrice, findProduct, sumsOf } from "../use_cases/context.ts";

/** How own codes and users are called at the central. */
export interface PushNames {
  /** The site. */
  readonly site: SiteCode;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** Codes there by codes here; a code that is not listed is the same there. */
  readonly codes: Readonly<Record<string, string>>;
  /** User numbers there by user ids here. */
  readonly users: Readonly<Record<string, number>>;
  /** The user number there of everybody else. */
  readonly user: number;
}

/** What a sale's row holds in `lines`. */
type LineCells = readonly [
  product: ProductId,
  name: string,
  quantity: number,
  amount: number,
  price: number | null,
  discount?: number,
  measured?: 0 | 1,
];

const THOUSANDTHS = 1000;
const CENT_PLACES = 2;

/**
 * The code of the site at the central.
 *
 * @param names How codes are called there.
 * @returns The code.
 */
export function siteThere({ site, codes }: PushNames): string {
  return codes[site] ?? site;
}

/**
 * Makes the reader of sales for one message: a product is looked up once.
 *
 * @param rows The views.
 * @param names How codes and users are called there.
 * @param at The instant at which prices hold, in microseconds since 1970.
 * @returns What the central is told of a row of `SALES` under a number.
 */
export function createPushReader(
  rows: Reader,
  names: PushNames,
  at: number,
): (row: Row, receipt: string) => BranchSyncSale {
  const products = new Map<string, BranchSyncSnapshot>();
  const snapshot = (line: LineCells): BranchSyncSnapshot => {
    const [product, name, , , , , measured] = line;
    const key = `${measured ?? 0} ${product}`;
    let known = products.get(key);
    if (known === undefined) {
      known = snapshotOf(rows, names, { product, name, measured, at });
      products.set(key, known);
    }
    return known;
  };
  return (row, receipt) => saleOf(row, names, { receipt, snapshot });
}

function saleOf(
  row: Row,
  names: PushNames,
  parts: {
    readonly receipt: string;
    readonly snapshot: (line: LineCells) => BranchSyncSnapshot;
  },
): BranchSyncSale {
  const exponent = Number(row["exponent"]);
  const receipt = receiptThere(parts.receipt, names);
  const [user, seller] = sellerOf(row["seller"]);
  const lines = JSON.parse(String(row["lines"])) as LineCells[];
  return {
    receipt,
    site: siteThere(names) as SiteCode,
    wall: wallOf(row, names.timezone),
    total: centsOf(Number(row["total"]), exponent),
    user: names.users[user] ?? names.user,
    seller,
    customer: termsOf(row).customer ?? null,
    lines: lines.map((line, i): BranchSyncLine => {
      const [, , quantity, amount, price, , measured] = line;
      const subtotal = centsOf(amount, exponent);
      return {
        key: `${receipt}-${i + 1}`,
        product: parts.snapshot(line),
        quantity,
        measured: measured === 1,
        price: price === null
          ? unitOf(subtotal, measured === 1 ? quantity / THOUSANDTHS : quantity)
          : roundedCents(price, exponent),
        subtotal,
      };
    }),
  };
}

/** What few sales have, of a row of `SALES`. */
export function termsOf(row: Row): SaleTerms {
  const terms = row["terms"];
  return typeof terms === "string" ? JSON.parse(terms) as SaleTerms : {};
}

function sellerOf(cell: Row[string] | undefined): [string, string] {
  return typeof cell === "string"
    ? JSON.parse(cell) as [string, string]
    : ["", ""];
}

/**
 * The number of a sale at the central: it begins with the code that the site has there.
 *
 * @param receipt The number here.
 * @param names How codes are called there.
 * @returns The number there.
 */
export function receiptThere(receipt: string, names: PushNames): string {
  return receipt.startsWith(`${names.site}-`)
    ? siteThere(names) + receipt.slice(names.site.length)
    : receipt;
}

/** The wall clock of the sale, `YYYY-MM-DDTHH:MM:SS.sss`. */
function wallOf(row: Row, timezone: string): string {
  const at = Number(row["at"]);
  const offset = row["offset"];
  if (typeof offset === "number") {
    const ms = Math.floor(at / 1000) + offset * 60_000;
    return new Date(ms).toISOString().slice(0, -1);
  }
  const ms = Math.floor((((at % 1_000_000) + 1_000_000) % 1_000_000) / 1000);
  const seconds = localTimeText(at, timezone).slice(0, 19);
  return `${seconds}.${String(ms).padStart(3, "0")}`;
}

function snapshotOf(
  rows: Reader,
  names: PushNames,
  line: {
    readonly product: ProductId;
    readonly name: string;
    readonly measured: 0 | 1 | undefined;
    readonly at: number;
  },
): BranchSyncSnapshot {
  const { product, measured, at } = line;
  const scope = `site:${names.site}` as const;
  const found = findProduct(rows, scope, product);
  const price = findPrice(rows, { scope, product }, at)?.price;
  const onHand = onHandOf(sumsOf(rows, names.site, product));
  return {
    product,
    site: productSite(product, names) as SiteCode,
    name: found?.name || line.name || null,
    description: found?.details.description ?? null,
    category: found?.details.category ?? null,
    barcode: found?.details.barcode ?? null,
    price: price === undefined
      ? null
      : roundedCents(price.units, price.exponent),
    stock: measured === 1 ? onHand / THOUSANDTHS : onHand,
  };
}

/** A product belongs to the branch whose code it begins with, if that branch has a code there; else to the seller. */
function productSite(product: ProductId, names: PushNames): string {
  const [prefix = ""] = product.split("-");
  return names.codes[prefix] ?? siteThere(names);
}

/** Cents of an amount; NaN where it has more places: the central cannot be told of that. */
function centsOf(units: number, exponent: number): number {
  const cents = inCents(units, exponent);
  return Number.isSafeInteger(cents) ? cents : NaN;
}

/** Cents of a price: rounded half away from zero. */
function roundedCents(units: number, exponent: number): number {
  const cents = inCents(units, exponent);
  return Math.sign(cents) * Math.round(Math.abs(cents));
}

function inCents(units: number, exponent: number): number {
  const places = exponent - CENT_PLACES;
  return places > 0 ? units / 10 ** places : units * 10 ** -places;
}

/** What one costs where only the line's amount was said. */
function unitOf(subtotal: number, quantity: number): number {
  return quantity === 0 ? subtotal : roundedCents(subtotal / quantity, 2);
}
