/**
 * Numbers, texts and price maps of the forecourt programs, read leniently: old programs send numbers as text, fractions
 * where whole numbers belong, and nothing where something belongs.
 *
 * @module
 */
import type { ProductId } from "../../crdt/ids.ts";
import { isObject, type JsonObject } from "./forecourt.ts";

/** The price of one liter of one fuel. */
export interface ForecourtPrice {
  /** `93`, `95`, `97` or `diesel`. */
  readonly fuel: ProductId;
  /** Whole units, 0 or more. */
  readonly price: number;
}

/** A price to be told; fuels that the original programs do not know are left out. */
export interface TellablePrice {
  /** The fuel. */
  readonly fuel: string;
  /** Whole units a liter. */
  readonly price: number;
}

/** The fuels that the original programs know, in the order of their price map. */
export const FORECOURT_FUELS: readonly ProductId[] = [
  "93" as ProductId,
  "95" as ProductId,
  "97" as ProductId,
  "diesel" as ProductId,
];

/** The prices that are built into every original program. */
export const FORECOURT_DEFAULT_PRICES: readonly ForecourtPrice[] = [
  { fuel: "93" as ProductId, price: 1290 },
  { fuel: "95" as ProductId, price: 1350 },
  { fuel: "97" as ProductId, price: 1400 },
  { fuel: "diesel" as ProductId, price: 1120 },
];

/** The fuel of a pump that names none. */
export const FORECOURT_DEFAULT_FUEL = "95";
/** Highest price of a liter that is taken. */
export const FORECOURT_PRICE_MAX = 1_000_000_000;
/** Highest amount, and most milliliters, that are taken. */
export const FORECOURT_AMOUNT_MAX = 1_000_000_000_000;
/** Highest number of a pump that is taken. */
export const FORECOURT_PUMP_MAX = 999_999_999;
/** Most fuels of a pump that are kept. */
export const FORECOURT_FUELS_MAX = 16;
/** Longest text of a message that is kept, in UTF-16 units. */
export const FORECOURT_TEXT_MAX = 200;

/**
 * Liters as milliliters, rounded half up. The number's shortest decimal text counts, not its binary value.
 *
 * @param liters Any finite number.
 * @returns Whole milliliters.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(litersToMl(1.0005), 1001);
 * ```
 */
export function litersToMl(liters: number): number {
  const text = `${liters}`;
  return Math.round(text.includes("e") ? liters * 1000 : Number(`${text}e3`));
}

/**
 * Milliliters as liters.
 *
 * @param volumeMl Whole milliliters.
 * @returns Liters, with at most three decimals.
 */
export function mlToLiters(volumeMl: number): number {
  return volumeMl / 1000;
}

/**
 * Reads a number, also from a text of decimal digits.
 *
 * @param value Anything.
 * @returns A finite number, or undefined.
 */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : undefined;
  }
  if (typeof value !== "string" || value.length > 40) return undefined;
  return /^\s*[+-]?[0-9]+(\.[0-9]*)?\s*$/.test(value)
    ? Number(value)
    : undefined;
}

/**
 * Reads litres.
 *
 * @param value Anything.
 * @returns Whole milliliters; undefined if the value is no number of litres.
 */
export function readVolumeMl(value: unknown): number | undefined {
  const liters = readNumber(value);
  if (liters === undefined || liters < 0) return undefined;
  const volumeMl = litersToMl(liters);
  return volumeMl <= FORECOURT_AMOUNT_MAX ? volumeMl : undefined;
}

/**
 * Reads an amount of money or the price of a liter; a fraction is cut off.
 *
 * @param value Anything.
 * @param max The highest that is taken.
 * @returns Whole units, or undefined if the value is no such number.
 */
export function readAmount(
  value: unknown,
  max: number = FORECOURT_AMOUNT_MAX,
): number | undefined {
  const number = readNumber(value);
  if (number === undefined || number < 0) return undefined;
  const whole = Math.trunc(number);
  return whole <= max ? whole : undefined;
}

/**
 * Reads a text.
 *
 * @param value Anything; a number is taken as its text.
 * @returns The text with at most `FORECOURT_TEXT_MAX` units and nothing that a store cannot hold; undefined if it is
 * empty or no text.
 */
export function readText(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return `${value}`;
  if (typeof value !== "string") return undefined;
  const text = value.slice(0, FORECOURT_TEXT_MAX).toWellFormed()
    // deno-lint-ignore no-control-regex -- control characters are what is replaced
    .replace(/[\u0000-\u001f\u007f]/g, " ").trim();
  return text === "" ? undefined : text;
}

/**
 * Reads the number of a pump.
 *
 * @param value An integral number or a text of digits.
 * @returns 1 to `FORECOURT_PUMP_MAX`, or undefined.
 */
export function readPumpNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^[0-9]{1,12}$/.test(value)
    ? Number(value)
    : value;
  return typeof number === "number" && Number.isInteger(number) &&
      number >= 1 && number <= FORECOURT_PUMP_MAX
    ? number
    : undefined;
}

/**
 * Reads the fuels that a pump can deliver.
 *
 * @param value Anything.
 * @returns The fuels, each once; the four known ones if the value is no list.
 */
export function readFuels(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return FORECOURT_FUELS;
  const fuels = value.slice(0, FORECOURT_FUELS_MAX).map(readText);
  return [...new Set(fuels.filter((fuel) => fuel !== undefined))];
}

/** What was found in a price map. */
export interface ReadPrices {
  /** Known fuels with a price that can be taken, in the order of the price map. */
  readonly prices: readonly ForecourtPrice[];
  /** Known keys whose value is no price. */
  readonly dropped: readonly string[];
}

/**
 * Reads a price map: whole numbers, also as text or with a fraction, which is cut off. Unknown keys are ignored.
 *
 * @param value Anything.
 * @returns What it holds; undefined if it is no object.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(readPriceMap({ "precio_95": "1372", "precio_97": null }), {
 *   prices: [{ fuel: "95", price: 1372 }],
 *   dropped: ["precio_97"],
 * });
 * ```
 */
export function readPriceMap(value: unknown): ReadPrices | undefined {
  if (!isObject(value)) return undefined;
  const prices: ForecourtPrice[] = [];
  const dropped: string[] = [];
  for (const fuel of FORECOURT_FUELS) {
    const key = priceKey(fuel);
    if (!Object.hasOwn(value, key)) continue;
    const price = readPrice(value[key]);
    if (price === undefined) dropped.push(key);
    else prices.push({ fuel, price });
  }
  return { prices, dropped };
}

/** A text must be digits alone; a number may have a fraction. */
function readPrice(value: unknown): number | undefined {
  if (typeof value === "string" && !/^[0-9]{1,16}$/.test(value)) {
    return undefined;
  }
  return readAmount(value, FORECOURT_PRICE_MAX);
}

/**
 * The full price map: four keys, whole units per liter.
 *
 * @param prices Prices by fuel; fuels that the map does not know are left out.
 * @returns The map; where no price is given, the one that is built into the original programs.
 */
export function priceMap(prices: readonly TellablePrice[]): JsonObject {
  return Object.fromEntries(
    FORECOURT_DEFAULT_PRICES.map(({ fuel, price }) => [
      priceKey(fuel),
      prices.find((it) => it.fuel === fuel)?.price ?? price,
    ]),
  );
}

function priceKey(fuel: string): string {
  return `precio_${fuel}`;
}
