/**
 * Where fleet cards are used: provinces, stations and pumps, and the ports on which the installed programs expect them.
 *
 * @module
 */
import type { CardId, CompanyId } from "./fleet_use_cases.ts";

/** Names of the provinces by their id; only ids travel. */
export const FLEET_PROVINCES: readonly string[] = [
  "Buenos Aires",
  "Catamarca",
  "Chaco",
  "Chubut",
  "Córdoba",
  "Corrientes",
  "Entre Ríos",
  "Formosa",
  "Jujuy",
  "La Pampa",
  "La Rioja",
  "Mendoza",
  "Misiones",
  "Neuquén",
  "Río Negro",
  "Salta",
];

/** Stations of a province. */
export const FLEET_STATIONS = 100;
/** Pumps of a station. */
export const FLEET_PUMPS = 10;
/** The port of province 0's first pump. */
export const FLEET_PUMP_PORT = 10_000;
/** The port of province 0's regional office. */
export const FLEET_REGION_PORT = 30_001;
/** How far the QUIC port of a pump is from its own. */
export const FLEET_QUIC_PORT_SHIFT = 100;
/** The port of the company. */
export const FLEET_COMPANY_PORT = 60_000;

/** Price of a liter in whole units of the currency, if no setting says another. */
export const FLEET_PRICE_PER_LITER = 1_606;
/** The largest amount of one purchase. */
export const FLEET_AMOUNT_MAX = 4_294_967_295;

/** A station. */
export interface FleetStation {
  /** 0 to 15. */
  readonly province: number;
  /** 0 to 99. */
  readonly station: number;
}

/** A pump. */
export interface FleetPump extends FleetStation {
  /** 0 to 9. */
  readonly pump: number;
}

function isBelow(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

/**
 * The TCP port of a pump, which is also the one of its UDP election.
 *
 * @param place The pump.
 * @returns 10000 to 25999; undefined if province, station or pump is out of its range.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(pumpPort({ province: 3, station: 5, pump: 2 }), 13_052);
 * strictEqual(pumpPort({ province: 0, station: 150, pump: 0 }), undefined);
 * ```
 */
export function pumpPort(
  { province, station, pump }: FleetPump,
): number | undefined {
  const fits = isBelow(province, FLEET_PROVINCES.length) &&
    isBelow(station, FLEET_STATIONS) && isBelow(pump, FLEET_PUMPS);
  return fits
    ? FLEET_PUMP_PORT + 1_000 * province + 10 * station + pump
    : undefined;
}

/**
 * The pump of a port.
 *
 * @param port A port.
 * @returns The pump; undefined if it is no pump's port.
 */
export function pumpOfPort(port: number): FleetPump | undefined {
  const place = port - FLEET_PUMP_PORT;
  if (!isBelow(place, FLEET_PROVINCES.length * 1_000)) return undefined;
  return {
    province: Math.floor(place / 1_000),
    station: Math.floor(place % 1_000 / 10),
    pump: place % 10,
  };
}

/**
 * The ports of a station, in order.
 *
 * @param station The station.
 * @param pumps How many pumps it has, 1 to 10.
 * @returns The ports; none if a number is out of its range.
 */
export function stationPorts(station: FleetStation, pumps: number): number[] {
  if (!isBelow(pumps, FLEET_PUMPS + 1)) return [];
  return Array.from(
    { length: pumps },
    (_, pump) => pumpPort({ ...station, pump }),
  ).filter((port) => port !== undefined);
}

/**
 * The pump in a `pump_address`: the digits behind its last colon are its port.
 *
 * @param address Any text.
 * @returns The pump; undefined if it is no pump's address.
 */
export function pumpOfAddress(address: string): FleetPump | undefined {
  const digits = /:([0-9]{1,5})$/.exec(address)?.[1];
  return digits === undefined ? undefined : pumpOfPort(Number(digits));
}

/**
 * The port of a regional office.
 *
 * @param province 0 to 15.
 * @returns 30001 to 30016; undefined if the province is out of its range.
 */
export function regionPort(province: number): number | undefined {
  return isBelow(province, FLEET_PROVINCES.length)
    ? FLEET_REGION_PORT + province
    : undefined;
}

/**
 * The province of a regional office's port.
 *
 * @param port A port.
 * @returns 0 to 15; undefined if it is no such port.
 */
export function provinceOfRegionPort(port: number): number | undefined {
  const province = port - FLEET_REGION_PORT;
  return isBelow(province, FLEET_PROVINCES.length) ? province : undefined;
}

/**
 * Whether two stations cannot both elect among original pumps on one host: the QUIC ports of one are the UDP ports of the
 * other (C-43).
 *
 * @param one A station.
 * @param other Another.
 * @returns True if they are ten numbers apart, also over the border of two provinces.
 */
export function stationsOverlap(
  one: FleetStation,
  other: FleetStation,
): boolean {
  const place = ({ province, station }: FleetStation) =>
    1_000 * province + 10 * station;
  return Math.abs(place(one) - place(other)) === FLEET_QUIC_PORT_SHIFT;
}

/**
 * What liters cost.
 *
 * @param liters Whole liters.
 * @param price Of a liter.
 * @returns Whole units; undefined for no liters, and where the amount would be beyond what an original program can hold.
 */
export function litersTotal(
  liters: number,
  price: number = FLEET_PRICE_PER_LITER,
): number | undefined {
  if (!Number.isInteger(liters) || liters < 1) return undefined;
  const total = liters * price;
  return total <= FLEET_AMOUNT_MAX ? total : undefined;
}

/**
 * A company's number, from the wire.
 *
 * @param number A u32.
 * @returns The company.
 */
export function companyOf(number: number): CompanyId {
  return `${number}` as CompanyId;
}

/**
 * A card's number, from the wire.
 *
 * @param number A u32.
 * @returns The card.
 */
export function cardOf(number: number): CardId {
  return `${number}` as CardId;
}
