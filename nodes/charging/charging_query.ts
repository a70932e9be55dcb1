/**
 * Short queries: who may charge at a point now. Every node answers for every point (section 11.4).
 *
 * @module
 */
import {
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  isFaulty,
  isOutOfService,
  ok,
  PanalError,
  parsePointId,
  siteSpace,
  stopsInForce,
} from "../../crdt/mod.ts";
import type { ChargingContext } from "./charging_context.ts";
import { sessionsAt, sessionsOf } from "./charging_rows.ts";
import type { ChargingUseCases } from "./charging_use_cases.ts";
import { sessionView } from "./charging_views.ts";
import { findPoint } from "./charging_readings.ts";
import { authorityOf, pointsNow } from "./point_states.ts";
import { figuresOf, recordEnd } from "./session_ends.ts";

/** What this node has of another one is fresh for so long, in milliseconds (section 11.4). */
export const FRESH_MS = 2_000;
/** How long that one is waited for, in milliseconds. */
export const FRESHEN_MS = 800;
/** Most nodes of which it is remembered when they were asked. */
const FRESH_MAX = 1_024;

/**
 * Makes the queries.
 *
 * @param use The node.
 */
export function createChargingQueries(
  use: ChargingContext,
): Pick<ChargingUseCases, "sessionAt" | "driverQuit"> {
  const freshAt = new Map<string, number>();

  /** Asks the node that decides, if what is here may be old. */
  const freshen = async (point: ChargingPoint) => {
    const { peer, isSelf } = authorityOf(use, point);
    if (peer === null || isSelf) return;
    const { clock, telling } = use;
    const before = freshAt.get(peer);
    const asked = clock.monotonic();
    if (before !== undefined && asked - before < FRESH_MS) return;
    if (!telling.linked().has(peer)) return;
    const space = siteSpace(point.site);
    if (!await telling.catchUp(peer, { space, ms: FRESHEN_MS })) return;
    if (freshAt.size >= FRESH_MAX) freshAt.clear();
    freshAt.set(peer, asked);
  };

  return {
    async sessionAt(id, connector) {
      const point = parsePointId(id);
      const known = point === undefined ? undefined : findPoint(use, point);
      if (known === undefined) return undefined;
      await freshen(known);
      const { reader } = use.replica;
      const now = chargingPoint(reader, known);
      if (now === undefined || !mayCharge(use, now)) return undefined;
      const [session] = sessionsAt(reader, now, connector);
      return session === undefined || isFaulty(now, session.connector)
        ? undefined
        : sessionView(use, session);
    },
    async driverQuit(driver) {
      const isReserved = ({ status }: ChargingSession) =>
        status === "authorized";
      if (!sessionsOf(use.replica.reader, driver).some(isReserved)) return;
      const done = await use.replica.decide((decision) => {
        for (const session of sessionsOf(decision.rows, driver)) {
          // A supply goes on to its ticket (C-31).
          if (!isReserved(session)) continue;
          recordEnd(decision, use, session, {
            outcome: "cancelled",
            ...figuresOf(use, session),
          });
        }
        return ok(null);
      });
      if (!done.ok) throw new PanalError(done.error.code, done.error.message);
    },
  };
}

/** Nobody begins at a stopped or faulty point (C-17). */
function mayCharge(use: ChargingContext, point: ChargingPoint): boolean {
  if (stopsInForce(point).length > 0 || isFaulty(point, 0)) return false;
  return !isOutOfService(point, 0, pointsNow(use).isConnected(point));
}
