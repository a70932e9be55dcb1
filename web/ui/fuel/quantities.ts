/**
 * Liters and amounts of fuel: whole milliliters and whole units of a currency on the wire, decimals on the screen. All of
 * it is done on text and whole numbers, so that nothing is rounded.
 *
 * @module
 */
import type { FuelPrices } from "../wire_types.ts";
import { type Amount, formatAmount, formatNumber } from "../base/format.ts";
import { useResource } from "../base/resource.ts";

/** In what a site counts money. */
export interface Currency {
  /** ISO 4217 code. */
  readonly code: string;
  /** Decimal places of its smallest unit. */
  readonly digits: number;
}

const PRICE = /^[0-9]{1,12}(?:[.,][0-9]{1,6})?$/;

/**
 * Milliliters as a person would type them.
 *
 * @param volumeMl Milliliters.
 * @returns Liters without needless zeros.
 */
export function litersText(volumeMl: number): string {
  const sign = volumeMl < 0 ? "-" : "";
  const digits = String(Math.abs(volumeMl)).padStart(4, "0");
  const part = digits.slice(-3).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -3)}${part === "" ? "" : `.${part}`}`;
}

/**
 * Milliliters for reading.
 *
 * @param volumeMl Milliliters; may be below zero.
 * @param decimals How many decimals of a liter.
 * @returns Text with its unit.
 */
export function formatLiters(volumeMl: number, decimals = 3): string {
  return `${formatNumber(volumeMl / 1_000, decimals)} L`;
}

/**
 * A difference of milliliters for reading, always with its sign.
 *
 * @param volumeMl Milliliters.
 * @returns Text with its unit.
 */
export function formatDifference(volumeMl: number): string {
  return `${volumeMl > 0 ? "+" : ""}${formatLiters(volumeMl)}`;
}

/**
 * Reads an amount or a price as a person types it.
 *
 * @param text With a point or a comma.
 * @returns Decimal text with a point; undefined if it is no amount.
 */
export function decimalOf(text: string): string | undefined {
  const trimmed = text.trim();
  return PRICE.test(trimmed) ? trimmed.replace(",", ".") : undefined;
}

/**
 * Whole units as an amount.
 *
 * @param units In the currency's smallest unit.
 * @param currency The currency.
 * @returns The amount.
 */
export function amountOf(units: number, currency: Currency): Amount {
  const { code, digits } = currency;
  const text = String(Math.abs(units)).padStart(digits + 1, "0");
  const cut = text.length - digits;
  const sign = units < 0 ? "-" : "";
  const part = digits === 0 ? "" : `.${text.slice(cut)}`;
  return { amount: `${sign}${text.slice(0, cut)}${part}`, currency: code };
}

/**
 * Whole units for reading.
 *
 * @param units In the currency's smallest unit; null for none.
 * @param currency The currency; the bare number is shown while it is not known.
 * @returns Text.
 */
export function formatUnits(
  units: number | null,
  currency: Currency | undefined,
): string {
  if (units === null) return "–";
  return currency === undefined
    ? formatNumber(units)
    : formatAmount(amountOf(units, currency));
}

/**
 * The currency of a site, as its fuel prices say it.
 *
 * @param site The site; undefined if none is known yet.
 * @returns The currency; undefined while no price was ever set.
 */
export function useCurrency(site: string | undefined): Currency | undefined {
  const prices = useResource<FuelPrices>(
    site === undefined ? undefined : `/v1/fuel-prices/${site}`,
    { views: ["products"] },
  );
  return currencyOf(prices.value);
}

/** The currency of prices that hold; undefined if there are none. */
export function currencyOf(
  prices: FuelPrices | undefined,
): Currency | undefined {
  const [first] = prices?.prices ?? [];
  if (first === undefined) return undefined;
  const { amount, currency } = first.price;
  return { code: currency, digits: amount.split(".")[1]?.length ?? 0 };
}
