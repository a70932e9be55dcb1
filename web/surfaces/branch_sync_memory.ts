/**
 * Which stock each caller was served last. The original screens send the stock back with every edit of a product, so what
 * was sold while the edit was open would be undone; with this it is taken as a change of what they saw.
 *
 * @module
 */
import type { ProductId } from "../../crdt/mod.ts";

/** The most callers that are remembered; beyond them the one that asked longest ago is forgotten. */
export const CALLERS_MAX = 32;
/** The most products of one caller; beyond them the one served longest ago is forgotten. */
export const SERVED_MAX = 10_000;

/** What callers were served. */
export interface StockMemory {
  /**
   * Remembers what a caller was served.
   *
   * @param caller The caller's key.
   * @param product The product.
   * @param stock The stock that was served.
   */
  note(caller: string, product: ProductId, stock: number): void;
  /**
   * What a caller was served last.
   *
   * @param caller The caller's key.
   * @param product The product.
   * @returns The stock; undefined if it is not known.
   */
  seen(caller: string, product: ProductId): number | undefined;
}

/**
 * Makes an empty memory.
 *
 * @returns The memory.
 */
export function createStockMemory(): StockMemory {
  const callers = new Map<string, Map<ProductId, number>>();
  const drop = <K>(map: Map<K, unknown>, most: number) => {
    const [oldest] = map.keys();
    if (map.size > most && oldest !== undefined) map.delete(oldest);
  };
  return {
    note(caller, product, stock) {
      const known = callers.get(caller) ?? new Map<ProductId, number>();
      callers.delete(caller);
      callers.set(caller, known);
      drop(callers, CALLERS_MAX);
      known.delete(product);
      known.set(product, stock);
      drop(known, SERVED_MAX);
    },
    seen: (caller, product) => callers.get(caller)?.get(product),
  };
}
