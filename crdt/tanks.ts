/**
 * Wet stock: what went into each tank, what was drawn, and what dips found, by day and over all time.
 *
 * @module
 */
import type { FuelReceived, TankDipped } from "./fuel_facts.ts";
import type { Fold, FoldRows, LogFact } from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { Reader, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Milliliters by site, tank and business date; date `` stands for all dates. */
export const TANKS: TableSchema = {
  name: "tanks",
  columns: {
    site: "text",
    tank: "integer",
    date: "text",
    delivered_ml: "integer",
    dispensed_ml: "integer",
    dipped_ml: "integer",
  },
  key: ["site", "tank", "date"],
};

/** Fuel brought and dips, by tank and instant: for sums over less than a day. */
export const TANK_EVENTS: TableSchema = {
  name: "tank_events",
  columns: {
    site: "text",
    tank: "integer",
    at: "integer",
    id: "blob",
    log: "integer",
    date: "text",
    delivered_ml: "integer",
    dipped_ml: "integer",
  },
  key: ["site", "tank", "at", "id", "log"],
};

/** What went into and came out of a tank, in milliliters. */
export interface TankSums {
  /** Brought. */
  readonly deliveredMl: number;
  /** Drawn by pumps. */
  readonly dispensedMl: number;
  /** Sum of the differences that dips found. */
  readonly dippedMl: number;
}

/**
 * Adds to a tank's sums of a day and of all time.
 *
 * @param rows The rows.
 * @param place Site, tank and business date.
 * @param deltas What to add, by column.
 */
export function addToTank(
  rows: FoldRows,
  place: {
    readonly site: SiteCode;
    readonly tank: number;
    readonly date: string;
  },
  deltas: Readonly<Record<string, number>>,
): void {
  const { site, tank, date } = place;
  rows.increment(TANKS, { site, tank, date }, deltas);
  rows.increment(TANKS, { site, tank, date: "" }, deltas);
}

/**
 * A tank's sums over business dates.
 *
 * @param rows The rows.
 * @param place Site and tank.
 * @param dates From the first date on and before the other; all time if left out.
 * @returns The sums; all 0 if nothing is known.
 */
export function tankSums(
  rows: Reader,
  { site, tank }: { readonly site: SiteCode; readonly tank: number },
  dates?: { readonly from: string; readonly before?: string },
): TankSums {
  const found = dates === undefined
    ? rows.scan(TANKS, { prefix: [site, tank, ""] })
    : rows.scan(TANKS, {
      prefix: [site, tank],
      from: [dates.from],
      ...(dates.before === undefined ? {} : { below: [dates.before] }),
    });
  const sums = { deliveredMl: 0, dispensedMl: 0, dippedMl: 0 };
  for (const row of found) {
    sums.deliveredMl += Number(row["delivered_ml"]);
    sums.dispensedMl += Number(row["dispensed_ml"]);
    sums.dippedMl += Number(row["dipped_ml"]);
  }
  return sums;
}

/**
 * What should be in a tank.
 *
 * @param sums Its sums over all time.
 * @returns Milliliters; may be below zero.
 */
export function levelOf(
  { deliveredMl, dispensedMl, dippedMl }: TankSums,
): number {
  return deliveredMl - dispensedMl + dippedMl;
}

/** Puts what a fact does to a tank into the rows, or takes it out. */
function toggle(
  rows: FoldRows,
  { fact, logNumber }: LogFact<FuelReceived | TankDipped>,
  sign: 1 | -1,
): void {
  const { site, tank, at, id, date } = fact;
  const brought = fact.type === "FuelReceived";
  const change = brought ? fact.volumeMl : fact.differenceMl;
  addToTank(
    rows,
    fact,
    brought ? { delivered_ml: sign * change } : { dipped_ml: sign * change },
  );
  const key = { site, tank, at, id: idBytes(id), log: logNumber };
  if (sign < 0) return rows.delete(TANK_EVENTS, Object.values(key));
  rows.put(TANK_EVENTS, {
    ...key,
    date,
    delivered_ml: brought ? change : 0,
    dipped_ml: brought ? 0 : change,
  });
}

/** Fuel brought, from `FuelReceived`. */
export const fuelReceivedFold: Fold<FuelReceived> = {
  add: (rows, placed) => toggle(rows, placed, 1),
  remove: (rows, placed) => toggle(rows, placed, -1),
};

/** Dips, from `TankDipped`: the difference that each found. */
export const tankDippedFold: Fold<TankDipped> = {
  add: (rows, placed) => toggle(rows, placed, 1),
  remove: (rows, placed) => toggle(rows, placed, -1),
};
