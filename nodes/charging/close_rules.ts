/**
 * When a session has to be closed by a timer, and which node does it. The node that hears of a supply knows best how it
 * goes on; the node that holds the point's connection sees to what nobody hears of; if that one is away for long, any other
 * does, one after another.
 *
 * @module
 */
import type { ChargingTimers, SessionOutcome } from "./charging_use_cases.ts";

/** Why a transaction ended whose charger never came back: a word of none of OCPP's own reasons. */
export const SILENT = "silent";
/** How much longer a node waits for the end that another one knows better, in milliseconds. */
export const CLOSE_GRACE_MS = 2_000;
/** Others see to a session when the node that decides has been away for so long, in milliseconds. */
export const AWAY_MS = 60_000;
/** Then each waits so much longer than the one before it, in milliseconds. */
export const RANK_MS = 5_000;

/** Where a node is. */
export type Whereabouts =
  /** It is this node. */
  | "self"
  /** It is linked with this node. */
  | "linked"
  /** It cannot be reached. */
  | "away"
  /** There is none. */
  | "none";

/** A session as a node sees it. Spans are in milliseconds; null for what is not so. */
export interface WatchedSession {
  /** Whether its supply has begun. */
  readonly isCharging: boolean;
  /** Whether it is an OCPP transaction: a charger counts on while it is away. */
  readonly isTransaction: boolean;
  /** Who hears of the supply. */
  readonly holder: Whereabouts;
  /** Who holds the point's connection. */
  readonly authority: Whereabouts;
  /** How long that one has been away. */
  readonly awayMs: number;
  /** How many nodes of the site come before this one. */
  readonly rank: number;
  /** How long nothing was heard of the supply: here, or by a fact. */
  readonly silentMs: number;
  /** How long an OCPP transaction's equipment has been away, also before this node was started; null while it is not. */
  readonly goneMs: number | null;
  /** How long the point has had no connection that can be reached. */
  readonly unconnectedMs: number | null;
  /** How long it has been faulty. */
  readonly faultyMs: number | null;
  /** How long it has been out of service. */
  readonly stoppedMs: number | null;
  /** Whether the equipment said so. */
  readonly isStopConfirmed: boolean;
  /** How long ago the reservation ran out. */
  readonly expiredMs: number | null;
}

/**
 * How a session has to be closed now by this node.
 *
 * @param session The session.
 * @param timers The site's timers.
 * @returns How; undefined if it goes on, or another node sees to it.
 */
export function closeNow(
  session: WatchedSession,
  timers: ChargingTimers,
): SessionOutcome | undefined {
  const waitMs = graceOf(session, timers);
  if (waitMs === undefined) return undefined;
  return session.isCharging
    ? supplyEnd(session, timers, waitMs)
    : reservationEnd(session, timers, waitMs);
}

/** How much longer than the node that knows best this one waits; undefined if it does nothing. */
function graceOf(
  { holder, authority, awayMs, rank }: WatchedSession,
  { sampleMs }: ChargingTimers,
): number | undefined {
  if (holder === "self") return 0;
  if (authority === "self") {
    if (holder === "none") return 0;
    return holder === "linked" ? CLOSE_GRACE_MS + sampleMs : CLOSE_GRACE_MS;
  }
  if (authority === "linked") return undefined;
  if (holder === "linked" || awayMs < AWAY_MS) return undefined;
  return awayMs >= AWAY_MS + rank * RANK_MS ? 0 : undefined;
}

function isOver(spanMs: number | null, limitMs: number): boolean {
  return spanMs !== null && spanMs >= limitMs;
}

function supplyEnd(
  session: WatchedSession,
  { lostMs, staleMs, goneMs, stopMs }: ChargingTimers,
  waitMs: number,
): SessionOutcome | undefined {
  // What every node sees at the same time is waited for but shortly.
  const soonMs = Math.min(waitMs, CLOSE_GRACE_MS);
  if (isOver(session.faultyMs, soonMs)) return "fault";
  if (session.isStopConfirmed && isOver(session.stoppedMs, stopMs + soonMs)) {
    return "stopped";
  }
  if (session.isTransaction) {
    const isGone = goneMs > 0 && isOver(session.goneMs, goneMs + waitMs);
    return isGone ? "disconnected" : undefined;
  }
  const lost = session.holder === "self" ? lostMs : staleMs;
  if (
    session.unconnectedMs !== null && session.silentMs >= lost + waitMs
  ) return "disconnected";
  return session.silentMs >= staleMs + waitMs ? "fault" : undefined;
}

function reservationEnd(
  session: WatchedSession,
  { staleMs, stopMs }: ChargingTimers,
  waitMs: number,
): SessionOutcome | undefined {
  const { isStopConfirmed, stoppedMs } = session;
  if (isOver(session.expiredMs, waitMs)) return "expired";
  if (isOver(session.faultyMs, waitMs)) return "fault";
  if (isOver(stoppedMs, (isStopConfirmed ? 0 : stopMs) + waitMs)) {
    return "stopped";
  }
  return isOver(session.unconnectedMs, staleMs + waitMs)
    ? "disconnected"
    : undefined;
}
