/**
 * Sums over sales: of a file, straight from its rows, and of a node, as it answers them. Both have one form so that
 * they can be compared.
 *
 * @module
 */
import { EXPONENT_MAX, type Money } from "../../crdt/mod.ts";
import type { SaleRow } from "./lines.ts";

/** Count, units and money of one group of sales. */
export interface Sums {
  /** Sales; or lines, where the group is a product. */
  readonly count: number;
  /** Units. */
  readonly units: number;
  /** Money in billionths of the currency's unit, exactly. */
  readonly nanos: bigint;
}

/** The sums of a place (a store of the file, or a site of the mesh). */
export interface PlaceTotals extends Sums {
  /** By product; `count` counts lines there. */
  readonly products: ReadonlyMap<string, Sums>;
}

/** No sales. */
export const NO_SUMS: Sums = { count: 0, units: 0, nanos: 0n };

/** No sales at a place. */
export const NO_TOTALS: PlaceTotals = { ...NO_SUMS, products: new Map() };

/** Sums up a file, by store and by the node that takes the store. */
export interface FileTotals {
  /**
   * Counts a line.
   *
   * @param line A line.
   */
  addLine(line: SaleRow): void;
  /**
   * Counts a sale of a store.
   *
   * @param store The store.
   */
  addSale(store: string): void;
  /** The sums so far, by store in the order in which they appeared. */
  readonly stores: ReadonlyMap<string, Sums>;
  /** The sums so far with their products, by node: a file has too many stores to keep each one's products. */
  readonly nodes: ReadonlyMap<string, PlaceTotals>;
}

/** Sums that grow. */
class Growing implements PlaceTotals {
  count = 0;
  units = 0;
  nanos = 0n;
  readonly products: ReadonlyMap<string, Growing>;

  constructor(products: ReadonlyMap<string, Growing> = NO_PRODUCTS) {
    this.products = products;
  }

  add(units: number, nanos: bigint): void {
    this.units += units;
    this.nanos += nanos;
  }
}
const NO_PRODUCTS: ReadonlyMap<string, Growing> = new Map();

/**
 * Makes empty sums of a file.
 *
 * @param nodeOf Names the node of a store.
 * @returns The sums.
 */
export function createFileTotals(
  nodeOf: (store: string) => string,
): FileTotals {
  const stores = new Map<string, Growing>();
  const nodes = new Map<string, Growing>();
  const products = new Map<string, Map<string, Growing>>();
  const placesOf = (store: string) => {
    const node = nodeOf(store);
    let ofNode = products.get(node);
    if (ofNode === undefined) products.set(node, ofNode = new Map());
    const all = ofNode;
    return {
      store: entry(stores, store, () => new Growing()),
      node: entry(nodes, node, () => new Growing(all)),
      products: all,
    };
  };
  return {
    stores,
    nodes,
    addLine(line) {
      const nanos = nanosOf(line.amount);
      const places = placesOf(line.store);
      const product = entry(
        places.products,
        line.product,
        () => new Growing(),
      );
      product.count++;
      for (const place of [places.store, places.node, product]) {
        place.add(line.quantity, nanos);
      }
    },
    addSale(store) {
      const places = placesOf(store);
      places.store.count++;
      places.node.count++;
    },
  };
}

function entry(
  map: Map<string, Growing>,
  key: string,
  make: () => Growing,
): Growing {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * The sums of several places as one.
 *
 * @param places Any places.
 * @returns Their sum, product by product.
 */
export function sumPlaces(places: Iterable<PlaceTotals>): PlaceTotals {
  const products = new Map<string, Sums>();
  let all = NO_SUMS;
  for (const place of places) {
    all = addSums(all, place);
    for (const [product, sums] of place.products) {
      products.set(product, addSums(products.get(product) ?? NO_SUMS, sums));
    }
  }
  return { ...all, products };
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    count: a.count + b.count,
    units: a.units + b.units,
    nanos: a.nanos + b.nanos,
  };
}

/**
 * Whether two sums are the same.
 *
 * @param a Sums.
 * @param b Sums.
 * @returns True if count, units and money are equal.
 */
export function equalSums(a: Sums, b: Sums): boolean {
  return a.count === b.count && a.units === b.units && a.nanos === b.nanos;
}

/**
 * Money in billionths, the scale that holds every amount of Panal.
 *
 * @param amount An amount.
 * @returns Its billionths.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(nanosOf({ units: 250, currency: "USD", exponent: 2 }), 2_500_000_000n);
 * ```
 */
export function nanosOf(amount: Money): bigint {
  return BigInt(amount.units) * 10n ** BigInt(EXPONENT_MAX - amount.exponent);
}

/**
 * Billionths as plain decimal text, with two decimal places or as many as needed.
 *
 * @param nanos Any number of billionths.
 * @returns For example `-12.50`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatNanos(-12_500_000_000n), "-12.50");
 * ```
 */
export function formatNanos(nanos: bigint): string {
  const digits = String(nanos < 0n ? -nanos : nanos)
    .padStart(EXPONENT_MAX + 1, "0");
  const whole = digits.slice(0, -EXPONENT_MAX);
  const fraction = digits.slice(-EXPONENT_MAX).replace(/0{1,7}$/, "");
  return `${nanos < 0n ? "-" : ""}${whole}.${fraction}`;
}
