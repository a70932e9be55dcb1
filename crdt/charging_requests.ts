/**
 * The folds of drivers' requests that were routed to another node or refused.
 *
 * @module
 */
import type { ChargeRefused, ChargeRequested } from "./charging_facts.ts";
import { refusalId, sessionOfRequest } from "./charging_ids.ts";
import { putNotice } from "./charging_notices.ts";
import {
  CHARGE_REFUSED,
  CHARGE_REQUESTS,
  CHARGE_SESSIONS,
} from "./charging_tables.ts";
import { type Fold, type FoldRows, toggled } from "./fold.ts";
import type { FactId } from "./ids.ts";
import type { Reader } from "./rows.ts";
import { idBytes } from "./sales.ts";

/**
 * Whether a request has an answer: somebody refused it, or it has a session.
 *
 * @param rows The rows.
 * @param site Where.
 * @param request The request.
 */
export function isAnswered(
  rows: Reader,
  site: string,
  request: FactId,
): boolean {
  const prefix = [idBytes(request), site];
  if (rows.scan(CHARGE_REFUSED, { prefix, limit: 1 }).length > 0) return true;
  const session = idBytes(sessionOfRequest(request));
  const row = rows.get(CHARGE_SESSIONS, [session, site]);
  return (row?.["authorized"] ?? null) !== null;
}

/**
 * Notes whether a request has an answer.
 *
 * @param rows The rows.
 * @param site Where.
 * @param request The request.
 */
export function reviewRequest(
  rows: FoldRows,
  site: string,
  request: FactId,
): void {
  const prefix = [idBytes(request), site];
  const waiting = rows.scan(CHARGE_REQUESTS, { prefix });
  if (waiting.length === 0) return;
  const answered = isAnswered(rows, site, request) ? 1 : 0;
  for (const row of waiting) {
    if (row["answered"] === answered) continue;
    rows.put(CHARGE_REQUESTS, { ...row, answered });
  }
}

/** Requests, from `ChargeRequested`. */
export const chargeRequestedFold: Fold<ChargeRequested> = toggled(
  (rows, { fact, stamp, log: name, logNumber: log, seq }, sign) => {
    const { site, at, point, connector, driver, source, expiresAt } = fact;
    const id = idBytes(fact.id);
    if (sign === -1) {
      return rows.delete(CHARGE_REQUESTS, [id, site, stamp, name, seq]);
    }
    const answered = isAnswered(rows, site, fact.id) ? 1 : 0;
    rows.put(CHARGE_REQUESTS, {
      ...{ id, site, stamp, name, seq, log, at, point, driver, source },
      connector: connector ?? null,
      "expires_at": expiresAt,
      "hold_ms": fact.holdMs ?? null,
      tell: fact.tellPoint === false ? 0 : 1,
      answered,
    });
  },
);

/** Refusals, from `ChargeRefused`. */
export const chargeRefusedFold: Fold<ChargeRefused> = toggled(
  (rows, { fact, stamp, log: name, seq }, sign) => {
    const { site, at, point, driver, refusal, words, quiet } = fact;
    const request = idBytes(fact.request);
    const key = { request, site, stamp, name, seq };
    if (sign === 1) {
      rows.put(CHARGE_REFUSED, {
        ...{ ...key, at, point, driver, refusal, words },
        quiet: quiet === true ? 1 : 0,
      });
    } else rows.delete(CHARGE_REFUSED, [request, site, stamp, name, seq]);
    reviewRefusal(rows, site, fact.request);
    reviewRequest(rows, site, fact.request);
  },
);

/** Makes the word to the driver of the least refusal. */
function reviewRefusal(rows: FoldRows, site: string, request: FactId): void {
  const prefix = [idBytes(request), site];
  const [least] = rows.scan(CHARGE_REFUSED, { prefix, limit: 1 });
  const place = { site, id: refusalId(request), rank: 0 };
  if (least === undefined || least["quiet"] === 1) {
    return putNotice(rows, place, undefined);
  }
  putNotice(rows, place, {
    kind: "denied",
    at: Number(least["at"]),
    session: null,
    point: String(least["point"]),
    driver: String(least["driver"]),
    words: String(least["words"]),
    energy: 0,
    amount: 0,
    name: String(least["name"]),
    seq: Number(least["seq"]),
  });
}
