/**
 * Invariant 1, the first half: what a peer acknowledged it has, once, also after any crash.
 *
 * @module
 */
import { type FactId, FACTS, idBytes, stampMs } from "../../../crdt/mod.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { AnytimeCheck } from "./anytime_check.ts";

function countOf(peer: SimulatedPeer, id: FactId): number {
  const rows = peer.node?.replica.reader.scan(FACTS, { prefix: [idBytes(id)] });
  return rows?.filter((row) => row["status"] === 0).length ?? 0;
}

/** Whether a peer has written with a certificate that had ended: what it stores then does not count. */
function hasOutlived({ node, notAfterMs }: SimulatedPeer): boolean {
  return [...node?.replica.register.all() ?? []].some(({ own, stamp }) =>
    own && stampMs(stamp) >= notAfterMs
  );
}

/** Each acknowledged fact counts once at whoever acknowledged it. */
export const ACKNOWLEDGED_IS_DURABLE: AnytimeCheck = {
  invariant: 1,
  acknowledged: ({ suspects }, peer, fact) => {
    const { id, effect, holders } = fact;
    // The next transaction may have left the store closed already; the next start looks again.
    if (peer.node?.replica.problem !== undefined) return [];
    const count = countOf(peer, id);
    if (
      suspects.revoked.has(peer.peer) || (count === 0 && hasOutlived(peer))
    ) {
      holders.delete(peer.name);
      fact.mayBeLost = holders.size === 0;
      return [];
    }
    return count === 1 ? [] : [
      `${peer.name} acknowledged ${effect.kind} ${id}, which counts ${count} times there`,
    ];
  },
  started: ({ model }, peer) => {
    const found: string[] = [];
    for (const { id, effect, holders } of model.facts.values()) {
      if (!holders.has(peer.name)) continue;
      const count = countOf(peer, id);
      if (count === 1) continue;
      found.push(
        `${peer.name} acknowledged ${effect.kind} ${id}, which counts ${count} times there after a restart`,
      );
    }
    return found;
  },
};
