/**
 * Facts of fuel stations: deliveries to customers, fuel brought, dips of tanks, prices that pumps took, orders to pumps,
 * closed days. What they do stands in `fuel_sales.ts`, `tanks.ts`, `pump_facts.ts` and `day_closes.ts`.
 *
 * Volumes are whole milliliters; amounts are whole units of a currency at an exponent; instants are whole microseconds
 * since 1970, UTC.
 *
 * @module
 */
import { z } from "zod";
import { PRICES_MAX } from "./catalog_facts.ts";
import {
  baseFields,
  currencyField,
  dateField,
  exponentField,
  type FactBase,
  factIdField,
  logIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import { type Actor, actorField } from "./tender.ts";
import type { FactId, LogId, ProductId, SiteCode } from "./ids.ts";

/** Longest message that a delivery keeps as it was received, in UTF-16 units. */
export const RAW_LENGTH_MAX = 4096;
/** Most pumps that one fact names. */
export const PUMPS_MAX = 1000;
/** Most logs that a closed day covers. */
export const COVERS_MAX = 4096;
/** Greatest number of a pump or a tank. */
export const PUMP_NUMBER_MAX = 2_147_483_647;

/** Fuel went from a pump to a customer. It has happened, whatever it says. */
export interface FuelSold extends FactBase {
  /** The kind. */
  readonly type: "FuelSold";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The pump as its teller named it: decimal digits, or any text where a person entered it. */
  readonly pump: string;
  /** The pump's name then. */
  readonly pumpName: string;
  /** The fuel as its teller named it. */
  readonly fuel: string;
  /** Milliliters. */
  readonly volumeMl: number;
  /** Price of one liter, as told. */
  readonly price: number;
  /** What was to be paid, as told. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `price` and `amount`. */
  readonly exponent: number;
  /** How it was paid, as told. */
  readonly payment: string;
  /** When it began. */
  readonly startedAt?: number | undefined;
  /** How it ended. */
  readonly state: "started" | "completed" | "cancelled" | "failed";
  /** A pump over a line, a pump that is a peer, or a person. */
  readonly source: "pump" | "peer" | "entered";
  /** True if the time of its end could not be read: `at` is when it was received. */
  readonly timeEstimated?: true | undefined;
  /** The fact that set the price, if the site had set it. */
  readonly priceFact?: FactId | undefined;
  /** True if the site had set other prices for the fuel. */
  readonly priceOther?: true | undefined;
  /** The tank that it was drawn from, if it is known. */
  readonly tank?: number | undefined;
  /** The message as received, where something in it had to be put right. */
  readonly raw?: string | undefined;
}

/** Fuel was brought to a tank. */
export interface FuelReceived extends FactBase {
  /** The kind. */
  readonly type: "FuelReceived";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The tank's number. */
  readonly tank: number;
  /** Milliliters, above 0. */
  readonly volumeMl: number;
  /** Free text. */
  readonly note?: string | undefined;
}

/** A tank was measured. */
export interface TankDipped extends FactBase {
  /** The kind. */
  readonly type: "TankDipped";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The tank's number. */
  readonly tank: number;
  /** Milliliters that were there. */
  readonly measuredMl: number;
  /** `measuredMl` less what its node expected at that instant: the dip's effect. 0 if a later dip was known. */
  readonly differenceMl: number;
  /** Free text. */
  readonly note?: string | undefined;
}

/** Pumps have a set of prices. */
export interface PricesTaken extends FactBase {
  /** The kind. */
  readonly type: "PricesTaken";
  /** Where. */
  readonly site: SiteCode;
  /** The pumps' numbers. */
  readonly pumps: readonly number[];
  /** The newest fact among those that set the prices. */
  readonly set: FactId;
  /** Price of one liter by fuel. */
  readonly prices: readonly {
    readonly fuel: ProductId;
    readonly price: number;
  }[];
}

/** A pump was ordered to do something. */
export interface PumpCommanded extends FactBase {
  /** The kind. */
  readonly type: "PumpCommanded";
  /** Where. */
  readonly site: SiteCode;
  /** The pump's number. */
  readonly pump: number;
  /** What it is to do; `stop` at once, in an emergency. */
  readonly command: "pause" | "resume" | "stop" | "report";
  /** Why, for people. */
  readonly reason: string;
  /** Who gave the order; left out where nobody has to sign in. */
  readonly by?: Actor | undefined;
  /** After this instant nobody carries it out any more. */
  readonly expiresAt: number;
}

/** What became of an order to a pump. */
export interface PumpCommandEnded extends FactBase {
  /** The kind. */
  readonly type: "PumpCommandEnded";
  /** Where. */
  readonly site: SiteCode;
  /** The pump's number. */
  readonly pump: number;
  /** The order. */
  readonly command: FactId;
  /** Written to the pump; no link to it; or too late. */
  readonly outcome: "sent" | "unreachable" | "expired";
}

/** A business day was closed, or what came after its close. */
export interface DayClosed extends FactBase {
  /** The kind. */
  readonly type: "DayClosed";
  /** Where. */
  readonly site: SiteCode;
  /** The business date that is closed, `YYYY-MM-DD`. */
  readonly date: string;
  /** How far each log of the site was known: its deliveries up to there are covered. */
  readonly covers: readonly { readonly log: LogId; readonly seq: number }[];
  /** How many deliveries it covers and no earlier close does. */
  readonly count: number;
  /** Their milliliters. */
  readonly volumeMl: number;
  /** Their money, in units of `exponent`. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
}

/** A fact of a fuel station. */
export type FuelFact =
  | FuelSold
  | FuelReceived
  | TankDipped
  | PricesTaken
  | PumpCommanded
  | PumpCommandEnded
  | DayClosed;

const count = z.int().min(0);
const number = z.int().min(1).max(PUMP_NUMBER_MAX);
const instant = z.int();

/** One schema a kind. */
export const fuelSchemas: {
  readonly [T in FuelFact["type"]]: z.ZodType<
    Extract<FuelFact, { readonly type: T }>
  >;
} = {
  FuelSold: z.strictObject({
    ...baseFields,
    type: z.literal("FuelSold"),
    site: siteField,
    date: dateField,
    pump: textField,
    pumpName: textField,
    fuel: textField,
    volumeMl: count,
    price: count,
    amount: count,
    currency: currencyField,
    exponent: exponentField,
    payment: textField,
    startedAt: instant.optional(),
    state: z.enum(["started", "completed", "cancelled", "failed"]),
    source: z.enum(["pump", "peer", "entered"]),
    timeEstimated: z.literal(true).optional(),
    priceFact: factIdField.optional(),
    priceOther: z.literal(true).optional(),
    tank: number.optional(),
    raw: z.string().max(RAW_LENGTH_MAX)
      .refine((text) => !text.includes("\u0000") && text.isWellFormed())
      .optional(),
  }),
  FuelReceived: z.strictObject({
    ...baseFields,
    type: z.literal("FuelReceived"),
    site: siteField,
    date: dateField,
    tank: number,
    volumeMl: count.min(1),
    note: textField.optional(),
  }),
  TankDipped: z.strictObject({
    ...baseFields,
    type: z.literal("TankDipped"),
    site: siteField,
    date: dateField,
    tank: number,
    measuredMl: count,
    differenceMl: z.int(),
    note: textField.optional(),
  }),
  PricesTaken: z.strictObject({
    ...baseFields,
    type: z.literal("PricesTaken"),
    site: siteField,
    pumps: z.array(number).min(1).max(PUMPS_MAX),
    set: factIdField,
    prices: z.array(z.strictObject({ fuel: productField, price: count }))
      .max(PRICES_MAX),
  }),
  PumpCommanded: z.strictObject({
    ...baseFields,
    type: z.literal("PumpCommanded"),
    site: siteField,
    pump: number,
    command: z.enum(["pause", "resume", "stop", "report"]),
    reason: textField,
    by: actorField.optional(),
    expiresAt: instant,
  }),
  PumpCommandEnded: z.strictObject({
    ...baseFields,
    type: z.literal("PumpCommandEnded"),
    site: siteField,
    pump: number,
    command: factIdField,
    outcome: z.enum(["sent", "unreachable", "expired"]),
  }),
  DayClosed: z.strictObject({
    ...baseFields,
    type: z.literal("DayClosed"),
    site: siteField,
    date: dateField,
    covers: z.array(z.strictObject({ log: logIdField, seq: count }))
      .max(COVERS_MAX),
    count,
    volumeMl: z.int(),
    amount: z.int(),
    currency: currencyField,
    exponent: exponentField,
  }),
};

/**
 * What the caller sent of a fact of a fuel station: see `contentOf`. A delivery is told by its id, pump, fuel, volume
 * and amount; the rest is what its teller or the node adds.
 *
 * @param fact A fact.
 * @returns Its parts, in order.
 */
export function fuelContent(fact: FuelFact): readonly unknown[] {
  switch (fact.type) {
    case "FuelSold":
      return [fact.site, fact.pump, fact.fuel, fact.volumeMl, fact.amount];
    case "FuelReceived":
      return [fact.site, fact.tank, fact.volumeMl, fact.note ?? null];
    case "TankDipped":
      return [fact.site, fact.tank, fact.measuredMl, fact.note ?? null];
    case "PricesTaken":
      return [
        fact.site,
        fact.pumps,
        fact.set,
        fact.prices.map(({ fuel, price }) => [fuel, price]),
      ];
    case "PumpCommanded":
      return [fact.site, fact.pump, fact.command, fact.reason, fact.expiresAt];
    case "PumpCommandEnded":
      return [fact.site, fact.pump, fact.command, fact.outcome];
    case "DayClosed":
      return [
        fact.site,
        fact.date,
        fact.covers.map(({ log, seq }) => [log, seq]),
      ];
  }
}
