/**
 * Charging sessions as views tell of them: which last, which of several is kept, and which records were taken. Each
 * answer reads as many rows as it gives, and a few more.
 *
 * @module
 */
import type { RecordPosition } from "./charging_facts.ts";
import type { DriverId, PointId } from "./charging_ids.ts";
import type { PointPlace } from "./charging_credentials.ts";
import type { ChargingSession } from "./charging_session.ts";
import { readSession } from "./charging_session_rows.ts";
import {
  CHARGE_OPEN,
  CHARGE_POSITIONS,
  CHARGE_SESSIONS,
  CHARGE_TRANSACTIONS,
} from "./charging_tables.ts";
import { compareOrder, type FactOrder } from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/**
 * A session.
 *
 * @param rows The rows.
 * @param id Its id.
 * @param site Where it is looked for first, which costs less; anywhere if left out.
 * @returns The session; undefined if nobody ever heard of it.
 */
export function chargingSession(
  rows: Reader,
  id: FactId,
  site?: SiteCode,
): ChargingSession | undefined {
  const here = site === undefined
    ? undefined
    : rows.get(CHARGE_SESSIONS, [idBytes(id), site]);
  if (here !== undefined) return readSession(here);
  const [row] = rows.scan(CHARGE_SESSIONS, { prefix: [idBytes(id)], limit: 1 });
  return row === undefined ? undefined : readSession(row);
}

/** A session that lasts, with what orders it among others. */
export interface OpenSession extends PointPlace {
  /** Its id. */
  readonly id: FactId;
  /** The connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** Whether energy flows. */
  readonly charging: boolean;
  /** The first fact that is known of it. */
  readonly order: FactOrder;
}

function toOpen(row: Row): OpenSession {
  const id = idText(row["id"] as Uint8Array);
  return {
    site: row["site"] as SiteCode,
    point: row["point"] as PointId,
    connector: Number(row["connector"]),
    id,
    driver: row["driver"] as DriverId | null,
    charging: row["charging"] === 1,
    order: {
      stamp: String(row["stamp"]),
      log: String(row["name"]),
      seq: Number(row["seq"]),
      id,
    },
  };
}

/** Telemetry first, then the least (stamp, log, seq). */
function compareOpen(a: OpenSession, b: OpenSession): number {
  if (a.charging !== b.charging) return a.charging ? -1 : 1;
  return compareOrder(a.order, b.order);
}

/**
 * The open sessions of a point, the one to keep first.
 *
 * @param rows The rows.
 * @param place The point.
 * @param connector Of one connector; of all if left out.
 */
export function openSessionsAt(
  rows: Reader,
  { site, point }: PointPlace,
  connector?: number,
): OpenSession[] {
  const prefix = connector === undefined
    ? [site, point]
    : [site, point, connector];
  return rows.scan(CHARGE_OPEN, { index: "by_place", prefix }).map(toOpen).sort(
    compareOpen,
  );
}

/**
 * The open sessions of a driver, at any point, the one to keep first.
 *
 * @param rows The rows.
 * @param driver The driver.
 */
export function openSessionsOf(rows: Reader, driver: DriverId): OpenSession[] {
  return rows.scan(CHARGE_OPEN, { index: "by_driver", prefix: [driver] })
    .map(toOpen).sort(compareOpen);
}

/**
 * Every open session of a site.
 *
 * @param rows The rows.
 * @param site The site.
 */
export function openSessions(rows: Reader, site: SiteCode): OpenSession[] {
  return rows.scan(CHARGE_OPEN, { index: "by_place", prefix: [site] }).map(
    toOpen,
  );
}

/** Deepest chain of sessions of which each displaces the next that is followed. */
const DISPLACING_MAX = 64;

/**
 * The session that is kept in another one's place, where sessions of one connector, or reservations of one driver, were
 * made apart: telemetry first, then the least (stamp, log, seq). Every node with the same facts names the same. A supply
 * is not displaced for its driver's sake: energy flows.
 *
 * @param rows The rows.
 * @param session An open session.
 * @returns The session that is kept; undefined if this one is.
 */
export function displacedBy(
  rows: Reader,
  session: OpenSession,
): OpenSession | undefined {
  return displacer(rows, session, DISPLACING_MAX);
}

function displacer(
  rows: Reader,
  session: OpenSession,
  depth: number,
): OpenSession | undefined {
  const { driver, connector, charging } = session;
  const rivals = new Map<FactId, OpenSession>();
  for (const one of openSessionsAt(rows, session, connector)) {
    rivals.set(one.id, one);
  }
  if (driver !== null && !charging) {
    for (const one of openSessionsOf(rows, driver)) rivals.set(one.id, one);
  }
  return [...rivals.values()].sort(compareOpen)
    .filter((one) => compareOpen(one, session) < 0)
    // Who is displaced himself displaces nobody.
    .find((one) =>
      depth === 0 || displacer(rows, one, depth - 1) === undefined
    );
}

/**
 * The session of an OCPP transaction, open or ended.
 *
 * @param rows The rows.
 * @param point The point.
 * @param number The transaction's number.
 */
export function sessionOfTransaction(
  rows: Reader,
  point: PointId,
  number: number,
): ChargingSession | undefined {
  const prefix = [point, number];
  const [row] = rows.scan(CHARGE_TRANSACTIONS, { prefix, limit: 1 });
  return row === undefined ? undefined : chargingSession(
    rows,
    idText(row["id"] as Uint8Array),
    row["site"] as SiteCode,
  );
}

/**
 * Whether a record was taken before: one that was taken had neither its offset nor its timestamp below this one's.
 *
 * @param rows The rows.
 * @param place The point.
 * @param position Where the record stands.
 */
export function isRecordTaken(
  rows: Reader,
  place: PointPlace,
  position: RecordPosition,
): boolean {
  return lastPositions(rows, place).some(({ offset, timestamp }) =>
    position.offset <= offset && position.timestamp <= timestamp
  );
}

/**
 * Where the records of a point that were taken last stood: the one with the greatest offset, and the one with the
 * greatest timestamp. They are two if a broker began anew or an engine's clock went back.
 *
 * @param rows The rows.
 * @param place The point.
 * @returns None to two positions.
 */
export function lastPositions(
  rows: Reader,
  { site, point }: PointPlace,
): RecordPosition[] {
  const last = { prefix: [site, point], reverse: true, limit: 1 };
  return [
    ...rows.scan(CHARGE_POSITIONS, last),
    ...rows.scan(CHARGE_POSITIONS, { ...last, index: "by_timestamp" }),
  ].map((row) => ({
    offset: Number(row["offset"]),
    timestamp: Number(row["timestamp"]),
  }));
}
