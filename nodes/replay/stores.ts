/**
 * Which node takes which store's sales.
 *
 * @module
 */

/** How stores are given to nodes. */
export interface StoreOptions {
  /** The nodes' URLs, at least one. */
  readonly targets: readonly string[];
  /** Stores whose node is fixed. */
  readonly map?: ReadonlyMap<string, string>;
  /** The only stores to take, in the order in which they get their nodes; all if left out. */
  readonly only?: readonly string[];
}

/** Gives stores to nodes. */
export interface StoreNodes {
  /**
   * The node of a store, always the same.
   *
   * @param store The store.
   * @returns The node's URL, or undefined for a store that is not taken.
   */
  nodeOf(store: string): string | undefined;
}

/**
 * Gives each store that is not fixed to the next node in turn, in the order of `only` or of appearance.
 *
 * @param options The nodes and the wishes.
 * @returns What answers for a store.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const nodes = createStoreNodes({ targets: ["http://a", "http://b"] });
 * deepStrictEqual(["367", "406", "367", "356"].map(nodes.nodeOf), ["http://a", "http://b", "http://a", "http://a"]);
 * ```
 */
export function createStoreNodes(options: StoreOptions): StoreNodes {
  const { targets, map, only } = options;
  const assigned = new Map<string, string>();
  let turn = 0;
  const assign = (store: string) => {
    const target = map?.get(store) ?? targets[turn++ % targets.length] ?? "";
    assigned.set(store, target);
    return target;
  };
  for (const store of only ?? []) if (!assigned.has(store)) assign(store);
  return {
    nodeOf: (store) =>
      assigned.get(store) ?? (only === undefined ? assign(store) : undefined),
  };
}
