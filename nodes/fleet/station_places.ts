/**
 * Which station an original program's texts mean.
 *
 * @module
 */
import { FLEET_STATIONS, pumpOfAddress, pumpPort } from "./fleet_places.ts";
import type { PurchasePlace } from "./fleet_use_cases.ts";

/** A station: province and number, or its text where the address says neither. Two provinces may share a number. */
export type StationKey = string & { readonly __brand: "StationKey" };

const NOWHERE: PurchasePlace = {
  site: null,
  province: null,
  station: null,
  pump: null,
};

/** The pump in an address, also where somebody between has put the purchase behind it (14.4, 14.5). */
function pumpOfTold(address: string) {
  return pumpOfAddress(address.split("#", 1)[0] ?? "");
}

/**
 * Where a purchase was made, by the port in its address.
 *
 * @param address `pump_address`.
 * @returns Province, station and pump; null where the text has no port of a pump.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const { province, station, pump } = placeOfAddress("127.0.0.1:13052");
 * strictEqual(`${province} ${station} ${pump}`, "3 5 2");
 * strictEqual(placeOfAddress("127.0.0.1:80").station, null);
 * strictEqual(placeOfAddress("127.0.0.1:13052#7").pump, 2);
 * ```
 */
export function placeOfAddress(address: string): PurchasePlace {
  return { ...NOWHERE, ...pumpOfTold(address) };
}

/**
 * The station of a pump. A number alone does not say which: two provinces may use the same (C-26).
 *
 * @param address `pump_address`, or the address in a handshake.
 * @param text The station's number as it was told, for addresses that are not a pump's.
 * @returns The station.
 */
export function stationKey(address: string, text: string): StationKey {
  const pump = pumpOfTold(address);
  return (pump === undefined
    ? `? ${text}`
    : String(FLEET_STATIONS * pump.province + pump.station)) as StationKey;
}

/**
 * Whether a station is one that can be: there are so many.
 *
 * @param station The station.
 * @returns False for one that only a text names.
 */
export function isPumpStation(station: StationKey): boolean {
  return !station.startsWith("?");
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
    ? undefined
    : pumpPort({ province, station, pump: pump ?? 0 });
  return `127.0.0.1:${port ?? 0}`;
}
