/**
 * What a driver's program reads from its topics: words to drivers, and the network's status.
 *
 * @module
 */
import { readTopicObject, type StatusEntry } from "./charging_topics.ts";

/** Most points of a status that are read. */
const STATUS_ENTRIES_MAX = 100_000;
/** Longest status that is read, in bytes. */
export const STATUS_BYTES_MAX = 16 * 1024 * 1024;

/** A word, as a driver's program reads it. */
export interface DriverWord {
  /** What it is: `AUTH_OK`, `AUTH_DENIED`, `CONSUMO_UPDATE`, `TICKET`, `SUPPLY_ERROR`, or another. */
  readonly type: string;
  /** The point; empty if it names none. */
  readonly point: string;
  /** Whom it is for; null if it names nobody as a text. */
  readonly user: string | null;
  /** The message or reason; empty if there is none. */
  readonly text: string;
  /** Energy in kWh, in all or so far. */
  readonly kwh: number | null;
  /** Money, in all or so far. */
  readonly importe: number | null;
}

/**
 * Reads a record of `driver_notifications`.
 *
 * @param value The record's value.
 * @returns The word; undefined for what would end an installed program.
 */
export function parseDriverWord(
  value: Uint8Array | null,
): DriverWord | undefined {
  const record = readTopicObject(value);
  const { type, cp_id: point, user_id: user } = record ?? {};
  if (record === undefined || typeof type !== "string") return undefined;
  return {
    type,
    point: textOf(point),
    user: typeof user === "string" ? user : null,
    text: textOf(record.reason) || textOf(record.message),
    kwh: numberOf(record.kwh ?? record["kwh_partial"]),
    importe: numberOf(record.importe ?? record["importe_partial"]),
  };
}

/**
 * Reads a record of `network_status`.
 *
 * @param value The record's value.
 * @returns The points; undefined for anything else.
 */
export function parseStatus(
  value: Uint8Array | null,
): readonly StatusEntry[] | undefined {
  const record = readTopicObject(value, STATUS_BYTES_MAX);
  const { cps } = record ?? {};
  if (!Array.isArray(cps)) return undefined;
  return cps.slice(0, STATUS_ENTRIES_MAX).map((it: unknown) => {
    const entry = typeof it === "object" && it !== null ? it : {};
    const { id, status, location }: Record<string, unknown> = { ...entry };
    return {
      id: textOf(id),
      status: textOf(status),
      location: textOf(location),
    };
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
