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
import type { Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** What a part's fields are where nothing is written. */
const PLAIN: Readonly<Record<SessionPart, Readonly<Record<string, unknown>>>> =
  {
    authorized: { expiresAt: null },
    informed: { quiet: false },
    started: { transaction: null, tariff: null, meterStart: null },
    metered: {},
    ended: {
      words: null,
      refusal: null,
      energy: 0,
      amount: 0,
      date: null,
      currency: null,
      exponent: 0,
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
  const of: Readonly<Record<string, unknown>> = { ...session };
  const rest = Object.entries(fields).filter(([name, field]) =>
    SHARED[part].includes(name)
      ? field !== of[name]
      : !(name in PLAIN[part]) || field !== PLAIN[part][name]
  );
  const place = id === "" ? [stamp, log, seq] : [stamp, log, seq, id];
  return sortedJson({ in: place, ...Object.fromEntries(rest) });
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

function decodePart(row: Row, part: SessionPart): unknown {
  const text = row[part];
  if (typeof text !== "string") return undefined;
  const { in: place, ...fields } = JSON.parse(text) as
    & Record<string, unknown>
    & {
      in: [string, string, number, string?];
    };
  const [stamp, log, seq, id = ""] = place;
  const order: FactOrder = { stamp, log, seq, id };
  const shared = SHARED[part].map((name) => [name, row[name] ?? null]);
  return { order, ...PLAIN[part], ...Object.fromEntries(shared), ...fields };
}

/**
 * A session's row.
 *
 * @param session The session.
 * @returns A row of `CHARGE_SESSIONS`.
 */
export function sessionRow(session: ChargingSession): Row {
  const { id, site, point, connector, driver, at, status } = session;
  const parts = SESSION_PARTS.map((part) => [part, encodePart(session, part)]);
  const of = { id: idBytes(id), site, point, connector, driver, at, status };
  return { ...of, ...Object.fromEntries(parts) as Row };
}

/**
 * A session of its row.
 *
 * @param row A row of `CHARGE_SESSIONS`.
 * @returns The session.
 */
export function readSession(row: Row): ChargingSession {
  const parts = Object.fromEntries(
    SESSION_PARTS.map((part) => [part, decodePart(row, part)]),
  ) as SessionParts;
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
