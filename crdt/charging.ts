/**
 * The folds of charging sessions: of the facts of each kind about one session one counts, the others are kept as spares;
 * from those that count follow the session's row, whether it is open, words to its driver, and sums.
 *
 * @module
 */
import type {
  ChargeAuthorized,
  ChargeEnded,
  ChargeFreed,
  ChargeMetered,
  ChargeStarted,
  PointInformed,
  RecordPosition,
} from "./charging_facts.ts";
import { againId, endId, informedId } from "./charging_ids.ts";
import { putNotice } from "./charging_notices.ts";
import { reviewRequest } from "./charging_requests.ts";
import { toggleBeginning } from "./charging_orphans.ts";
import { withFirstEnd, withRest } from "./charging_rest.ts";
import {
  againNotice,
  beginNotice,
  type ChargingSession,
  endNotice,
  isBetter,
  joinSession,
  SESSION_PARTS,
  type SessionNotice,
  sessionOrder,
  type SessionPart,
  type SessionParts,
} from "./charging_session.ts";
import {
  readSession,
  sessionRow,
  sortedJson,
} from "./charging_session_rows.ts";
import {
  CHARGE_OPEN,
  CHARGE_POSITIONS,
  CHARGE_SESSIONS,
  CHARGE_SPARES,
  CHARGE_SUMS,
  CHARGE_TRANSACTIONS,
} from "./charging_tables.ts";
import { moveStops } from "./charging_stops.ts";
import {
  compareOrder,
  type FactOrder,
  type Fold,
  type FoldRows,
  type LogFact,
  orderOf,
  toggled,
} from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Row } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Which session a fact is of, and its part. */
export interface Place<P extends SessionPart> {
  /** Where. */
  readonly site: SiteCode;
  /** The session. */
  readonly session: FactId;
  /** The part. */
  readonly part: P;
  /** What the fact says. */
  readonly value: NonNullable<SessionParts[P]>;
}

/** The columns of a spare. */
function spareRow<P extends SessionPart>(
  { site, session, part, value }: Place<P>,
): Row {
  const { stamp, log: name, seq, id } = value.order;
  return {
    session: idBytes(session),
    site,
    kind: part,
    stamp,
    name,
    seq,
    id: idBytes(id as FactId),
    value: sortedJson(value),
  };
}

function deleteSpare<P extends SessionPart>(
  rows: FoldRows,
  place: Place<P>,
): void {
  const row = spareRow(place);
  rows.delete(CHARGE_SPARES, CHARGE_SPARES.key.map((it) => row[it] ?? null));
}

/** The spare that counts when what counted is taken out. */
function bestSpare<P extends SessionPart>(
  rows: FoldRows,
  { site, session, part }: Place<P>,
): NonNullable<SessionParts[P]> | undefined {
  const prefix = [idBytes(session), site, part];
  const spares = rows.scan(CHARGE_SPARES, { prefix }).map((row) =>
    JSON.parse(String(row["value"])) as NonNullable<SessionParts[P]>
  );
  return spares.sort((a, b) => isBetter(part, a, b) ? -1 : 1)[0];
}

/**
 * Brings a fact of a session in or takes it out.
 *
 * @param rows The rows.
 * @param place The session, and which part of it.
 * @param sign 1 or -1.
 */
export function toggleSession<P extends SessionPart>(
  rows: FoldRows,
  place: Place<P>,
  sign: 1 | -1,
): void {
  const { site, session, part } = place;
  const row = rows.get(CHARGE_SESSIONS, [idBytes(session), site]);
  const change = () => togglePart(rows, place, { sign, row });
  // What flowed beyond the end that counts changes with the ends.
  if (part !== "ended") change();
  else if (sign === 1 && (row?.["ended"] ?? null) === null) {
    withFirstEnd(rows, { site, session }, change);
  } else withRest(rows, { site, session }, change);
}

function togglePart<P extends SessionPart>(
  rows: FoldRows,
  place: Place<P>,
  { sign, row }: { readonly sign: 1 | -1; readonly row: Row | undefined },
): void {
  const { site, session, part, value } = place;
  const before = row === undefined ? undefined : readSession(row);
  const standing = before?.[part] as NonNullable<SessionParts[P]> | undefined;
  let next: SessionParts[P] | undefined;
  if (sign === 1) {
    if (standing !== undefined) {
      const wins = isBetter(part, value, standing);
      const loser = { ...place, value: wins ? standing : value };
      rows.put(CHARGE_SPARES, spareRow(loser));
      if (!wins) return;
    }
    next = value;
  } else if (
    standing === undefined || compareOrder(standing.order, value.order) !== 0
  ) {
    return deleteSpare(rows, place);
  } else {
    next = bestSpare(rows, place);
    if (next !== undefined) deleteSpare(rows, { ...place, value: next });
  }
  const parts: Record<string, unknown> = {};
  for (const one of SESSION_PARTS) parts[one] = before?.[one];
  parts[part] = next;
  const after = joinSession(site, session, parts);
  writeSession(rows, { site, session, row }, { before, after, part });
}

interface Change {
  readonly before: ChargingSession | undefined;
  readonly after: ChargingSession | undefined;
  readonly part: SessionPart;
}

function writeSession(
  rows: FoldRows,
  { site, session, row }: {
    readonly site: SiteCode;
    readonly session: FactId;
    readonly row: Row | undefined;
  },
  { before, after, part }: Change,
): void {
  if (after === undefined) {
    rows.delete(CHARGE_SESSIONS, [idBytes(session), site]);
  } else rows.put(CHARGE_SESSIONS, sessionRow(after, { row, part }));
  moveOpen(rows, before, after);
  if (part === "started") moveTransaction(rows, before, after);
  if (part === "metered" && before?.point === after?.point) return;
  moveSums(rows, before, after);
  moveNotices(rows, { site, session }, { before, after, part });
  if (part === "authorized") {
    const accepted = after?.authorized ?? before?.authorized;
    if (accepted !== undefined) reviewRequest(rows, site, accepted.request);
  }
  if (part === "started") moveStops(rows, { before, after }, toggleSession);
}

function openRow(session: ChargingSession): Row {
  const { site, point, connector, id, driver, at, status } = session;
  const { stamp, log: name, seq } = sessionOrder(session);
  const charging = status === "charging" ? 1 : 0;
  const row = { id: idBytes(id), site, point, connector, driver, at };
  return { ...row, charging, stamp, name, seq };
}

function moveOpen(
  rows: FoldRows,
  before: ChargingSession | undefined,
  after: ChargingSession | undefined,
): void {
  if (after !== undefined && after.status !== "ended") {
    rows.put(CHARGE_OPEN, openRow(after));
  } else if (before !== undefined && before.status !== "ended") {
    rows.delete(CHARGE_OPEN, [idBytes(before.id), before.site]);
  }
}

function moveTransaction(
  rows: FoldRows,
  before: ChargingSession | undefined,
  after: ChargingSession | undefined,
): void {
  const rowOf = (session: ChargingSession | undefined): Row | undefined => {
    const started = session?.started;
    if (session === undefined || started === undefined) return undefined;
    const { transaction: number, point } = started;
    if (number === null) return undefined;
    return { point, number, site: session.site, id: idBytes(session.id) };
  };
  const gone = rowOf(before);
  const come = rowOf(after);
  if (gone !== undefined) {
    const key = CHARGE_TRANSACTIONS.key.map((it) => gone[it] ?? null);
    rows.delete(CHARGE_TRANSACTIONS, key);
  }
  if (come !== undefined) rows.put(CHARGE_TRANSACTIONS, come);
}

/** What a session adds to sums. */
function sumOf(session: ChargingSession | undefined) {
  const ended = session?.ended;
  if (session === undefined || ended === undefined) return undefined;
  const { date, currency, exponent, outcome, energy, amount } = ended;
  if (date === null || currency === null) return undefined;
  const { site, point, driver } = session;
  const completed = outcome === "completed" ? 1 : 0;
  return {
    of: { site, point, driver, date, currency, exponent },
    deltas: { sessions: 1, completed, energy, amount },
  };
}

/** Where a sum stands. */
interface SumPlace {
  readonly site: string;
  readonly point: string;
  readonly driver: string | null;
  readonly date: string;
  readonly currency: string;
  readonly exponent: number;
}

function addSums(
  rows: FoldRows,
  { site, point, driver, date, currency, exponent }: SumPlace,
  deltas: Readonly<Record<string, number>>,
): void {
  const money = { currency, exponent };
  for (
    const [kind, key] of [["point", point], ["driver", driver], ["day", ""]]
  ) {
    if (key === null || kind === undefined || key === undefined) continue;
    rows.increment(CHARGE_SUMS, { site, kind, key, date, ...money }, deltas);
    rows.increment(
      CHARGE_SUMS,
      { site, kind, key, date: "", ...money },
      deltas,
    );
  }
}

function moveSums(
  rows: FoldRows,
  before: ChargingSession | undefined,
  after: ChargingSession | undefined,
): void {
  const gone = sumOf(before);
  const come = sumOf(after);
  if (gone === undefined && come === undefined) return;
  if (JSON.stringify(gone) === JSON.stringify(come)) return;
  if (gone !== undefined) {
    const negative = Object.entries(gone.deltas).map(([name, value]) => [
      name,
      -value,
    ]);
    addSums(rows, gone.of, Object.fromEntries(negative));
  }
  if (come !== undefined) addSums(rows, come.of, come.deltas);
}

/** The words that follow from a session: each has an id and a way to be found. */
const NOTICES: readonly {
  readonly rank: number;
  readonly idOf: (session: FactId) => FactId;
  readonly of: (session: ChargingSession) => SessionNotice | undefined;
}[] = [
  { rank: 0, idOf: informedId, of: beginNotice },
  { rank: 1, idOf: endId, of: endNotice },
  { rank: 2, idOf: againId, of: againNotice },
];

function moveNotices(
  rows: FoldRows,
  { site, session }: { readonly site: SiteCode; readonly session: FactId },
  { before, after }: Change,
): void {
  for (const { rank, idOf, of } of NOTICES) {
    const gone = before === undefined ? undefined : of(before);
    const come = after === undefined ? undefined : of(after);
    if (JSON.stringify(gone) === JSON.stringify(come)) continue;
    putNotice(rows, { site, id: idOf(session), rank }, come);
  }
}

/**
 * Notes that a record was taken, or that it was not.
 *
 * @param rows The rows.
 * @param of The site and point.
 * @param taken Where the record stood, and 1 or -1.
 */
function togglePosition(
  rows: FoldRows,
  { site, point }: { readonly site: string; readonly point: string },
  { position, sign }: {
    readonly position: RecordPosition | undefined;
    readonly sign: 1 | -1;
  },
): void {
  if (position === undefined) return;
  const { offset, timestamp } = position;
  const key = { site, point, offset, timestamp };
  rows.increment(CHARGE_POSITIONS, key, { count: sign });
}

/** Where a fact stands whose id follows from the session's. */
function placeIn(placed: LogFact): FactOrder {
  return { ...orderOf(placed), id: "" };
}

/** Accepted requests, from `ChargeAuthorized`. */
export const chargeAuthorizedFold: Fold<ChargeAuthorized> = toggled(
  (rows, placed, sign) => {
    const { site, id, at, point, request, connector, driver } = placed.fact;
    const { source, expiresAt = null } = placed.fact;
    const of = { order: placeIn(placed), at, point, connector, driver };
    const value = { ...of, request, source, expiresAt };
    toggleSession(rows, { site, session: id, part: "authorized", value }, sign);
  },
);

/** Words to equipment that reached it, from `PointInformed`. */
export const pointInformedFold: Fold<PointInformed> = toggled(
  (rows, placed, sign) => {
    const { site, session, at, point, driver, quiet = false } = placed.fact;
    const value = { order: placeIn(placed), at, point, driver, quiet };
    toggleSession(rows, { site, session, part: "informed", value }, sign);
  },
);

/** Sessions that were undone, from `ChargeFreed`. */
export const chargeFreedFold: Fold<ChargeFreed> = toggled(
  (rows, placed, sign) => {
    const { site, session, at, point, connector, driver } = placed.fact;
    const { words, refusal, quiet = false } = placed.fact;
    const of = { order: placeIn(placed), at, point, connector, driver };
    const value = {
      ...of,
      outcome: "freed" as const,
      words,
      refusal,
      energy: 0,
      amount: 0,
      date: null,
      currency: null,
      exponent: 0,
      position: null,
      priceDiffers: false,
      unauthenticated: false,
      reason: null,
      kept: null,
      quiet,
    };
    toggleSession(rows, { site, session, part: "ended", value }, sign);
  },
);

/** Beginnings of supplies, from `ChargeStarted`. */
export const chargeStartedFold: Fold<ChargeStarted> = toggled(
  (rows, placed, sign) => {
    const { site, session, at, point, connector, driver } = placed.fact;
    const { source, transaction, tariff, meterStart } = placed.fact;
    const { position, begins } = placed.fact;
    const of = { order: placeIn(placed), at, point, connector, driver };
    const value = {
      ...of,
      source,
      transaction: transaction ?? null,
      tariff: tariff ?? null,
      meterStart: meterStart ?? null,
      position: position ?? null,
    };
    toggleSession(rows, { site, session, part: "started", value }, sign);
    togglePosition(rows, { site, point }, { position, sign });
    if (begins) {
      const begun = { position, isFirst: true, sign };
      toggleBeginning(rows, { site, session, point }, begun);
    }
  },
);

/** Readings, from `ChargeMetered`. */
export const chargeMeteredFold: Fold<ChargeMetered> = toggled(
  (rows, placed, sign) => {
    const { site, session, at, point, energy, amount } = placed.fact;
    const { position, begins } = placed.fact;
    const of = { order: orderOf(placed), at, point, energy, amount };
    const value = { ...of, position: position ?? null };
    toggleSession(rows, { site, session, part: "metered", value }, sign);
    togglePosition(rows, { site, point }, { position, sign });
    if (begins) {
      const begun = { position, isFirst: false, sign };
      toggleBeginning(rows, { site, session, point }, begun);
    }
  },
);

/** Ends, from `ChargeEnded`. */
export const chargeEndedFold: Fold<ChargeEnded> = toggled(
  (rows, placed, sign) => {
    const { fact } = placed;
    const { site, session, point, position } = fact;
    const value = { order: placeIn(placed), ...endOf(fact) };
    toggleSession(rows, { site, session, part: "ended", value }, sign);
    togglePosition(rows, { site, point }, { position, sign });
  },
);

function endOf(fact: ChargeEnded) {
  const { at, point, connector, driver, outcome, energy, amount } = fact;
  const { date, currency, exponent, words, reason, kept } = fact;
  return {
    ...{ at, point, connector, driver, outcome, energy, amount },
    ...{ date, currency, exponent, refusal: null },
    words: words ?? null,
    priceDiffers: fact.priceDiffers === true,
    unauthenticated: fact.unauthenticated === true,
    position: fact.position ?? null,
    reason: reason ?? null,
    kept: kept ?? null,
    quiet: fact.quiet === true,
  };
}
