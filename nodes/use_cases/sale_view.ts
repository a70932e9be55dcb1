/**
 * A sale as it is shown, made of the fact or of its row.
 *
 * @module
 */
import {
  idText,
  localTimeAt,
  localTimeText,
  type LogFact,
  type LogId,
  type Money,
  type ProductId,
  type RecordedLine,
  type Row,
  type SaleRecorded,
  type SaleTerms,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { SaleLine, SaleView } from "../use_cases.ts";

/** What of a sale is shown, from whichever source. */
type ShownSale =
  & Pick<
    SaleRecorded,
    | "id"
    | "site"
    | "receipt"
    | "at"
    | "date"
    | "currency"
    | "exponent"
    | "total"
    | "offset"
    | "seller"
  >
  & SaleTerms
  & { readonly lines: readonly Omit<RecordedLine, "priceFact" | "given">[] };

interface ShownPlace {
  readonly timezone: string;
  readonly log: LogId;
  readonly seq: number;
  readonly voided: boolean;
}

function showSale(sale: ShownSale, place: ShownPlace): SaleView {
  const { currency, exponent, offset } = sale;
  const amount = (units: number): Money => ({ units, currency, exponent });
  const line = (one: ShownSale["lines"][number]): SaleLine => ({
    product: one.product,
    name: one.name,
    quantity: one.quantity,
    price: one.price === undefined ? null : amount(one.price),
    amount: amount(one.amount),
    ...(one.discount === undefined ? {} : { discount: amount(one.discount) }),
    ...(one.measured === undefined ? {} : { measured: one.measured }),
  });
  const shown: SaleView = {
    id: sale.id,
    site: sale.site,
    receipt: sale.receipt,
    at: sale.at,
    localTime: offset === undefined
      ? localTimeText(sale.at, place.timezone)
      : localTimeAt(sale.at, offset),
    date: sale.date,
    lines: sale.lines.map(line),
    total: amount(sale.total),
    voided: place.voided,
    log: place.log,
    seq: place.seq,
  };
  return isPlain(sale) ? shown : { ...shown, ...showTerms(sale, amount) };
}

/** Most sales say nothing but what was sold. */
function isPlain(sale: ShownSale): boolean {
  return sale.seller === undefined && sale.session === undefined &&
    sale.discount === undefined && sale.payments === undefined &&
    sale.customer === undefined && sale.returns === undefined &&
    sale.legacy === undefined;
}

function showTerms(
  { seller, session, discount, payments, customer, returns, legacy }: ShownSale,
  amount: (units: number) => Money,
): Partial<SaleView> {
  return {
    ...(seller === undefined ? {} : { seller }),
    ...(session === undefined ? {} : { session }),
    ...(discount === undefined ? {} : { discount: amount(discount) }),
    ...(payments === undefined ? {} : { payments }),
    ...(customer === undefined ? {} : { customer }),
    ...(returns === undefined
      ? {}
      : { returns: { sale: returns.sale, reason: returns.reason } }),
    ...(legacy === undefined ? {} : { legacy }),
  };
}

/**
 * A sale as it is shown.
 *
 * @param placed The fact and its place.
 * @param timezone The site's time zone, for sales that do not say their own.
 * @param voided Whether a void counts.
 * @returns The sale.
 */
export function saleViewOf(
  { fact, log, seq }: LogFact<SaleRecorded>,
  timezone: string,
  voided: boolean,
): SaleView {
  return showSale(fact, { timezone, log, seq, voided });
}

/** A line as `SALES` holds it. */
type LineCells = readonly [
  product: ProductId,
  name: string,
  quantity: number,
  amount: number,
  price: number | null,
  discount?: number,
  measured?: 0 | 1,
];

/**
 * The lines of a row of `SALES`.
 *
 * @param row The row.
 * @returns Lines; amounts are in units of the row's exponent.
 */
export function linesOfRow(row: Row): ShownSale["lines"] {
  const cells = JSON.parse(String(row["lines"])) as LineCells[];
  return cells.map((
    [product, name, quantity, amount, price, discount = 0, measured = 0],
  ) => ({
    product,
    name,
    quantity,
    amount,
    ...(price === null ? {} : { price }),
    ...(discount === 0 ? {} : { discount }),
    ...(measured === 0 ? {} : { measured: true }),
  }));
}

/**
 * The terms of a row of `SALES`.
 *
 * @param row The row.
 * @returns What the sale has besides lines and total.
 */
export function termsOfRow(row: Row): SaleTerms {
  const text = row["terms"];
  return typeof text === "string" ? JSON.parse(text) as SaleTerms : {};
}

/**
 * The seller of a row of `SALES`.
 *
 * @param row The row.
 * @returns Who sold; undefined where nobody said.
 */
export function sellerOfRow(row: Row): SaleView["seller"] {
  const text = row["seller"];
  if (typeof text !== "string") return undefined;
  const [id, name] = JSON.parse(text) as [string, string];
  return { id, name };
}

/**
 * A row of `SALES` as it is shown.
 *
 * @param row The row.
 * @param place The name of the log that holds it, and the time zone for sales that do not say their own.
 * @returns The sale.
 */
export function saleOfRow(
  row: Row,
  place: { readonly timezone: string; readonly log: LogId },
): SaleView {
  const offset = row["offset"];
  return showSale({
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    receipt: String(row["receipt"]),
    at: Number(row["at"]),
    date: String(row["date"]),
    currency: String(row["currency"]),
    exponent: Number(row["exponent"]),
    total: Number(row["total"]),
    offset: typeof offset === "number" ? offset : undefined,
    seller: sellerOfRow(row),
    lines: linesOfRow(row),
    ...termsOfRow(row),
  }, {
    ...place,
    seq: Number(row["seq"]),
    voided: row["voided"] === 1,
  });
}
