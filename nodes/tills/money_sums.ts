/**
 * Sums of money of many sales, exact whatever their decimal places: one amount a currency.
 *
 * @module
 */
import { currencyExponent, type Money } from "../../crdt/mod.ts";

interface Sum {
  units: bigint;
  exponent: number;
}

/** Sums by currency. */
export class MoneySums {
  readonly #sums = new Map<string, Sum>();

  /**
   * Adds an amount.
   *
   * @param amount The amount.
   * @param sign -1 to take it out.
   */
  add({ units, currency, exponent }: Money, sign: 1 | -1 = 1): void {
    let sum = this.#sums.get(currency);
    if (sum === undefined) {
      sum = { units: 0n, exponent: currencyExponent(currency) };
      this.#sums.set(currency, sum);
    }
    if (exponent > sum.exponent) {
      sum.units *= 10n ** BigInt(exponent - sum.exponent);
      sum.exponent = exponent;
    }
    const scale = 10n ** BigInt(sum.exponent - exponent);
    sum.units += BigInt(sign) * BigInt(units) * scale;
  }

  /** The amounts by currency; one of 0 is left out. Beyond the exact integers, which only nonsense reaches, the nearest. */
  list(): Money[] {
    return [...this.#sums].filter(([, { units }]) => units !== 0n)
      .toSorted(([a], [b]) => a < b ? -1 : 1)
      .map(([currency, { units, exponent }]) => ({
        units: clamped(units),
        currency,
        exponent,
      }));
  }

  /**
   * The amount of one currency.
   *
   * @param currency ISO 4217 code.
   * @returns The amount, 0 if there is none.
   */
  of(currency: string): Money {
    const sum = this.#sums.get(currency);
    return {
      units: sum === undefined ? 0 : clamped(sum.units),
      currency,
      exponent: sum?.exponent ?? currencyExponent(currency),
    };
  }
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

function clamped(units: bigint): number {
  const near = units > LARGEST ? LARGEST : units < -LARGEST ? -LARGEST : units;
  return Number(near);
}
