/**
 * Whether an OCPP charger tells of the beginning of a transaction once more, or of another one in the same words. Its words
 * are the connector, its clock's time, the meter's reading and the token, and those of a repeat do not change.
 *
 * A charger whose clock and meter begin anew when its power comes back says the same of each transaction. Two things tell
 * them apart. It tells of what happens at its connectors in order, and of a transaction's readings and end only when it has
 * the number by which the beginning was answered; so once it has used that number, the same words are another beginning.
 * And a meter that counts on does not show the same reading twice; so that is asked only of a reading of 0. Where neither
 * speaks against it the words are a repeat: nothing is counted twice then, and the greater figures count.
 *
 * What another node heard while it could not be reached is not known here: then a charger that moved to this node between
 * two such transactions has its second one taken for the first.
 *
 * @module
 */
import { type FactId, fixedFactId, sessionOfRequest } from "../../crdt/mod.ts";
import { type OcppPointRequests, parseOcppTime } from "../../net/mod.ts";
import { SILENT } from "./close_rules.ts";
import type {
  ChargingUseCases,
  DriverId,
  PointId,
  SessionView,
} from "./charging_use_cases.ts";

/** Sessions of a point among which one is looked for that its driver had asked for otherwise. */
const ASKED_MAX = 50;
/** The end of a transaction whose own end was lost. */
export const SUPERSEDED = "Superseded";
/** Ends that the charger did not tell of. */
const OWN_REASONS: readonly string[] = [SUPERSEDED, SILENT];

/** A beginning, as a charger tells of it. */
export type OcppStart = OcppPointRequests["StartTransaction"];

/** The ids that follow from a beginning. */
export interface StartIds {
  /** The request for it. */
  readonly request: FactId;
  /** Its session, if the request is refused. */
  readonly session: FactId;
}

/** What sessions are looked for with. */
export interface RepeatParts {
  /** The point. */
  readonly point: PointId;
  /** The desk. */
  readonly charging: Pick<
    ChargingUseCases,
    "session" | "sessions" | "supplyTaken"
  >;
}

/** When a beginning was, in microseconds since 1970. */
export function startedAt({ timestamp }: OcppStart): number {
  // The schema admits nothing else.
  return parseOcppTime(timestamp) ?? 0;
}

/**
 * The ids of a beginning: whoever tells of the same again names the same.
 *
 * @param point The point.
 * @param start The beginning.
 * @param number How many others were told of in the same words before it.
 */
export function startIds(
  point: PointId,
  start: OcppStart,
  number: number,
): StartIds {
  const { connectorId, timestamp, meterStart, idTag } = start;
  const words = [String(connectorId), timestamp, String(meterStart), idTag];
  const key = [point, ...words, ...(number === 0 ? [] : [String(number)])];
  return {
    request: fixedFactId(["ocpp request", ...key]),
    session: fixedFactId(["ocpp start", ...key]),
  };
}

/** What a beginning is. */
export type StartMeaning =
  /** It was told of before. */
  | { readonly repeats: SessionView }
  /** It is another one; these ids are its own. */
  | { readonly ids: StartIds };

/**
 * Finds out whether a beginning was told of before.
 *
 * @param parts What is known.
 * @param start The beginning.
 * @param driver Whom its token names.
 * @returns The session of which it is a repeat, or the ids of a new one.
 */
export function readStart(
  parts: RepeatParts,
  start: OcppStart,
  driver: DriverId | undefined,
): StartMeaning {
  const keyed = (number: number) => begunAs(parts, start, number);
  const number = countWhile((one) => keyed(one) !== undefined);
  const last = number === 0 ? undefined : keyed(number - 1);
  const before = [last, ...askedBefore(parts, start, driver)]
    .filter((session) => session !== undefined);
  const repeats = before.find((session) => !isAnswered(parts, session));
  return repeats === undefined
    ? { ids: startIds(parts.point, start, number) }
    : { repeats };
}

/** The session of the n-th beginning in the same words, if it has begun. */
function begunAs(
  { point, charging }: RepeatParts,
  start: OcppStart,
  number: number,
): SessionView | undefined {
  const { request, session } = startIds(point, start, number);
  return [sessionOfRequest(request), session]
    .map((id) => charging.session(id))
    .find((one) => hasBegun(one));
}

/**
 * Whether a charger has told of a session's beginning.
 *
 * @param session The session, if there is one.
 */
export function hasBegun(session: SessionView | undefined): boolean {
  return session !== undefined && session.transaction !== null;
}

/** Sessions that a driver had asked for otherwise and that began in these words. */
function askedBefore(
  { point, charging }: RepeatParts,
  start: OcppStart,
  driver: DriverId | undefined,
): readonly SessionView[] {
  const at = startedAt(start);
  return charging.sessions({ point, limit: ASKED_MAX }).items.filter((one) =>
    hasBegun(one) && one.startedAt === at &&
    one.connector === start.connectorId &&
    one.meterStart === start.meterStart &&
    one.driver !== null && one.driver === driver
  );
}

/** Names the record by which a charger first used the number of a transaction. */
export function numberUsedId(session: FactId): FactId {
  return fixedFactId(["ocpp number used", session]);
}

/**
 * Whether a beginning in the same words can be another one, because the charger has used the number of this transaction.
 *
 * @param parts What is known.
 * @param session The transaction.
 */
function isAnswered(
  { point, charging }: RepeatParts,
  session: SessionView,
): boolean {
  if (session.meterStart !== 0) return false;
  const { reason } = session;
  if (reason !== null && !OWN_REASONS.includes(reason)) return true;
  return charging.supplyTaken(point, numberUsedId(session.id));
}

/**
 * The id of a record that uses a transaction's number, if it has to be kept that it did.
 *
 * @param parts What is known.
 * @param session The transaction.
 * @returns It, as a field of the record; nothing where it is known, or nobody will ask.
 */
export function numberUsed(
  parts: RepeatParts,
  session: SessionView,
): { readonly id?: FactId } {
  if (session.meterStart !== 0 || isAnswered(parts, session)) return {};
  return { id: numberUsedId(session.id) };
}

/** The least whole number of which something is not so, where it is so of all below. */
function countWhile(isSo: (number: number) => boolean): number {
  if (!isSo(0)) return 0;
  let below = 0;
  let above = 1;
  while (isSo(above)) {
    below = above;
    above *= 2;
  }
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (isSo(middle)) below = middle;
    else above = middle;
  }
  return above;
}
