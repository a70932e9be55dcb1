/**
 * Writing and reading the audit list of charging.
 *
 * @module
 */
import {
  CHARGING_AUDIT,
  type Clock,
  CONNECTION_ACTION,
  type FactId,
  ok,
  type Reader,
  type Row,
  type SiteCode,
  siteSpace,
  TEXT_LENGTH_MAX,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import type { Replica } from "../replica.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type {
  ChargingAct,
  ChargingAuditEntry,
  ChargingSecurity,
} from "./charging_security.ts";

/** Entries that are written a minute; more is not written, but counted in the next. */
export const NOTES_PER_MINUTE_MAX = 600;
/** Rows that are looked at for one page; a page may be short, and has a next one then. */
export const AUDIT_ROWS_MAX = 5_000;
/** A point's rows among which its first connection is looked for. */
const FIRST_ROWS_MAX = 64;
const MINUTE_MS = 60_000;

/** What the list works with. */
export interface AuditParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** The node's site; null if it has none. */
  readonly site: SiteCode | null;
  /** Time. */
  readonly clock: Pick<Clock, "monotonic">;
}

const cut = (text: string) =>
  text.toWellFormed().replaceAll("\u0000", "").slice(0, TEXT_LENGTH_MAX)
    .toWellFormed();

/**
 * Makes what writes entries.
 *
 * @param parts What it works with.
 * @returns Writes one; resolves when it is durable, or dropped.
 */
export function createNotes(
  { replica, site, clock }: AuditParts,
): ChargingSecurity["note"] {
  let since = clock.monotonic();
  let written = 0;
  let dropped = 0;
  return async (act: ChargingAct) => {
    if (site === null) return;
    if (clock.monotonic() - since >= MINUTE_MS) {
      since = clock.monotonic();
      written = 0;
    }
    if (written++ >= NOTES_PER_MINUTE_MAX) {
      dropped++;
      return;
    }
    const lost = dropped === 0 ? "" : ` (${dropped} more were not written)`;
    dropped = 0;
    const { action, point, source } = act;
    const text = cut(`${act.text ?? ""}${lost}`);
    await replica.decide((decision) => {
      decision.record(siteSpace(site), {
        type: "ChargingAudited",
        id: decision.newId(),
        at: decision.at,
        site,
        action,
        ...(point === undefined ? {} : { point }),
        ...(source === undefined ? {} : { source: cut(source) }),
        ...(text === "" ? {} : { text }),
      });
      return ok(null);
    });
  };
}

/** Whether a connection was a point's first, the first to its node's log, or one more. */
function connectionAction(rows: Reader, row: Row): string {
  const earlier = rows.scan(CHARGING_AUDIT, {
    index: "by_point",
    prefix: [row["site"] ?? null, row["point"] ?? null],
    limit: FIRST_ROWS_MAX,
  }).filter(({ action }) => action === CONNECTION_ACTION);
  const isSame = (it: Row | undefined) =>
    it !== undefined && it["id"] === row["id"] && it["log"] === row["log"];
  if (isSame(earlier[0])) return "CP_REGISTRO_INICIAL";
  return isSame(earlier.find(({ log }) => log === row["log"]))
    ? "CP_PRIMERA_CONEXION_SESION"
    : "CP_RECONEXION";
}

function entryOf(rows: Reader, row: Row): ChargingAuditEntry {
  const action = String(row["action"]);
  return {
    id: row["id"] as FactId,
    at: Number(row["at"]),
    site: row["site"] as SiteCode,
    action: action === CONNECTION_ACTION ? connectionAction(rows, row) : action,
    point: row["point"] as string | null,
    source: row["source"] as string | null,
    text: String(row["text"]),
  };
}

/**
 * Makes what reads the list.
 *
 * @param parts What it works with.
 * @returns Gives a page, newest first.
 */
export function createAuditReading(
  { replica, site }: AuditParts,
): ChargingSecurity["audit"] {
  return (query) => {
    const cursor = decodeCursor(query.cursor);
    const [at = 0, id = "", log = ""] = cursor ?? [];
    const below = cursor === undefined
      ? {}
      : { below: [Number(at), String(id), String(log)] };
    const rows = site === null ? [] : replica.reader.scan(CHARGING_AUDIT, {
      ...(query.point === undefined
        ? { prefix: [site] }
        : { index: "by_point", prefix: [site, query.point] }),
      ...below,
      reverse: true,
      limit: query.action === undefined ? query.limit + 1 : AUDIT_ROWS_MAX,
    });
    return pageOf(replica.reader, rows, query);
  };
}

function pageOf(
  reader: Reader,
  rows: readonly Row[],
  { limit, action }: Parameters<ChargingSecurity["audit"]>[0],
): Page<ChargingAuditEntry> {
  const items: ChargingAuditEntry[] = [];
  let last: Row | undefined;
  for (const row of rows) {
    if (items.length === limit) break;
    last = row;
    const entry = entryOf(reader, row);
    if (action === undefined || entry.action === action) items.push(entry);
  }
  const isMore = last !== undefined &&
    (last !== rows.at(-1) || rows.length >= AUDIT_ROWS_MAX);
  return {
    items,
    total: null,
    next: isMore && last !== undefined
      ? encodeCursor([
        Number(last["at"]),
        String(last["id"]),
        String(last["log"]),
      ])
      : null,
  };
}
