/**
 * Lists of points, sessions, commands and reports. Each page reads as many rows as it shows, and a few more.
 *
 * @module
 */
import {
  CHARGE_NOTICES,
  CHARGE_OPEN,
  CHARGE_SESSIONS,
  CHARGING_POINTS,
  type ChargingPoint,
  chargingPoint,
  chargingPoints,
  chargingSession,
  type DriverId,
  ENERGY_COUNTED,
  idText,
  type PointId,
  readNotice,
  readSession,
  type Row,
  sessionOfTransaction,
  type SiteCode,
  type WattHours,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import { type ListOrder, rowPage } from "../fleet/row_page.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type { ChargingContext } from "./charging_context.ts";
import { chargingReport } from "./charging_reports.ts";
import type {
  ChargingUseCases,
  PointView,
  SessionQuery,
} from "./charging_use_cases.ts";
import { noticeView, pointView, sessionView } from "./charging_views.ts";
import { pointsNow } from "./point_states.ts";

/** Most points that a list with a filter looks at for one page; the cursor goes on from there. */
export const POINTS_LOOKED_MAX = 5_000;
/** Most drivers that are listed as having a session, or having asked for one. */
export const DRIVERS_MAX = 10_000;
/** A driver is listed for so long after a request, in microseconds. */
const ASKED_US = 60_000_000;

type Readings = Pick<
  ChargingUseCases,
  | "points"
  | "point"
  | "sessions"
  | "session"
  | "transaction"
  | "drivers"
  | "notifications"
  | "report"
  | "unattributed"
>;

/**
 * Makes the readings.
 *
 * @param use The node.
 */
export function createChargingReadings(use: ChargingContext): Readings {
  const { replica } = use;
  return {
    points: (query) => pointsPage(use, query),
    point(id) {
      const found = findPoint(use, id);
      return found === undefined
        ? undefined
        : pointView(use, pointsNow(use), found);
    },
    sessions: (query) => sessionsPage(use, query),
    session(id) {
      const own = use.node.site ?? undefined;
      const found = chargingSession(replica.reader, id, own);
      return found === undefined ? undefined : sessionView(use, found);
    },
    transaction(point, number) {
      const found = sessionOfTransaction(replica.reader, point, number);
      return found === undefined ? undefined : sessionView(use, found);
    },
    drivers: () => listDrivers(use),
    notifications({ driver, ...page }) {
      const order = { index: "by_driver", prefix: [driver], reverse: true };
      const { found, next } = rowPage(replica.reader, {
        table: CHARGE_NOTICES,
        ...order,
      }, page);
      const items = found.map((row) => noticeView(readNotice(row)));
      return { items, total: null, next };
    },
    report: (query) => chargingReport(replica.reader, use.sites(), query),
    unattributed(page) {
      const order = { table: ENERGY_COUNTED, prefix: [], reverse: true };
      const { found, next } = rowPage(replica.reader, order, page);
      return { items: found.map(countedView), total: null, next };
    },
  };
}

// Points

/** A point by its id: of the node's own site before others. */
export function findPoint(
  { node, replica: { reader }, sites }: Pick<
    ChargingContext,
    "node" | "replica" | "sites"
  >,
  id: string,
): ChargingPoint | undefined {
  const all = node.site === null ? sites() : [node.site, ...sites()];
  for (const site of all) {
    const found = chargingPoint(reader, { site, point: id as PointId });
    if (found !== undefined && !found.removed) return found;
  }
  return undefined;
}

function pointsPage(
  use: ChargingContext,
  { limit, cursor, state }: Parameters<ChargingUseCases["points"]>[0],
): Page<PointView> {
  const { reader } = use.replica;
  const now = pointsNow(use);
  const sites = [...new Set(use.sites())].toSorted();
  const [fromSite, fromPoint] = decodeCursor(cursor) ?? [];
  const items: PointView[] = [];
  let looked = 0;
  let last: readonly [string, string] | undefined;
  for (const site of sites) {
    if (fromSite !== undefined && site < String(fromSite)) continue;
    let after = site === fromSite ? String(fromPoint) : undefined;
    for (;;) {
      const page = chargingPoints(reader, site, {
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      for (const point of page) {
        if (items.length === limit || looked === POINTS_LOOKED_MAX) {
          const next = last === undefined ? null : encodeCursor(last);
          return { items, total: totalOf(use, sites, state), next };
        }
        looked++;
        after = point.point;
        last = [site, point.point];
        if (point.removed) continue;
        const view = pointView(use, now, point);
        if (state === undefined || view.state === state) items.push(view);
      }
      if (page.length <= limit) break;
    }
  }
  return { items, total: totalOf(use, sites, state), next: null };
}

function totalOf(
  { replica: { reader } }: ChargingContext,
  sites: readonly SiteCode[],
  state: string | undefined,
): number | null {
  if (state !== undefined) return null;
  return sites.reduce(
    (sum, site) => sum + reader.count(CHARGING_POINTS, [site]),
    0,
  );
}

// Sessions

function sessionsPage(
  use: ChargingContext,
  { point, driver, status, from, to, ...page }: SessionQuery,
): ReturnType<ChargingUseCases["sessions"]> {
  const { reader } = use.replica;
  const by: Pick<ListOrder, "index" | "prefix"> = point !== undefined
    ? { index: "by_point", prefix: [point] }
    : driver !== undefined
    ? { index: "by_driver", prefix: [driver] }
    : { index: "by_time", prefix: [] };
  const shows = (row: Row) =>
    (driver === undefined || row["driver"] === driver) &&
    (status !== "ended" || row["status"] === "ended");
  const { found, next } = rowPage(reader, {
    // The few that last stand in a table of their own.
    table: status === "open" ? CHARGE_OPEN : CHARGE_SESSIONS,
    ...by,
    reverse: true,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { below: to }),
  }, { ...page, shows });
  const sessions = found.flatMap((row) => {
    if (status !== "open") return [readSession(row)];
    const open = chargingSession(reader, idText(row["id"] as Uint8Array));
    return open === undefined ? [] : [open];
  });
  return {
    items: sessions.map((session) => sessionView(use, session)),
    total: null,
    next,
  };
}

function listDrivers(
  use: ChargingContext,
): ReturnType<ChargingUseCases["drivers"]> {
  const { replica } = use;
  const { reader } = replica;
  const listed = new Map<
    DriverId,
    ReturnType<typeof sessionView> | null
  >();
  const open = reader.scan(CHARGE_OPEN, { limit: DRIVERS_MAX });
  for (const row of open) {
    const driver = row["driver"] as DriverId | null;
    if (driver === null || listed.has(driver)) continue;
    const session = chargingSession(reader, idText(row["id"] as Uint8Array));
    listed.set(
      driver,
      session === undefined ? null : sessionView(use, session),
    );
  }
  // Whoever was refused just now is told so by the newest words to drivers.
  for (const site of use.sites()) {
    for (const told of [0, 1]) {
      const rows = reader.scan(CHARGE_NOTICES, {
        index: "by_state",
        prefix: [site, told],
        from: [replica.at - ASKED_US],
        limit: DRIVERS_MAX,
      });
      for (const row of rows) {
        const driver = row["driver"] as DriverId;
        const isRequest = row["kind"] === "denied" ||
          row["kind"] === "authorized";
        if (isRequest && !listed.has(driver)) listed.set(driver, null);
      }
    }
  }
  return [...listed].map(([driver, session]) => ({ driver, session }));
}

function countedView(
  row: Row,
): ReturnType<ChargingUseCases["unattributed"]>["items"][number] {
  const session = row["session"];
  return {
    id: idText(row["id"] as Uint8Array),
    point: row["point"] as PointId,
    session: session instanceof Uint8Array ? idText(session) : null,
    energy: Number(row["energy"]) as WattHours,
    amount: Number(row["amount"]),
    at: Number(row["at"]),
  };
}
