/**
 * Facts about requests: that one is refused, that equipment knows of a driver, that a session is undone.
 *
 * @module
 */
import {
  type ChargeRefused,
  type ChargingSession,
  endId,
  informedId,
  refusalId,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { UNREACHABLE } from "./charging_words.ts";

/**
 * Writes that a request is refused.
 *
 * @param decision The decision, which has seen that the request has no answer.
 * @param site The site.
 * @param refusal The request, what it named, and why.
 */
export function recordRefusal(
  decision: DecisionContext,
  site: SiteCode,
  refusal: Pick<
    ChargeRefused,
    "request" | "point" | "driver" | "refusal" | "words"
  >,
): void {
  decision.record(siteSpace(site), {
    type: "ChargeRefused",
    id: refusalId(refusal.request),
    at: decision.at,
    site,
    ...refusal,
  });
}

/**
 * Writes that the equipment knows of a session's driver: now he is told.
 *
 * @param decision The decision, which has seen that this is not written yet.
 * @param session The session.
 */
export function recordInformed(
  decision: DecisionContext,
  { id, site, point, driver }: ChargingSession,
): void {
  if (driver === null) return;
  decision.record(siteSpace(site), {
    type: "PointInformed",
    id: informedId(id),
    at: decision.at,
    ...{ site, session: id, point, driver },
  });
}

/**
 * Undoes a session of which its driver has not heard.
 *
 * @param decision The decision, which has seen that it is so.
 * @param session The session.
 * @param options True for `quiet` if its request was refused elsewhere; what the driver is told else.
 */
export function recordFreed(
  decision: DecisionContext,
  { id, site, point, connector, driver }: ChargingSession,
  { quiet = false, words = UNREACHABLE.words }: {
    readonly quiet?: boolean;
    readonly words?: string;
  } = {},
): void {
  if (driver === null) return;
  decision.record(siteSpace(site), {
    type: "ChargeFreed",
    id: endId(id),
    at: decision.at,
    ...{ site, session: id, point, connector, driver },
    refusal: UNREACHABLE.refusal,
    words,
    ...(quiet ? { quiet } : {}),
  });
}
