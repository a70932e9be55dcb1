/**
 * Drivers and the tokens that OCPP points know them by: a token has at most 20 characters, and its case does not count.
 *
 * @module
 */
import { type DriverId, parseDriverId, sha256, toHex } from "../../crdt/mod.ts";
import type { PointView } from "./charging_use_cases.ts";

/** Longest token. */
const TAG_LENGTH_MAX = 20;
const DIGITS = 18;

/**
 * The token by which a point is told of a driver.
 *
 * @param driver The driver.
 * @returns Its id; if that is too long, a token that is the same at every node.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import type { DriverId } from "./charging_use_cases.ts";
 *
 * strictEqual(tagOfDriver("417" as DriverId), "417");
 * strictEqual(tagOfDriver("a".repeat(21) as DriverId).length, 20);
 * ```
 */
export function tagOfDriver(driver: DriverId): string {
  if ([...driver].length <= TAG_LENGTH_MAX) return driver;
  const digest = toHex(sha256(new TextEncoder().encode(driver)));
  return `P-${digest.slice(0, DIGITS)}`.toUpperCase();
}

/** Whether a point means this driver by a token. */
export function isTagOf(tag: string, driver: DriverId | null): boolean {
  return driver !== null &&
    tagOfDriver(driver).toLowerCase() === tag.trim().toLowerCase();
}

/**
 * The driver whom a point means.
 *
 * @param tag The token.
 * @param point The point, whose sessions say whom it was told of.
 * @returns The driver of a session whose token it is, else whoever is called like it; undefined if nobody can be.
 */
export function driverOfTag(
  tag: string,
  point: PointView | undefined,
): DriverId | undefined {
  const known = point?.connectors.find(({ session }) =>
    isTagOf(tag, session?.driver ?? null)
  );
  return known?.session?.driver ?? parseDriverId(tag.trim());
}
