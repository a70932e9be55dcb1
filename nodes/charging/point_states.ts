/**
 * The state of points as this node sees it: what facts say, and who is connected now.
 *
 * @module
 */
import {
  type ChargingPoint,
  isUnconfirmed,
  joinStates,
  type OpenSession,
  openSessionsAt,
  type PeerId,
  peerIdOf,
  type PointState,
  pointState,
  type Reader,
  stopsInForce,
} from "../../crdt/mod.ts";
import type { ChargingContext } from "./charging_context.ts";

/** A supply of which something was heard so lately lives, in milliseconds (C-6). */
export const LIVE_MS = 5_000;

/** Who decides about a point. */
export interface Authority {
  /** The node; null if no equipment ever registered. */
  readonly peer: PeerId | null;
  /** True if it is this node. */
  readonly isSelf: boolean;
}

/**
 * Who decides about a point.
 *
 * @param use The node.
 * @param point What facts say of it.
 */
export function authorityOf(
  { replica: { register } }: Pick<ChargingContext, "replica">,
  { log }: Pick<ChargingPoint, "log">,
): Authority {
  const publicKey = log === null
    ? undefined
    : register.byNumber(log)?.publicKey;
  if (publicKey === undefined) return { peer: null, isSelf: false };
  return { peer: peerOf(publicKey), isSelf: register.isOwnKey(publicKey) };
}

const peers = new WeakMap<Uint8Array, PeerId>();

/** The peer of a key that a register holds; its text is made once. */
export function peerOf(publicKey: Uint8Array): PeerId {
  let peer = peers.get(publicKey);
  if (peer === undefined) {
    peer = peerIdOf(publicKey);
    peers.set(publicKey, peer);
  }
  return peer;
}

/** What facts do not say of points. */
export interface PointsNow {
  /** Whether a node is linked with this one. */
  isLinked(peer: PeerId): boolean;
  /**
   * Whether a point's equipment is connected to a node that can be reached.
   *
   * @param point What facts say of it.
   */
  isConnected(point: ChargingPoint): boolean;
  /**
   * The state of a connector.
   *
   * @param point What facts say of the point.
   * @param connector Its number.
   * @param open Its open session, if there is one.
   */
  stateOf(
    point: ChargingPoint,
    connector: number,
    open: Pick<OpenSession, "id" | "charging"> | undefined,
  ): PointState;
  /**
   * The state of a point.
   *
   * @param rows The views.
   * @param point What facts say of it.
   */
  pointStateOf(rows: Reader, point: ChargingPoint): PointState;
}

/**
 * Looks who is linked now, once for many points.
 *
 * @param use The node.
 */
export function pointsNow(
  use: Pick<
    ChargingContext,
    "replica" | "links" | "telling" | "live" | "clock"
  >,
): PointsNow {
  let linked: ReadonlySet<string> | undefined;
  const isLinked = (peer: PeerId) => {
    linked ??= use.telling.linked();
    return linked.has(peer);
  };
  const isConnected = (point: ChargingPoint) => {
    const { peer, isSelf } = authorityOf(use, point);
    if (isSelf) return use.links.get(point.site, point.point) !== undefined;
    return peer !== null && point.connected && isLinked(peer);
  };
  const stateOf: PointsNow["stateOf"] = (point, connector, open) =>
    pointState(point, connector, {
      connected: isConnected(point),
      session: open === undefined
        ? null
        : open.charging
        ? "charging"
        : "authorized",
      live: open !== undefined && silenceOf(use, open.id) < LIVE_MS,
    });
  return {
    isLinked,
    isConnected,
    stateOf,
    pointStateOf(rows, point) {
      const open = openSessionsAt(rows, point);
      const states = Array.from(
        { length: point.connectors },
        (_, i) =>
          stateOf(
            point,
            i + 1,
            open.find(({ connector }) => connector === i + 1),
          ),
      );
      return joinStates(states);
    },
  };
}

/**
 * How long nothing was heard of a supply, here or by another node that told of it.
 *
 * @param use The node.
 * @param session The session.
 * @returns Milliseconds; `Infinity` if nothing was heard since the start.
 */
export function silenceOf(
  { live, telling, clock }: Pick<ChargingContext, "live" | "telling" | "clock">,
  session: OpenSession["id"],
): number {
  const heardAt = Math.max(
    live.get(session)?.heardAt ?? -Infinity,
    telling.heard(session)?.at ?? -Infinity,
  );
  return clock.monotonic() - heardAt;
}

/**
 * Whether a stop is in force that the equipment obeys, or has not answered yet: what ends then was stopped (C-13). One that
 * it refused ends nothing (C-16).
 *
 * @param point What facts say of it.
 */
export function isObeyed(point: ChargingPoint): boolean {
  return stopsInForce(point).length > 0 && !isUnconfirmed(point);
}

/** Silence of a topic that cannot be heard counts after so long, in milliseconds. */
export const DEAF_MS_MAX = 900_000;

/**
 * Whether nothing can be heard of a supply that goes on: the topic that told of it cannot be heard, here or at another node
 * that still vouches for it.
 *
 * @param use The node.
 * @param session The session.
 */
export function isUnheard(
  { live, telling, clock }: Pick<ChargingContext, "live" | "telling" | "clock">,
  session: OpenSession["id"],
): boolean {
  const now = clock.monotonic();
  const supply = live.get(session);
  if (supply !== undefined) {
    return supply.position !== null && live.deafSince !== undefined &&
      now - live.deafSince < DEAF_MS_MAX;
  }
  const heard = telling.heard(session);
  return heard !== undefined && now - heard.toldAt < LIVE_MS;
}
