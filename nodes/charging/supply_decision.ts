/**
 * What a supply record means by what facts say: which session it is of, and what has to be written. One decision, so that
 * what was written just before is seen.
 *
 * @module
 */
import {
  beganSince,
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  chargingSession,
  type FactId,
  fixedFactId,
  isFaulty,
  isRecordTaken,
  type Reader,
  type RecordPosition,
  type WattHours,
} from "../../crdt/mod.ts";
import { chargingMoney } from "./charging_context.ts";
import type { SupplyEffect, SupplyRecord } from "./charging_use_cases.ts";
import { isNobody } from "./live_supplies.ts";
import { recordConnected, recordFault } from "./point_records.ts";
import { recordInformed } from "./request_records.ts";
import { figuresOf, lastHeard, recordEnd } from "./session_ends.ts";
import { baseOf, sessionOfRecord, sumOf, totalOf } from "./record_session.ts";
import {
  countEnergy,
  outcomeOf,
  recordMeter,
  recordStart,
  type SupplyDeciding,
} from "./supply_records.ts";
import { isFactKnown, markOf } from "./supply_marks.ts";
import { type Figures, figuresWith, NO_FIGURES } from "./supply_figures.ts";
import { priceDiffers, tariffOf } from "./tariffs.ts";

/** Late records of a closed session say nothing for so long, in milliseconds (C-49). */
export const LATE_MS = 5_000;
/** Where a point is of which nothing but telemetry was heard (C-48). */
export const UNVERIFIED_LOCATION = "Desconocida";
/** What it costs, per kWh in 1/10,000 of the currency's unit. */
export const UNVERIFIED_PRICE = 2_500;

/** What a record did. */
export interface SupplyDecided {
  /** For who brought it. */
  readonly effect: SupplyEffect;
  /** The session that runs: its figures are held from now on. */
  readonly runs?: ChargingSession;
  /** Its figures. */
  readonly figures?: Figures;
  /** What the equipment counted before the session began. */
  readonly base?: Figures;
  /** True if the equipment charges another price than the registered one (C-21). */
  readonly priceDiffers?: boolean;
  /** The session in which a supply may have begun anew. */
  readonly again?: FactId;
}

const REPEATED: SupplyDecided = { effect: "repeated" };
const IGNORED: SupplyDecided = { effect: "ignored" };
const STORED: SupplyDecided = { effect: "stored" };

/**
 * Decides what a record does.
 *
 * @param deciding The decision, the node, the place and the record.
 * @returns What it did.
 */
export function decideSupply(deciding: SupplyDeciding): SupplyDecided {
  const { decision: { rows }, place, record } = deciding;
  const { position } = record;
  if (position !== null && isRecordTaken(rows, place, position)) {
    return REPEATED;
  }
  const mark = markOf(place, record);
  if (mark !== undefined && isFactKnown(rows, mark)) return REPEATED;
  const session = sessionOfRecord(deciding);
  const decided = session === undefined
    ? withoutSession(deciding, NO_FIGURES)
    : session.status === "ended"
    ? afterEnd(deciding, session)
    : ofSession(deciding, session);
  const of = session ?? decided.runs;
  if (mark !== undefined && of !== undefined) {
    recordMeter(deciding, of.id, {
      id: mark,
      ...decided.figures ?? heldOf(rows, of),
    });
  }
  return decided;
}

// A session that lasts

function ofSession(
  deciding: SupplyDeciding,
  session: ChargingSession,
): SupplyDecided {
  const { decision, use, record } = deciding;
  if (session.authorized !== undefined && session.informed === undefined) {
    // Energy flows, so the equipment knows: the driver hears of the beginning before he hears of the end (C-29).
    recordInformed(decision, session);
    const { id, site } = session;
    session = chargingSession(decision.rows, id, site) ?? session;
  }
  const again = begunAgain(deciding, session);
  if (again !== undefined) return startedAgain(deciding, session, again);
  const base = baseOf(deciding, session);
  const figures = figuresNow(deciding, session, base);
  switch (record.kind) {
    case "started":
      if (session.status === "charging") {
        return isAnother(deciding, session)
          ? startAnother(deciding, session)
          : beginAgain(deciding, session);
      }
      recordStart(deciding, session.id, { of: session });
      return { effect: "stored", runs: session, figures, base };
    case "meter": {
      if (session.status === "authorized") {
        recordStart(deciding, session.id, { of: session });
        return { effect: "stored", runs: session, figures, base };
      }
      // Another node heard of it last, or this one before it was started again: from now on this one does.
      const { id } = session;
      const isNew = use.live.get(id) === undefined;
      if (isNew) recordMeter(deciding, id, figures);
      const effect = isNew ? "stored" : "live";
      return { effect, runs: session, figures, base };
    }
    default:
      return endOf(deciding, session, figures);
  }
}

/** Whether a supply begins anew of whose session this node has heard nothing: another node heard of it, and of its end. */
function isAnother(
  { use, record }: SupplyDeciding,
  { id, started }: ChargingSession,
): boolean {
  return isOfTopic(record) && started !== undefined &&
    use.live.get(id) === undefined;
}

function isOfTopic({ session, position }: SupplyRecord): boolean {
  return session === null && position !== null;
}

/** The supply before is over, as far as facts go; who heard more of it counts that beside. The next one nobody asked for. */
function startAnother(
  deciding: SupplyDeciding,
  session: ChargingSession,
): SupplyDecided {
  const { decision, use } = deciding;
  const { energy, amount } = figuresOf(use, session);
  recordEnd(decision, use, session, {
    outcome: "completed",
    ...{ energy, amount },
    position: null,
  });
  return withoutSession(deciding, NO_FIGURES);
}

/**
 * A supply begins in a session that has one. It was told twice; or this is another one: equipment lost its power, or another
 * node heard the end of the one before. That it begins is kept, with what flowed before it. Where something has flowed the
 * next reading tells whether it is another one: totals go on, or begin anew.
 */
function beginAgain(
  deciding: SupplyDeciding,
  session: ChargingSession,
): SupplyDecided {
  const { use, record } = deciding;
  if (!isOfTopic(record)) return REPEATED;
  const figures = figuresOf(use, session);
  const hasFlowed = figures.energy > 0;
  const position = lastHeard(use, session);
  if (hasFlowed) {
    recordMeter({ ...deciding, record: { position } }, session.id, figures);
  }
  recordMeter(deciding, session.id, { ...NO_FIGURES, begins: true });
  return hasFlowed ? { ...STORED, again: session.id } : STORED;
}

/** Where another supply began in a session, if a record's total says that one did. */
function begunAgain(
  { decision: { rows }, use, place, record }: SupplyDeciding,
  session: ChargingSession,
): RecordPosition | undefined {
  if (!isOfTopic(record) || record.kind === "started") return undefined;
  const live = use.live.get(session.id);
  const again = live === undefined
    ? beganSince(
      rows,
      { ...place, session: session.id },
      lastHeard(use, session),
    )
    : live.again;
  if (again === null || record.energy === null) return undefined;
  const before = (live?.base.energy ?? 0) + figuresOf(use, session).energy;
  return before > 0 && record.energy <= before ? again : undefined;
}

/** Another supply began where a record said so, and this record is of it. */
function startedAgain(
  deciding: SupplyDeciding,
  session: ChargingSession,
  position: RecordPosition,
): SupplyDecided {
  const { record } = deciding;
  const beginning = { kind: "started", position, energy: null } as const;
  const { runs } = startAnother(
    { ...deciding, record: { ...record, ...beginning, amount: null } },
    session,
  );
  return runs === undefined ? REPEATED : ofSession(deciding, runs);
}

function figuresNow(
  { decision, use, record }: SupplyDeciding,
  session: ChargingSession,
  base: Figures,
): Figures {
  return figuresWith(record, {
    known: figuresOf(use, session),
    base,
    tariff: session.started?.tariff ?? null,
    startedAt: session.started?.at ?? session.at,
    at: decision.at,
    exponent: chargingMoney(use).exponent,
  });
}

function endOf(
  deciding: SupplyDeciding,
  session: ChargingSession,
  figures: Figures,
): SupplyDecided {
  const { decision, use, record } = deciding;
  const point = chargingPoint(decision.rows, session);
  const { exponent } = chargingMoney(use);
  const differs = record.amount !== null &&
    priceDiffers(point?.price ?? null, figures, exponent);
  recordEnd(decision, use, session, {
    outcome: outcomeOf(record, point),
    ...figures,
    position: record.position,
    reason: record.reason,
    priceDiffers: differs,
    unauthenticated: record.unauthenticated,
    facts: point,
  });
  noteFault(deciding, point);
  return differs ? { effect: "stored", priceDiffers: true } : STORED;
}

/** Equipment that reports a fault on its topic is faulty until its monitor says otherwise. */
function noteFault(
  { decision, record }: SupplyDeciding,
  point: ChargingPoint | undefined,
  id?: FactId,
): void {
  if (record.kind !== "fault" || point === undefined) return;
  if (!isFaulty(point, 0)) recordFault(decision, point, { connector: 0, id });
}

// A session that is over

function afterEnd(
  deciding: SupplyDeciding,
  session: ChargingSession,
): SupplyDecided {
  const { decision, record } = deciding;
  const own = totalOf(decision.rows, session, record.position);
  const base = baseOf(deciding, session);
  const total = sumOf(base, own);
  const isAbove = (record.energy ?? 0) > total.energy ||
    (record.amount ?? 0) > total.amount;
  const ageMs = (decision.at - (session.ended?.at ?? 0)) / 1000;
  if (record.kind === "started") return REPEATED;
  if (record.kind !== "meter") {
    const point = chargingPoint(decision.rows, session);
    const wasWell = point !== undefined && !isFaulty(point, 0);
    noteFault(deciding, point);
    if (isAbove) return countRest(deciding, session, { own, base });
    return record.kind === "fault" && wasWell ? STORED : REPEATED;
  }
  if (ageMs < LATE_MS || record.session !== null) {
    return isAbove ? countRest(deciding, session, { own, base }) : REPEATED;
  }
  // Nothing has flowed since: the last of its records came late, or again.
  if (record.energy === total.energy && !isAbove) return REPEATED;
  // It goes on although its session was closed: what is beyond is nobody's (C-20). Less than that is a supply of its own.
  return withoutSession(deciding, isAbove ? total : NO_FIGURES);
}

/** What facts say that a session has come to. */
function heldOf(rows: Reader, { id }: ChargingSession): Figures {
  const { energy, amount } = chargingSession(rows, id) ?? NO_FIGURES;
  return { energy: energy as WattHours, amount };
}

/** A closed session has come to more than it holds: the new total is written down. */
function countRest(
  deciding: SupplyDeciding,
  session: ChargingSession,
  { own, base }: { readonly own: Figures; readonly base: Figures },
): SupplyDecided {
  const { decision, use, record } = deciding;
  // Equipment that tells no money is reckoned by the session's tariff, as before its end.
  const all = figuresWith(record, {
    known: own,
    base,
    tariff: session.started?.tariff ?? null,
    startedAt: session.started?.at ?? session.at,
    at: decision.at,
    exponent: chargingMoney(use).exponent,
  });
  const figures = {
    energy: Math.max(own.energy, all.energy) as WattHours,
    amount: Math.max(own.amount, all.amount),
  };
  const { position } = record;
  const told = [String(figures.energy), String(figures.amount)];
  // Two supplies of one session may come to the same.
  if (position !== null) {
    told.push(String(position.offset), String(position.timestamp));
  }
  const id = fixedFactId(["charge rest", session.id, ...told]);
  const of = { id, session: session.id, driver: session.driver };
  return countEnergy(deciding, of, figures) ? STORED : REPEATED;
}

// No session

function withoutSession(
  deciding: SupplyDeciding,
  base: Figures,
): SupplyDecided {
  const { record } = deciding;
  const point = knownPoint(deciding);
  if (point === undefined) return IGNORED;
  if (record.kind === "meter" && record.session !== null) return IGNORED;
  if (record.kind === "started" || record.kind === "meter") {
    return startUnasked(deciding, base);
  }
  if (
    record.stop === undefined &&
    (record.energy ?? 0) === 0 && (record.amount ?? 0) === 0
  ) {
    noteFault(deciding, point, markOf(deciding.place, record));
    return record.kind === "fault" ? STORED : IGNORED;
  }
  noteFault(deciding, point);
  const id = idOf(deciding, "charge counted");
  const driver = isNobody(record.driver) ? null : record.driver;
  const figures = aloneFigures(deciding, point);
  return countEnergy(deciding, { id, driver }, figures) ? STORED : REPEATED;
}

/** The figures of a supply of which nothing but its end is known: how long it was costs nothing. */
function aloneFigures(
  { decision: { rows, at }, use, record }: SupplyDeciding,
  point: ChargingPoint,
): Figures {
  return figuresWith(record, {
    known: NO_FIGURES,
    base: NO_FIGURES,
    tariff: tariffOf(rows, point) ?? null,
    startedAt: record.at ?? at,
    at,
    exponent: chargingMoney(use).exponent,
  });
}

/** The point; one that nobody knows is made, unverified (C-48). */
function knownPoint(
  { decision, place }: SupplyDeciding,
): ChargingPoint | undefined {
  const { rows } = decision;
  const { site, point, connector } = place;
  const known = chargingPoint(rows, place);
  if (known !== undefined) return known;
  const made = recordConnected(decision, site, {
    point,
    dialect: "unverified",
    location: UNVERIFIED_LOCATION,
    price: UNVERIFIED_PRICE,
    connectors: connector,
  });
  return made === undefined ? undefined : chargingPoint(rows, place);
}

/** A supply that nobody asked for is a session of nobody (C-20). */
function startUnasked(
  deciding: SupplyDeciding,
  base: Figures,
): SupplyDecided {
  const { decision, record } = deciding;
  const id = record.session ?? idOf(deciding, "charge unasked");
  recordStart(deciding, id, { meterStart: base.energy });
  const runs = chargingSession(decision.rows, id, deciding.place.site);
  if (runs === undefined || runs.status === "ended") return REPEATED;
  const figures = figuresNow(deciding, runs, base);
  return { effect: "stored", runs, figures, base };
}

/** The id of what a record makes: the same if the record is read again. */
function idOf(
  { decision, place, record }: SupplyDeciding,
  kind: string,
): FactId {
  const { position, session } = record;
  if (session !== null) return fixedFactId([kind, session]);
  const mark = markOf(place, record);
  if (mark !== undefined) {
    return kind === "charge counted" ? mark : fixedFactId([kind, mark]);
  }
  if (position === null) return decision.newId();
  const { offset, timestamp } = position;
  const where = [place.site, place.point, String(place.connector)];
  return fixedFactId([kind, ...where, String(offset), String(timestamp)]);
}
