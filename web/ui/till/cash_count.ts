/**
 * Counting a drawer: notes and coins of a currency, how many of each, and what they come to.
 *
 * @module
 */
import { type Decimal, decimalOf, plus, times, ZERO } from "../base/amounts.ts";

/** Notes and coins by currency, as decimal text, the largest first. */
const DENOMINATIONS: Readonly<Record<string, readonly string[]>> = {
  PEN: [
    ...["200", "100", "50", "20", "10"],
    ...["5", "2", "1", "0.50", "0.20", "0.10"],
  ],
  CLP: [
    ...["20000", "10000", "5000", "2000", "1000"],
    ...["500", "100", "50", "10"],
  ],
  USD: [
    ...["100", "50", "20", "10", "5", "1"],
    ...["0.25", "0.10", "0.05", "0.01"],
  ],
  EUR: [
    ...["200", "100", "50", "20", "10", "5", "2", "1"],
    ...["0.50", "0.20", "0.10", "0.05", "0.02", "0.01"],
  ],
};

/** The notes and coins of a currency; none where they are not known, and the sum is typed. */
export function denominationsOf(currency: string): readonly string[] {
  return DENOMINATIONS[currency] ?? [];
}

/** How many of each, as typed, by denomination. */
export type Counts = Readonly<Record<string, string>>;

/**
 * What notes and coins come to.
 *
 * @param counts How many of each.
 * @returns The sum; undefined if something is no count.
 */
export function countedSum(counts: Counts): Decimal | undefined {
  let sum = ZERO;
  for (const [denomination, typed] of Object.entries(counts)) {
    if (typed.trim() === "") continue;
    const value = decimalOf(denomination);
    if (!/^[0-9]{1,6}$/.test(typed.trim()) || value === undefined) {
      return undefined;
    }
    sum = plus(sum, times(value, Number(typed)));
  }
  return sum;
}
