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
}

/** The options of `run` for charging points. */
export const CHARGING_OPTIONS: OptionKinds = {
  "charging-open": "flag",
  "charging-reservation": "one",
  "charging-stale": "one",
};

/** Longest time that a setting takes, in seconds: a day. */
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
  const open = one("charging-open");
  if (open !== undefined) refuseForeign(roles, "charging", open);
  const seconds = (name: string, min: number, fallback: number) => {
    const given = one(name);
    if (given === undefined) return fallback;
    refuseForeign(roles, "charging", given);
    return readSeconds(given, min) * 1000;
  };
  return {
    isOpen: open !== undefined && readSwitch(open),
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
  };
}

function readSeconds({ label, value }: Given, min: number): number {
  const seconds = /^[0-9]{1,6}$/.test(value) ? Number(value) : NaN;
  if (seconds >= min && seconds <= SECONDS_MAX) return seconds;
  throw configError(
    `${label} takes a number of seconds from ${min} to ${SECONDS_MAX}, not ${
      quote(value)
    }`,
  );
}
