/**
 * A charging session as its facts make it: which fact of each kind counts, and what follows for whoever shows it. Pure:
 * `charging.ts` keeps the rows.
 *
 * @module
 */
import type {
  ChargeRefusal,
  ChargeSource,
  KeptSession,
  RecordPosition,
  SessionOutcome,
  Tariff,
} from "./charging_facts.ts";
import { type DriverId, MANUAL_DRIVERS, type PointId } from "./charging_ids.ts";
import { compareOrder, type FactOrder } from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";

/** What a session's facts are of. */
export const SESSION_PARTS = [
  "authorized",
  "informed",
  "started",
  "metered",
  "ended",
] as const;
/** What a session's fact is of. `ended` is also of one that was undone before its driver heard of it. */
export type SessionPart = typeof SESSION_PARTS[number];

/** What every part of a session has. */
export interface PartBase {
  /** Where its fact stands; the id is empty where the session names it already. */
  readonly order: FactOrder;
  /** When it happened, in microseconds since 1970. */
  readonly at: number;
  /** The point. */
  readonly point: PointId;
}

/** A request was accepted. */
export interface AuthorizedPart extends PartBase {
  /** The request. */
  readonly request: FactId;
  /** The connector. */
  readonly connector: number;
  /** Who. */
  readonly driver: DriverId;
  /** Who brought it. */
  readonly source: ChargeSource;
  /** When the reservation runs out; null for never. */
  readonly expiresAt: number | null;
}

/** The equipment knows of it. */
export interface InformedPart extends PartBase {
  /** Who. */
  readonly driver: DriverId;
  /** True if the driver is not to be told. */
  readonly quiet: boolean;
}

/** Energy flows. */
export interface StartedPart extends PartBase {
  /** The connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** Who told of it. */
  readonly source: ChargeSource;
  /** The number of the OCPP transaction. */
  readonly transaction: number | null;
  /** The price that counts. */
  readonly tariff: Tariff | null;
  /** The meter's reading at the start. */
  readonly meterStart: number | null;
  /** Where the record stood that told it; null if it came otherwise. */
  readonly position: RecordPosition | null;
}

/** How far it is. */
export interface MeteredPart extends PartBase {
  /** Watt-hours. */
  readonly energy: number;
  /** Money. */
  readonly amount: number;
  /** Where the newest record stood; null if it came otherwise. */
  readonly position: RecordPosition | null;
}

/** It is over. */
export interface EndedPart extends PartBase {
  /** The connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** How; `freed` if it was undone before its driver heard of it. */
  readonly outcome: SessionOutcome | "freed";
  /** The original wire's words; null for a ticket. */
  readonly words: string | null;
  /** Why it was undone. */
  readonly refusal: ChargeRefusal | null;
  /** Watt-hours. */
  readonly energy: number;
  /** Money. */
  readonly amount: number;
  /** The business date; null of one that was undone. */
  readonly date: string | null;
  /** ISO 4217 code; null of one that was undone. */
  readonly currency: string | null;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** True if the equipment's own price differs from the registered one. */
  readonly priceDiffers: boolean;
  /** True if nobody vouches for the figures. */
  readonly unauthenticated: boolean;
  /** Where the last record stood that the figures hold; null if none came from a topic. */
  readonly position: RecordPosition | null;
  /** Other words. */
  readonly reason: string | null;
  /** The session that was kept in its place. */
  readonly kept: KeptSession | null;
  /** True if the driver is told nothing. */
  readonly quiet: boolean;
}

/** The fact of each kind that counts. */
export interface SessionParts {
  /** A request was accepted. */
  readonly authorized?: AuthorizedPart | undefined;
  /** The equipment knows of it. */
  readonly informed?: InformedPart | undefined;
  /** Energy flows. */
  readonly started?: StartedPart | undefined;
  /** How far it is. */
  readonly metered?: MeteredPart | undefined;
  /** It is over. */
  readonly ended?: EndedPart | undefined;
}

/** Where a session stands. */
export type SessionStatus = "authorized" | "charging" | "ended";

/** A session. */
export interface ChargingSession extends SessionParts {
  /** Its id. */
  readonly id: FactId;
  /** Where. */
  readonly site: SiteCode;
  /** The point. */
  readonly point: PointId;
  /** The connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** When it was authorized, or first heard of. */
  readonly at: number;
  /** Where it stands. */
  readonly status: SessionStatus;
  /** Energy so far as it is durable, or in all. */
  readonly energy: number;
  /** Money so far as it is durable, or in all. */
  readonly amount: number;
}

/**
 * Puts a session together.
 *
 * @param site Where.
 * @param id Its id.
 * @param parts The facts of it that count; at least one.
 * @returns The session; undefined if nothing is known of it.
 */
export function joinSession(
  site: SiteCode,
  id: FactId,
  parts: SessionParts,
): ChargingSession | undefined {
  const { authorized, informed, started, metered, ended } = parts;
  const first = authorized ?? started ?? ended ?? metered ?? informed;
  if (first === undefined) return undefined;
  const placed = authorized ?? started ?? ended;
  const isCharging = started !== undefined || metered !== undefined;
  return {
    ...parts,
    id,
    site,
    point: first.point,
    connector: placed?.connector ?? 1,
    driver: authorized?.driver ?? informed?.driver ?? started?.driver ??
      ended?.driver ?? null,
    at: first.at,
    status: ended !== undefined
      ? "ended"
      : isCharging
      ? "charging"
      : "authorized",
    energy: (ended ?? metered)?.energy ?? 0,
    amount: (ended ?? metered)?.amount ?? 0,
  };
}

/**
 * Whether a fact of a session counts rather than another one of its kind: of readings the greater one, of all others the
 * lesser in (stamp, log, seq).
 *
 * @param part Their kind.
 * @param one A fact.
 * @param other Another.
 */
export function isBetter<P extends SessionPart>(
  part: P,
  one: NonNullable<SessionParts[P]>,
  other: NonNullable<SessionParts[P]>,
): boolean {
  if (part === "metered") {
    const [a, b] = [one as MeteredPart, other as MeteredPart];
    if (a.energy !== b.energy) return a.energy > b.energy;
    if (a.amount !== b.amount) return a.amount > b.amount;
  }
  return compareOrder(one.order, other.order) < 0;
}

/**
 * What orders sessions among each other: the first fact that is known of each.
 *
 * @param session A session.
 * @returns Its place.
 */
export function sessionOrder(session: SessionParts): FactOrder {
  const { authorized, started, ended, metered, informed } = session;
  const first = authorized ?? started ?? ended ?? metered ?? informed;
  return first?.order ?? { stamp: "", log: "", seq: 0, id: "" };
}

/** A word to a driver that follows from a session. */
export interface SessionNotice {
  /** What it says. */
  readonly kind: "authorized" | "denied" | "ticket" | "error" | "again";
  /** When. */
  readonly at: number;
  /** The session that it is about. */
  readonly session: FactId;
  /** The point. */
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

/** Where the fact stands that makes a word. */
function madeBy({ order: { log, seq } }: PartBase) {
  return { name: log, seq };
}

/** Whether the driver was told, or is to be, that he may charge. */
function isTold({ informed }: SessionParts): boolean {
  return informed !== undefined && !informed.quiet;
}

/**
 * The word that a driver may charge.
 *
 * @param session A session.
 * @returns The word; undefined if there is none.
 */
export function beginNotice(
  session: ChargingSession,
): SessionNotice | undefined {
  const { informed, driver, id, point } = session;
  if (informed === undefined || driver === null || !isTold(session)) {
    return undefined;
  }
  const plain = { words: null, energy: 0, amount: 0 };
  return {
    kind: "authorized",
    at: informed.at,
    session: id,
    point,
    driver,
    ...plain,
    ...madeBy(informed),
  };
}

/** How a supply of a guest ends that is told of: its equipment fails, or is lost. */
const TOLD_TO_GUESTS: readonly string[] = ["fault", "disconnected"];

/** Whether the driver of a supply that nobody asked for is told nothing of its end: he has no program. */
function isUntoldGuest(
  { authorized, ended }: SessionParts,
  driver: string,
): boolean {
  return authorized === undefined && MANUAL_DRIVERS.includes(driver) &&
    !TOLD_TO_GUESTS.includes(ended?.outcome ?? "");
}

/**
 * The word that a session is over. Who was told of its beginning is told of its end, whatever made that.
 *
 * @param session A session.
 * @returns The word; undefined if there is none.
 */
export function endNotice(session: ChargingSession): SessionNotice | undefined {
  const { ended, informed, driver, id, point } = session;
  if (ended === undefined || driver === null) return undefined;
  if (isUntoldGuest(session, driver)) return undefined;
  if (ended.quiet && !isTold(session)) return undefined;
  const { outcome, words, energy, amount } = ended;
  const kind = outcome === "completed"
    ? "ticket"
    : outcome === "freed" && !isTold(session)
    ? "denied"
    : "error";
  const at = Math.max(ended.at, informed?.at ?? ended.at);
  return {
    ...{ kind, at, session: id, point, driver, words, energy, amount },
    ...madeBy(ended),
  };
}

/**
 * The word to a driver whose session was kept that he may charge indeed, for he may have taken the other's end for his.
 *
 * @param session The session that was displaced.
 * @returns The word; undefined if there is none.
 */
export function againNotice(
  session: ChargingSession,
): SessionNotice | undefined {
  const kept = session.ended?.kept ?? null;
  const end = endNotice(session);
  if (kept === null || kept.driver === null || end === undefined) {
    return undefined;
  }
  return {
    kind: "again",
    at: end.at,
    session: kept.session,
    point: kept.point,
    driver: kept.driver,
    words: null,
    energy: 0,
    amount: 0,
    ...{ name: end.name, seq: end.seq },
  };
}
