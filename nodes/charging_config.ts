/**
 * The settings of a node with charging points.
 *
 * @module
 */
import { CHARGING_TIMERS } from "./charging/charging_context.ts";
import type { ForecourtReading, Given } from "./forecourt_config.ts";
import { configError, type OptionKinds, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Settings of a node with charging points. */
export interface ChargingConfig {
  /** True lets surfaces that ask nobody who he is listen on addresses that other machines reach. */
  readonly isOpen: boolean;
  /** How long a reservation holds, in milliseconds; 0 for ever (C-30). */
  readonly reservationMs: number;
  /** A supply of which nothing is heard while its point is connected is closed after this, in milliseconds (C-50). */
  readonly staleMs: number;
  /** An OCPP transaction of a charger that is away for so long is closed, in milliseconds; 0 for never. */
  readonly goneMs: number;
  /** Most connections at a port of the surface `charging`. */
  readonly connectionsMax: number;
}

/** Most connections at a port of the surface `charging`, unless set otherwise. */
export const POINT_CONNECTIONS_MAX = 8_192;
/** The most that this may be set to: a process has so many files, and no more. */
const CONNECTIONS_LIMIT = 65_536;

/** The options of `run` for charging points. */
export const CHARGING_OPTIONS: OptionKinds = {
  "charging-open": "flag",
  "charging-connections": "one",
  "charging-reservation": "one",
  "charging-stale": "one",
  "charging-gone": "one",
};

/** Longest time after which a charger that is away is taken for gone, in seconds: a week. */
const GONE_SECONDS_MAX = 604_800;
/** Longest time that another setting takes, in seconds: a day. */
const SECONDS_MAX = 86_400;
/** The shortest time after which a silent supply is closed, in seconds. */
const STALE_SECONDS_MIN = 10;

/**
 * Reads the settings.
 *
 * @param roles The node's roles.
 * @param one Finds the value of an option.
 * @param reading How settings are read.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` if a value cannot be taken, or an option is given to another role.
 */
export function readCharging(
  roles: readonly Role[],
  one: (name: string) => (Given & { readonly flag: boolean }) | undefined,
  { refuseForeign, readSwitch }: ForecourtReading,
): ChargingConfig {
  const find = (name: string) => {
    const given = one(name);
    if (given !== undefined) refuseForeign(roles, "charging", given);
    return given;
  };
  const whole = (name: string, what: string, min: number, max: number) => {
    const given = find(name);
    return given === undefined
      ? undefined
      : readWhole(given, { what, min, max });
  };
  const seconds = (
    name: string,
    min: number,
    fallback: number,
    max = SECONDS_MAX,
  ) => {
    const given = whole(name, "a number of seconds", min, max);
    return given === undefined ? fallback : given * 1000;
  };
  const open = find("charging-open");
  return {
    isOpen: open !== undefined && readSwitch(open),
    connectionsMax:
      whole("charging-connections", "a number", 1, CONNECTIONS_LIMIT) ??
        POINT_CONNECTIONS_MAX,
    reservationMs: seconds(
      "charging-reservation",
      0,
      CHARGING_TIMERS.reservationMs,
    ),
    staleMs: seconds(
      "charging-stale",
      STALE_SECONDS_MIN,
      CHARGING_TIMERS.staleMs,
    ),
    goneMs: seconds(
      "charging-gone",
      0,
      CHARGING_TIMERS.goneMs,
      GONE_SECONDS_MAX,
    ),
  };
}

function readWhole(
  { label, value }: Given,
  { what, min, max }: {
    readonly what: string;
    readonly min: number;
    readonly max: number;
  },
): number {
  const number = /^[0-9]{1,6}$/.test(value) ? Number(value) : NaN;
  if (number >= min && number <= max) return number;
  throw configError(
    `${label} takes ${what} from ${min} to ${max}, not ${quote(value)}`,
  );
}
