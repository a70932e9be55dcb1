/**
 * The values of the forecourt's REST programs and pages: price maps, litres, times, states and ids, as they stand in
 * JSON. The TCP programs' codec stands in `net/legacy`, which a façade does not see.
 *
 * @module
 */
import {
  localTimeText,
  type ProductId,
  sha256,
  toHex,
} from "../../crdt/mod.ts";
import type {
  FuelPrice,
  FuelSaleState,
  PumpConnection,
  PumpOperation,
} from "../../nodes/mod.ts";
import type { JsonNumber } from "./fastapi_json.ts";
import { floatText } from "./fastapi_numbers.ts";

/** The fuels that the original programs know and the prices that are built into them, in the order of their keys. */
const BUILT_IN: readonly (readonly [ProductId, number])[] = [
  ["93" as ProductId, 1290],
  ["95" as ProductId, 1350],
  ["97" as ProductId, 1400],
  ["diesel" as ProductId, 1120],
];

/** The fuels that the original programs know. */
export const FUELS: readonly ProductId[] = BUILT_IN.map(([fuel]) => fuel);

/** The fuel of a pump for which nobody names one. */
export const DEFAULT_FUEL = "95";
/** How a sale was paid if nobody says. */
export const DEFAULT_PAYMENT = "efectivo";
/** The highest amount of money and the most milliliters that are taken: they stay exact in sums. */
export const AMOUNT_MAX = 1_000_000_000_000;
/** The highest price of a liter that is taken. */
export const PRICE_MAX = 1_000_000_000;

/** The keys of a price map. */
export type PriceKey =
  | "precio_93"
  | "precio_95"
  | "precio_97"
  | "precio_diesel";

/** Prices of a liter of each fuel, in whole units of the currency. */
export type PriceMap = Readonly<Record<PriceKey, number>>;

/**
 * The key of a fuel in a price map.
 *
 * @param fuel One of the known fuels.
 * @returns E.g. `precio_95`.
 */
export function priceKeyOf(fuel: ProductId): PriceKey {
  return `precio_${fuel}` as PriceKey;
}

/**
 * A price map.
 *
 * @param prices Prices by fuel; fuels that the map does not know are left out.
 * @returns Exactly four keys; where no price is given, the one that is built into the original programs.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(priceMapOf([]), {
 *   "precio_93": 1290,
 *   "precio_95": 1350,
 *   "precio_97": 1400,
 *   "precio_diesel": 1120,
 * });
 * ```
 */
export function priceMapOf(prices: readonly FuelPrice[]): PriceMap {
  const byFuel = new Map(prices.map(({ fuel, price }) => [fuel, price]));
  // Every key of the type is a fuel of the table.
  return Object.fromEntries(
    BUILT_IN.map((
      [fuel, price],
    ) => [priceKeyOf(fuel), byFuel.get(fuel) ?? price]),
  ) as PriceMap;
}

/**
 * The prices of a price map.
 *
 * @param map All four.
 * @returns The prices by fuel.
 */
export function pricesOf(map: PriceMap): readonly FuelPrice[] {
  return FUELS.map((fuel) => ({ fuel, price: map[priceKeyOf(fuel)] }));
}

/**
 * A volume as a float field.
 *
 * @param volumeMl Whole milliliters.
 * @returns Litres, with a decimal point.
 */
export function litersOf(volumeMl: number): JsonNumber {
  return { source: floatText(volumeMl / 1000) };
}

/**
 * Litres as whole milliliters, rounded half up. The number's shortest decimal text counts, not its binary value.
 *
 * @param digits A finite number as text.
 * @returns Milliliters.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(millilitersOf("1.0005"), 1001);
 * ```
 */
export function millilitersOf(digits: string): number {
  const text = String(Number(digits));
  return Math.round(
    text.includes("e") ? Number(digits) * 1000 : Number(`${text}e3`),
  );
}

/**
 * An instant as the REST programs show it: the site's wall clock without zone, to the millisecond, printed with six
 * digits, or none when they are zero.
 *
 * @param at Whole microseconds since 1970, UTC.
 * @param timezone The site's IANA time zone.
 * @returns E.g. `2025-03-02T09:14:24.902000`.
 */
export function shownTime(at: number, timezone: string): string {
  return localTimeText(Math.floor(at / 1000) * 1000, timezone);
}

/** {@linkcode shownTime} where there may be no instant. */
export function shownTimeOrNull(
  at: number | null,
  timezone: string,
): string | null {
  return at === null ? null : shownTime(at, timezone);
}

const OPERATIONS: Readonly<Record<PumpOperation, string>> = {
  idle: "disponible",
  dispensing: "despachando",
  paused: "pausado",
};

/**
 * The word for what a pump does.
 *
 * @param operation What it does.
 * @returns `disponible`, `despachando` or `pausado`.
 */
export function operationWord(operation: PumpOperation): string {
  return OPERATIONS[operation];
}

const CONNECTIONS: Readonly<Record<PumpConnection, string>> = {
  connected: "conectado",
  timeout: "timeout",
  error: "error",
  disconnected: "desconectado",
};

/**
 * How a pump's link is, in the four words of the paper.
 *
 * @param connection How it is.
 * @returns `conectado`, `timeout`, `error` or `desconectado`.
 */
export function connectionDetail(connection: PumpConnection): string {
  return CONNECTIONS[connection];
}

/**
 * Whether a pump is linked, in the two words that pages compare. A pump that is silent for a while still is.
 *
 * @param connection How its link is.
 * @returns `conectado` or `desconectado`.
 */
export function connectionWord(connection: PumpConnection): string {
  return isLinked(connection) ? "conectado" : "desconectado";
}

/**
 * Whether a pump has a link.
 *
 * @param connection How its link is.
 * @returns True also for one that has been silent for a while.
 */
export function isLinked(connection: PumpConnection): boolean {
  return connection === "connected" || connection === "timeout";
}

const SALE_STATES: Readonly<Record<FuelSaleState, string>> = {
  started: "iniciada",
  completed: "completada",
  cancelled: "cancelada",
  failed: "error",
};

/**
 * The word for a sale's end.
 *
 * @param state How it ended.
 * @returns `iniciada`, `completada`, `cancelada` or `error`.
 */
export function saleStateWord(state: FuelSaleState): string {
  return SALE_STATES[state];
}

/**
 * The id of a record that has another name here: always the same for the same name.
 *
 * @param parts What names the record.
 * @returns 24 hexadecimal digits.
 */
export function recordId(...parts: readonly (string | number)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return toHex(sha256(bytes)).slice(0, 24);
}
