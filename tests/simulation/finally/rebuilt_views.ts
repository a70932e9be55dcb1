/**
 * Views are derived: made again from the documents they are the same.
 *
 * @module
 */
import { rebuildViews } from "../../../nodes/rebuild.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** Tables that are not what the documents say. */
export function findUnderived({ name, node }: SimulatedPeer): string[] {
  if (node === undefined) return [];
  const { before, after } = node.replica.transact((writer) =>
    rebuildViews(writer, node.replica)
  );
  return before.filter(({ hash }, i) => hash !== after[i]?.hash)
    .map(({ table }) => `${name}: table ${table} is not what is derived`);
}
