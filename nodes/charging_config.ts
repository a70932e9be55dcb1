/**
 * The settings of a node with charging points.
 *
 * @module
 */
import type { ForecourtReading, Given } from "./forecourt_config.ts";
import type { OptionKinds } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Settings of a node with charging points. */
export interface ChargingConfig {
  /** True lets surfaces that ask nobody who he is listen on addresses that other machines reach. */
  readonly isOpen: boolean;
}

/** The options of `run` for charging points. */
export const CHARGING_OPTIONS: OptionKinds = { "charging-open": "flag" };

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
  return { isOpen: open !== undefined && readSwitch(open) };
}
