/**
 * Invariant 3: peers with equal vectors have equal branch heads, exports and views.
 *
 * @module
 */
import { spacesOf } from "../eventually/equal_vectors.ts";
import { exportDifference, exportReplica } from "../scenario_export.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** How running peers differ from the first, which reads every space. */
export function findDifferences(peers: readonly SimulatedPeer[]): string[] {
  const [first, ...others] = peers;
  if (first?.node === undefined) return ["the first peer is down"];
  const { replica } = first.node;
  return others.flatMap((peer) => {
    if (peer.node === undefined) return [];
    const expected = exportReplica(replica, spacesOf(peer));
    // A station also has what it writes itself where it reads nothing.
    const its = peer.role === "station" ? spacesOf(peer) : undefined;
    return exportDifference(expected, exportReplica(peer.node.replica, its))
      .map((line) => `${peer.name} differs from ${first.name}: ${line}`);
  });
}
