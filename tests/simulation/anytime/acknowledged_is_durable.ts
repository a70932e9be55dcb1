/**
 * Invariant 1, the first half: what a peer acknowledged it has, once, also after any crash.
 *
 * @module
 */
import { type FactId, FACTS, idBytes } from "../../../crdt/mod.ts";
import { SET_ASIDE } from "../../../nodes/tables.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { type ModelFact, timesMax } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { AnytimeCheck } from "./anytime_check.ts";

function countOf(peer: SimulatedPeer, id: FactId): number {
  const rows = peer.node?.replica.reader.scan(FACTS, { prefix: [idBytes(id)] });
  return rows?.filter((row) => row["status"] === 0).length ?? 0;
}

/**
 * Whether a peer has stored a fact and set it aside, because its certificate had ended or its writer was revoked: itself,
 * or whoever alone wrote what the peer answered a repeat of.
 */
function isSetAside(
  { suspects }: ScenarioContext,
  peer: SimulatedPeer,
  { id, isCut }: ModelFact,
): boolean {
  const reasons = suspects.revoked.has(peer.peer) || isCut
    ? ["certificate_expired", "beyond_cut"]
    : ["certificate_expired"];
  return peer.node?.replica.reader.scan(SET_ASIDE).some((row) =>
    row["id"] === id && reasons.includes(String(row["reason"]))
  ) ?? false;
}

/** What a peer has said of a fact binds nobody: it counts nowhere by that. */
function release(fact: ModelFact, peer: SimulatedPeer): void {
  fact.holders.delete(peer.name);
  if (fact.holders.size === 0) fact.mayBeLost = true;
}

/** Each acknowledged fact counts once at whoever acknowledged it. */
export const ACKNOWLEDGED_IS_DURABLE: AnytimeCheck = {
  invariant: 1,
  acknowledged: (context, peer, fact) => {
    const { id, effect } = fact;
    // The next transaction may have left the store closed already; the next start looks again.
    if (peer.node?.replica.problem !== undefined) return [];
    const count = countOf(peer, id);
    if (
      context.suspects.revoked.has(peer.peer) ||
      (count === 0 && isSetAside(context, peer, fact))
    ) {
      release(fact, peer);
      return [];
    }
    return count >= 1 && count <= timesMax(effect) ? [] : [
      `${peer.name} acknowledged ${effect.kind} ${id}, which counts ${count} times there`,
    ];
  },
  started: (context, peer) => {
    const found: string[] = [];
    for (const fact of context.model.facts.values()) {
      const { id, effect, holders } = fact;
      if (!holders.has(peer.name)) continue;
      const count = countOf(peer, id);
      if (count >= 1 && count <= timesMax(effect)) continue;
      if (count === 0 && isSetAside(context, peer, fact)) {
        release(fact, peer);
        continue;
      }
      found.push(
        `${peer.name} acknowledged ${effect.kind} ${id}, which counts ${count} times there after a restart`,
      );
    }
    return found;
  },
};
