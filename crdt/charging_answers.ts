/**
 * Drivers' requests and words to drivers as views tell of them. Each answer reads as many rows as it gives, and a few
 * more.
 *
 * @module
 */
import type { ChargeRefusal, ChargeSource } from "./charging_facts.ts";
import {
  type DriverId,
  type PointId,
  sessionOfRequest,
} from "./charging_ids.ts";
import type { PointPlace } from "./charging_credentials.ts";
import type { ChargingSession } from "./charging_session.ts";
import { readSession } from "./charging_session_rows.ts";
import {
  CHARGE_NOTICES,
  CHARGE_REFUSED,
  CHARGE_REQUESTS,
  CHARGE_SESSIONS,
} from "./charging_tables.ts";
import { waitingBounds, type WaitingPage } from "./charging_waiting.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** What became of a request. */
export type RequestAnswer =
  | { readonly kind: "authorized"; readonly session: ChargingSession }
  | {
    readonly kind: "refused";
    readonly refusal: ChargeRefusal;
    readonly words: string;
    readonly at: number;
  };

/**
 * What became of a request: a session if it was ever authorized, else the least refusal.
 *
 * @param rows The rows.
 * @param site Where.
 * @param request The request.
 * @returns The answer; undefined while there is none.
 */
export function answerOf(
  rows: Reader,
  site: SiteCode,
  request: FactId,
): RequestAnswer | undefined {
  const id = idBytes(sessionOfRequest(request));
  const row = rows.get(CHARGE_SESSIONS, [id, site]);
  if (row !== undefined && row["authorized"] !== null) {
    return { kind: "authorized", session: readSession(row) };
  }
  return refusalOf(rows, site, request);
}

/**
 * The refusal of a request, also of one that was authorized elsewhere.
 *
 * @param rows The rows.
 * @param site Where.
 * @param request The request.
 * @returns The least refusal; undefined if there is none.
 */
export function refusalOf(
  rows: Reader,
  site: SiteCode,
  request: FactId,
): RequestAnswer & { readonly kind: "refused" } | undefined {
  const prefix = [idBytes(request), site];
  const [row] = rows.scan(CHARGE_REFUSED, { prefix, limit: 1 });
  if (row === undefined) return undefined;
  return {
    kind: "refused",
    refusal: row["refusal"] as ChargeRefusal,
    words: String(row["words"]),
    at: Number(row["at"]),
  };
}

/** A request that reached a node that does not decide. */
export interface RoutedRequest extends PointPlace {
  /** Its id. */
  readonly id: FactId;
  /** This node's number of the log that holds it. */
  readonly log: number;
  /** When it came. */
  readonly at: number;
  /** Which connector; null for any. */
  readonly connector: number | null;
  /** Who. */
  readonly driver: DriverId;
  /** Who brought it. */
  readonly source: ChargeSource;
  /** From when on it counts as refused. */
  readonly expiresAt: number;
  /** How long a reservation holds; null for the setting. */
  readonly holdMs: number | null;
  /** Whether the equipment is to be told. */
  readonly tellPoint: boolean;
}

/**
 * Requests without an answer, those that run out first before others.
 *
 * @param rows The rows.
 * @param site Where.
 * @param page Which of them.
 */
export function unansweredRequests(
  rows: Reader,
  site: SiteCode,
  page: WaitingPage,
): RoutedRequest[] {
  const of = { index: "by_state", prefix: [site, 0] };
  return rows.scan(CHARGE_REQUESTS, { ...of, ...waitingBounds(page) })
    .map((row) => ({
      id: idText(row["id"] as Uint8Array),
      site,
      point: row["point"] as PointId,
      log: Number(row["log"]),
      at: Number(row["at"]),
      connector: row["connector"] as number | null,
      driver: row["driver"] as DriverId,
      source: row["source"] as ChargeSource,
      expiresAt: Number(row["expires_at"]),
      holdMs: row["hold_ms"] as number | null,
      tellPoint: row["tell"] === 1,
    }));
}

/** A word to a driver. */
export interface StoredNotice {
  /** Names it for ever. */
  readonly id: FactId;
  /** Where. */
  readonly site: SiteCode;
  /** Whether it is on the topic. */
  readonly told: boolean;
  /** When what it tells of happened. */
  readonly at: number;
  /** What it says: see `CHARGE_NOTICES`. */
  readonly kind: "authorized" | "denied" | "ticket" | "error" | "again";
  /** The session; null if a request was refused. */
  readonly session: FactId | null;
  /** The point, as the request named it. */
  readonly point: string;
  /** The driver. */
  readonly driver: string;
  /** The original wire's words; null where there are none. */
  readonly words: string | null;
  /** Watt-hours. */
  readonly energy: number;
  /** Money. */
  readonly amount: number;
  /** The log that made it. */
  readonly name: string;
  /** Where in that log. */
  readonly seq: number;
}

/**
 * A word to a driver of its row.
 *
 * @param row A row of `CHARGE_NOTICES`.
 */
export function readNotice(row: Row): StoredNotice {
  const session = row["session"] ?? null;
  return {
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    told: row["told"] === 1,
    at: Number(row["at"]),
    kind: row["kind"] as StoredNotice["kind"],
    session: session === null ? null : idText(session as Uint8Array),
    point: String(row["point"]),
    driver: String(row["driver"]),
    words: row["words"] as string | null,
    energy: Number(row["energy"]),
    amount: Number(row["amount"]),
    name: String(row["name"]),
    seq: Number(row["seq"]),
  };
}

/**
 * Words that nobody has marked as told, oldest first.
 *
 * @param rows The rows.
 * @param site Where.
 * @param limit The most to give.
 */
export function untoldNotices(
  rows: Reader,
  site: SiteCode,
  limit: number,
): StoredNotice[] {
  const prefix = [site, 0];
  return rows.scan(CHARGE_NOTICES, { index: "by_state", prefix, limit })
    .map(readNotice);
}
