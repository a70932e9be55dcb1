/**
 * What a record of a topic means for the node: a driver's request, his leaving, or telemetry of a supply.
 *
 * @module
 */
import {
  type FactId,
  fixedFactId,
  parseDriverId,
  parsePointId,
  parseWattHours,
  type Result,
  sha256,
  toHex,
} from "../../crdt/mod.ts";
import {
  type EngineRecord,
  type KafkaRecord,
  readTelemetry,
  type SealedRecord,
  type TelemetryType,
  TOPIC_REQUESTS,
} from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";

/** Opens telemetry that is encrypted, and says whose has to be. */
export interface TelemetryCipher {
  /**
   * Opens a record.
   *
   * @param sealed The point in clear, and the token.
   * @returns The object that an engine would write in clear, or a refusal: the record is dropped. Whoever refuses audits.
   */
  open(sealed: SealedRecord): Promise<Result<unknown, Refusal>>;
  /** Whether a point has a key, so that nobody vouches for its clear telemetry (C-39). */
  hasKey(point: string): boolean;
}

const KINDS: Readonly<Record<TelemetryType, SupplyRecord["kind"]>> = {
  SESSION_STARTED: "started",
  CONSUMO: "meter",
  SUPPLY_END: "ended",
  AVERIADO: "fault",
  FAULT: "fault",
  CONEXION_PERDIDA: "lost",
};

/**
 * The id of a driver's request: the same whoever reads the record.
 *
 * @param record The record.
 * @returns The id.
 */
export function requestIdOf(record: KafkaRecord): FactId {
  const { offset, timestamp, value } = record;
  const digest = toHex(sha256(value ?? new Uint8Array()));
  return fixedFactId([
    "kafka request",
    TOPIC_REQUESTS,
    String(offset),
    String(timestamp),
    digest,
  ]);
}

/**
 * What telemetry tells of a supply.
 *
 * @param record The record.
 * @param context Where it stood, decimal places of amounts, and whether nobody vouches for it.
 * @returns The supply; undefined if its point can have no such id.
 */
export function supplyOf(
  { type, point, user, kwh, importe }: EngineRecord,
  { record: { offset, timestamp }, exponent, unauthenticated }: {
    readonly record: KafkaRecord;
    readonly exponent: number;
    readonly unauthenticated: boolean;
  },
): SupplyRecord | undefined {
  const id = parsePointId(point);
  if (id === undefined) return undefined;
  return {
    kind: KINDS[type],
    point: id,
    connector: 1,
    driver: parseDriverId(user) ?? null,
    energy: kwh === null
      ? null
      : parseWattHours(Math.round(kwh * 1000)) ?? null,
    amount: importe === null ? null : Math.round(importe * 10 ** exponent),
    position: { offset, timestamp },
    session: null,
    at: null,
    ...(unauthenticated ? { unauthenticated } : {}),
  };
}

/**
 * Reads what an encrypted record held.
 *
 * @param plain What came out of it.
 * @param point The point that stands outside in clear.
 * @returns The record; undefined if it is none of that point.
 */
export function openedOf(
  plain: unknown,
  point: string,
): EngineRecord | "ignored" | undefined {
  const read = readTelemetry(plain);
  if (read?.kind === "ignored") return "ignored";
  return read?.kind === "clear" && read.record.point === point
    ? read.record
    : undefined;
}
