/**
 * The two rounded figures of the branch role's statistics.
 *
 * @module
 */
import { divideHalfEven, EXPONENT_MAX } from "../../crdt/mod.ts";
import type { SaleTotals } from "../../nodes/mod.ts";
import type { JsonNumber, JsonValue } from "./fastapi_json.ts";
import { billionthsOf, floatText } from "./fastapi_numbers.ts";

const DECIMALS = 2;

function rounded(sum: bigint, divisor: bigint): JsonNumber {
  const scale = 10n ** BigInt(EXPONENT_MAX - DECIMALS);
  const cents = divideHalfEven(sum, scale * divisor);
  return { source: floatText(Number(`${cents}e-${DECIMALS}`)) };
}

/**
 * The answer of `/sales/stats`: sums are exact and rounded half to even to two decimals (D-21); without sales it has two
 * keys, both integers.
 *
 * @param totals The sums of a site.
 * @param currency The site's currency; amounts in others are not added to it.
 * @returns The answer.
 */
export function statisticsOf(totals: SaleTotals, currency: string): JsonValue {
  if (totals.count <= 0) return { total_sales: 0, total_revenue: 0 };
  let sum = 0n;
  for (const amount of totals.amounts) {
    if (amount.currency !== currency) continue;
    sum += billionthsOf(amount);
  }
  return {
    total_sales: totals.count,
    total_revenue: rounded(sum, 1n),
    average_sale: rounded(sum, BigInt(totals.count)),
  };
}
