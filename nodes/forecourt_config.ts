/**
 * The settings of a station towards its pumps.
 *
 * @module
 */
import { configError, type OptionKinds, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Settings of a station towards its pumps. */
export interface ForecourtConfig {
  /** True lists a pump that registers and is not listed; false refuses it. */
  readonly autoRegisterPumps: boolean;
  /** True sends new prices at once, also to a pump that is dispensing. */
  readonly immediatePrices: boolean;
  /** New prices wait so long for a paused pump that is silent, in seconds; 0 is for ever. */
  readonly pausedHoldSeconds: number;
  /** A pump that is silent for so long is disconnected, in seconds; 65 or more. */
  readonly pumpIdleSeconds: number;
  /** True takes datagrams only from the address of the pump's own connection. */
  readonly checkUdpAddress: boolean;
}

/** The settings of the original programs, as the protocol corrects them. */
export const FORECOURT_DEFAULTS: ForecourtConfig = {
  autoRegisterPumps: true,
  immediatePrices: false,
  pausedHoldSeconds: 600,
  pumpIdleSeconds: 90,
  checkUdpAddress: false,
};

/** The options of `run` for stations. */
export const FORECOURT_OPTIONS: OptionKinds = {
  "no-auto-register-pumps": "flag",
  "immediate-prices": "flag",
  "paused-hold-seconds": "one",
  "pump-idle-seconds": "one",
  "check-udp-address": "flag",
};

/** Seconds of a day: the most that a setting may say. */
const SECONDS_MAX = 86_400;
/** One lost heartbeat of a pump is survived. */
const IDLE_SECONDS_MIN = 65;

/** A value of an option and what to call it in a message. */
export interface Given {
  /** What to call its source. */
  readonly label: string;
  /** The value. */
  readonly value: string;
}

/** How the settings of a node are read. */
export interface ForecourtReading {
  /** Refuses an option that has no effect at these roles. */
  refuseForeign(
    roles: readonly Role[],
    role: Role,
    given: Given & { readonly flag: boolean },
  ): void;
  /** Reads a switch. */
  readSwitch(given: Given): boolean;
}

/**
 * Reads the settings.
 *
 * @param roles The node's roles.
 * @param one Finds the value of an option.
 * @param reading How settings are read.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` if a value cannot be taken, or an option is given to another role.
 */
export function readForecourt(
  roles: readonly Role[],
  one: (name: string) => (Given & { readonly flag: boolean }) | undefined,
  { refuseForeign, readSwitch }: ForecourtReading,
): ForecourtConfig {
  const find = (name: string) => {
    const given = one(name);
    if (given !== undefined) refuseForeign(roles, "station", given);
    return given;
  };
  const isOn = (name: string) => {
    const given = find(name);
    return given !== undefined && readSwitch(given);
  };
  return {
    autoRegisterPumps: !isOn("no-auto-register-pumps"),
    immediatePrices: isOn("immediate-prices"),
    pausedHoldSeconds: readSeconds(find("paused-hold-seconds"), 0) ??
      FORECOURT_DEFAULTS.pausedHoldSeconds,
    pumpIdleSeconds: readSeconds(find("pump-idle-seconds"), IDLE_SECONDS_MIN) ??
      FORECOURT_DEFAULTS.pumpIdleSeconds,
    checkUdpAddress: isOn("check-udp-address"),
  };
}

function readSeconds(
  given: Given | undefined,
  min: number,
): number | undefined {
  if (given === undefined) return undefined;
  const { label, value } = given;
  const seconds = /^[0-9]{1,6}$/.test(value) ? Number(value) : NaN;
  if (seconds >= min && seconds <= SECONDS_MAX) return seconds;
  throw configError(
    `${label} takes seconds from ${min} to ${SECONDS_MAX}, not ${quote(value)}`,
  );
}
