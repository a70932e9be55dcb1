/**
 * The folds of charging points: who decides about each, what it reports, and commands to it.
 *
 * @module
 */
import type {
  PointCommanded,
  PointCommandEnded,
  PointConnected,
  PointReported,
} from "./charging_facts.ts";
import {
  CHARGING_COMMAND_ENDS,
  CHARGING_COMMANDS,
  CHARGING_LINKS,
  CHARGING_POINTS,
  CHARGING_STATED,
  POINT_REPORTED,
  POINT_STANDING,
} from "./charging_tables.ts";
import { compareRows } from "./fact_rows.ts";
import { type Fold, type FoldRows, type LogFact, toggled } from "./fold.ts";
import type { Cell, Row, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Where a fact stands, as columns. */
function placeOf({ fact, stamp, log: name, seq }: LogFact) {
  return { stamp, name, seq, id: idBytes(fact.id) };
}

/** Puts a row in or takes it out. */
function toggleRow(
  rows: FoldRows,
  table: TableSchema,
  { row, sign }: { readonly row: Row; readonly sign: 1 | -1 },
): void {
  if (sign === 1) rows.put(table, row);
  else rows.delete(table, table.key.map((column) => row[column] ?? null));
}

/** The last row with a prefix in the primary key's order. */
function lastRow(
  rows: FoldRows,
  table: TableSchema,
  prefix: readonly Cell[],
): Row | undefined {
  return rows.scan(table, { prefix, reverse: true, limit: 1 })[0];
}

/** Registrations, from `PointConnected`. */
export const pointConnectedFold: Fold<PointConnected> = toggled(
  (rows, placed, sign) => {
    const { fact, logNumber: log } = placed;
    const { site, point, at, dialect, connectors, location, price } = fact;
    const place = placeOf(placed);
    const { hardware } = fact;
    const link = {
      site,
      point,
      verified: dialect === "unverified" ? 0 : 1,
      ...place,
      log,
      at,
      dialect,
      connectors,
      hardware: hardware === undefined ? null : JSON.stringify(hardware),
    };
    toggleRow(rows, CHARGING_LINKS, { row: link, sign });
    const stated = (field: string, cells: Row) => {
      const row = { site, point, field, ...place, ...NOTHING_STATED, ...cells };
      toggleRow(rows, CHARGING_STATED, { row, sign });
    };
    if (location !== undefined) stated("location", { location });
    if (price !== undefined) stated("price", { price });
    reviewPoint(rows, site, point);
  },
);

const NOTHING_STATED: Row = { location: null, price: null };

/** Makes a point's row from all that was ever said of it. */
function reviewPoint(rows: FoldRows, site: string, point: string): void {
  const link = lastRow(rows, CHARGING_LINKS, [site, point]);
  if (link === undefined) return rows.delete(CHARGING_POINTS, [site, point]);
  const { stamp, name, seq, id, at, dialect, connectors, hardware } = link;
  const stated = (field: "location" | "price") =>
    lastRow(rows, CHARGING_STATED, [site, point, field])?.[field] ?? null;
  const isVerified = link["verified"] === 1;
  const closed = [site, point, 0, "connection", linkText(id as Uint8Array)];
  const newest = isVerified
    ? lastRow(rows, CHARGING_LINKS, [site, point, 0])
    : undefined;
  const last = newest !== undefined && compareRows(newest, link) > 0
    ? newest
    : link;
  const removed = rows.get(POINT_STANDING, [site, point, 0, "listed", ""]);
  rows.put(CHARGING_POINTS, {
    site,
    point,
    log: isVerified ? link["log"] ?? null : null,
    link: id ?? null,
    stamp: stamp ?? null,
    name: name ?? null,
    seq: seq ?? null,
    at: at ?? null,
    dialect: dialect ?? null,
    location: stated("location"),
    price: stated("price"),
    connectors: connectors ?? null,
    hardware: hardware ?? null,
    connected: isVerified && lastRow(rows, POINT_REPORTED, closed) === undefined
      ? 1
      : 0,
    removed: removed !== undefined && compareRows(removed, last) > 0 ? 1 : 0,
  });
}

/** A connection's id as reports of its end name it. */
function linkText(id: Uint8Array): string {
  return id.toHex();
}

/** Something that is said of a point. */
interface Report {
  readonly site: string;
  readonly point: string;
  readonly connector: number;
  readonly aspect: string;
  readonly cause: string;
  readonly value: string;
  readonly code: string | null;
}

function toggleReport(
  rows: FoldRows,
  report: Report,
  { placed, sign }: { readonly placed: LogFact; readonly sign: 1 | -1 },
): void {
  const row: Row = { ...report, ...placeOf(placed), at: placed.fact.at };
  toggleRow(rows, POINT_REPORTED, { row, sign });
  const { site, point, connector, aspect, cause } = report;
  if (aspect === "connection") return;
  const key = [site, point, connector, aspect, cause];
  const standing = rows.get(POINT_STANDING, key);
  if (sign === 1) {
    if (standing === undefined || compareRows(standing, row) < 0) {
      rows.put(POINT_STANDING, row);
    }
  } else if (standing !== undefined && compareRows(standing, row) === 0) {
    const next = lastRow(rows, POINT_REPORTED, key);
    if (next === undefined) rows.delete(POINT_STANDING, key);
    else rows.put(POINT_STANDING, next);
  }
}

/** Reports, from `PointReported`. */
export const pointReportedFold: Fold<PointReported> = toggled(
  (rows, placed, sign) => {
    const { site, point, connector, aspect, value, code = null } = placed.fact;
    const { cause, link } = placed.fact;
    const report = {
      site,
      point,
      connector,
      aspect,
      cause: link === undefined ? cause ?? "" : linkText(idBytes(link)),
      value,
      code,
    };
    toggleReport(rows, report, { placed, sign });
    if (aspect === "connection" || aspect === "listed") {
      reviewPoint(rows, site, point);
    }
  },
);

/** What became of a command, by the least word about it. */
function outcomeOf(rows: FoldRows, command: Uint8Array, site: string) {
  const prefix = [command, site];
  const [end] = rows.scan(CHARGING_COMMAND_ENDS, { prefix, limit: 1 });
  return {
    state: end?.["outcome"] ?? "waiting",
    answer: end?.["answer"] ?? null,
  };
}

/** Commands, from `PointCommanded`. */
export const pointCommandedFold: Fold<PointCommanded> = toggled(
  (rows, placed, sign) => {
    const { fact, log: name, logNumber: log } = placed;
    const { site, point, at, command, cause, session, args, by } = fact;
    const id = idBytes(fact.id);
    const row = {
      id,
      site,
      name,
      log,
      at,
      point,
      command,
      cause: cause ?? null,
      session: session === undefined ? null : idBytes(session),
      args: args ?? null,
      "expires_at": fact.expiresAt,
      by: by === undefined ? null : JSON.stringify(by),
      ...outcomeOf(rows, id, site),
    };
    toggleRow(rows, CHARGING_COMMANDS, { row, sign });
    if (cause === undefined) return;
    const value = command === "stop" ? "set" : "lifted";
    const of = { site, point, connector: 0, aspect: "stop", cause };
    toggleReport(rows, { ...of, value, code: null }, { placed, sign });
  },
);

/** What became of commands, from `PointCommandEnded`. */
export const pointCommandEndedFold: Fold<PointCommandEnded> = toggled(
  (rows, placed, sign) => {
    const { site, outcome, answer = null } = placed.fact;
    const command = idBytes(placed.fact.command);
    const row = { command, site, ...placeOf(placed), outcome, answer };
    toggleRow(rows, CHARGING_COMMAND_ENDS, { row, sign });
    const end = outcomeOf(rows, command, site);
    const prefix = [command, site];
    for (const known of rows.scan(CHARGING_COMMANDS, { prefix })) {
      rows.put(CHARGING_COMMANDS, { ...known, ...end });
    }
  },
);
