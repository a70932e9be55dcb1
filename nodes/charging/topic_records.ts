/**
 * What a record of a topic means for the node: a driver's request, his leaving, or telemetry of a supply.
 *
 * @module
 */
import {
  err,
  type FactId,
  fixedFactId,
  ok,
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
  type TelemetryType,
  TOPIC_REQUESTS,
  type TopicObject,
} from "../../net/mod.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";

/**
 * Reads a record's value, decrypting it if it says that it is encrypted. What is dropped is audited by whoever drops it.
 *
 * @param record The value.
 * @param at When it was written, in milliseconds since 1970.
 * @returns It in clear, and whether nobody vouches for it.
 */
export type OpenTelemetry = (
  record: TopicObject,
  at: number,
) => Result<
  { readonly record: TopicObject; readonly unauthenticated: boolean },
  unknown
>;

/** Opens nothing: a node without keys. */
export const openClear: OpenTelemetry = (record) =>
  record["encrypted"] === true
    ? err("key_unknown")
    : ok({ record, unauthenticated: false });

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
