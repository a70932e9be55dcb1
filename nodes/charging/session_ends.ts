/**
 * Ends of sessions: the one way in which each is written. Two ends made apart have one id, and the least of them counts
 * everywhere.
 *
 * @module
 */
import {
  businessDate,
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  endId,
  type KeptSession,
  nextSession,
  type RecordPosition,
  type SessionEvent,
  type SessionOutcome,
  siteSpace,
  type WattHours,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { type ChargingContext, chargingMoney } from "./charging_context.ts";
import { recordFreed } from "./request_records.ts";
import { type Figures, NO_FIGURES } from "./supply_figures.ts";

/** How a session ends. */
export interface SessionEnd extends Figures {
  /** How. */
  readonly outcome: SessionOutcome;
  /** Where the record stood that told of it; left out for the last one that was heard before. */
  readonly position?: RecordPosition | null;
  /** Words to keep. */
  readonly reason?: string | undefined;
  /** Whether the equipment's own price differs from the registered one. */
  readonly priceDiffers?: boolean;
  /** Whether nobody vouches for the figures. */
  readonly unauthenticated?: boolean | undefined;
  /** The session that was kept in its place. */
  readonly kept?: KeptSession;
  /** True if the driver is told nothing. */
  readonly quiet?: boolean;
  /** The point, if it was read already. */
  readonly facts?: ChargingPoint | undefined;
}

/** What happens to a session that ends so. */
const EVENTS: Readonly<Record<SessionOutcome, SessionEvent>> = {
  completed: "finished",
  fault: "faulted",
  disconnected: "lost",
  stopped: "stop_overdue",
  expired: "expired",
  cancelled: "cancelled",
  displaced: "displaced",
};

/**
 * Writes the end of an open session. One of which its driver has not heard yet is undone instead: he is refused.
 *
 * @param decision The decision, which has seen that the session is open.
 * @param use The node.
 * @param session The session.
 * @param end How it ends.
 */
export function recordEnd(
  decision: DecisionContext,
  use: Pick<ChargingContext, "node" | "live">,
  session: ChargingSession,
  end: SessionEnd,
): void {
  const { id, site, point, connector, driver, status } = session;
  const facts = end.facts ?? chargingPoint(decision.rows, { site, point });
  const now = { status, informed: session.informed !== undefined };
  const { end: step } = nextSession(now, EVENTS[end.outcome], {
    dialect: facts?.dialect ?? "text",
    stopped: false,
  });
  if (step === null) return;
  const { outcome, words } = step;
  if (outcome === "freed") {
    return recordFreed(decision, session, words === null ? {} : { words });
  }
  const { reason, kept } = end;
  const position = end.position ?? lastHeard(use, session);
  decision.record(siteSpace(site), {
    type: "ChargeEnded",
    id: endId(id),
    at: decision.at,
    site,
    session: id,
    point,
    connector,
    driver,
    date: businessDate(decision.at, use.node.timezone),
    outcome,
    energy: end.energy,
    amount: end.amount,
    ...chargingMoney(use),
    ...(words === null ? {} : { words }),
    ...(position === null ? {} : { position }),
    ...(reason === undefined ? {} : { reason }),
    ...(kept === undefined ? {} : { kept }),
    ...(end.priceDiffers === true ? { priceDiffers: true } : {}),
    ...(end.unauthenticated === true ? { unauthenticated: true } : {}),
    ...(end.quiet === true ? { quiet: true } : {}),
  });
}

/**
 * Where the last record of a supply stood that its figures hold: that this node has heard, or facts tell of.
 *
 * @param use The node.
 * @param session The session.
 * @returns The place; null if no record came from a topic.
 */
export function lastHeard(
  { live }: Pick<ChargingContext, "live">,
  { id, metered, started }: ChargingSession,
): RecordPosition | null {
  return live.get(id)?.position ?? metered?.position ?? started?.position ??
    null;
}

/** What a session has come to: what this node has heard, or what facts say if that is more. */
export function figuresOf(
  { live }: Pick<ChargingContext, "live">,
  session: ChargingSession,
): Figures {
  const heard = live.get(session.id)?.figures ?? NO_FIGURES;
  return {
    energy: Math.max(session.energy, heard.energy) as WattHours,
    amount: Math.max(session.amount, heard.amount),
  };
}
