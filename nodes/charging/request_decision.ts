/**
 * What becomes of a driver's request, in the order of the protocol page (4.2): the first reason to refuse it counts.
 *
 * @module
 */
import {
  CHARGE_WORDS,
  type ChargeRefusal,
  type ChargeRefused,
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  chargingSession,
  directoryEntry,
  type DriverId,
  type FactId,
  joinStates,
  mayBegin,
  openSessionsAt,
  openSessionsOf,
  type PointId,
  type PointState,
  type Reader,
  sessionOfRequest,
  type SiteCode,
  siteSpace,
  stopsInForce,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { ChargingContext } from "./charging_context.ts";
import { chargingSubject } from "./charging_names.ts";
import type { ChargeRequest } from "./charging_use_cases.ts";
import { DRIVER_BLOCKED, UNREACHABLE } from "./charging_words.ts";
import { authorityOf, pointsNow } from "./point_states.ts";
import { recordInformed, recordRefusal } from "./request_records.ts";

/** A request that can be decided. */
export interface Wanted {
  /** Its id. */
  readonly id: FactId;
  /** The site. */
  readonly site: SiteCode;
  /** The point; null if nobody knows it. */
  readonly point: PointId | null;
  /** The point as the request named it. */
  readonly named: string;
  /** The connector; null for any. */
  readonly connector: number | null;
  /** The driver. */
  readonly driver: DriverId;
  /** Who brought it. */
  readonly source: ChargeRequest["source"];
  /** How long the reservation holds; null for the setting. */
  readonly holdMs: number | null;
  /** Whether the equipment has to be told. */
  readonly tellPoint: boolean;
  /** From when on it counts as refused; null for never. */
  readonly expiresAt: number | null;
}

/** Whether somebody has blocked a driver. */
export function isBlocked(
  rows: Reader,
  site: SiteCode,
  driver: DriverId,
): boolean {
  const subject = chargingSubject("driver", driver);
  const entry = directoryEntry(rows, siteSpace(site), subject);
  return entry?.fields["blocked"] === true;
}

/** Why a request is refused. */
type Reason = Pick<ChargeRefused, "refusal" | "words">;

/**
 * Decides a request that has no answer yet, and writes the answer.
 *
 * @param decision The decision.
 * @param use The node, which decides about the point, or cannot reach who does.
 * @param wanted The request.
 */
export function decideRequest(
  decision: DecisionContext,
  use: ChargingContext,
  wanted: Wanted,
): void {
  const { id, site, named, driver } = wanted;
  const found = findConnector(decision, use, wanted);
  if (typeof found !== "number") {
    const of = { request: id, point: named, driver };
    return recordRefusal(decision, site, { ...of, ...found });
  }
  const session = recordAuthorized(decision, use, wanted, found);
  if (!wanted.tellPoint && session !== undefined) {
    recordInformed(decision, session);
  }
}

/** The connector at which a request is served, or why it is not. */
function findConnector(
  { rows, at }: DecisionContext,
  use: ChargingContext,
  { site, point: id, connector, driver, expiresAt }: Wanted,
): number | Reason {
  const no = (refusal: ChargeRefusal, words: string) => ({ refusal, words });
  const { driverBusy, pointBusy, pointUnknown } = CHARGE_WORDS;
  if (openSessionsOf(rows, driver).length > 0) {
    return no("driver_busy", driverBusy);
  }
  if (isBlocked(rows, site, driver)) {
    return no("driver_blocked", DRIVER_BLOCKED);
  }
  const point = id === null
    ? undefined
    : chargingPoint(rows, { site, point: id });
  if (point === undefined || point.removed) {
    return no("point_unknown", pointUnknown);
  }
  const open = openSessionsAt(rows, point);
  const now = pointsNow(use);
  const asked = connector === null
    ? Array.from({ length: point.connectors }, (_, i) => i + 1)
    : connector >= 1 && connector <= point.connectors
    ? [connector]
    : [];
  if (asked.length === 0) return no("point_unknown", pointUnknown);
  const isTaken = (one: number) => open.some((it) => it.connector === one);
  const free = asked.filter((one) => !isTaken(one));
  if (free.length === 0) return no("point_busy", pointBusy);
  const states = free.map((one) => now.stateOf(point, one, undefined));
  const { isSelf } = authorityOf(use, point);
  const ready = free.find((_, i) => mayBegin(point, states[i] ?? "AVERIADO"));
  if (ready !== undefined && isSelf && !isPast(expiresAt, at)) return ready;
  return whyNot(point, states);
}

function isPast(expiresAt: number | null, at: number): boolean {
  return expiresAt !== null && at >= expiresAt;
}

/** The reason is the state's name (4.2); of one that is ready and whose node is not heard, that it cannot be reached. */
function whyNot(
  point: ChargingPoint,
  states: readonly PointState[],
): Reason {
  const state = joinStates(states);
  if (state === "ACTIVADO") {
    // A stop was commanded and not confirmed yet (C-16).
    return stopsInForce(point).length > 0
      ? { refusal: "point_unready", words: "FUERA_DE_SERVICIO" }
      : UNREACHABLE;
  }
  return state === "DESCONECTADO"
    ? UNREACHABLE
    : { refusal: "point_unready", words: state };
}

function recordAuthorized(
  decision: DecisionContext,
  { timers }: ChargingContext,
  { id, site, point, driver, source, holdMs }: Wanted,
  connector: number,
): ChargingSession | undefined {
  if (point === null) return undefined;
  const session = sessionOfRequest(id);
  const hold = holdMs ?? timers.reservationMs;
  decision.record(siteSpace(site), {
    type: "ChargeAuthorized",
    id: session,
    at: decision.at,
    ...{ site, request: id, point, connector, driver, source },
    ...(hold > 0 ? { expiresAt: decision.at + hold * 1000 } : {}),
  });
  return chargingSession(decision.rows, session, site);
}
