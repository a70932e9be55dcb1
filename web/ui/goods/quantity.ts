/**
 * Quantities and prices of goods, as people read and type them: pieces are whole, what is measured is held in
 * thousandths, prices stay decimal text.
 *
 * @module
 */
import type { ProductDetails } from "../wire_types.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { text } from "./texts.ts";

/** By what something is sold. */
export type Unit = NonNullable<ProductDetails["unit"]>;

/** The greatest quantity that the node takes in one request. */
const QUANTITY_MAX = 1_000_000_000;

/** The units, the most usual first. */
export const UNITS: readonly Unit[] = ["piece", "kg", "l", "m"];

/** A unit's sign, e.g. `kg`. */
export function unitSign(unit: Unit): string {
  return text(`unit_${unit}`);
}

/**
 * A quantity with its unit.
 *
 * @param quantity Pieces, or thousandths of a measure.
 * @param unit By what it is sold.
 * @returns E.g. `12` or `1.250 kg`.
 */
export function quantityText(quantity: number, unit: Unit = "piece"): string {
  return unit === "piece"
    ? formatNumber(quantity)
    : `${formatNumber(quantity / 1000, 3)} ${unitSign(unit)}`;
}

/**
 * A quantity as a field holds it: without separators and unit.
 *
 * @param quantity Pieces, or thousandths of a measure.
 * @param unit By what it is sold.
 * @returns Plain decimal text.
 */
export function quantityField(quantity: number, unit: Unit = "piece"): string {
  return unit === "piece" ? String(quantity) : (quantity / 1000).toFixed(3);
}

/**
 * Reads a quantity.
 *
 * @param typed With a point or a comma.
 * @param unit By what it is sold.
 * @returns Pieces, or thousandths of a measure; undefined if it is no quantity of zero or more.
 */
export function typedQuantity(
  typed: string,
  unit: Unit = "piece",
): number | undefined {
  const pattern = unit === "piece"
    ? /^([0-9]{1,10})$/
    : /^([0-9]{1,7})(?:[.,]([0-9]{1,3}))?$/;
  const match = pattern.exec(typed.trim());
  if (match === null) return undefined;
  const [, whole = "0", part = ""] = match;
  const quantity = unit === "piece"
    ? Number(whole)
    : Number(whole + part.padEnd(3, "0"));
  return quantity <= QUANTITY_MAX ? quantity : undefined;
}

/**
 * Reads a price.
 *
 * @param typed With a point or a comma for the decimals.
 * @returns Decimal text as the node takes it; undefined if it is none.
 */
export function typedPrice(typed: string): string | undefined {
  const plain = typed.trim().replace(",", ".");
  return /^[0-9]{1,12}(\.[0-9]{1,9})?$/.test(plain) ? plain : undefined;
}

/** An amount that is held with its currency behind it, e.g. `4.50 PEN`. */
export function costText(cost: string | undefined): string {
  const [amount, currency] = (cost ?? "").split(" ");
  return amount === undefined || currency === undefined
    ? ""
    : formatAmount({ amount, currency });
}
