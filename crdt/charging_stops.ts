/**
 * Ends of OCPP transactions that a charger told to a node which did not know their sessions. Such a stop is found by the
 * transaction's number: while a session that counts has that number at that point, the stop is one of the session's ends,
 * with what the meter counted since the session began; while none has, its energy is the point's. Both follow from the
 * facts alone, whichever comes first, so no node has to remember anything or count again.
 *
 * @module
 */
import type { EnergyCounted } from "./charging_facts.ts";
import { energyRow, toggleEnergy } from "./charging_rest.ts";
import type {
  ChargingSession,
  EndedPart,
  StartedPart,
} from "./charging_session.ts";
import { readSession, sortedJson } from "./charging_session_rows.ts";
import { endWords } from "./charging_state.ts";
import {
  CHARGE_SESSIONS,
  CHARGE_STOPS,
  CHARGE_TRANSACTIONS,
} from "./charging_tables.ts";
import { costOf } from "./charging_tariff.ts";
import type { TransactionStop } from "./charging_transaction.ts";
import { type FoldRows, type LogFact, orderOf } from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** A stop, and what its node counted for it. */
type StopFact = EnergyCounted & { readonly stop: TransactionStop };

/** A stop with its place. */
interface PlacedStop extends Pick<LogFact, "stamp" | "log" | "seq"> {
  readonly fact: StopFact;
}

/** An end of a session. */
export interface EndPlace {
  /** Where. */
  readonly site: SiteCode;
  /** The session. */
  readonly session: FactId;
  /** Which part. */
  readonly part: "ended";
  /** The end. */
  readonly value: EndedPart;
}

/** Brings an end of a session in or takes it out. */
export type ToggleEnd = (
  rows: FoldRows,
  place: EndPlace,
  sign: 1 | -1,
) => void;

/** What names a transaction. */
interface Transaction {
  readonly site: string;
  readonly point: string;
  readonly number: number;
}

function stopRow({ fact, stamp, log: name, seq }: PlacedStop): Row {
  const { id, at, site, point, driver, date, energy, amount } = fact;
  const { currency, exponent, stop } = fact;
  const of = { id, at, site, point, driver, date, energy, amount };
  const written = { ...of, currency, exponent, stop: sorted(stop) };
  return {
    ...{ point, number: stop.transaction, site, stamp, name, seq },
    id: idBytes(id),
    value: sortedJson(written),
  };
}

/** A stop whose fields are in the order of their names, so that it is written in one way. */
function sorted(stop: TransactionStop): TransactionStop {
  return JSON.parse(sortedJson(stop)) as TransactionStop;
}

function stopsOf(
  rows: Reader,
  { site, point, number }: Transaction,
): PlacedStop[] {
  return rows.scan(CHARGE_STOPS, { prefix: [point, number, site] })
    .map((row) => ({
      fact: JSON.parse(String(row["value"])) as StopFact,
      stamp: row["stamp"] as LogFact["stamp"],
      log: row["name"] as LogFact["log"],
      seq: Number(row["seq"]),
    }));
}

/** The sessions of a transaction: one, but for a chance of one in two thousand million. */
function sessionsOf(
  rows: Reader,
  { site, point, number }: Transaction,
): ChargingSession[] {
  return rows.scan(CHARGE_TRANSACTIONS, { prefix: [point, number, site] })
    .map((row) => rows.get(CHARGE_SESSIONS, [row["id"] ?? null, site]))
    .filter((row) => row !== undefined)
    .map(readSession);
}

/** The transaction of a session. */
function transactionOf(
  session: ChargingSession | undefined,
): Transaction | undefined {
  const { transaction = null, point = "" } = session?.started ?? {};
  return session === undefined || transaction === null
    ? undefined
    : { site: session.site, point, number: transaction };
}

/** What flowed, by what the meter showed at the beginning and at the end; one that was replaced says nothing. */
function energyOf(
  { meterStart }: StartedPart,
  { meter, energy = 0 }: TransactionStop,
): number {
  const counted = meterStart === null ? -1 : meter - meterStart;
  return counted >= 0 && Number.isSafeInteger(counted) ? counted : energy;
}

/** A stop as an end of a session that began so. */
function endBy(placed: PlacedStop, started: StartedPart): EndedPart {
  const { fact } = placed;
  const { at, date, currency, exponent, stop } = fact;
  const { point, connector, driver, tariff } = started;
  const { outcome, reason } = stop;
  const energy = energyOf(started, stop);
  const spanUs = stop.at - started.at;
  return {
    order: orderOf({ ...placed, logNumber: 0 }),
    ...{ at, point, connector, driver, outcome, energy },
    words: endWords(outcome, "ocpp"),
    refusal: null,
    amount: tariff === null ? 0 : costOf(tariff, { energy, spanUs }, exponent),
    ...{ date, currency, exponent, reason },
    ...{ priceDiffers: false, unauthenticated: false, kept: null },
    position: null,
    quiet: false,
  };
}

/** The end that a stop is of a session. */
function endPlace(session: ChargingSession, placed: PlacedStop): EndPlace[] {
  const { site, id, started } = session;
  if (started === undefined) return [];
  const value = endBy(placed, started);
  return [{ site, session: id, part: "ended", value }];
}

/** What a stop is while no session has its number. */
function toggleAlone(
  rows: FoldRows,
  { fact, log }: PlacedStop,
  sign: 1 | -1,
): void {
  if (fact.energy > 0 || fact.amount > 0) {
    toggleEnergy(rows, energyRow(fact, log), sign);
  }
}

/**
 * Brings a stop in or takes it out.
 *
 * @param rows The rows.
 * @param placed The fact.
 * @param how 1 or -1, and what changes ends of sessions.
 */
export function toggleStop(
  rows: FoldRows,
  placed: PlacedStop,
  { sign, toggleEnd }: {
    readonly sign: 1 | -1;
    readonly toggleEnd: ToggleEnd;
  },
): void {
  const { site, point, stop } = placed.fact;
  const row = stopRow(placed);
  if (sign === 1) rows.put(CHARGE_STOPS, row);
  else {
    const key = CHARGE_STOPS.key.map((column) => row[column] ?? null);
    rows.delete(CHARGE_STOPS, key);
  }
  const number = stop.transaction;
  const sessions = sessionsOf(rows, { site, point, number });
  if (sessions.length === 0) return toggleAlone(rows, placed, sign);
  for (const place of sessions.flatMap((one) => endPlace(one, placed))) {
    toggleEnd(rows, place, sign);
  }
}

/**
 * Lets stops follow a session whose beginning has changed.
 *
 * @param rows The rows, which have changed.
 * @param session The session before and after; undefined where there is none.
 * @param toggleEnd Changes ends of sessions.
 */
export function moveStops(
  rows: FoldRows,
  { before, after }: {
    readonly before: ChargingSession | undefined;
    readonly after: ChargingSession | undefined;
  },
  toggleEnd: ToggleEnd,
): void {
  const [gone, come] = [transactionOf(before), transactionOf(after)];
  const [left, found] = [gone, come].map((one) =>
    one === undefined ? [] : stopsOf(rows, one)
  );
  for (const stop of left ?? []) {
    for (const place of before === undefined ? [] : endPlace(before, stop)) {
      toggleEnd(rows, place, -1);
    }
  }
  for (const stop of found ?? []) {
    for (const place of after === undefined ? [] : endPlace(after, stop)) {
      toggleEnd(rows, place, 1);
    }
  }
  // Whose number nobody has any more is the point's; whose number somebody has now is it no more.
  if (JSON.stringify(gone) === JSON.stringify(come)) return;
  const isOnly = (of: Transaction, id: FactId | undefined) =>
    sessionIdsOf(rows, of).every((one) => one === id);
  if (gone !== undefined && isOnly(gone, undefined)) {
    for (const stop of left ?? []) toggleAlone(rows, stop, 1);
  }
  if (come !== undefined && isOnly(come, after?.id)) {
    for (const stop of found ?? []) toggleAlone(rows, stop, -1);
  }
}

function sessionIdsOf(
  rows: Reader,
  { site, point, number }: Transaction,
): FactId[] {
  return rows.scan(CHARGE_TRANSACTIONS, { prefix: [point, number, site] })
    .map((row) => idText(row["id"] as Uint8Array));
}
