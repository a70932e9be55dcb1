/**
 * Invariant 8: a price in force is the same function of the same facts and instant at every peer.
 *
 * @module
 */
import { priceInForce, type Scope } from "../../../crdt/mod.ts";
import { FUELS } from "../fuel_operations.ts";
import { PRODUCTS, SITES } from "../operations.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** How long before the end of the scenario prices are compared, in seconds. */
const AGES_SECONDS = [-100_000, 0, 30, 400, 430, 460, 100_000];

/**
 * Prices that differ between peers who read their scope.
 *
 * @param peers The peers.
 * @param nowMs The instant, in milliseconds since 1970.
 * @returns What is wrong.
 */
export function findUnequalPrices(
  peers: readonly SimulatedPeer[],
  nowMs: number,
): string[] {
  const known = new Map<string, string>();
  const found: string[] = [];
  for (const { name, node, site } of peers) {
    if (node === undefined) continue;
    const sites = SITES.filter((one) => site === null || site === one);
    const scopes: Scope[] = [
      "mesh",
      ...sites.map((one) => `site:${one}` as const),
    ];
    for (const scope of scopes) {
      for (const product of [...PRODUCTS, ...FUELS]) {
        for (const age of AGES_SECONDS) {
          const at = (nowMs - age * 1000) * 1000;
          const place = { scope, product };
          const price = priceInForce(node.replica.reader, place, at);
          const text = JSON.stringify(price ?? null);
          const key = `${scope} ${product} ${age}`;
          const before = known.get(key) ?? text;
          if (text !== before) {
            found.push(`${name}: price ${key} is ${text}, not ${before}`);
          }
          known.set(key, text);
        }
      }
    }
  }
  return found;
}
