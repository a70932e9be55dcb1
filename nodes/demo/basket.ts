/**
 * What the demo's customers buy.
 *
 * @module
 */
import { type Random, randomBelow } from "../../crdt/mod.ts";

/** A line of a basket. */
export interface BasketLine {
  /** The product's id. */
  readonly product: string;
  /** Whole units. */
  readonly quantity: number;
}

/** Products with which the original programs start, by how often the demo sells them. */
const PRODUCTS: readonly (readonly [product: string, weight: number])[] = [
  ["1", 5],
  ["2", 6],
  ["3", 4],
  ["4", 3],
  ["5", 2],
];

/** The ids of all products that the demo sells. */
export const DEMO_PRODUCTS: readonly string[] = PRODUCTS.map(([id]) => id);

const LINES_MAX = 3;
const QUANTITY_MAX = 4;

/**
 * Picks what one customer buys.
 *
 * @param random Chance.
 * @returns 1 to 3 lines, each of another product.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * const basket = pickBasket({ bytes: (length) => new Uint8Array(length) });
 * ok(basket.length >= 1);
 * ```
 */
export function pickBasket(random: Random): BasketLine[] {
  const wanted = 1 + randomBelow(random, LINES_MAX);
  const products = new Set<string>();
  for (let i = 0; i < wanted; i++) products.add(pickProduct(random));
  return [...products].map((product) => ({
    product,
    quantity: 1 + randomBelow(random, QUANTITY_MAX),
  }));
}

function pickProduct(random: Random): string {
  const all = PRODUCTS.reduce((sum, [, weight]) => sum + weight, 0);
  let at = randomBelow(random, all);
  for (const [product, weight] of PRODUCTS) {
    if (at < weight) return product;
    at -= weight;
  }
  return "1";
}
