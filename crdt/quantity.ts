/**
 * Exact quantities: whole units of goods, milliliters and watt-hours.
 *
 * @module
 */

/** A whole number of pieces, within ±(2^53 - 1). */
export type Units = number & { readonly __brand: "Units" };
/** A whole number of milliliters. */
export type Milliliters = number & { readonly __brand: "Milliliters" };
/** A whole number of watt-hours. */
export type WattHours = number & { readonly __brand: "WattHours" };

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value)
    ? value
    : undefined;
}

/**
 * Reads a number of pieces.
 *
 * @param value Anything.
 * @returns The quantity, or undefined if it is no exact integer.
 */
export function parseUnits(value: unknown): Units | undefined {
  return whole(value) as Units | undefined;
}

/**
 * Reads a volume in milliliters.
 *
 * @param value Anything.
 * @returns The volume, or undefined if it is no exact integer.
 */
export function parseMilliliters(value: unknown): Milliliters | undefined {
  return whole(value) as Milliliters | undefined;
}

/**
 * Reads an energy in watt-hours.
 *
 * @param value Anything.
 * @returns The energy, or undefined if it is no exact integer.
 */
export function parseWattHours(value: unknown): WattHours | undefined {
  return whole(value) as WattHours | undefined;
}
