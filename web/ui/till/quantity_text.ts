/**
 * Quantities and decimals as people read them.
 *
 * @module
 */
import { type Decimal, decimalText } from "../base/amounts.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { placesOf } from "./cart.ts";

/**
 * A quantity with its unit.
 *
 * @param quantity Pieces, or thousandths of the unit.
 * @param unit The unit.
 * @returns E.g. `3` or `0.75 kg`.
 */
export function quantityText(
  quantity: number,
  unit: string | undefined,
): string {
  return unit === undefined || unit === "piece"
    ? formatNumber(quantity)
    : `${formatNumber(quantity / 1000, decimalsOf(quantity))} ${unit}`;
}

/** As many decimals as some thousandths need. */
function decimalsOf(thousandths: number): number {
  return [1000, 100, 10, 1].findIndex((step) => thousandths % step === 0);
}

/**
 * A decimal as an amount of a currency, with at least the currency's decimals.
 *
 * @param value The decimal.
 * @param currency ISO 4217 code.
 * @returns E.g. `S/ 12.50`.
 */
export function moneyText(value: Decimal, currency: string): string {
  return formatAmount({ amount: padded(value, currency), currency });
}

/** A decimal as plain text with at least the currency's decimals. */
export function padded(value: Decimal, currency: string): string {
  const missing = placesOf(currency) - value.places;
  return decimalText(
    missing <= 0 ? value : {
      units: value.units * 10n ** BigInt(missing),
      places: value.places + missing,
    },
  );
}
