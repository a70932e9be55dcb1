/**
 * Which session a record of telemetry is of. Engines name a driver, but no session, and records come late: after a node
 * has closed the session of a supply that goes on, or while somebody else was let in.
 *
 * @module
 */
import {
  type ChargingSession,
  chargingSession,
  type DriverId,
  type Reader,
  type RecordPosition,
  suppliesOf,
  supplyTotal,
  type WattHours,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { endedAt, sessionsAt } from "./charging_rows.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";
import { isNobody, type SupplyPlace } from "./live_supplies.ts";
import { type Figures, NO_FIGURES } from "./supply_figures.ts";

/** A supply that was not told to begin may be the one before for so long after its session's end, in milliseconds. */
export const GOES_ON_MS = 3_600_000;

/** A record that is decided about. */
export interface RecordPlace {
  /** The decision. */
  readonly decision: DecisionContext;
  /** Where. */
  readonly place: SupplyPlace;
  /** The record. */
  readonly record: SupplyRecord;
}

/**
 * The session that a record is of.
 *
 * @param deciding The decision, the place and the record.
 * @returns It, open or over; undefined if there is none.
 */
export function sessionOfRecord(
  deciding: RecordPlace,
): ChargingSession | undefined {
  const { decision: { rows }, place, record } = deciding;
  if (record.session !== null) {
    return chargingSession(rows, record.session, place.site);
  }
  const [open] = sessionsAt(rows, place, place.connector);
  const { driver, kind } = record;
  // Any name is the session's (C-20, C-42), once a supply has begun.
  if (kind === "started") return open;
  if (open !== undefined && open.status !== "authorized") return open;
  // Until then who charged before comes late (C-49), and so does what goes on from there.
  const named = isNobody(driver) ? null : driver;
  const { last, supplied } = lastEndedAt(rows, place, named);
  if (supplied !== undefined && goesOn(deciding, supplied)) return supplied;
  const isOwn = named === null || named === open?.driver;
  return open !== undefined && isOwn ? open : last ?? open;
}

/** Whether a record goes on where the supply of a closed session was, or says it again. */
function goesOn(
  { decision: { rows, at }, record }: RecordPlace,
  session: ChargingSession,
): boolean {
  const { energy } = totalOf(rows, session, record.position);
  const ageMs = (at - (session.ended?.at ?? 0)) / 1000;
  return energy > 0 && (record.energy ?? 0) >= energy && ageMs < GOES_ON_MS;
}

/** The sessions of a place that are over and that a late record can be of. */
interface Closed {
  /** The one that ended last. */
  readonly last: ChargingSession | undefined;
  /** The one whose supply ended last. */
  readonly supplied: ChargingSession | undefined;
}

/** Closed sessions, of any driver if a record names nobody, else of this one or of nobody, after any other's supply. */
function lastEndedAt(
  rows: Reader,
  place: SupplyPlace,
  driver: DriverId | null,
): Closed {
  const isOf = (session: ChargingSession) =>
    driver === null || isNobody(session.driver) || session.driver === driver;
  const all = [...endedAt(rows, place)];
  const newest = all.filter(isSupplied).toSorted(bySupply)[0];
  const supplied = newest !== undefined && isOf(newest) ? newest : undefined;
  // Where nothing flowed the equipment has told nothing since.
  const [idle] = all.filter((one) =>
    !isSupplied(one) && isOf(one) && endOf(one) > endOf(newest)
  ).toSorted((a, b) => endOf(b) - endOf(a));
  return { last: idle ?? supplied, supplied };
}

function isSupplied({ started, energy }: ChargingSession): boolean {
  return started !== undefined || energy > 0;
}

/** When a session ended, by the clock of the node that ended it. */
function endOf(session: ChargingSession | undefined): number {
  return session?.ended?.at ?? 0;
}

/** Supplies, the last one first: by their topic, and without one by clocks, which may differ. */
function bySupply(a: ChargingSession, b: ChargingSession): number {
  const [first, second] = [a.started?.position, b.started?.position];
  if (first && second && first.timestamp !== second.timestamp) {
    return second.timestamp - first.timestamp;
  }
  if (first && second) return second.offset - first.offset;
  return endOf(b) - endOf(a);
}

/**
 * What the equipment had counted when a session of nobody began: the supply before it had not stopped.
 *
 * @param deciding The decision and the place.
 * @param session The session.
 * @returns The meter's reading and its money; nothing for other sessions.
 */
export function baseOf(
  deciding: Pick<RecordPlace, "decision" | "place">,
  session: ChargingSession,
): Figures {
  const before = goesOnFrom(session);
  if (before === 0) return NO_FIGURES;
  const { decision: { rows }, place } = deciding;
  for (const ended of endedAt(rows, place)) {
    if (!beganBefore(ended, session)) continue;
    const of = { site: ended.site, session: ended.id };
    const supply = suppliesOf(rows, of).find(({ energy }) =>
      goesOnFrom(ended) + energy === before
    );
    if (supply === undefined) continue;
    return {
      energy: before as WattHours,
      amount: supply.amount + baseOf(deciding, ended).amount,
    };
  }
  return { energy: before as WattHours, amount: 0 };
}

/** Whether a supply began before another: by their topic, and without one by clocks, which may differ. */
function beganBefore(a: ChargingSession, b: ChargingSession): boolean {
  const [first, second] = [a.started?.position, b.started?.position];
  return first && second ? bySupply(a, b) > 0 : a.at < b.at;
}

/** The meter's reading at which a session of nobody goes on with a supply that had one already; 0 for others. */
function goesOnFrom({ authorized, started }: ChargingSession): number {
  const isOwn = authorized !== undefined || started?.transaction !== null;
  return isOwn ? 0 : started?.meterStart ?? 0;
}

/**
 * What the supply of a closed session came to which a record is of, also beyond the session's end.
 *
 * @param rows The views.
 * @param session The session.
 * @param position Where the record stood; null if it came on a connection.
 */
export function totalOf(
  rows: Reader,
  { id, site }: ChargingSession,
  position: RecordPosition | null,
): Figures {
  const total = supplyTotal(rows, { site, session: id }, position);
  return { energy: total.energy as WattHours, amount: total.amount };
}

/** Adds figures up. */
export function sumOf(
  one: Figures,
  other: { readonly energy: number; readonly amount: number },
): Figures {
  return {
    energy: one.energy + other.energy as WattHours,
    amount: one.amount + other.amount,
  };
}
