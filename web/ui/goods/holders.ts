/**
 * Which peers know a fact already: those that have its log up to its commit, as this node heard from them last.
 *
 * @module
 */
import type { Peer } from "../wire_types.ts";

/** Where a fact stands. */
export interface FactPlace {
  /** The space in which it is replicated. */
  readonly space: string;
  readonly log: string;
  readonly seq: number;
}

/** What is known of a peer and a fact: it has it, it lacks it, or it was not heard of since this node's start. */
export type Knowing = "has" | "waits" | "unheard";

/** A peer that is to know a fact. */
export interface Holder {
  readonly peer: Peer;
  readonly knowing: Knowing;
}

/** Whether a peer reads a space: a site's is read at the site and by offices. */
function reads({ site, roles }: Peer, space: string): boolean {
  return space === "mesh" || roles.includes("office") ||
    space === `site:${site}`;
}

function knowingOf({ lag, lastSeen }: Peer, { log, seq }: FactPlace): Knowing {
  if (lastSeen === null) return "unheard";
  // Only logs in which the two differ are listed.
  const apart = lag.find((one) => one.log === log);
  return apart === undefined || apart.peerSeq >= seq ? "has" : "waits";
}

/**
 * The other peers that read where a fact stands, and whether they have it.
 *
 * @param peers The members of the mesh.
 * @param place The fact's place.
 * @returns Those that lack it first.
 */
export function holdersOf(
  peers: readonly Peer[],
  place: FactPlace,
): Holder[] {
  const order = { waits: 0, unheard: 1, has: 2 } as const;
  return peers.filter((peer) => !peer.self && reads(peer, place.space))
    .map((peer) => ({ peer, knowing: knowingOf(peer, place) }))
    .toSorted((a, b) => order[a.knowing] - order[b.knowing]);
}
