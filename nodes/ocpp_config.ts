/**
 * The settings of a node towards chargers that speak OCPP.
 *
 * @module
 */
import type { ForecourtReading, Given } from "./forecourt_config.ts";
import { configError, type OptionKinds, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Which points may connect without a password: all, those that the site knows, or none. */
export const OCPP_ADMISSIONS = ["any", "known", "password"] as const;
/** Which points may connect without a password. */
export type OcppAdmission = typeof OCPP_ADMISSIONS[number];

/** Settings towards chargers that speak OCPP. */
export interface OcppConfig {
  /** Who may connect without a password; null for everybody on this machine and nobody from others. */
  readonly admission: OcppAdmission | null;
  /** How often a charger sends a sign of life, in seconds. */
  readonly heartbeatSeconds: number;
}

/** Settings of a node that is told nothing. */
export const OCPP_DEFAULTS: OcppConfig = {
  admission: null,
  heartbeatSeconds: 300,
};

/** The options of `run` for chargers that speak OCPP. */
export const OCPP_OPTIONS: OptionKinds = {
  "ocpp-points": "one",
  "ocpp-heartbeat": "one",
};

const HEARTBEAT_SECONDS = [5, 86_400] as const;

/**
 * Reads the settings.
 *
 * @param roles The node's roles.
 * @param one Finds the value of an option.
 * @param reading How settings are read.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` if a value cannot be taken, or an option is given to another role.
 */
export function readOcpp(
  roles: readonly Role[],
  one: (name: string) => (Given & { readonly flag: boolean }) | undefined,
  { refuseForeign }: Pick<ForecourtReading, "refuseForeign">,
): OcppConfig {
  const points = one("ocpp-points");
  const heartbeat = one("ocpp-heartbeat");
  for (const given of [points, heartbeat]) {
    if (given !== undefined) refuseForeign(roles, "charging", given);
  }
  return {
    admission: points === undefined ? null : readAdmission(points),
    heartbeatSeconds: heartbeat === undefined
      ? OCPP_DEFAULTS.heartbeatSeconds
      : readSeconds(heartbeat),
  };
}

function readAdmission({ label, value }: Given): OcppAdmission {
  const found = OCPP_ADMISSIONS.find((it) => it === value);
  if (found !== undefined) return found;
  throw configError(
    `${label} takes ${OCPP_ADMISSIONS.join(", ")}, not ${quote(value)}`,
  );
}

function readSeconds({ label, value }: Given): number {
  const [min, max] = HEARTBEAT_SECONDS;
  const number = /^[0-9]{1,6}$/.test(value) ? Number(value) : NaN;
  if (number >= min && number <= max) return number;
  throw configError(
    `${label} takes a number of seconds from ${min} to ${max}, not ${
      quote(value)
    }`,
  );
}
