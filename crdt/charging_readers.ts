/**
 * Charging points as views tell of them: what they report, and commands to them. Each answer reads as
 * many rows as it gives, and a few more.
 *
 * @module
 */
import type {
  CommandOutcome,
  PointDialect,
  PointHardware,
  StopCause,
} from "./charging_facts.ts";
import type { PointPlace } from "./charging_credentials.ts";
import type { PointId } from "./charging_ids.ts";
import {
  CHARGING_COMMANDS,
  CHARGING_POINTS,
  POINT_REPORTED,
  POINT_STANDING,
} from "./charging_tables.ts";
import { waitingBounds, type WaitingPage } from "./charging_waiting.ts";
import { compareRows } from "./fact_rows.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** What stands of an aspect of a point. */
export interface PointStanding {
  /** 0 for the whole point. */
  readonly connector: number;
  /** Of what; see `PointAspect`. */
  readonly aspect: string;
  /** Of a stop: which; else empty. */
  readonly cause: StopCause | "";
  /** What; see `PointReport`. */
  readonly value: string;
  /** The equipment's word for a fault. */
  readonly code: string | null;
  /** When. */
  readonly at: number;
  /** True if it was said after the point's newest connection began. */
  readonly since: boolean;
}

/** A point, as facts make it. */
export interface ChargingPoint extends PointPlace {
  /** This node's number of the log whose peer decides; null if nobody does. */
  readonly log: number | null;
  /** The `PointConnected` by which it does. */
  readonly link: FactId;
  /** When that was. */
  readonly at: number;
  /** How it speaks. */
  readonly dialect: PointDialect;
  /** Where it is; null if nobody said. */
  readonly location: string | null;
  /** Its price per kWh in 1/10,000 of the currency's unit; null if nobody said. */
  readonly price: number | null;
  /** How many connectors it has. */
  readonly connectors: number;
  /** What OCPP equipment says of itself. */
  readonly hardware: PointHardware | null;
  /** True until the connection's end was told. */
  readonly connected: boolean;
  /** True if it was taken off the list. */
  readonly removed: boolean;
  /** What it reports, by connector. */
  readonly standing: readonly PointStanding[];
}

function toPoint(rows: Reader, row: Row): ChargingPoint {
  const { site, point } = row;
  const reports = rows.scan(POINT_STANDING, {
    prefix: [site ?? null, point ?? null],
  });
  const link = { ...row, id: row["link"] ?? null };
  const standing = reports.map((report): PointStanding => ({
    connector: Number(report["connector"]),
    aspect: String(report["aspect"]),
    cause: report["cause"] as StopCause | "",
    value: String(report["value"]),
    code: report["code"] as string | null,
    at: Number(report["at"]),
    since: compareRows(report, link) > 0,
  }));
  const most = standing.map(({ connector }) => connector);
  const hardware = row["hardware"] ?? null;
  return {
    site: site as SiteCode,
    point: point as PointId,
    log: row["log"] as number | null,
    link: idText(row["link"] as Uint8Array),
    at: Number(row["at"]),
    dialect: row["dialect"] as PointDialect,
    location: row["location"] as string | null,
    price: row["price"] as number | null,
    connectors: Math.max(Number(row["connectors"]), ...most),
    hardware: hardware === null
      ? null
      : JSON.parse(String(hardware)) as PointHardware,
    connected: row["connected"] === 1,
    removed: row["removed"] === 1,
    standing,
  };
}

/**
 * A point.
 *
 * @param rows The rows.
 * @param place Which.
 * @returns The point; undefined if nobody ever heard of it.
 */
export function chargingPoint(
  rows: Reader,
  { site, point }: PointPlace,
): ChargingPoint | undefined {
  const row = rows.get(CHARGING_POINTS, [site, point]);
  return row === undefined ? undefined : toPoint(rows, row);
}

/**
 * A site's points, by id.
 *
 * @param rows The rows.
 * @param site The site.
 * @param page Where to go on, and how many.
 */
export function chargingPoints(
  rows: Reader,
  site: SiteCode,
  { after, limit }: { readonly after?: string; readonly limit: number },
): ChargingPoint[] {
  return rows.scan(CHARGING_POINTS, {
    prefix: [site],
    ...(after === undefined ? {} : { after: [after] }),
    limit,
  }).map((row) => toPoint(rows, row));
}

/**
 * The points about which a log's peer decides.
 *
 * @param rows The rows.
 * @param log This node's number of the log.
 */
export function pointsOfLog(rows: Reader, log: number): ChargingPoint[] {
  return rows.scan(CHARGING_POINTS, { index: "by_log", prefix: [log] })
    .map((row) => toPoint(rows, row));
}

/**
 * When the newest connection of a point ended.
 *
 * @param rows The rows.
 * @param of The point.
 * @returns Microseconds since 1970; undefined while nobody has told of its end.
 */
export function connectionEndedAt(
  rows: Reader,
  { site, point, link }: Pick<ChargingPoint, "site" | "point" | "link">,
): number | undefined {
  const prefix = [site, point, 0, "connection", idBytes(link).toHex()];
  const [row] = rows.scan(POINT_REPORTED, { prefix, limit: 1 });
  return row === undefined ? undefined : Number(row["at"]);
}

/** A command. */
export interface StoredCommand extends PointPlace {
  /** Its id. */
  readonly id: FactId;
  /** This node's number of the log that holds it. */
  readonly log: number;
  /** When. */
  readonly at: number;
  /** `stop`, `resume`, `end`, or a command of the protocol. */
  readonly command: string;
  /** Why. */
  readonly cause: StopCause | null;
  /** Of `end`: which session. */
  readonly session: FactId | null;
  /** JSON of the arguments. */
  readonly args: string | null;
  /** From when on nobody is told any more. */
  readonly expiresAt: number;
  /** JSON of who. */
  readonly by: string | null;
  /** What became of it. */
  readonly state: CommandOutcome | "waiting";
  /** JSON of the equipment's answer. */
  readonly answer: string | null;
}

/**
 * A command of its row.
 *
 * @param row A row of `CHARGING_COMMANDS`.
 */
export function readCommand(row: Row): StoredCommand {
  const session = row["session"] ?? null;
  return {
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    point: row["point"] as PointId,
    log: Number(row["log"]),
    at: Number(row["at"]),
    command: String(row["command"]),
    cause: row["cause"] as StopCause | null,
    session: session === null ? null : idText(session as Uint8Array),
    args: row["args"] as string | null,
    expiresAt: Number(row["expires_at"]),
    by: row["by"] as string | null,
    state: row["state"] as CommandOutcome | "waiting",
    answer: row["answer"] as string | null,
  };
}

/**
 * A command.
 *
 * @param rows The rows.
 * @param id Its id.
 */
export function chargingCommand(
  rows: Reader,
  id: FactId,
): StoredCommand | undefined {
  const prefix = [idBytes(id)];
  const [row] = rows.scan(CHARGING_COMMANDS, { prefix, limit: 1 });
  return row === undefined ? undefined : readCommand(row);
}

/**
 * Commands without an outcome, those that run out first before others.
 *
 * @param rows The rows.
 * @param site Where.
 * @param page Which of them.
 */
export function waitingCommands(
  rows: Reader,
  site: SiteCode,
  page: WaitingPage,
): StoredCommand[] {
  const of = { index: "by_state", prefix: [site, "waiting"] };
  return rows.scan(CHARGING_COMMANDS, { ...of, ...waitingBounds(page) })
    .map(readCommand);
}
