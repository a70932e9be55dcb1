/**
 * What a node offers about the secured dialect of charging points: credentials, encrypted telemetry, the threshold of
 * weather alerts, and the list of what was done.
 *
 * @module
 */
import type { Actor, FactId, Result, SiteCode } from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";
import type { PointId } from "./charging_use_cases.ts";

/** What a point is given when it registers. Neither is ever shown again. */
export interface PointSecrets {
  /** A random UUID; only its hash is kept. */
  readonly token: string;
  /** The key of its telemetry, as text of a Fernet key. */
  readonly key: string;
}

/** Why a record of telemetry is dropped. */
export type TelemetryRefusal =
  /** It names no point. */
  | "point_invalid"
  /** The point was never given a key, or its keys are void. */
  | "key_unknown"
  /** Another key, or a damaged token. */
  | "not_opened"
  /** What was in it is no JSON object, or is of another point. */
  | "content_invalid";

/** A record of telemetry as it may be used. */
export interface ClearTelemetry {
  /** The record in clear. */
  readonly record: Readonly<Record<string, unknown>>;
  /** True if nobody vouches for it: it came in clear from a point that has a key (C-39). */
  readonly unauthenticated: boolean;
}

/** Something that was done or reported, for auditors. */
export interface ChargingAuditEntry {
  /** The fact behind it. */
  readonly id: FactId;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** Where. */
  readonly site: SiteCode;
  /** What, in the original's words, e.g. `CP_ALTA_REGISTRO`. */
  readonly action: string;
  /** Which point; null for what concerns none. */
  readonly point: string | null;
  /** Who asked: a network address or a name; null if nobody noted it. */
  readonly source: string | null;
  /** More of it; empty if there is nothing to say. */
  readonly text: string;
}

/** Something that was done and that no other fact tells. */
export interface ChargingAct {
  /** What, in the original's words. */
  readonly action: string;
  /** Which point. */
  readonly point?: PointId;
  /** Who asked. */
  readonly source?: string;
  /** More of it. */
  readonly text?: string;
}

/** What a node offers about the secured dialect. */
export interface ChargingSecurity {
  /**
   * Gives a point new credentials; the ones before are good for 60 s more (C-39). Refusals: `overloaded`, `forbidden`.
   */
  registerPoint(
    input: {
      readonly point: PointId;
      readonly location: string;
      readonly source: string;
    },
  ): Promise<Result<PointSecrets, Refusal>>;
  /**
   * Takes a point from the list, and its credentials (C-41). Refusals: `point_unknown`; `credential_invalid` for a token that
   * was not issued to it or was revoked, and without a token from another machine.
   */
  unregisterPoint(
    input: {
      readonly point: PointId;
      readonly token?: string;
      /** Whether the asker is on this machine. */
      readonly isLocal: boolean;
      readonly source: string;
    },
  ): Promise<Result<null, Refusal>>;
  /** Makes a point's credentials void and stops it; a new registration and its recovery lift the stop. Refusals: `point_unknown`. */
  revokePoint(
    input: {
      readonly point: PointId;
      readonly by?: Actor;
      readonly source: string;
    },
  ): Promise<Result<null, Refusal>>;
  /** Whether a point has credentials that are not void. */
  hasKey(point: PointId): boolean;
  /**
   * Reads a record of `cp_telemetry`, decrypting it if it says that it is encrypted. What is dropped is audited.
   *
   * @param record The record's value.
   * @param at When it was written by the broker's clock, in milliseconds since 1970; null for now.
   */
  readTelemetry(
    record: Readonly<Record<string, unknown>>,
    at: number | null,
  ): Result<ClearTelemetry, TelemetryRefusal>;
  /** Below which temperature a weather office stops points, in degrees Celsius. */
  threshold(): number;
  /** Sets it, for the whole site. */
  setThreshold(degrees: number): Promise<Result<null, Refusal>>;
  /** Writes down what was done; dropped where too much is told at once. */
  note(act: ChargingAct): Promise<void>;
  /** What was done and reported, newest first. */
  audit(
    query: PageQuery & { readonly point?: string; readonly action?: string },
  ): Page<ChargingAuditEntry>;
}
