/**
 * How a charging session stands in its row: each part as short JSON, without what the row or its kind says already.
 *
 * @module
 */
import type { DriverId, PointId } from "./charging_ids.ts";
import {
  type ChargingSession,
  SESSION_PARTS,
  type SessionPart,
  type SessionParts,
  type SessionStatus,
} from "./charging_session.ts";
import type { FactOrder } from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { Cell, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** What a part's fields are where nothing is written. */
const PLAIN: Readonly<Record<SessionPart, Readonly<Record<string, unknown>>>> =
  {
    authorized: { expiresAt: null },
    informed: { quiet: false },
    started: {
      transaction: null,
      tariff: null,
      meterStart: null,
      position: null,
    },
    metered: { position: null },
    ended: {
      words: null,
      refusal: null,
      energy: 0,
      amount: 0,
      date: null,
      currency: null,
      exponent: 0,
      position: null,
      priceDiffers: false,
      unauthenticated: false,
      reason: null,
      kept: null,
      quiet: false,
    },
  };

/** Which fields of a part the row has too. */
const SHARED: Readonly<Record<SessionPart, readonly string[]>> = {
  authorized: ["point", "connector", "driver"],
  informed: ["point", "driver"],
  started: ["point", "connector", "driver"],
  metered: ["point"],
  ended: ["point", "connector", "driver"],
};

function encodePart(session: ChargingSession, part: SessionPart) {
  const value = session[part];
  if (value === undefined) return null;
  const { order, ...fields } = value;
  const { stamp, log, seq, id } = order;
  const [plain, shared] = [PLAIN[part], SHARED[part]];
  const place = id === "" ? [stamp, log, seq] : [stamp, log, seq, id];
  const written: Record<string, unknown> = { in: place };
  for (const [name, field] of Object.entries(fields)) {
    const isSaid = shared.includes(name)
      ? field === session[name as keyof ChargingSession]
      : name in plain && field === plain[name];
    if (!isSaid) written[name] = field;
  }
  return sortedJson(written);
}

/**
 * JSON that is the same however the value was put together.
 *
 * @param value A part of a session.
 * @returns The text, fields in the order of their names.
 */
export function sortedJson(value: object): string {
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(Object.fromEntries(fields));
}

function decodePart<P extends SessionPart>(
  row: Row,
  part: P,
): SessionParts[P] {
  const text = row[part];
  if (typeof text !== "string") return undefined;
  const { in: place, ...fields } = JSON.parse(text) as
    & Record<string, unknown>
    & {
      in: [string, string, number, string?];
    };
  const [stamp, log, seq, id = ""] = place;
  const order: FactOrder = { stamp, log, seq, id };
  const value: Record<string, unknown> = { order, ...PLAIN[part] };
  for (const name of SHARED[part]) value[name] = row[name] ?? null;
  return Object.assign(value, fields) as unknown as SessionParts[P];
}

/** What a session's row was before one part of it changed. */
export interface SessionRowBefore {
  /** The row. */
  readonly row: Row | undefined;
  /** The part that has changed since. */
  readonly part: SessionPart;
}

/**
 * A session's row.
 *
 * @param session The session.
 * @param before Its row before; then the other parts are not written anew.
 * @returns A row of `CHARGE_SESSIONS`.
 */
export function sessionRow(
  session: ChargingSession,
  before?: SessionRowBefore,
): Row {
  const { id, site, point, connector, driver, at, status } = session;
  const row = before?.row;
  const isKept = row !== undefined && row["point"] === point &&
    row["connector"] === connector && row["driver"] === driver;
  const of: Record<string, Cell> = { id: idBytes(id), site, point, connector };
  Object.assign(of, { driver, at, status });
  for (const part of SESSION_PARTS) {
    of[part] = isKept && part !== before?.part
      ? row[part] ?? null
      : encodePart(session, part);
  }
  return of;
}

/**
 * A session of its row.
 *
 * @param row A row of `CHARGE_SESSIONS`.
 * @returns The session.
 */
export function readSession(row: Row): ChargingSession {
  const parts: SessionParts = {
    authorized: decodePart(row, "authorized"),
    informed: decodePart(row, "informed"),
    started: decodePart(row, "started"),
    metered: decodePart(row, "metered"),
    ended: decodePart(row, "ended"),
  };
  return {
    ...parts,
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    point: row["point"] as PointId,
    connector: Number(row["connector"]),
    driver: row["driver"] as DriverId | null,
    at: Number(row["at"]),
    status: row["status"] as SessionStatus,
    energy: (parts.ended ?? parts.metered)?.energy ?? 0,
    amount: (parts.ended ?? parts.metered)?.amount ?? 0,
  };
}
