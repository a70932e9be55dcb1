/**
 * What energy costs by a tariff: exact, and the same on every node.
 *
 * @module
 */
import type { Tariff } from "./charging_facts.ts";

const MINUTE_US = 60_000_000;
/** The greatest amount of money. */
const MONEY_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * What a session costs by a tariff.
 *
 * @param tariff The tariff.
 * @param use Watt-hours, and how long it took in microseconds.
 * @param exponent Decimal places of the currency.
 * @returns Minor units, rounded to the nearest, half of one upwards; what no exact integer holds is the greatest that is.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const tariff = { energy: 2500, session: 50, minute: 0 };
 * strictEqual(costOf(tariff, { energy: 10_000, spanUs: 0 }, 2), 300);
 * ```
 */
export function costOf(
  tariff: Tariff,
  { energy, spanUs }: { readonly energy: number; readonly spanUs: number },
  exponent: number,
): number {
  const minutes = Math.ceil(Math.max(0, spanUs) / MINUTE_US);
  // In 1/10,000,000 of the currency's unit: a price is per 1,000 watt-hours, and in 1/10,000.
  const exact = (BigInt(tariff.energy) * BigInt(energy) +
    BigInt(tariff.minute) * BigInt(minutes) * 1000n) *
    10n ** BigInt(exponent);
  const minor = (exact + 5_000_000n) / 10_000_000n + BigInt(tariff.session);
  return Number(minor < MONEY_MAX ? minor : MONEY_MAX);
}
