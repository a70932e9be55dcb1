/**
 * The settings of a station and of a company towards fleet cards.
 *
 * @module
 */
import {
  FLEET_AMOUNT_MAX,
  FLEET_PRICE_PER_LITER,
  FLEET_PROVINCES,
  FLEET_PUMPS,
  FLEET_REGION_PORT,
  FLEET_STATIONS,
  type FleetStation,
  stationPorts,
} from "./fleet/fleet_places.ts";
import type { ForecourtReading, Given } from "./forecourt_config.ts";
import { configError, type OptionKinds, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Settings of a station and of a company towards fleet cards. */
export interface FleetConfig {
  /** Which station it is to fleet cards; null while no setting says so. */
  readonly station: FleetStation | null;
  /** How many pumps it has, 1 to 10. */
  readonly pumps: number;
  /** Price of a liter in whole units of the currency. */
  readonly price: number;
  /** Ports of original regional offices on this machine by province, which a company dials; none if it dials nobody. */
  readonly offices: readonly number[];
}

/** A station that serves no fleet cards. */
export const FLEET_DEFAULTS: FleetConfig = {
  station: null,
  pumps: 1,
  price: FLEET_PRICE_PER_LITER,
  offices: portsFrom(FLEET_REGION_PORT, FLEET_PROVINCES.length),
};

function portsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The options of `run` for stations and companies of fleet cards. */
export const FLEET_OPTIONS: OptionKinds = {
  "fleet-province": "one",
  "fleet-station": "one",
  "fleet-pumps": "one",
  "fleet-price": "one",
  "fleet-offices": "one",
};

/**
 * Reads the settings.
 *
 * @param roles The node's roles.
 * @param one Finds the value of an option.
 * @param reading How settings are read.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` if a value is out of its range, an option is given to another role, or province
 * and station do not come together.
 */
export function readFleet(
  roles: readonly Role[],
  one: (name: string) => (Given & { readonly flag: boolean }) | undefined,
  { refuseForeign }: Pick<ForecourtReading, "refuseForeign">,
): FleetConfig {
  const number = (name: string, [min, max]: readonly [number, number]) => {
    const given = one(name);
    if (given === undefined) return undefined;
    refuseForeign(roles, "station", given);
    return readNumber(given, min, max);
  };
  const province = number("fleet-province", [0, FLEET_PROVINCES.length - 1]);
  const station = number("fleet-station", [0, FLEET_STATIONS - 1]);
  if ((province === undefined) !== (station === undefined)) {
    throw configError(
      "--fleet-province and --fleet-station belong together: give both, e.g. --fleet-province 3 --fleet-station 5",
    );
  }
  return {
    station: province === undefined || station === undefined
      ? null
      : { province, station },
    pumps: number("fleet-pumps", [1, FLEET_PUMPS]) ?? FLEET_DEFAULTS.pumps,
    price: number("fleet-price", [1, FLEET_AMOUNT_MAX]) ?? FLEET_DEFAULTS.price,
    offices: readOffices(roles, one("fleet-offices"), refuseForeign),
  };
}

function readOffices(
  roles: readonly Role[],
  given: (Given & { readonly flag: boolean }) | undefined,
  refuseForeign: ForecourtReading["refuseForeign"],
): readonly number[] {
  if (given === undefined) return FLEET_DEFAULTS.offices;
  refuseForeign(roles, "company", given);
  const { label, value } = given;
  if (value === "off") return [];
  const [, first, last] = /^([0-9]{1,5})-([0-9]{1,5})$/.exec(value) ?? [];
  const [from, count] = [Number(first), Number(last) - Number(first) + 1];
  const fits = from >= 1 && from + count - 1 <= 65_535 && count >= 1 &&
    count <= FLEET_PROVINCES.length;
  if (fits) return portsFrom(from, count);
  throw configError(
    `${label} takes off, or the ports of at most ${FLEET_PROVINCES.length} offices in the order of their provinces, e.g. 30001-30016, not ${
      quote(value)
    }`,
  );
}

/**
 * The ports of the station's pumps.
 *
 * @param config The settings.
 * @returns The ports in order; none if it serves no fleet cards.
 */
export function fleetPorts({ station, pumps }: FleetConfig): number[] {
  return station === null ? [] : stationPorts(station, pumps);
}

function readNumber(
  { label, value }: Given,
  min: number,
  max: number,
): number {
  const number = /^[0-9]{1,10}$/.test(value) ? Number(value) : NaN;
  if (number >= min && number <= max) return number;
  throw configError(
    `${label} takes a number from ${min} to ${max}, not ${quote(value)}`,
  );
}

/**
 * Refuses original programs that the node could not serve, before it starts.
 *
 * @param roles The node's roles.
 * @param settings What it dials, its surfaces, and its station.
 * @throws {PanalError} `config_invalid` if a role, a surface or the station is missing, or one name stands twice.
 */
export function checkFleetDial(
  roles: readonly Role[],
  { dial, surfaces, fleet }: {
    readonly dial: Readonly<Record<string, readonly string[]>>;
    readonly surfaces: Readonly<Record<string, unknown>>;
    readonly fleet: FleetConfig;
  },
): void {
  const check = (name: string, role: Role, needs: string) => {
    const addresses = dial[name] ?? [];
    if (addresses.length === 0) return false;
    if (addresses.length > 1) {
      throw configError(
        `--dial ${name} takes one address: leave the others out`,
      );
    }
    if (!roles.includes(role)) {
      throw configError(
        `--dial ${name} is for the role ${role}: run ${
          [...roles, role].join("+")
        }, or leave it out`,
      );
    }
    if (surfaces[needs] !== undefined) return true;
    throw configError(
      `--dial ${name} gets its purchases from ${needs}: add --surface ${needs}=on, or leave it out`,
    );
  };
  check("fleet-company", "region", "fleet-region");
  if (
    check("fleet-region", "station", "fleet-card") && fleet.station === null
  ) {
    throw configError(
      "--dial fleet-region needs to know which station this is: add --fleet-province P --fleet-station S",
    );
  }
}
