/**
 * Telling equipment of drivers: the word goes to the point first, and only when it is written the driver is told (section
 * 11.3). A word that cannot be written undoes the session (C-55).
 *
 * @module
 */
import {
  chargingPoint,
  type ChargingSession,
  chargingSession,
  type FactId,
  ok,
  refusalOf,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { ChargingContext } from "./charging_context.ts";
import { finalAnswer } from "./charging_rows.ts";
import type { ChannelAnswer, PointDialect } from "./charging_use_cases.ts";
import { authorityOf } from "./point_states.ts";
import { recordFreed, recordInformed } from "./request_records.ts";

/** How long a node waits while another one tells the equipment, in milliseconds. */
export const INFORMING_MS = 30_000;

/** Tells equipment of drivers. */
export interface Informing {
  /**
   * Tells the equipment of a session, or waits until the node that decides has done so.
   *
   * @param session An open session whose equipment was not told yet.
   */
  inform(session: ChargingSession): Promise<void>;
  /** Whether the equipment of a session is being told by this node. */
  isInforming(session: FactId): boolean;
}

/**
 * Makes it.
 *
 * @param use The node.
 */
export function createInforming(use: ChargingContext): Informing {
  const running = new Map<FactId, Promise<void>>();
  return {
    isInforming: (session) => running.has(session),
    inform(session) {
      const before = running.get(session.id);
      if (before !== undefined) return before;
      const point = chargingPoint(use.replica.reader, session);
      if (point === undefined || !authorityOf(use, point).isSelf) {
        return waitInformed(use, session);
      }
      const work = tell(use, session, point.dialect)
        .finally(() => running.delete(session.id));
      running.set(session.id, work);
      return work;
    },
  };
}

async function tell(
  use: ChargingContext,
  session: ChargingSession,
  dialect: PointDialect,
): Promise<void> {
  const said = await say(use, session);
  const isUndone = said === "failed" ||
    (said === "refused" && dialect === "ocpp");
  const done = await use.replica.decide((decision) => {
    settle(decision, session, isUndone);
    return ok(null);
  });
  if (done.ok) return;
  use.logger.log("warn", "A driver was not told of his session", {
    session: session.id,
    code: done.error.code,
  });
}

async function say(
  { links, logger }: ChargingContext,
  { id, site, point, connector, driver }: ChargingSession,
): Promise<ChannelAnswer> {
  const channel = links.get(site, point)?.channel;
  if (channel === undefined || driver === null) return "failed";
  try {
    return await channel.authorize({ driver, session: id, connector });
  } catch (error) {
    logger.log("warn", "A charging point could not be told of a driver", {
      point,
      error: String(error),
    });
    return "failed";
  }
}

function settle(
  decision: DecisionContext,
  { id, site }: ChargingSession,
  isUndone: boolean,
): void {
  const session = chargingSession(decision.rows, id, site);
  if (session === undefined || session.informed !== undefined) return;
  if (session.status === "ended") return;
  const request = session.authorized?.request;
  const isRefused = request !== undefined &&
    refusalOf(decision.rows, session.site, request) !== undefined;
  // Energy flows: whoever let it, the driver has to hear of the beginning before he hears of the end (C-29).
  if ((isUndone || isRefused) && session.status === "authorized") {
    recordFreed(decision, session, { quiet: isRefused });
  } else recordInformed(decision, session);
}

/** Waits for the node that decides. */
async function waitInformed(
  { waits, replica }: ChargingContext,
  { id, site, authorized }: ChargingSession,
): Promise<void> {
  if (authorized === undefined) return;
  const { request } = authorized;
  await waits.wait(
    request,
    () => {
      const session = chargingSession(replica.reader, id);
      const answer = finalAnswer(replica.reader, site, request);
      const refused = answer?.kind === "refused" ? answer : undefined;
      return refused ?? session?.informed ?? session?.ended;
    },
    INFORMING_MS,
  );
}
