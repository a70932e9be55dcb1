/**
 * Sessions as the views hold them, for decisions and keepers.
 *
 * @module
 */
import {
  answerOf,
  CHARGE_REQUESTS,
  CHARGE_SESSIONS,
  type ChargeRefusal,
  type ChargingSession,
  compareOrder,
  type DriverId,
  type FactId,
  idBytes,
  type LogId,
  type OpenSession,
  openSessionsAt,
  openSessionsOf,
  type Reader,
  readSession,
  refusalOf,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { SupplyPlace } from "./live_supplies.ts";

/** Most sessions of a place that are looked through for the last one that ended. */
const LOOKED_BACK_MAX = 16;

function readAll(
  rows: Reader,
  open: readonly OpenSession[],
): ChargingSession[] {
  return open.map(({ id, site }) => sessionIn(rows, site, id))
    .filter((session) => session !== undefined);
}

/** A session of a site; undefined if nothing is known of it. */
export function sessionIn(
  rows: Reader,
  site: SiteCode,
  id: FactId,
): ChargingSession | undefined {
  const row = rows.get(CHARGE_SESSIONS, [idBytes(id), site]);
  return row === undefined ? undefined : readSession(row);
}

/** The sessions of a point that last, the one to keep first. */
export function sessionsAt(
  rows: Reader,
  place: Pick<SupplyPlace, "site" | "point">,
  connector?: number,
): ChargingSession[] {
  return readAll(rows, openSessionsAt(rows, place, connector));
}

/** The sessions of a driver that last, at any site, the one to keep first. */
export function sessionsOf(rows: Reader, driver: DriverId): ChargingSession[] {
  return readAll(rows, openSessionsOf(rows, driver));
}

/** Sessions of a place that are over, the newest first; those that were undone do not count. */
export function* endedAt(
  rows: Reader,
  { site, point, connector }: SupplyPlace,
): Generator<ChargingSession> {
  const newest = rows.scan(CHARGE_SESSIONS, {
    index: "by_point",
    prefix: [point],
    reverse: true,
    limit: LOOKED_BACK_MAX,
  });
  for (const row of newest) {
    const isThere = row["site"] === site && row["connector"] === connector;
    if (!isThere || row["status"] !== "ended") continue;
    const session = readSession(row);
    if (session.ended?.outcome !== "freed") yield session;
  }
}

/** The log whose node heard of a supply last; undefined while it has not begun. */
export function holderOf(
  { started, metered }: ChargingSession,
): LogId | undefined {
  const newest = started === undefined || metered === undefined
    ? metered ?? started
    : compareOrder(metered.order, started.order) > 0
    ? metered
    : started;
  return newest?.order.log as LogId | undefined;
}

/** The answer to a request, as far as facts give it. */
export type FinalAnswer =
  | {
    readonly kind: "refused";
    readonly refusal: ChargeRefusal;
    readonly words: string;
  }
  | {
    readonly kind: "accepted";
    readonly session: ChargingSession;
  };

/**
 * The answer to a request. Whose equipment was told is accepted, whatever another node said meanwhile.
 *
 * @param rows The views.
 * @param site The site.
 * @param request The request.
 * @returns It; undefined while there is none.
 */
export function finalAnswer(
  rows: Reader,
  site: SiteCode,
  request: FactId,
): FinalAnswer | undefined {
  const answer = answerOf(rows, site, request);
  if (answer?.kind !== "authorized") return answer;
  const { session } = answer;
  const { informed, ended } = session;
  if (informed === undefined) {
    const refused = refusalOf(rows, site, request);
    if (refused !== undefined) return refused;
  }
  return ended?.outcome !== "freed" ? { kind: "accepted", session } : {
    kind: "refused",
    refusal: ended.refusal ?? "point_unreachable",
    words: ended.words ?? "",
  };
}

/**
 * Whether a request was passed on to the node that decides.
 *
 * @param rows The views.
 * @param site The site.
 * @param request The request.
 * @returns When it runs out, in microseconds since 1970; undefined if it was not.
 */
export function requestSent(
  rows: Reader,
  site: SiteCode,
  request: FactId,
): number | undefined {
  const prefix = [idBytes(request), site];
  const [row] = rows.scan(CHARGE_REQUESTS, { prefix, limit: 1 });
  return row === undefined ? undefined : Number(row["expires_at"]);
}
