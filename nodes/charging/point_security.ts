/**
 * The use-cases of the secured dialect: credentials of points, their encrypted telemetry, and the threshold of weather
 * alerts.
 *
 * @module
 */
import {
  type Clock,
  directoryEntry,
  isPointToken,
  ok,
  pointKeys,
  type Random,
  type Result,
  sha256,
  type SiteCode,
  siteSpace,
  toHex,
} from "../../crdt/mod.ts";
import { FERNET_KEY_BYTES, fernetKey } from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import type { Replica } from "../replica.ts";
import { refuse } from "../use_cases/context.ts";
import {
  type AuditParts,
  createAuditReading,
  createNotes,
} from "./charging_audit.ts";
import type {
  ChargingSecurity,
  PointSecrets,
  TelemetryRefusal,
} from "./charging_security.ts";
import type { ChargingUseCases, PointId } from "./charging_use_cases.ts";
import { createBudget } from "./minute_budget.ts";
import { recordConnected } from "./point_records.ts";
import { readTelemetry } from "./point_telemetry.ts";

/** Registrations a minute, of all points. */
export const REGISTRATIONS_PER_MINUTE_MAX = 1200;
/** Registrations a minute of one point: its monitor needs one in about ten seconds. */
export const POINT_REGISTRATIONS_PER_MINUTE_MAX = 20;
/** The price of a point that only registered, per kWh in 1/10,000 of the currency's unit. */
export const REGISTERED_PRICE = 2500;
/** Of one point, dropped records that are written down in a minute. */
export const DROPS_PER_MINUTE_MAX = 2;

const WEATHER = "charging/weather";
const THRESHOLD = "threshold";
const THRESHOLD_DEFAULT = 0;

/** What the use-cases work with. */
export interface SecurityParts extends Omit<AuditParts, "clock"> {
  /** Points. */
  readonly charging: Pick<ChargingUseCases, "point" | "stop">;
  /** The node's replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** Draws tokens and keys. */
  readonly random: Random;
}

type Placed = SecurityParts & {
  readonly site: SiteCode;
  readonly note: ChargingSecurity["note"];
};

/**
 * Makes the use-cases.
 *
 * @param parts What they work with.
 * @returns The use-cases.
 */
export function createChargingSecurity(
  parts: SecurityParts,
): ChargingSecurity {
  const { replica, site, clock } = parts;
  const note = createNotes(parts);
  const keysOf = (point: PointId) =>
    site === null ? [] : pointKeys(replica.reader, { site, point });
  const noSite = () =>
    Promise.resolve(refuse("forbidden", "This node has no site of its own"));
  const placed = site === null ? undefined : { ...parts, site, note };
  const drops = createBudget(clock, DROPS_PER_MINUTE_MAX);
  return {
    registerPoint: placed === undefined ? noSite : createRegistration(placed),
    unregisterPoint: placed === undefined
      ? noSite
      : (input) => unregister(placed, input),
    revokePoint: placed === undefined
      ? noSite
      : (input) => revoke(placed, input),
    hasKey: (point) => keysOf(point).length > 0,
    readTelemetry(record, at) {
      const reader = { keysOf, now: () => clock.now() };
      const read = readTelemetry(reader, record, at);
      if (!read.ok) {
        const named = String(record["cp_id"]).slice(0, 200);
        if (drops.take(named)) void noteDrop(note, named, read.error);
      }
      return read;
    },
    threshold() {
      const entry = site === null
        ? undefined
        : directoryEntry(replica.reader, siteSpace(site), WEATHER);
      const degrees = Number(entry?.fields[THRESHOLD] ?? THRESHOLD_DEFAULT);
      return Number.isFinite(degrees) ? degrees : THRESHOLD_DEFAULT;
    },
    setThreshold: placed === undefined
      ? noSite
      : (degrees) => setThreshold(placed, degrees),
    note,
    audit: createAuditReading(parts),
  };
}

/** A record that nobody can read has no effect; a disk that takes nothing is told of elsewhere. */
function noteDrop(
  note: ChargingSecurity["note"],
  named: string,
  why: TelemetryRefusal,
): Promise<void> {
  return note({
    action: "ERROR_DESCIFRADO",
    text: `${named}: ${why}`,
  }).catch(() => {});
}

const hashOf = (token: string) =>
  toHex(sha256(new TextEncoder().encode(token)));

/** A random UUID of version 4. */
function drawToken(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}

function createRegistration(parts: Placed): ChargingSecurity["registerPoint"] {
  const { replica, charging, random, clock, site, note } = parts;
  const all = createBudget(clock, REGISTRATIONS_PER_MINUTE_MAX);
  const each = createBudget(clock, POINT_REGISTRATIONS_PER_MINUTE_MAX);
  return async ({ point, location, source }) => {
    if (!each.take(point) || !all.take("")) {
      return refuse("overloaded", "Too many registrations: wait a minute");
    }
    const token = drawToken(random);
    const key = fernetKey(random.bytes(FERNET_KEY_BYTES));
    const known = charging.point(point);
    const isHeardOf = known === undefined ||
      (!known.connected && known.location !== location);
    const space = siteSpace(site);
    const given = await replica.decide<PointSecrets>((decision) => {
      const heard = !isHeardOf ||
        recordConnected(decision, site, {
            point,
            dialect: "unverified",
            location,
            ...(known === undefined ? { price: REGISTERED_PRICE } : {}),
            connectors: 1,
          }) !== undefined;
      if (!heard) {
        return refuse(
          "overloaded",
          "The site has as many points as it may have",
        );
      }
      decision.record(space, {
        type: "PointCredential",
        id: decision.newId(),
        at: decision.at,
        site,
        point,
        tokenHash: hashOf(token),
        key,
      });
      return ok({ token, key });
    });
    if (given.ok) await note({ action: "CP_ALTA_REGISTRO", point, source });
    return given;
  };
}

async function unregister(
  { replica, charging, site, note }: Placed,
  { point, token, isLocal, source }: Parameters<
    ChargingSecurity["unregisterPoint"]
  >[0],
): Promise<Result<null, Refusal>> {
  if (charging.point(point) === undefined) {
    return refuse("point_unknown", `There is no point "${point}"`);
  }
  const gone = await replica.decide<null>((decision) => {
    const isAllowed = token === undefined
      ? isLocal
      : isPointToken(decision.rows, { site, point }, hashOf(token));
    if (!isAllowed) {
      return refuse(
        "credential_invalid",
        "The token is not one of the point's",
      );
    }
    const base = () => ({ id: decision.newId(), at: decision.at, site, point });
    const space = siteSpace(site);
    decision.record(space, { ...base(), type: "PointCredentialRevoked" });
    decision.record(space, {
      ...base(),
      type: "PointReported",
      connector: 0,
      aspect: "listed",
      value: "removed",
    });
    return ok(null);
  });
  if (gone.ok) await note({ action: "CP_BAJA_EXITOSA", point, source });
  return gone;
}

async function revoke(
  { replica, charging, site, note }: Placed,
  { point, by, source }: Parameters<ChargingSecurity["revokePoint"]>[0],
): Promise<Result<null, Refusal>> {
  if (charging.point(point) === undefined) {
    return refuse("point_unknown", `There is no point "${point}"`);
  }
  const who = by === undefined ? {} : { by };
  const revoked = await replica.decide<null>((decision) => {
    decision.record(siteSpace(site), {
      type: "PointCredentialRevoked",
      id: decision.newId(),
      at: decision.at,
      site,
      point,
      ...who,
    });
    return ok(null);
  });
  if (!revoked.ok) return revoked;
  const stopped = await charging.stop({ point, cause: "revoked", ...who });
  if (!stopped.ok) return stopped;
  await note({ action: "REVOCACION_MANUAL", point, source });
  return ok(null);
}

function setThreshold(
  { replica, site }: Placed,
  degrees: number,
): Promise<Result<null, Refusal>> {
  return replica.decide<null>((decision) => {
    const place = { space: siteSpace(site), subject: WEATHER };
    const before = directoryEntry(decision.rows, place.space, WEATHER);
    // Facts hold whole numbers only.
    setFields(decision, { ...place, before }, { [THRESHOLD]: String(degrees) });
    return ok(null);
  });
}
