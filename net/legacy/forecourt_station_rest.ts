/**
 * The two readings of an original station's REST that its pump clients need: which sales it has, and its prices. The
 * line protocol confirms neither.
 *
 * @module
 */
import { isObject } from "./forecourt.ts";
import { parseForecourtTime } from "./forecourt_time.ts";
import {
  type ForecourtPrice,
  readAmount,
  readPriceMap,
  readVolumeMl,
} from "./forecourt_values.ts";

/** Where a station has its prices. */
export const STATION_PRICES_PATH = "/precios";
/** Most sales of a pump that a station is asked for. */
export const STATION_SALES_MAX = 50;

/**
 * Where a station has a pump's newest sales.
 *
 * @param pump The pump's number.
 * @returns A path with its query.
 */
export function stationSalesPath(pump: number): string {
  return `/api/surtidores/${pump}/transacciones?limit=${STATION_SALES_MAX}`;
}

/** A sale as a station lists it: as much as tells one from another. */
export interface ListedSale {
  /** When it ended, in whole milliseconds since 1970: stations keep no more. */
  readonly endedMs: number;
  /** Milliliters. */
  readonly volumeMl: number;
  /** Money, whole units. */
  readonly amount: number;
}

/**
 * Reads the list of a pump's sales.
 *
 * @param body The parsed answer.
 * @param timezone The station's IANA time zone.
 * @returns The sales that can be read; undefined if the answer is no list.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const answer = [{ "fecha": "2025-03-02T09:14:24.902000", "litros": 7.5, "monto_total": 10125 }];
 * deepStrictEqual(readListedSales(answer, "UTC"), [
 *   { endedMs: Date.UTC(2025, 2, 2, 9, 14, 24, 902), volumeMl: 7500, amount: 10_125 },
 * ]);
 * ```
 */
export function readListedSales(
  body: unknown,
  timezone: string,
): readonly ListedSale[] | undefined {
  if (!Array.isArray(body)) return undefined;
  return body.slice(0, STATION_SALES_MAX).flatMap((item) => {
    if (!isObject(item)) return [];
    const at = parseForecourtTime(item["fecha"], timezone);
    const volumeMl = readVolumeMl(item["litros"]);
    const amount = readAmount(item["monto_total"]);
    if (at === undefined || volumeMl === undefined || amount === undefined) {
      return [];
    }
    return [{ endedMs: Math.floor(at / 1000), volumeMl, amount }];
  });
}

/**
 * Reads a station's prices.
 *
 * @param body The parsed answer.
 * @returns The prices; undefined if the answer holds none.
 */
export function readListedPrices(
  body: unknown,
): readonly ForecourtPrice[] | undefined {
  const prices = readPriceMap(body)?.prices ?? [];
  return prices.length === 0 ? undefined : prices;
}
