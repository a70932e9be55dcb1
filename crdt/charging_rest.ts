/**
 * What a session came to beyond the end that counts. Equipment may tell of more after a session was closed, and nodes apart
 * may each have ended it: whoever hears of a greater total writes it down. What flowed less what the end holds is energy of
 * the point. It follows from facts alone, so nobody has to count it, and however often it is told it counts once.
 *
 * What flowed: an engine tells running totals, from 0 with each supply, and the records of a point have one order. So each
 * record that says that a supply begins (`begins`) parts what is told of a session at positions before it from what is told
 * from it on. Totals of one part are of one supply, and the greatest of them is what it came to, whoever told it; parts are
 * different supplies, which nodes that were apart took for one session, and are added. A reading begins nothing: it may be
 * the first that a node hears of a supply that another one knows. Where nobody heard of a second beginning all totals are of
 * one supply, and so are those that came without a position.
 *
 * @module
 */
import type { EnergyCounted, RecordPosition } from "./charging_facts.ts";
import { restId } from "./charging_ids.ts";
import type { EndedPart } from "./charging_session.ts";
import { readSession, sortedJson } from "./charging_session_rows.ts";
import {
  CHARGE_BEGINNINGS,
  CHARGE_SESSIONS,
  CHARGE_SPARES,
  CHARGE_SUMS,
  ENERGY_COUNTED,
} from "./charging_tables.ts";
import {
  addWrapped,
  compareOrder,
  type FactOrder,
  type FoldRows,
  type LogFact,
  orderOf,
} from "./fold.ts";
import type { FactId } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Which session. */
export interface SessionPlace {
  /** Where. */
  readonly site: string;
  /** The session. */
  readonly session: FactId;
}

/** A total of a session that somebody told of. */
interface Told {
  readonly order: FactOrder;
  readonly at: number;
  readonly point: string;
  readonly driver: string | null;
  readonly date: string;
  readonly energy: number;
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
  readonly position: RecordPosition | null;
}

/** What one supply of a session came to. */
export interface SupplyTotal {
  /** Watt-hours. */
  readonly energy: number;
  /** Money. */
  readonly amount: number;
}

/** The kinds of spares that hold totals of sessions; those of ends are made with the sessions. */
const TOLD = "rest";
const ORPHAN = "orphan";
const TOLD_KINDS = [TOLD, ORPHAN, "ended"];

function toldOf(
  rows: Reader,
  { site, session }: SessionPlace,
  kind: string,
): Told[] {
  return rows.scan(CHARGE_SPARES, { prefix: [idBytes(session), site, kind] })
    .map((row) => JSON.parse(String(row["value"])) as EndedPart | Told)
    // One that was undone has no date.
    .filter((told): told is Told => told.date !== null);
}

/** The greater total first; of equal ones the lesser in (stamp, log, seq). */
function compareTold(a: Told, b: Told): number {
  return b.energy - a.energy || b.amount - a.amount ||
    compareOrder(a.order, b.order);
}

/** Where supplies of a session began, in order. */
function beginningsOf(
  rows: Reader,
  { site, session }: SessionPlace,
): RecordPosition[] {
  return rows.scan(CHARGE_BEGINNINGS, { prefix: [idBytes(session), site] })
    .map((row) => ({
      offset: Number(row["offset"]),
      timestamp: Number(row["timestamp"]),
    }));
}

/** Which supply a record is of: as many as have begun up to it. What has no position is of the first. */
function supplyOf(
  beginnings: readonly RecordPosition[],
  position: RecordPosition | null,
): number {
  if (position === null) return Math.min(1, beginnings.length);
  const { offset, timestamp } = position;
  return beginnings.filter((one) =>
    one.timestamp < timestamp ||
    (one.timestamp === timestamp && one.offset <= offset)
  ).length;
}

/** What each supply came to, by its number. */
function totalsOf(
  beginnings: readonly RecordPosition[],
  all: readonly (SupplyTotal & Pick<Told, "position">)[],
): Map<number, SupplyTotal> {
  const totals = new Map<number, SupplyTotal>();
  for (const { energy, amount, position } of all) {
    const number = supplyOf(beginnings, position);
    const known = totals.get(number) ?? { energy: 0, amount: 0 };
    totals.set(number, {
      energy: Math.max(known.energy, energy),
      amount: Math.max(known.amount, amount),
    });
  }
  return totals;
}

/** All that was told of a session that is over, its end first. */
function allTold(rows: Reader, place: SessionPlace) {
  const { site, session } = place;
  const row = rows.get(CHARGE_SESSIONS, [idBytes(session), site]);
  // Most are asked for before they are over: then nothing else is read.
  if (row === undefined || row["ended"] === null) {
    return { ended: undefined, told: [] };
  }
  const told = TOLD_KINDS.flatMap((kind) => toldOf(rows, place, kind));
  return { ended: readSession(row).ended, told };
}

/**
 * What each supply of a session that is over came to; almost every session has one.
 *
 * @param rows The rows.
 * @param place The session.
 */
export function suppliesOf(
  rows: Reader,
  place: SessionPlace,
): readonly SupplyTotal[] {
  const { ended, told } = allTold(rows, place);
  if (ended === undefined) return [];
  return [...totalsOf(beginningsOf(rows, place), [ended, ...told]).values()];
}

/**
 * What the supply of a session that is over came to which a record is of.
 *
 * @param rows The rows.
 * @param place The session.
 * @param position Where the record stood; null if it came otherwise.
 */
export function supplyTotal(
  rows: Reader,
  place: SessionPlace,
  position: RecordPosition | null,
): SupplyTotal {
  const { ended, told } = allTold(rows, place);
  const beginnings = beginningsOf(rows, place);
  const all = ended === undefined ? [] : [ended, ...told];
  return totalsOf(beginnings, all).get(supplyOf(beginnings, position)) ??
    { energy: 0, amount: 0 };
}

/** The row of what a session that is over came to beyond its end; undefined if there is nothing. */
function restRow(rows: Reader, place: SessionPlace): Row | undefined {
  const { site, session } = place;
  const { ended, told } = allTold(rows, place);
  const [top] = told.sort(compareTold);
  if (top === undefined || ended === undefined) return undefined;
  const totals = totalsOf(beginningsOf(rows, place), [ended, ...told]);
  let [energy, amount] = [-ended.energy, -ended.amount];
  for (const total of totals.values()) {
    energy = addWrapped(energy, total.energy);
    amount = addWrapped(amount, total.amount);
  }
  if (energy === 0 && amount === 0) return undefined;
  const { at, point, driver, date, currency, exponent } = top;
  return {
    ...{ at, site, point, driver, date, energy, amount, currency, exponent },
    id: idBytes(restId(session)),
    name: "",
    session: idBytes(session),
  };
}

/**
 * What a session that is over came to beyond its end.
 *
 * @param rows The rows.
 * @param place The session.
 * @returns Energy and money that the end does not hold.
 */
export function sessionRest(
  rows: Reader,
  place: SessionPlace,
): { readonly energy: number; readonly amount: number } {
  const row = restRow(rows, place);
  return {
    energy: Number(row?.["energy"] ?? 0),
    amount: Number(row?.["amount"] ?? 0),
  };
}

/**
 * The row of energy that no session holds.
 *
 * @param fact Who counted it.
 * @param name The log that holds the fact.
 * @returns A row of `ENERGY_COUNTED`.
 */
export function energyRow(fact: EnergyCounted, name: string): Row {
  const { id, at, site, point, driver = null } = fact;
  const { date, energy, amount, currency, exponent } = fact;
  return {
    ...{ at, id: idBytes(id), site, name, point, session: null, driver },
    ...{ date, energy, amount, currency, exponent },
  };
}

/**
 * Brings energy that no session holds in or takes it out, with its sums.
 *
 * @param rows The rows.
 * @param row A row of `ENERGY_COUNTED`.
 * @param sign 1 or -1.
 */
export function toggleEnergy(rows: FoldRows, row: Row, sign: 1 | -1): void {
  if (sign === 1) rows.put(ENERGY_COUNTED, row);
  else {
    const key = ENERGY_COUNTED.key.map((column) => row[column] ?? null);
    rows.delete(ENERGY_COUNTED, key);
  }
  const { site, point, date, currency, exponent } = row;
  const deltas = {
    "other_energy": sign * Number(row["energy"]),
    "other_amount": sign * Number(row["amount"]),
  };
  for (const [kind, key] of [["point", String(point)], ["day", ""]] as const) {
    for (const day of [String(date), ""]) {
      const of = { site: String(site), kind, key, date: day };
      const money = { currency: String(currency), exponent: Number(exponent) };
      rows.increment(CHARGE_SUMS, { ...of, ...money }, deltas);
    }
  }
}

/**
 * Makes a change to a session's ends and totals, and what follows for its rest.
 *
 * @param rows The rows.
 * @param place The session.
 * @param change Makes the change.
 */
export function withRest(
  rows: FoldRows,
  place: SessionPlace,
  change: () => void,
): void {
  const gone = restRow(rows, place);
  change();
  const come = restRow(rows, place);
  if (gone !== undefined) toggleEnergy(rows, gone, -1);
  if (come !== undefined) toggleEnergy(rows, come, 1);
}

/**
 * Makes a session's first end, and what follows for its rest: almost always nothing, and then nothing else is read.
 *
 * @param rows The rows.
 * @param place The session, which is not over.
 * @param change Makes the change.
 */
export function withFirstEnd(
  rows: FoldRows,
  place: SessionPlace,
  change: () => void,
): void {
  const { site, session } = place;
  // Both kinds of totals, which stand beside each other.
  const told = rows.scan(CHARGE_SPARES, {
    prefix: [idBytes(session), site],
    from: [ORPHAN],
    below: [`${TOLD}!`],
    limit: 1,
  });
  change();
  const come = told.length === 0 ? undefined : restRow(rows, place);
  if (come !== undefined) toggleEnergy(rows, come, 1);
}

/** A total that was told, with the session that it is of. */
export type ToldTotal = LogFact<EnergyCounted> & {
  readonly fact: { readonly session: FactId };
};

/**
 * Brings a total of a session in or takes it out.
 *
 * @param rows The rows.
 * @param placed The fact.
 * @param how 1 or -1, and whether who told it did not know the session.
 */
export function toggleTold(
  rows: FoldRows,
  placed: ToldTotal,
  { sign, isOrphan = false }: {
    readonly sign: 1 | -1;
    readonly isOrphan?: boolean;
  },
): void {
  const { fact, stamp, log: name, seq } = placed;
  const { site, session, id, at, point, driver = null, date } = fact;
  const { energy, amount, currency, exponent } = fact;
  const value: Told = {
    ...{ order: orderOf(placed), at, point, driver, date },
    ...{ energy, amount, currency, exponent, position: fact.position ?? null },
  };
  const kind = isOrphan ? ORPHAN : TOLD;
  const row: Row = {
    ...{ session: idBytes(session), site, kind, stamp, name, seq },
    id: idBytes(id),
    value: sortedJson(value),
  };
  withRest(rows, { site, session }, () => {
    if (sign === 1) return rows.put(CHARGE_SPARES, row);
    const key = CHARGE_SPARES.key.map((column) => row[column] ?? null);
    rows.delete(CHARGE_SPARES, key);
  });
}
