/**
 * From the fields of a file's row to one line of a sale, or the reason why the row is none.
 *
 * @module
 */
import {
  err,
  EXPONENT_MAX,
  type Money,
  ok,
  parseDecimal,
  parseProductId,
  type ProductId,
  type Result,
} from "../../crdt/mod.ts";
import type { Field } from "./field.ts";
import { createTimeReader } from "./times.ts";

/** What a row says, by meaning instead of by column. */
export interface SourceRow {
  /** Its place in the file: 1 for the first row behind the header. */
  readonly row: number;
  /** True where the file's row cannot be read at all; the other fields say nothing then. */
  readonly broken?: boolean;
  /** The store. */
  readonly store: Field;
  /** The receipt or basket; left out where the file has no such column and each row is a sale of its own. */
  readonly basket?: Field;
  /** The product. */
  readonly product: Field;
  /** Units. */
  readonly quantity: Field;
  /** What the line cost. */
  readonly amount: Field;
  /** When it happened. */
  readonly time: Field;
}

/** A row that is a line of a sale. */
export interface SaleRow {
  /** Its place in the file. */
  readonly row: number;
  /** The store's name in the file. */
  readonly store: string;
  /** The basket's name in the file; where there is none, the row's place. */
  readonly basket: string;
  /** The product. */
  readonly product: ProductId;
  /** Whole units, also 0 or negative. */
  readonly quantity: number;
  /** What the line cost. The currency is only a scale here: the nodes know the real one. */
  readonly amount: Money;
  /** When it happened, in microseconds since 1970. */
  readonly at: number;
}

/** Why a row cannot be a line of a sale, with a sentence for people. */
export const ROW_REFUSALS = {
  row_broken: "cannot be read (an open quote, or too long)",
  store_missing: "has no store (1 to 64 characters)",
  basket_missing: "has no basket (1 to 64 characters)",
  product_invalid: "has no product id (1 to 64 printable characters, no /)",
  quantity_invalid: "has no whole quantity",
  amount_invalid: "has no amount as a plain decimal number",
  time_invalid: "has no date and time",
} as const;

/** A stable name of why a row cannot be a line. */
export type RowRefusal = keyof typeof ROW_REFUSALS;

/** How rows are read. */
export interface LineOptions {
  /** IANA time zone of times that name none. */
  readonly timezone: string;
  /** ISO 4217 code, for the decimal places that amounts have at least. */
  readonly currency: string;
}

const NAME_LENGTH_MAX = 64;
const DOUBLE_DIGITS = 15;
/** Texts that only a binary fraction is written as: more decimal places than money has. */
const BINARY_FRACTION =
  /^[+-]?[0-9]+(\.[0-9]{10,40}|(\.[0-9]{1,40})?[eE]-[0-9]{1,3})$/;

/**
 * Makes the function that reads rows.
 *
 * Any whole quantity is taken, also 0 with an amount and negative ones: they happened. An amount that a program wrote
 * as a binary fraction (`2.7800000000000002`, or a Parquet DOUBLE) is read to 15 significant digits, which is what
 * such a number holds, and to nine decimal places, so that the noise of subtractions goes too (`0.0099999999999998`).
 *
 * @param options How to read.
 * @returns A function from a row to its line or the reason why there is none.
 */
export function createLineReader(
  options: LineOptions,
): (row: SourceRow) => Result<SaleRow, RowRefusal> {
  const readTime = createTimeReader(options.timezone);
  return (source) => {
    if (source.broken) return err("row_broken");
    const store = readName(source.store);
    if (store === undefined) return err("store_missing");
    const basket = "basket" in source
      ? readName(source.basket)
      : `row ${source.row}`;
    if (basket === undefined) return err("basket_missing");
    const product = parseProductId(textOf(source.product));
    if (product === undefined) return err("product_invalid");
    const quantity = readQuantity(source.quantity);
    if (quantity === undefined) return err("quantity_invalid");
    const amount = readAmount(source.amount, options.currency);
    if (amount === undefined) return err("amount_invalid");
    const at = readTime(source.time);
    if (at === undefined) return err("time_invalid");
    return ok({
      row: source.row,
      store,
      basket,
      product,
      quantity,
      amount,
      at,
    });
  };
}

/**
 * The store of a row, to pass over rows of other stores before they are read.
 *
 * @param source A row.
 * @returns The store's name, or undefined if the row names none.
 */
export function storeOf(source: SourceRow): string | undefined {
  return readName(source.store);
}

/** A field as text without spaces around it; empty where there is nothing. */
function textOf(field: Field): string {
  if (field === null || field === undefined) return "";
  if (typeof field === "object") return String(field.micros);
  return String(field).trim();
}

function readName(field: Field): string | undefined {
  const text = textOf(field);
  return text.length > 0 && text.length <= NAME_LENGTH_MAX ? text : undefined;
}

function readQuantity(field: Field): number | undefined {
  if (typeof field === "object" || typeof field === "boolean") return undefined;
  const text = textOf(field);
  if (!/^[+-]?[0-9]+(\.0*)?$/.test(text)) return undefined;
  const quantity = Number(text);
  return Number.isSafeInteger(quantity) ? quantity + 0 : undefined;
}

function readAmount(field: Field, currency: string): Money | undefined {
  if (typeof field === "object" || typeof field === "boolean") return undefined;
  if (typeof field === "number") return roundAmount(field, currency);
  const text = textOf(field);
  return parseDecimal(text, currency) ??
    (BINARY_FRACTION.test(text)
      ? roundAmount(Number(text), currency)
      : undefined);
}

function roundAmount(value: number, currency: string): Money | undefined {
  if (!Number.isFinite(value)) return undefined;
  const rounded = Number(value.toPrecision(DOUBLE_DIGITS));
  // With more than nine places left the whole part is short, so that cutting them off is exact.
  return parseDecimal(rounded, currency) ??
    parseDecimal(rounded.toFixed(EXPONENT_MAX), currency);
}
