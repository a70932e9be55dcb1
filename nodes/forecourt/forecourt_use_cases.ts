/**
 * What a node offers about fuel stations: pumps, prices, deliveries, tanks, commands and reports. Apart from
 * `use_cases.ts`, which joins it under `forecourt`.
 *
 * Volumes are whole milliliters; money is whole units of a currency at an exponent; instants are whole microseconds
 * since 1970, UTC.
 *
 * @module
 */
import type {
  Actor,
  FactId,
  LogId,
  ProductId,
  Result,
  Scope,
  SiteCode,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";
import type { LivePumps, PumpCommand } from "./live_pumps.ts";
import type { SimulatedPumps } from "./simulated_pumps.ts";
import type { TankEvents } from "./tank_events.ts";

/** Sums over deliveries. */
export interface FuelTotals {
  /** How many deliveries. */
  readonly count: number;
  /** Milliliters. */
  readonly volumeMl: number;
  /** Money, in units of `exponent`. */
  readonly amount: number;
}

/** The price of one liter of one fuel. */
export interface FuelPrice {
  /** The fuel: its product id, e.g. `95` or `diesel`. */
  readonly fuel: ProductId;
  /** Price of one liter, in units of `exponent`. */
  readonly price: number;
}

/** The prices that hold at a site at an instant. */
export interface FuelPricesView {
  /** The site. */
  readonly site: SiteCode;
  /** One entry a fuel that has a price, in the order of the fuels' ids. */
  readonly prices: readonly (FuelPrice & {
    /** The fact that set it. */
    readonly fact: FactId;
    /** From when on. */
    readonly effectiveAt: number;
  })[];
  /** The newest of the facts that set one of them: the id of the whole set; null without prices. */
  readonly set: FactId | null;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of the prices. */
  readonly exponent: number;
}

/** A change of several prices at once. */
export interface PriceSetView {
  /** The fact. */
  readonly id: FactId;
  /** Where it holds. */
  readonly scope: Scope;
  /** When it was recorded. */
  readonly at: number;
  /** From when on. */
  readonly effectiveAt: number;
  /** What it set. */
  readonly prices: readonly FuelPrice[];
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places. */
  readonly exponent: number;
  /** Who or what changed it, e.g. `office`, `forecourt-prices`; empty if not said. */
  readonly origin: string;
}

/** A pump as the directory has it, with what its deliveries sum up to. */
export interface PumpView {
  /** Its site. */
  readonly site: SiteCode;
  /** Its number at the site, 1 or more. */
  readonly pump: number;
  /** Its name. */
  readonly name: string;
  /** Fuels that it can deliver. */
  readonly fuels: readonly string[];
  /** The fuel that it is set to. */
  readonly fuel: string;
  /** What fits into the largest delivery, in milliliters. */
  readonly capacityMl: number;
  /** Whether a person has taken it out of service: any text, `disponible` to begin with. */
  readonly serviceState: string;
  /** When it was first listed. */
  readonly createdAt: number;
  /** When the directory, or the sums, last changed. */
  readonly changedAt: number;
  /** When it last registered at this node; null if never. */
  readonly connectedAt: number | null;
  /** The prices that it last confirmed to have, and when; null if none. */
  readonly taken: {
    readonly set: FactId;
    readonly prices: readonly FuelPrice[];
    readonly at: number;
  } | null;
  /** Sums over the deliveries that pumps told of (not those entered by hand). */
  readonly totals: FuelTotals;
}

/** How a delivery came to be known. */
export type FuelSaleSource = "pump" | "peer" | "entered";

/** What is known of a delivery's end. */
export type FuelSaleState = "started" | "completed" | "cancelled" | "failed";

/** A recorded delivery of fuel. */
export interface FuelSaleView {
  /** Its id. */
  readonly id: FactId;
  /** The site. */
  readonly site: SiteCode;
  /** The pump, as the teller named it: a number in decimal digits, or any text if entered by hand. */
  readonly pump: string;
  /** The pump's name then. */
  readonly pumpName: string;
  /** The fuel, as the teller named it. */
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
  /** The instant when it ended. */
  readonly at: number;
  /** The same instant on the site's wall clock, `YYYY-MM-DDTHH:MM:SS.ffffff`, fraction left out when 0. */
  readonly localTime: string;
  /** When it began, if that is known. */
  readonly startedAt: number | null;
  /** Business date at the site. */
  readonly date: string;
  /** How it ended. */
  readonly state: FuelSaleState;
  /** Who told of it. */
  readonly source: FuelSaleSource;
  /** True if the time of the end could not be read and is that of the receipt. */
  readonly timeEstimated: boolean;
  /** True if the amount is not the volume times the price, rounded down to whole units. */
  readonly amountMismatch: boolean;
  /** True if the price is not one that the site had set for the fuel and the pump had been sent. */
  readonly priceMismatch: boolean;
  /** The message as received, if something in it had to be put right or was not understood; else null. */
  readonly raw: string | null;
  /** The log that holds it. */
  readonly log: LogId;
  /** Its place in that log. */
  readonly seq: number;
}

/** A delivery to record. It has happened: it is never refused for what it says, only for where it would stand. */
export interface RecordFuelSaleInput {
  /** Two calls with one id and the same pump, fuel, volume and amount are one delivery. Made here if left out. */
  readonly id?: FactId;
  /** The site; the node's own if left out. */
  readonly site?: SiteCode;
  /** The pump, as the teller names it. */
  readonly pump: string;
  /** The fuel, as the teller names it. */
  readonly fuel: string;
  /** Milliliters, 0 or more. */
  readonly volumeMl: number;
  /** Price of one liter, 0 or more. */
  readonly price: number;
  /** What was to be paid, 0 or more. */
  readonly amount: number;
  /** How it was paid. */
  readonly payment: string;
  /** When it ended; now if left out. */
  readonly at?: number;
  /** When it began. */
  readonly startedAt?: number;
  /** `completed` if left out. */
  readonly state?: FuelSaleState;
  /** Who told of it. */
  readonly source: FuelSaleSource;
  /** True if the time of the end could not be read. */
  readonly timeEstimated?: boolean;
  /** The message as received, at most 4,096 UTF-16 units. */
  readonly raw?: string;
}

/** Which deliveries. */
export interface FuelSaleQuery extends PageQuery {
  /** Only of this site; all sites if left out. */
  readonly site?: SiteCode;
  /** Only of this pump, as its teller names it. */
  readonly pump?: string;
  /** Only of this fuel. */
  readonly fuel?: string;
  /** Only at or after this instant. */
  readonly from?: number;
  /** Only before this instant. */
  readonly before?: number;
  /** Leave out so many of the first, 0 to 10,000,000; for surfaces without cursors. */
  readonly offset?: number;
  /** Newest first. */
  readonly newestFirst?: boolean;
}

/** A row of the list of sums. */
export interface FuelTotalsRow extends FuelTotals {
  /** The site. */
  readonly site: SiteCode;
  /** The business date; null for all. */
  readonly date: string | null;
  /** The pump; null for all. */
  readonly pump: string | null;
  /** The fuel; null for all. */
  readonly fuel: string | null;
  /** How it was paid; null for all. */
  readonly payment: string | null;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places. */
  readonly exponent: number;
}

/** A tank, by what went in, came out, and was measured. */
export interface TankView {
  /** Its site. */
  readonly site: SiteCode;
  /** Its number at the site. */
  readonly tank: number;
  /** What is in it. */
  readonly fuel: string;
  /** What fits in, in milliliters; null if nobody said. */
  readonly capacityMl: number | null;
  /** The pumps that draw from it. */
  readonly pumps: readonly string[];
  /** delivered - dispensed + dipped: what should be in it now. May be below zero. */
  readonly levelMl: number;
  /** Milliliters delivered into it. */
  readonly deliveredMl: number;
  /** Milliliters drawn by its pumps. */
  readonly dispensedMl: number;
  /** Sum of the differences that dips found. */
  readonly dippedMl: number;
  /** This month's loss by dips and what is allowed of it, in milliliters. */
  readonly month: {
    readonly date: string;
    readonly throughputMl: number;
    readonly variationMl: number;
    readonly allowedMl: number;
  };
}

/** An ordered pause, resumption, stop or report, and what became of it. */
export interface PumpCommandView {
  /** The order. */
  readonly id: FactId;
  /** The site. */
  readonly site: SiteCode;
  /** The pump. */
  readonly pump: number;
  /** What it is to do. */
  readonly command: PumpCommand;
  /** Who gave it and why, for people. */
  readonly reason: string;
  /** When it was ordered. */
  readonly at: number;
  /** After this instant nobody carries it out any more. */
  readonly expiresAt: number;
  /** `ordered` until the node that holds the pump's link has told. */
  readonly outcome: "ordered" | "sent" | "unreachable" | "expired";
}

/** A closed business day, or what came after it was closed. */
export interface DayCloseView {
  /** The fact. */
  readonly id: FactId;
  /** The site. */
  readonly site: SiteCode;
  /** The business date. */
  readonly date: string;
  /** 0 for the close, then 1, 2, … for its supplements. */
  readonly number: number;
  /** When it was made. */
  readonly at: number;
  /** Deliveries that it covers and no earlier one does. */
  readonly report: DayReport;
}

/** Sums of a business day, or of a part of one. */
export interface DayReport {
  /** The site. */
  readonly site: SiteCode;
  /** The business date. */
  readonly date: string;
  /** By pump, fuel and payment, in this order of keys. */
  readonly rows: readonly FuelTotalsRow[];
  /** By pump and fuel: what its totalizer stood at when the day began and when it ended, in milliliters. */
  readonly totalizers: readonly {
    readonly pump: string;
    readonly fuel: string;
    readonly openingMl: number;
    readonly closingMl: number;
  }[];
  /** Tanks: level at the start, delivered, dispensed, dipped, level at the end, in milliliters. */
  readonly tanks: readonly {
    readonly tank: number;
    readonly fuel: string;
    readonly openingMl: number;
    readonly deliveredMl: number;
    readonly dispensedMl: number;
    readonly dippedMl: number;
    readonly closingMl: number;
  }[];
  /** Over all rows. */
  readonly total: FuelTotals;
}

/** Sums between two instants, of a shift for example. */
export interface ShiftReport extends Omit<DayReport, "date"> {
  /** From this instant on. */
  readonly from: number;
  /** Before this instant. */
  readonly before: number;
}

/** A site that sells fuel, as the mesh or a company knows it. */
export interface StationView {
  /** The site. */
  readonly site: SiteCode;
  /** Its name; the code if nobody said. */
  readonly name: string;
}

/** An entry of a company's own list of stations, original programs among them. */
export interface StationEntry extends StationView {
  /** Its number in the list, 1 or more. */
  readonly number: number;
  /** Host name or address of an original station; any text. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** What a person says of it, e.g. `Activa`; any text. */
  readonly state: string;
  /** When it was entered. */
  readonly createdAt: number;
  /** When the entry or its prices last changed. */
  readonly changedAt: number;
}

/** The answer to a decision, once it is durable. */
export type Decided<T> = Promise<Result<T, Refusal>>;

/** Everything about fuel stations. */
export interface ForecourtUseCases extends TankEvents {
  /** What pumps are doing now, as this node sees it; not stored. */
  readonly live: LivePumps;
  /** What simulated pumps at the control port report; not stored. */
  readonly simulated: SimulatedPumps;

  /** Pumps by site and number. */
  pumps(query: PageQuery & { readonly site?: SiteCode }): Page<PumpView>;
  /** One pump, if it is listed. */
  pump(site: SiteCode, pump: number): PumpView | undefined;
  /**
   * Lists a pump; without a number it gets the highest of the site and 1. Codes: `pump_exists`, `name_taken` (only
   * where `uniqueName` is true).
   */
  addPump(input: {
    readonly site?: SiteCode;
    readonly pump?: number;
    readonly name: string;
    readonly fuels?: readonly string[];
    readonly fuel?: string;
    readonly capacityMl?: number;
    readonly uniqueName?: boolean;
  }): Decided<PumpView>;
  /** Changes what is given. Codes: `pump_unknown`, `name_taken`. */
  changePump(input: {
    readonly site?: SiteCode;
    readonly pump: number;
    readonly name?: string;
    readonly fuels?: readonly string[];
    readonly fuel?: string;
    readonly capacityMl?: number;
    readonly serviceState?: string;
  }): Decided<PumpView>;
  /** Takes a pump off the list; its deliveries stay. Codes: `pump_unknown`, `pump_connected`. */
  removePump(
    input: { readonly site?: SiteCode; readonly pump: number },
  ): Decided<
    PumpView
  >;
  /** Notes that a pump registered at this node just now. */
  pumpConnected(
    input: { readonly site?: SiteCode; readonly pump: number },
  ): Decided<
    null
  >;

  /** The prices that hold at a site, now or at an instant. */
  prices(site: SiteCode, at?: number): FuelPricesView;
  /** When the prices of a site next change by themselves, after an instant; infinity if nothing is scheduled. */
  nextPrices(site: SiteCode, at: number): number;
  /** Changes of several prices at once, oldest first. */
  priceSets(query: PageQuery & { readonly scope: Scope }): Page<PriceSetView>;
  /** Sets prices of liters. Codes: `price_invalid`. A repeat of the same id and content is one change. */
  setPrices(input: {
    readonly id?: FactId;
    readonly scope: Scope;
    readonly prices: readonly FuelPrice[];
    /** ISO 4217 code, for sites of another one than the node's. */
    readonly currency?: string;
    readonly effectiveAt?: number;
    readonly origin?: string;
  }): Decided<PriceSetView>;
  /** Notes that pumps have a set of prices (written to them, and their links stayed up). */
  pricesTaken(input: {
    readonly site?: SiteCode;
    readonly pumps: readonly number[];
    readonly set: FactId;
    readonly prices: readonly FuelPrice[];
  }): Decided<null>;

  /** A site's name. */
  station(site: SiteCode): StationView;
  /** Names a site. */
  nameStation(
    input: { readonly site?: SiteCode; readonly name: string },
  ): Decided<
    StationView
  >;
  /** The company's own list, by number. */
  stationEntries(): readonly StationEntry[];
  /** Enters a station into the list; without a site it gets `EST` and its number. */
  addStationEntry(input: {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly site?: SiteCode;
    readonly prices: readonly FuelPrice[];
  }): Decided<StationEntry>;
  /** Changes what is given. Codes: `station_unknown`. */
  changeStationEntry(input: {
    readonly number: number;
    readonly name?: string;
    readonly host?: string;
    readonly port?: number;
    readonly state?: string;
  }): Decided<StationEntry>;
  /** Takes an entry off the list. Codes: `station_unknown`. */
  removeStationEntry(number: number): Decided<StationEntry>;

  /** Records a delivery. Codes: `id_reused`, `forbidden`. */
  recordFuelSale(input: RecordFuelSaleInput): Decided<{
    readonly sale: FuelSaleView;
    readonly repeated: boolean;
  }>;
  /** Deliveries by instant. */
  fuelSales(query: FuelSaleQuery): Page<FuelSaleView>;
  /** One delivery. */
  fuelSale(id: FactId): FuelSaleView | undefined;
  /** A delivery by the first 24 hexadecimal digits that original programs name it by (`shortSaleId`). */
  fuelSaleByShortId(short: string): FuelSaleView | undefined;
  /** Sums of a site: over everything, or those of pumps alone (not entered by hand). */
  fuelTotals(site: SiteCode, query?: {
    readonly pump?: string;
    readonly date?: string;
    readonly pumpsOnly?: boolean;
  }): FuelTotals;

  /** Tanks by site and number. */
  tanks(query: PageQuery & { readonly site?: SiteCode }): Page<TankView>;
  /** Lists or changes a tank. */
  setTank(input: {
    readonly site?: SiteCode;
    readonly tank: number;
    readonly fuel: string;
    readonly capacityMl?: number;
    readonly pumps?: readonly string[];
  }): Decided<TankView>;
  /** Fuel was brought. Codes: `tank_unknown`. */
  receiveFuel(input: {
    readonly id?: FactId;
    readonly site?: SiteCode;
    readonly tank: number;
    readonly volumeMl: number;
    readonly at?: number;
    readonly note?: string;
  }): Decided<TankView>;
  /** A tank was measured: the difference to what should be in it is its effect. Codes: `tank_unknown`. */
  dipTank(input: {
    readonly id?: FactId;
    readonly site?: SiteCode;
    readonly tank: number;
    readonly measuredMl: number;
    readonly at?: number;
    readonly note?: string;
  }): Decided<TankView>;

  /** Orders a pump to do something; whichever node holds its link carries it out. Codes: `pump_unknown`. */
  commandPump(input: {
    readonly site?: SiteCode;
    readonly pump: number;
    readonly command: PumpCommand;
    readonly reason?: string;
    /** Who orders; left out where nobody has to sign in. */
    readonly by?: Actor;
  }): Decided<PumpCommandView>;
  /** Orders, newest first. */
  pumpCommands(
    query: PageQuery & { readonly site?: SiteCode; readonly pump?: number },
  ): Page<PumpCommandView>;
  /** Tells what became of an order. */
  endPumpCommand(input: {
    readonly site?: SiteCode;
    readonly pump: number;
    readonly command: FactId;
    readonly outcome: "sent" | "unreachable" | "expired";
  }): Decided<null>;
  /** Is told of each new order and each new set of prices that holds, also those that come from other nodes. */
  watch(listener: (event: ForecourtEvent) => void): () => void;

  /** Sums of a business day as far as they are known now. */
  dayReport(site: SiteCode, date: string): DayReport;
  /** Sums between two instants. Codes: `invalid_argument` for more than `SHIFT_DAYS_MAX` days. */
  shiftReport(
    site: SiteCode,
    span: { readonly from: number; readonly before: number },
  ): Result<ShiftReport, Refusal>;
  /** Closes a day: what comes later goes to a numbered supplement. Codes: `nothing_to_close`. */
  closeDay(input: { readonly site?: SiteCode; readonly date: string }): Decided<
    DayCloseView
  >;
  /** A site's closes and supplements, newest date first. */
  dayCloses(
    query: PageQuery & { readonly site: SiteCode; readonly date?: string },
  ): Page<DayCloseView>;
}

/** Something that pumps and pages must hear of, after it is durable. */
export type ForecourtEvent =
  | { readonly kind: "prices"; readonly site: SiteCode | null }
  | { readonly kind: "command"; readonly command: PumpCommandView }
  | { readonly kind: "sale"; readonly sale: FuelSaleView }
  | { readonly kind: "station"; readonly site: SiteCode }
  | { readonly kind: "pump"; readonly site: SiteCode; readonly pump: number };
