/**
 * Values of the topics of installed charging networks: requests of drivers, telemetry of engines, words to drivers, the
 * network's status, and commands to simulated engines. Decodes and encodes, nothing else.
 *
 * @module
 */

/** Requests of drivers. */
export const TOPIC_REQUESTS = "driver_requests";
/** Telemetry of engines. */
export const TOPIC_TELEMETRY = "cp_telemetry";
/** Words to drivers. */
export const TOPIC_NOTIFICATIONS = "driver_notifications";
/** The states of all points. */
export const TOPIC_STATUS = "network_status";
/** Commands to simulated engines. */
export const TOPIC_SIMULATION = "cp_simulation";
/** The topics that a node needs. */
export const CHARGING_TOPICS: readonly string[] = [
  TOPIC_REQUESTS,
  TOPIC_TELEMETRY,
  TOPIC_NOTIFICATIONS,
  TOPIC_STATUS,
];

/** The header that says which word a record is, so that nobody is told twice. Installed programs read no headers. */
export const NOTICE_HEADER = "panal-id";
/** Longest value that is read, in bytes; installed programs write some hundred. */
export const TOPIC_VALUE_BYTES_MAX = 64 * 1024;
/** Most energy that one supply may have, in kWh. */
const KWH_MAX = 1_000_000;
/** Most money that one supply may cost. */
const IMPORTE_MAX = 1_000_000_000;

/** What a driver's program wrote. */
export type DriverRecord =
  /** It wants to charge; ids are judged later. */
  | {
    readonly kind: "request";
    readonly user: unknown;
    readonly point: unknown;
  }
  /** It was quit. */
  | { readonly kind: "quit"; readonly user: unknown }
  /** Something else, which is refused. */
  | { readonly kind: "other"; readonly user: unknown; readonly point: unknown };

/** The kinds of telemetry, as they are written. */
export type TelemetryType =
  | "SESSION_STARTED"
  | "CONSUMO"
  | "SUPPLY_END"
  | "AVERIADO"
  | "CONEXION_PERDIDA"
  | "FAULT";

const TELEMETRY_TYPES: readonly string[] = [
  "SESSION_STARTED",
  "CONSUMO",
  "SUPPLY_END",
  "AVERIADO",
  "CONEXION_PERDIDA",
  "FAULT",
] satisfies readonly TelemetryType[];

/** What an engine tells. */
export interface EngineRecord {
  /** What happened. */
  readonly type: TelemetryType;
  /** The point, as it is written. */
  readonly point: string;
  /** The driver, as it is written; empty if there is none. */
  readonly user: string;
  /** Energy since the start in kWh; null if there is none, or no such amount. */
  readonly kwh: number | null;
  /** Money since the start; null if there is none, or no such amount. */
  readonly importe: number | null;
}

/** A word to a driver. */
export interface DriverNotice {
  /** The point. */
  readonly point: string;
  /** The driver. */
  readonly user: string;
  /** What it says. */
  readonly body:
    | { readonly type: "AUTH_OK" }
    | { readonly type: "AUTH_DENIED"; readonly reason: string }
    | {
      readonly type: "CONSUMO_UPDATE" | "TICKET";
      readonly kwh: number;
      readonly importe: number;
    }
    | {
      readonly type: "SUPPLY_ERROR";
      readonly reason: string;
      readonly kwh: number;
      readonly importe: number;
    };
}

/** A point's entry in the network's status. */
export interface StatusEntry {
  /** The point. */
  readonly id: string;
  /** Its state. */
  readonly status: string;
  /** Where it is. */
  readonly location: string;
}

/** The reason of a supply that an operator's stop ended; its record repeats the driver nowhere (section 4.4). */
export const STOPPED_REASON = "Carga interrumpida: CP puesto fuera de servicio";

/** A record's value. */
export type TopicObject = Readonly<Record<string, unknown>>;

/**
 * Reads a record's value.
 *
 * @param value The bytes.
 * @param bytesMax The longest that is read.
 * @returns An object of JSON; undefined for anything else, which would end an installed program (C-47).
 */
export function readTopicObject(
  value: Uint8Array | null,
  bytesMax: number = TOPIC_VALUE_BYTES_MAX,
): TopicObject | undefined {
  if (value === null || value.length > bytesMax) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): TopicObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/**
 * Reads a record of `driver_requests`.
 *
 * @param value The record's value.
 * @returns What it says; undefined for a poison record (C-47).
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const value = new TextEncoder().encode('{"user_id":"417","cp_id":"SEV-07","timestamp":1.5}');
 * deepStrictEqual(parseDriverRecord(value), { kind: "request", user: "417", point: "SEV-07" });
 * ```
 */
export function parseDriverRecord(
  value: Uint8Array | null,
): DriverRecord | undefined {
  const record = readTopicObject(value);
  if (record === undefined) return undefined;
  const { "user_id": user, "cp_id": point, type } = record;
  if (type === undefined || type === null || type === "") {
    return { kind: "request", user, point };
  }
  const word = typeof type === "string" ? type.toUpperCase() : "";
  if (word === "REQUEST_CHARGE") return { kind: "request", user, point };
  if (word === "DRIVER_QUIT") return { kind: "quit", user };
  return { kind: "other", user, point };
}

/**
 * Reads an object of telemetry, clear or decrypted.
 *
 * @param record The object.
 * @returns What an engine tells; `ignored` for an object of a type that says nothing, undefined for what names no point.
 */
export function readEngineRecord(
  record: TopicObject,
): EngineRecord | "ignored" | undefined {
  const type = typeof record.type === "string" ? record.type.toUpperCase() : "";
  if (!isTelemetryType(type)) return "ignored";
  const { cp_id: point, user_id: user, driver_id: driver } = record;
  if (typeof point !== "string" || point === "") return undefined;
  return {
    type,
    point,
    user: textOf(user) || textOf(driver),
    kwh: amountOf(record.kwh, KWH_MAX),
    importe: amountOf(record.importe, IMPORTE_MAX),
  };
}

function isTelemetryType(type: string): type is TelemetryType {
  return TELEMETRY_TYPES.includes(type);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function amountOf(value: unknown, max: number): number | null {
  return typeof value === "number" && value >= 0 && value <= max ? value : null;
}

/**
 * Writes a record of `driver_notifications`: the fields of section 4.4 and no others.
 *
 * @param notice What to say.
 * @returns The value.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const value = encodeNotice({ point: "SEV-07", user: "417", body: { type: "AUTH_OK" } });
 * strictEqual(
 *   new TextDecoder().decode(value),
 *   '{"type":"AUTH_OK","cp_id":"SEV-07","user_id":"417","message":"Autorizado","target_driver":"417"}',
 * );
 * ```
 */
export function encodeNotice({ point, user, body }: DriverNotice): Uint8Array {
  const common = { type: body.type, "cp_id": point, "user_id": user };
  const target = { "target_driver": user };
  switch (body.type) {
    case "AUTH_OK":
      return encode({ ...common, message: "Autorizado", ...target });
    case "AUTH_DENIED":
      return encode({ ...common, reason: body.reason, ...target });
    case "CONSUMO_UPDATE":
      return encode({ ...common, kwh: body.kwh, importe: body.importe });
    case "TICKET":
      return encode({
        ...common,
        kwh: body.kwh,
        importe: body.importe,
        ...target,
      });
    case "SUPPLY_ERROR":
      return encode({
        ...common,
        reason: body.reason,
        "kwh_partial": body.kwh,
        "importe_partial": body.importe,
        ...(body.reason === STOPPED_REASON ? {} : target),
      });
  }
}

/**
 * Writes a record of `network_status`.
 *
 * @param entries The points.
 * @returns The value.
 */
export function encodeStatus(entries: readonly StatusEntry[]): Uint8Array {
  const cps = entries.map(({ id, status, location }) => ({
    id,
    status,
    location,
  }));
  return encode({ type: "NETWORK_STATUS_UPDATE", cps });
}

/**
 * Writes a record of `cp_simulation`.
 *
 * @param target A point, or `ALL`.
 * @param command `F`, `R`, `I` or `E`.
 * @returns The value.
 */
export function encodeSimulation(target: string, command: string): Uint8Array {
  return encode({ "target_cp": target, command });
}

/**
 * Reads a record of `cp_simulation`.
 *
 * @param value The record's value.
 * @returns Whom it is for and what to do, in upper case; undefined for anything else.
 */
export function parseSimulation(
  value: Uint8Array | null,
): { readonly target: string; readonly command: string } | undefined {
  const { "target_cp": target, command } = readTopicObject(value) ?? {};
  return typeof target === "string" && typeof command === "string"
    ? { target, command: command.toUpperCase() }
    : undefined;
}

/**
 * Writes a driver's record of `driver_requests`.
 *
 * @param record What it says; `seconds` is the time since 1970.
 * @returns The value.
 */
export function encodeDriverRecord(
  { user, point, seconds }: {
    readonly user: string;
    /** The wanted point; left out if the driver leaves. */
    readonly point?: string;
    readonly seconds: number;
  },
): Uint8Array {
  return encode(
    point === undefined
      ? { type: "DRIVER_QUIT", "user_id": user, timestamp: seconds }
      : { "user_id": user, "cp_id": point, timestamp: seconds },
  );
}

/**
 * Writes an engine's record of `cp_telemetry`.
 *
 * @param record What it says; a start has no figures.
 * @returns The value.
 */
export function encodeTelemetry(
  { type, point, user, kwh, importe }: EngineRecord,
): Uint8Array {
  return encode({
    type,
    "cp_id": point,
    "user_id": user,
    ...(type === "SESSION_STARTED" ? {} : { kwh, importe }),
    ...(type === "CONEXION_PERDIDA"
      ? { component: "MONITOR", reason: "Monitor desconectado" }
      : {}),
  });
}
