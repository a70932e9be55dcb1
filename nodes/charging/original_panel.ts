/**
 * What an operator's page of an original charging central shows and does besides points, sessions and drivers: the last
 * log lines, temperatures that a weather office told, and simulations of equipment.
 *
 * @module
 */
import type { PointLog, PointLogLine } from "./point_log.ts";

/** Most cities whose temperature is kept; the one heard of longest ago is dropped. */
export const CITIES_MAX = 256;

/** What a weather office told last. */
export interface Temperatures {
  /** Keeps a city's temperature, as it was told. */
  set(city: string, temperature: string): void;
  /** By city. */
  all(): Readonly<Record<string, string>>;
}

/** Tells points to simulate something: `cp_simulation`. False if there is no broker. */
export type Simulate = (
  input: { readonly target: string; readonly command: string },
) => Promise<boolean>;

/** What an operator's page of an original central has besides. */
export interface OriginalPanel {
  /** The last log lines, oldest first. */
  lines(): readonly PointLogLine[];
  /** Adds a line. */
  readonly add: PointLog["add"];
  /** By city, as a weather office told them. */
  temperatures(): Readonly<Record<string, string>>;
  /** Left out where there is no broker. */
  readonly simulate?: Simulate;
}

/**
 * Makes an empty list of temperatures.
 *
 * @returns The list.
 */
export function createTemperatures(): Temperatures {
  const known = new Map<string, string>();
  return {
    set(city, temperature) {
      known.delete(city);
      known.set(city, temperature);
      const [oldest] = known.keys();
      if (known.size > CITIES_MAX && oldest !== undefined) known.delete(oldest);
    },
    all: () => Object.fromEntries(known),
  };
}
