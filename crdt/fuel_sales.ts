/**
 * The fold of deliveries of fuel: the deliveries, their sums, and which of them do not add up.
 *
 * @module
 */
import type { FuelSold } from "./fuel_facts.ts";
import type { Fold, FoldRows, LogFact } from "./fold.ts";
import { idBytes } from "./sales.ts";
import type { Row, TableSchema } from "./rows.ts";
import { addToTank } from "./tanks.ts";

/** Deliveries that count, by site and instant. */
export const FUEL_SALES: TableSchema = {
  name: "fuel_sales",
  columns: {
    site: "text",
    at: "integer",
    id: "blob",
    log: "integer",
    seq: "integer",
    date: "text",
    pump: "text",
    pump_name: "text",
    fuel: "text",
    volume_ml: "integer",
    price: "integer",
    amount: "integer",
    currency: "text",
    exponent: "integer",
    payment: "text",
    started_at: "integer",
    state: "text",
    source: "text",
    flags: "integer",
    tank: "integer",
    raw: "text",
  },
  key: ["site", "at", "id", "log"],
  indexes: {
    by_pump: ["site", "pump", "at"],
    by_fuel: ["site", "fuel", "at"],
    by_time: ["at"],
    by_date: ["site", "date", "at"],
  },
};

/** Bit of `flags`: the time of the end is that of the receipt. */
export const FLAG_TIME_ESTIMATED = 1;
/** Bit of `flags`: the amount is not the volume times the price. */
export const FLAG_AMOUNT_MISMATCH = 2;
/** Bit of `flags`: the site had set other prices. */
export const FLAG_PRICE_MISMATCH = 4;

/** Deliveries that do not add up, so that they are found without reading all. */
export const FUEL_MISMATCHES: TableSchema = {
  name: "fuel_mismatches",
  columns: { site: "text", at: "integer", id: "blob", log: "integer" },
  key: ["site", "at", "id", "log"],
};

/**
 * Sums over deliveries. Date, pump, fuel and payment are `` where they stand for all: by day, pump, fuel and payment; by
 * day; by pump; by pump and fuel; and over everything. `entered` is 1 for those that a person entered.
 */
export const FUEL_TOTALS: TableSchema = {
  name: "fuel_totals",
  columns: {
    site: "text",
    date: "text",
    pump: "text",
    fuel: "text",
    payment: "text",
    entered: "integer",
    currency: "text",
    exponent: "integer",
    count: "integer",
    volume_ml: "integer",
    amount: "integer",
  },
  key: [
    "site",
    "date",
    "pump",
    "fuel",
    "payment",
    "entered",
    "currency",
    "exponent",
  ],
};

/**
 * What a delivery costs by its volume and price, rounded down to whole units as pumps do.
 *
 * @param volumeMl Milliliters.
 * @param price Price of one liter.
 * @returns Whole units.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(fuelAmount(1_999, 1290), 2578);
 * ```
 */
export function fuelAmount(volumeMl: number, price: number): number {
  const exact = volumeMl * price;
  return Number.isSafeInteger(exact)
    ? Math.floor(exact / 1000)
    : Number(BigInt(volumeMl) * BigInt(price) / 1000n);
}

function flagsOf(fact: FuelSold): number {
  return (fact.timeEstimated === true ? FLAG_TIME_ESTIMATED : 0) |
    (fuelAmount(fact.volumeMl, fact.price) === fact.amount
      ? 0
      : FLAG_AMOUNT_MISMATCH) |
    (fact.priceOther === true ? FLAG_PRICE_MISMATCH : 0);
}

function toRow({ fact, logNumber, seq }: LogFact<FuelSold>): Row {
  return {
    site: fact.site,
    at: fact.at,
    id: idBytes(fact.id),
    log: logNumber,
    seq,
    date: fact.date,
    pump: fact.pump,
    pump_name: fact.pumpName,
    fuel: fact.fuel,
    volume_ml: fact.volumeMl,
    price: fact.price,
    amount: fact.amount,
    currency: fact.currency,
    exponent: fact.exponent,
    payment: fact.payment,
    started_at: fact.startedAt ?? null,
    state: fact.state,
    source: fact.source,
    flags: flagsOf(fact),
    tank: fact.tank ?? null,
    raw: fact.raw ?? null,
  };
}

function sum(rows: FoldRows, fact: FuelSold, sign: 1 | -1): void {
  const { site, date, pump, fuel, payment, currency, exponent } = fact;
  const entered = fact.source === "entered" ? 1 : 0;
  const all = { site, date: "", pump: "", fuel: "", payment: "" };
  const deltas = {
    count: sign,
    "volume_ml": sign * fact.volumeMl,
    amount: sign * fact.amount,
  };
  for (
    const key of [
      { ...all, date, pump, fuel, payment },
      { ...all, date },
      { ...all, pump },
      { ...all, pump, fuel },
      all,
    ]
  ) {
    rows.increment(
      FUEL_TOTALS,
      { ...key, entered, currency, exponent },
      deltas,
    );
  }
  if (fact.tank !== undefined) {
    addToTank(rows, { site, tank: fact.tank, date }, {
      dispensed_ml: sign * fact.volumeMl,
    });
  }
}

/** Deliveries from `FuelSold`. */
export const fuelSaleFold: Fold<FuelSold> = {
  add(rows, placed) {
    const row = toRow(placed);
    rows.put(FUEL_SALES, row);
    if ((Number(row["flags"]) & ~FLAG_TIME_ESTIMATED) !== 0) {
      const { site = null, at = null, id = null, log = null } = row;
      rows.put(FUEL_MISMATCHES, { site, at, id, log });
    }
    sum(rows, placed.fact, 1);
  },
  remove(rows, { fact, logNumber }) {
    const key = [fact.site, fact.at, idBytes(fact.id), logNumber];
    rows.delete(FUEL_SALES, key);
    rows.delete(FUEL_MISMATCHES, key);
    sum(rows, fact, -1);
  },
};
