/**
 * Ends of sessions: the one way in which each is written. Two ends made apart have one id, and the least of them counts
 * everywhere.
 *
 * @module
 */
import {
  businessDate,
  CHARGE_WORDS,
  chargingPoint,
  type ChargingSession,
  endId,
  endWords,
  type KeptSession,
  type RecordPosition,
  type SessionOutcome,
  siteSpace,
  type WattHours,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { type ChargingContext, chargingMoney } from "./charging_context.ts";
import { UNREACHABLE } from "./charging_words.ts";
import { recordFreed } from "./request_records.ts";
import { type Figures, NO_FIGURES } from "./supply_figures.ts";

/** How a session ends. */
export interface SessionEnd extends Figures {
  /** How. */
  readonly outcome: SessionOutcome;
  /** Where the record stood that told of it. */
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
}

/** What a driver is told whose session ends before he was told of it: the state that the point is in. */
const REFUSED_WORDS: Readonly<Partial<Record<SessionOutcome, string>>> = {
  fault: "AVERIADO",
  stopped: "FUERA_DE_SERVICIO",
  displaced: CHARGE_WORDS.pointBusy,
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
  use: Pick<ChargingContext, "node">,
  session: ChargingSession,
  end: SessionEnd,
): void {
  const { id, site, point, connector, driver } = session;
  if (session.status === "authorized" && session.informed === undefined) {
    const words = REFUSED_WORDS[end.outcome] ?? UNREACHABLE.words;
    return recordFreed(decision, session, { words });
  }
  const facts = chargingPoint(decision.rows, { site, point });
  const words = endWords(end.outcome, facts?.dialect ?? "text");
  const { position, reason, kept } = end;
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
    outcome: end.outcome,
    energy: end.energy,
    amount: end.amount,
    ...chargingMoney(use),
    ...(words === null ? {} : { words }),
    ...(position === null || position === undefined ? {} : { position }),
    ...(reason === undefined ? {} : { reason }),
    ...(kept === undefined ? {} : { kept }),
    ...(end.priceDiffers === true ? { priceDiffers: true } : {}),
    ...(end.unauthenticated === true ? { unauthenticated: true } : {}),
    ...(end.quiet === true ? { quiet: true } : {}),
  });
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
