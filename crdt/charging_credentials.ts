/**
 * Credentials of charging points: which keys open a point's telemetry, and which tokens were issued to it. All that a
 * point was given before its credentials were voided is void, at every peer alike: the order is (stamp, log, seq).
 *
 * @module
 */
import type {
  PointCredential,
  PointCredentialRevoked,
} from "./charging_facts.ts";
import type { PointId } from "./charging_ids.ts";
import {
  compareOrder,
  type Fold,
  type FoldRows,
  type LogFact,
} from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";

/** How long the key before the newest is good for, in microseconds. */
export const KEY_GRACE_MICROS = 60_000_000;
/** Most keys of a point that are tried. */
export const POINT_KEYS_MAX = 8;

/**
 * Credentials in the order in which they were given and voided: `token_hash` and `key` are empty where they were voided.
 * Secret.
 */
export const POINT_CREDENTIALS: TableSchema = {
  name: "point_credentials",
  columns: {
    site: "text",
    point: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    at: "integer",
    token_hash: "text",
    key: "text",
  },
  key: ["site", "point", "stamp", "log", "seq", "id"],
  indexes: { by_token: ["site", "point", "token_hash"] },
};

type Given = PointCredential | PointCredentialRevoked;

function keyOf({ fact, stamp, log, seq }: LogFact<Given>) {
  return [fact.site, fact.point, stamp, log, seq, fact.id];
}

function put(
  rows: FoldRows,
  placed: LogFact<Given>,
  secrets: { readonly token_hash: string; readonly key: string },
): void {
  const { fact: { site, point, id, at }, stamp, log, seq } = placed;
  rows.put(POINT_CREDENTIALS, {
    ...{ site, point, stamp, log, seq, id, at },
    ...secrets,
  });
}

/** Credentials that a point was given. */
export const pointCredentialFold: Fold<PointCredential> = {
  add(rows, placed) {
    const { tokenHash, key } = placed.fact;
    put(rows, placed, { token_hash: tokenHash, key });
  },
  remove: (rows, placed) => rows.delete(POINT_CREDENTIALS, keyOf(placed)),
};

/** Credentials that were voided. */
export const credentialRevokedFold: Fold<PointCredentialRevoked> = {
  add: (rows, placed) => put(rows, placed, { token_hash: "", key: "" }),
  remove: (rows, placed) => rows.delete(POINT_CREDENTIALS, keyOf(placed)),
};

/** A key that opens a point's telemetry. */
export interface PointKey {
  /** The key. Secret. */
  readonly key: string;
  /** Until when, in microseconds since 1970; null for the newest. */
  readonly until: number | null;
}

/** What names a point. */
export interface PointPlace {
  /** Its site. */
  readonly site: SiteCode;
  /** Its id. */
  readonly point: PointId;
}

/**
 * The keys that open a point's telemetry.
 *
 * @param rows The views.
 * @param place The point.
 * @returns Keys, the newest first; none if it has no credentials, or they are void.
 */
export function pointKeys(rows: Reader, place: PointPlace): PointKey[] {
  const given = rows.scan(POINT_CREDENTIALS, {
    prefix: [place.site, place.point],
    reverse: true,
    limit: POINT_KEYS_MAX,
  });
  const voided = given.findIndex((row) => row["key"] === "");
  return given.slice(0, voided < 0 ? given.length : voided).map((row, i) => {
    const next = given[i - 1];
    const until = next === undefined
      ? null
      : Number(next["at"]) + KEY_GRACE_MICROS;
    return { key: String(row["key"]), until };
  });
}

/**
 * Whether a point's credentials were voided and it has got none since.
 *
 * @param rows The views.
 * @param place The point.
 * @returns False also for a point that never had any: it speaks a dialect without them.
 */
export function isKeyVoid(rows: Reader, place: PointPlace): boolean {
  const prefix = [place.site, place.point];
  const [newest] = rows.scan(POINT_CREDENTIALS, {
    prefix,
    reverse: true,
    limit: 1,
  });
  if (newest?.["key"] !== "") return false;
  // Tokens come after the empty text that stands for a revocation.
  const issued = rows.scan(POINT_CREDENTIALS, {
    index: "by_token",
    prefix,
    after: [""],
    limit: 1,
  });
  return issued.length > 0;
}

function orderIn(row: Row) {
  return {
    stamp: String(row["stamp"]),
    log: String(row["log"]),
    seq: Number(row["seq"]),
    id: String(row["id"]),
  };
}

/**
 * Whether a token was issued to a point and not voided since.
 *
 * @param rows The views.
 * @param place The point.
 * @param tokenHash SHA-256 of the token, 64 hexadecimal digits.
 * @returns True if it was.
 */
export function isPointToken(
  rows: Reader,
  { site, point }: PointPlace,
  tokenHash: string,
): boolean {
  const index = "by_token";
  const issued = rows.scan(POINT_CREDENTIALS, {
    index,
    prefix: [site, point, tokenHash],
  });
  const voided = rows.scan(POINT_CREDENTIALS, {
    index,
    prefix: [site, point, ""],
    reverse: true,
    limit: 1,
  }).map(orderIn);
  return issued.some((row) =>
    voided.every((end) => compareOrder(orderIn(row), end) > 0)
  );
}
