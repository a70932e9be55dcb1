/**
 * Where the nodes are that see to a session, as this node sees it.
 *
 * @module
 */
import {
  type ChargingPoint,
  type ChargingSession,
  connectionEndedAt,
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

/**
 * How long a session's equipment has been away, by facts, so that a node that is started again knows it too.
 *
 * @param use The node.
 * @param session A session that is charging.
 * @param point Its point, which is not connected; undefined if nobody knows it.
 * @returns Milliseconds since the connection ended, or since somebody wrote down how far the supply was; undefined while
 * no fact tells of that end.
 */
export function goneFor(
  { replica: { at, reader } }: ChargingContext,
  { metered }: ChargingSession,
  point: ChargingPoint | undefined,
): number | undefined {
  const endedAt = point === undefined
    ? undefined
    : connectionEndedAt(reader, point);
  return endedAt === undefined
    ? undefined
    : Math.max(0, at - Math.max(endedAt, metered?.at ?? 0)) / 1000;
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
