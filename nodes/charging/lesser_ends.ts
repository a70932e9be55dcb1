/**
 * Ends of one session that two nodes wrote apart: one of them counts everywhere. What the other had more of is counted
 * beside it, by the node that wrote it, so that no energy and no money is lost.
 *
 * @module
 */
import {
  businessDate,
  CHARGE_SPARES,
  type ChargingSession,
  chargingSession,
  type EndedPart,
  FACTS,
  idBytes,
  ok,
  type Reader,
  siteSpace,
  type WattHours,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { type ChargingContext, chargingMoney } from "./charging_context.ts";
import { countedOf, restId } from "./charging_rows.ts";
import type { Figures } from "./supply_figures.ts";

/** Most ends of one session that are looked through for this node's own. */
const ENDS_LOOKED_MAX = 16;

/**
 * Counts what this node's end of a session had beyond the one that counts.
 *
 * @param use The node.
 * @param session The session.
 * @returns Resolves when it is counted; undefined if there is nothing to count.
 */
export function countLesserEnd(
  use: ChargingContext,
  session: ChargingSession,
): Promise<void> | undefined {
  if (ownEndBeyond(use, use.replica.reader, session) === undefined) return;
  return use.replica.decide((decision) => {
    const now = chargingSession(decision.rows, session.id);
    const own = now && ownEndBeyond(use, decision.rows, now);
    if (now !== undefined && own !== undefined) {
      recordRest(decision, use, now, own);
    }
    return ok(null);
  }).then(() => {});
}

/** This node's end of a session that does not count and tells more than the one that does. */
function ownEndBeyond(
  { replica: { register } }: ChargingContext,
  rows: Reader,
  { id, site, ended }: ChargingSession,
): Figures | undefined {
  const own = register.own(siteSpace(site))?.name;
  if (ended === undefined || own === undefined || ended.order.log === own) {
    return undefined;
  }
  return rows.scan(CHARGE_SPARES, {
    prefix: [idBytes(id), site, "ended"],
    limit: ENDS_LOOKED_MAX,
  }).filter((row) => row["name"] === own)
    .map((row) => JSON.parse(String(row["value"])) as EndedPart)
    .map(({ energy, amount }) => ({ energy, amount }) as Figures)
    .find(({ energy, amount }) =>
      energy > ended.energy || amount > ended.amount
    );
}

function recordRest(
  decision: DecisionContext,
  use: ChargingContext,
  session: ChargingSession,
  own: Figures,
): void {
  const { rows, at } = decision;
  const { site, point, driver } = session;
  // Who read the last record of the supply after the other end has counted the same.
  const id = restId(session.id, own);
  if (rows.scan(FACTS, { prefix: [idBytes(id)], limit: 1 }).length > 0) return;
  const counted = countedOf(rows, session);
  const beyond = (all: number, held: number, more: number) =>
    Math.max(0, all - held - more);
  const energy = beyond(own.energy, session.energy, counted.energy);
  decision.record(siteSpace(site), {
    type: "EnergyCounted",
    ...{ id, at, site, point, session: session.id },
    date: businessDate(at, use.node.timezone),
    energy: energy as WattHours,
    amount: beyond(own.amount, session.amount, counted.amount),
    ...chargingMoney(use),
    ...(driver === null ? {} : { driver }),
  });
}
