/**
 * Where the nodes are that see to a session, as this node sees it.
 *
 * @module
 */
import {
  type ChargingPoint,
  type ChargingSession,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { ChargingContext } from "./charging_context.ts";
import { holderOf } from "./charging_rows.ts";
import type { Whereabouts } from "./close_rules.ts";
import { authorityOf, peerOf, type PointsNow } from "./point_states.ts";

/** Where the node is that decides about a point. */
export function authorityNow(
  use: ChargingContext,
  now: PointsNow,
  point: ChargingPoint | undefined,
): Whereabouts {
  if (point === undefined) return "none";
  const { peer, isSelf } = authorityOf(use, point);
  if (isSelf) return "self";
  if (peer === null) return "none";
  return now.isLinked(peer) ? "linked" : "away";
}

/** Who hears of a supply. What this node heard before it was started again it does not hear now. */
export function holderNow(
  use: ChargingContext,
  now: PointsNow,
  session: ChargingSession,
): Whereabouts {
  if (use.live.get(session.id) !== undefined) return "self";
  const log = holderOf(session);
  if (log === undefined) return "none";
  const key = use.replica.register.byName(log)?.publicKey;
  if (key === undefined || use.replica.register.isOwnKey(key)) return "away";
  return now.isLinked(peerOf(key)) ? "linked" : "away";
}

/** Whether the newest figures of a supply are another node's. */
export function isHeardElsewhere(
  { replica: { register } }: ChargingContext,
  session: ChargingSession,
): boolean {
  const log = session.metered === undefined ? undefined : holderOf(session);
  const key = log === undefined ? undefined : register.byName(log)?.publicKey;
  return key !== undefined && !register.isOwnKey(key);
}

/** How many nodes of a site come before this one. */
export function rankOf(
  { replica, node }: ChargingContext,
  site: SiteCode,
): number {
  const peers = new Set(
    replica.register.ofSpace(siteSpace(site))
      .map(({ publicKey }) => peerOf(publicKey)),
  );
  return [...peers].filter((peer) => peer < node.peer).length;
}
