/**
 * Which station an original program's texts mean.
 *
 * @module
 */
import type { PurchasePlace } from "./fleet_use_cases.ts";

/** A station: province and number, or its text where the address says neither. Two provinces may share a number. */
export type StationKey = string & { readonly __brand: "StationKey" };

const FIRST_PORT = 10_000;
const LAST_PORT = 25_999;

/**
 * Where a pump is, by the port in its address.
 *
 * @param address `pump_address`, or the address in a handshake.
 * @returns Province, station and pump; null where the text has no port of a pump.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const { province, station, pump } = placeOfAddress("127.0.0.1:13052");
 * strictEqual(`${province} ${station} ${pump}`, "3 5 2");
 * ```
 */
export function placeOfAddress(address: string): PurchasePlace {
  const port = Number(/:([0-9]{5})$/.exec(address)?.[1] ?? NaN);
  if (!(port >= FIRST_PORT && port <= LAST_PORT)) {
    return { site: null, province: null, station: null, pump: null };
  }
  const inProvince = (port - FIRST_PORT) % 1000;
  return {
    site: null,
    province: Math.floor((port - FIRST_PORT) / 1000),
    station: Math.floor(inProvince / 10),
    pump: inProvince % 10,
  };
}

/**
 * The station of a pump. A number alone does not say which: two provinces may use the same (C-26).
 *
 * @param address `pump_address`, or the address in a handshake.
 * @param text The station's number as it was told, for addresses that are not a pump's.
 * @returns The station.
 */
export function stationKey(address: string, text: string): StationKey {
  const { province, station } = placeOfAddress(address);
  return (province === null
    ? `? ${text}`
    : `${province} ${station}`) as StationKey;
}

/**
 * The address of a pump, as original programs write it.
 *
 * @param place Where it is.
 * @returns `127.0.0.1:PORT`; port 0 where the place is no pump's.
 */
export function addressOfPlace(
  { province, station, pump }: PurchasePlace,
): string {
  const port = province === null || station === null
    ? 0
    : FIRST_PORT + 1000 * province + 10 * station + (pump ?? 0);
  return `127.0.0.1:${port}`;
}
