/**
 * Facts of charging: points that connected and what they report, drivers' requests and sessions from their beginning to
 * their end, commands, and credentials. All stand in their site's space. Energy is whole watt-hours, money whole units of
 * the fact's `exponent`. Their schemas stand in `charging_schemas.ts`, what they do in `charging.ts` and its neighbors.
 *
 * @module
 */
import type { DriverId, PointId } from "./charging_ids.ts";
import type { FactBase } from "./fact_fields.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { WattHours } from "./quantity.ts";
import type { TransactionStop } from "./charging_transaction.ts";
import type { Actor } from "./tender.ts";

/** Greatest number of a connector. */
export const CONNECTOR_MAX = 1000;
/** Longest arguments of a command, and longest answer to one, in UTF-16 units of JSON. */
export const CHARGING_JSON_MAX = 65_536;
/** Most notifications that one fact confirms. */
export const TOLD_MAX = 512;

/** How points' connections speak. */
export const POINT_DIALECTS = ["text", "framed", "ocpp", "unverified"] as const;
/**
 * How a point's connection speaks: text without frames (P), text in frames (F and S, which differ on other ports alone),
 * OCPP 1.6J, or `unverified` if only telemetry was ever heard of it (C-48).
 */
export type PointDialect = typeof POINT_DIALECTS[number];

/** Who put a point out of service. */
export const STOP_CAUSES = ["operator", "weather", "revoked"] as const;
/** Who put a point out of service. Each is set and lifted by itself. */
export type StopCause = typeof STOP_CAUSES[number];

/** Who brings requests. */
export const CHARGE_SOURCES = [
  "kafka",
  "http",
  "ocpp",
  "operator",
  "equipment",
] as const;
/** Who brought a request; `equipment` for a supply that nobody asked for. */
export type ChargeSource = typeof CHARGE_SOURCES[number];

/** Why a driver is refused. */
export const CHARGE_REFUSALS = [
  "driver_invalid",
  "driver_busy",
  "driver_blocked",
  "point_busy",
  "point_unknown",
  "point_unready",
  "point_unreachable",
  "request_invalid",
  "overloaded",
] as const;
/** Why a driver was refused; the reason of the original wire stands beside it. */
export type ChargeRefusal = typeof CHARGE_REFUSALS[number];

/** How sessions end. */
export const SESSION_OUTCOMES = [
  "completed",
  "fault",
  "disconnected",
  "stopped",
  "expired",
  "cancelled",
  "displaced",
] as const;
/**
 * How a session ended; exactly one ends each. `completed`: as it should, with a ticket. `fault`: the equipment is faulty, or
 * was silent for too long. `disconnected`: its monitor's connection was lost. `stopped`: the point was put out of service.
 * `expired`: the reservation ran out (C-30). `cancelled`: the driver left before the supply began (C-31), or an operator or
 * the equipment cancelled it. `displaced`: another session of the point or driver, made apart, was kept (11.5).
 */
export type SessionOutcome = typeof SESSION_OUTCOMES[number];

/** Where in a topic a record stood. A replay has both figures not above what was taken before. */
export interface RecordPosition {
  /** Its offset. */
  readonly offset: number;
  /** Its timestamp in milliseconds since 1970, as its producer gave it. */
  readonly timestamp: number;
}

/** Price of energy. Amounts that equipment computed itself are never computed again (C-21). */
export interface Tariff {
  /** Per kWh, in 1/10,000 of the currency's unit: EUR 0.25 is 2500. */
  readonly energy: number;
  /** Per session, in minor units. */
  readonly session: number;
  /** Per begun minute of a session, in 1/10,000 of the currency's unit. */
  readonly minute: number;
}

/** What OCPP equipment says of itself. */
export interface PointHardware {
  /** Who made it. */
  readonly vendor: string;
  /** Which model. */
  readonly model: string;
  /** Its serial number. */
  readonly serial?: string | undefined;
  /** Its firmware's version. */
  readonly firmware?: string | undefined;
}

/** What every fact of charging has. */
export interface ChargingBase extends FactBase {
  /** Where. */
  readonly site: SiteCode;
}

/**
 * A point's equipment registered with the node that writes this: it decides the point's sessions from now on. With the
 * dialect `unverified` somebody only heard of the point, and nobody decides.
 */
export interface PointConnected extends ChargingBase {
  /** The kind. */
  readonly type: "PointConnected";
  /** Which point. */
  readonly point: PointId;
  /** How it speaks. */
  readonly dialect: PointDialect;
  /** Where it is; left out to keep what is known. */
  readonly location?: string | undefined;
  /** Its price per kWh in 1/10,000 of the currency's unit; left out to keep what is known. */
  readonly price?: number | undefined;
  /** How many connectors it has. */
  readonly connectors: number;
  /** What OCPP equipment says of itself. */
  readonly hardware?: PointHardware | undefined;
}

/** What points report. */
export const POINT_ASPECTS = [
  "connection",
  "health",
  "service",
  "stop",
  "listed",
] as const;
/**
 * What a report is of: `connection` (closed), `health` (ok, faulted), `service` (stopped, running, unconfirmed: what the
 * equipment makes of a command), `stop` (set, lifted: a cause without a command), `listed` (removed).
 */
export type PointAspect = typeof POINT_ASPECTS[number];
/** What reports say. */
export const POINT_REPORTS = [
  "closed",
  "ok",
  "faulted",
  "stopped",
  "running",
  "unconfirmed",
  "set",
  "lifted",
  "removed",
] as const;
/** What a report says. */
export type PointReport = typeof POINT_REPORTS[number];

/** Something about a point has changed. Of several reports of one aspect the newest by (stamp, log, seq) counts. */
export interface PointReported extends ChargingBase {
  /** The kind. */
  readonly type: "PointReported";
  /** Which point. */
  readonly point: PointId;
  /** Which connector; 0 for the whole point. */
  readonly connector: number;
  /** Of what. */
  readonly aspect: PointAspect;
  /** What. */
  readonly value: PointReport;
  /** For `stop`: which. */
  readonly cause?: StopCause | undefined;
  /** For `health`: the equipment's word for the fault. */
  readonly code?: string | undefined;
  /** For `connection`: the `PointConnected` that is over. */
  readonly link?: FactId | undefined;
}

/** A word to a point. `stop` and `resume` set and lift their cause, whatever becomes of the word. */
export interface PointCommanded extends ChargingBase {
  /** The kind. */
  readonly type: "PointCommanded";
  /** Which point. */
  readonly point: PointId;
  /** `stop`, `resume`, `end`, or a command of the point's protocol. */
  readonly command: string;
  /** For `stop` and `resume`: which. */
  readonly cause?: StopCause | undefined;
  /** For `end`: which session. */
  readonly session?: FactId | undefined;
  /** JSON of the arguments. */
  readonly args?: string | undefined;
  /** Microseconds since 1970 from which on nobody is told any more. */
  readonly expiresAt: number;
  /** Who. */
  readonly by?: Actor | undefined;
}

/** What becomes of words to equipment. */
export const COMMAND_OUTCOMES = [
  "confirmed",
  "refused",
  "silent",
  "failed",
  "expired",
] as const;
/** What became of a word to equipment. */
export type CommandOutcome = typeof COMMAND_OUTCOMES[number];

/** What became of a command. */
export interface PointCommandEnded extends ChargingBase {
  /** The kind. */
  readonly type: "PointCommandEnded";
  /** Which point. */
  readonly point: PointId;
  /** The command. */
  readonly command: FactId;
  /** What the equipment made of it. */
  readonly outcome: CommandOutcome;
  /** JSON of its answer. */
  readonly answer?: string | undefined;
}

/** A driver's request reached a node that does not decide about the point. Its id is the request's. */
export interface ChargeRequested extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeRequested";
  /** Which point. */
  readonly point: PointId;
  /** Which connector; any if left out. */
  readonly connector?: number | undefined;
  /** Who. */
  readonly driver: DriverId;
  /** Who brought it. */
  readonly source: ChargeSource;
  /** Microseconds since 1970 from which on it counts as refused. */
  readonly expiresAt: number;
  /** How long a reservation holds, in milliseconds; the setting if left out. */
  readonly holdMs?: number | undefined;
  /** False if the equipment itself asked and need not be told. */
  readonly tellPoint?: boolean | undefined;
}

/** A driver's request was refused. Its id follows from the request's. */
export interface ChargeRefused extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeRefused";
  /** The request. */
  readonly request: FactId;
  /** The point, as the request named it. */
  readonly point: string;
  /** The driver, as the request named it. */
  readonly driver: string;
  /** Why. */
  readonly refusal: ChargeRefusal;
  /** The original wire's words. */
  readonly words: string;
  /** True if nobody is to be told. */
  readonly quiet?: boolean | undefined;
}

/** A driver's request was accepted: a session exists. Its id is the session's and follows from the request's. */
export interface ChargeAuthorized extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeAuthorized";
  /** The request. */
  readonly request: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Which connector. */
  readonly connector: number;
  /** Who. */
  readonly driver: DriverId;
  /** Who brought it. */
  readonly source: ChargeSource;
  /** Microseconds since 1970 at which the reservation runs out; left out for never. */
  readonly expiresAt?: number | undefined;
}

/** The equipment knows of a session's driver: now he may be told. Its id follows from the session's. */
export interface PointInformed extends ChargingBase {
  /** The kind. */
  readonly type: "PointInformed";
  /** The session. */
  readonly session: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Who. */
  readonly driver: DriverId;
  /** True if the driver is not to be told. */
  readonly quiet?: boolean | undefined;
}

/** A session was undone before its driver heard of it: he is refused instead. Its id is that of the session's end. */
export interface ChargeFreed extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeFreed";
  /** The session. */
  readonly session: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Which connector. */
  readonly connector: number;
  /** Who. */
  readonly driver: DriverId;
  /** Why. */
  readonly refusal: ChargeRefusal;
  /** The original wire's words. */
  readonly words: string;
  /** True if nobody is to be told: another node has refused the request already. */
  readonly quiet?: boolean | undefined;
}

/** Energy flows. Its id follows from the session's; the session is a new one if nobody asked for the supply. */
export interface ChargeStarted extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeStarted";
  /** The session. */
  readonly session: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Which connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** Who told of it, for a supply that nobody asked for. */
  readonly source: ChargeSource;
  /** Where the record stood in its topic. */
  readonly position?: RecordPosition | undefined;
  /** True if that record said that a supply begins; a reading may be the first that is heard of one. */
  readonly begins?: boolean | undefined;
  /** The number of the OCPP transaction. */
  readonly transaction?: number | undefined;
  /** The price that counts, where the equipment computes none. */
  readonly tariff?: Tariff | undefined;
  /** The meter's reading at the start, in watt-hours. */
  readonly meterStart?: number | undefined;
}

/** How far a supply is. Of several readings the greatest counts. */
export interface ChargeMetered extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeMetered";
  /** The session. */
  readonly session: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Energy since the start. */
  readonly energy: WattHours;
  /** Money since the start. */
  readonly amount: number;
  /** Where the newest record stood in its topic. */
  readonly position?: RecordPosition | undefined;
  /** True if that record said that a supply begins: another one than the session began with. */
  readonly begins?: boolean | undefined;
}

/** A session is over. Its id follows from the session's: of several ends the least in (stamp, log, seq) counts. */
export interface ChargeEnded extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeEnded";
  /** The session. */
  readonly session: FactId;
  /** Which point. */
  readonly point: PointId;
  /** Which connector. */
  readonly connector: number;
  /** Who; null if nobody knows. */
  readonly driver: DriverId | null;
  /** The business date of the end, `YYYY-MM-DD`. */
  readonly date: string;
  /** How. */
  readonly outcome: SessionOutcome;
  /** The original wire's words; left out for a ticket. */
  readonly words?: string | undefined;
  /** Energy in all. */
  readonly energy: WattHours;
  /** Money in all. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** True if the equipment's own price differs from the registered one. */
  readonly priceDiffers?: boolean | undefined;
  /** True if nobody vouches for the figures. */
  readonly unauthenticated?: boolean | undefined;
  /** Where the last record stood in its topic that the figures hold. */
  readonly position?: RecordPosition | undefined;
  /** Why an OCPP transaction ended, and other words to keep. */
  readonly reason?: string | undefined;
  /** For `displaced`: the session that was kept. */
  readonly kept?: KeptSession | undefined;
  /** True if the driver is told nothing; he is all the same if he was told of the session's beginning. */
  readonly quiet?: boolean | undefined;
}

/** The session that was kept where another was displaced. */
export interface KeptSession {
  /** The session. */
  readonly session: FactId;
  /** Its point. */
  readonly point: PointId;
  /** Its driver; null if nobody knows. */
  readonly driver: DriverId | null;
}

/**
 * Energy that equipment told of and no session holds. With a session that was over already, the figures are what that
 * session has come to in all: of several the greatest counts, and what its end holds is no part of it. With a stop it tells
 * of a transaction that the node did not know: where its session is known, it is an end of that session and nothing else.
 * Without either it is a total of the supply that began last before its position, where that is known.
 */
export interface EnergyCounted extends ChargingBase {
  /** The kind. */
  readonly type: "EnergyCounted";
  /** Which point. */
  readonly point: PointId;
  /** The session that was over already. */
  readonly session?: FactId | undefined;
  /** The end of an OCPP transaction whose session was not known. */
  readonly stop?: TransactionStop | undefined;
  /** The driver, as the equipment named him. */
  readonly driver?: string | undefined;
  /** The business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Energy; of a session, in all. */
  readonly energy: WattHours;
  /** Money; of a session, in all. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** Where the record stood in its topic. */
  readonly position?: RecordPosition | undefined;
}

/** Notifications are on the topic. */
export interface ChargeTold extends ChargingBase {
  /** The kind. */
  readonly type: "ChargeTold";
  /** Which. */
  readonly notices: readonly FactId[];
}

/** A point was given credentials. The key is a secret: it is never shown where facts are. */
export interface PointCredential extends ChargingBase {
  /** The kind. */
  readonly type: "PointCredential";
  /** Which point. */
  readonly point: PointId;
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly tokenHash: string;
  /** The key of its telemetry, as its registry gave it out. */
  readonly key: string;
}

/** All credentials that a point was given before are void. */
export interface PointCredentialRevoked extends ChargingBase {
  /** The kind. */
  readonly type: "PointCredentialRevoked";
  /** Which point. */
  readonly point: PointId;
  /** Who. */
  readonly by?: Actor | undefined;
}

/** A fact of charging. */
export type ChargingFact =
  | PointConnected
  | PointReported
  | PointCommanded
  | PointCommandEnded
  | ChargeRequested
  | ChargeRefused
  | ChargeAuthorized
  | PointInformed
  | ChargeFreed
  | ChargeStarted
  | ChargeMetered
  | ChargeEnded
  | EnergyCounted
  | ChargeTold
  | PointCredential
  | PointCredentialRevoked;
