/**
 * Reading telemetry of charging points that encrypt it: which keys are tried, and what is done with what cannot be read.
 *
 * @module
 */
import {
  err,
  ok,
  parsePointId,
  type PointKey,
  type Result,
} from "../../crdt/mod.ts";
import { openFernet, parseFernetKey } from "../../net/mod.ts";
import type { ClearTelemetry, TelemetryRefusal } from "./charging_security.ts";
import type { PointId } from "./charging_use_cases.ts";

/** What reads telemetry. */
export interface TelemetryReader {
  /** The keys that a point has, the newest first. */
  readonly keysOf: (point: PointId) => readonly PointKey[];
  /** Now, in milliseconds since 1970. */
  readonly now: () => number;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a record of telemetry.
 *
 * @param reader Which keys there are.
 * @param record The record's value.
 * @param at When it was written, in milliseconds since 1970; null for now.
 * @returns It in clear, or why it is dropped.
 */
export function readTelemetry(
  reader: TelemetryReader,
  record: Fields,
  at: number | null,
): Result<ClearTelemetry, TelemetryRefusal> {
  const point = parsePointId(record["cp_id"]);
  if (record["encrypted"] !== true) {
    // What it says is judged by whoever uses it.
    const unauthenticated = point !== undefined &&
      reader.keysOf(point).length > 0;
    return ok({ record, unauthenticated });
  }
  if (point === undefined) return err("point_invalid");
  const keys = reader.keysOf(point);
  if (keys.length === 0) return err("key_unknown");
  const when = (at ?? reader.now()) * 1000;
  const good = keys.filter(({ until }) => until === null || when <= until);
  for (const { key: text } of good) {
    const key = parseFernetKey(text);
    const bytes = key === undefined
      ? undefined
      : openFernet(key, record["ciphertext"]);
    if (bytes !== undefined) return readContent(point, bytes);
  }
  return err("not_opened");
}

/** A point's key vouches for that point alone. */
function readContent(
  point: PointId,
  bytes: Uint8Array,
): Result<ClearTelemetry, TelemetryRefusal> {
  const content = parseObject(bytes);
  const { cp_id: named = point } = content ?? {};
  return content === undefined || named !== point
    ? err("content_invalid")
    : ok({ record: { ...content, "cp_id": point }, unauthenticated: false });
}

function parseObject(bytes: Uint8Array): Fields | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Fields
      : undefined;
  } catch {
    return undefined;
  }
}
