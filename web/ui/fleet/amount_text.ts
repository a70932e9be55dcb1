/**
 * Amounts of companies as people type them, and the numbers of companies and cards.
 *
 * @module
 */
import { decimalText, typedAmount } from "../base/amounts.ts";
import type { Money } from "../wire_types.ts";

const NUMBER = /^(?:0|[1-9][0-9]{0,9})$/;
const NUMBER_MAX = 0xffff_ffff;

/** Decimal places of a company that nobody knows yet: companies count in whole units. */
export const PLACES = 0;

/**
 * Decimal places in which a company counts.
 *
 * @param money Any amount of the company.
 * @returns Their count.
 */
export function placesOf({ amount }: Money): number {
  return amount.split(".")[1]?.length ?? 0;
}

/**
 * An amount as the node takes it.
 *
 * @param typed What was typed.
 * @param places Decimal places of the company.
 * @param zero Whether nothing is an amount here.
 * @returns Decimal text; undefined if it is no amount.
 */
export function amountOf(
  typed: string,
  places: number = PLACES,
  zero = false,
): string | undefined {
  const decimal = typedAmount(typed, places);
  if (decimal === undefined || decimal.units === 0n && !zero) return undefined;
  return decimalText(decimal);
}

/**
 * The number of a company or card.
 *
 * @param typed What was typed.
 * @returns Digits without leading zeros; undefined if it is none.
 */
export function numberOf(typed: string): string | undefined {
  const digits = typed.trim().replace(/^0+(?=[0-9])/, "");
  return NUMBER.test(digits) && Number(digits) <= NUMBER_MAX
    ? digits
    : undefined;
}

/**
 * Whole liters of a purchase.
 *
 * @param typed What was typed.
 * @returns The liters; undefined if they are none.
 */
export function litersOf(typed: string): number | undefined {
  const number = numberOf(typed);
  return number === undefined || number === "0" ? undefined : Number(number);
}
