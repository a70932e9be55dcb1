/**
 * The roles of a node: what each needs to be told, as data.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";

/** What a node does; one node may hold several. */
export type Role =
  | "branch"
  | "station"
  | "pump"
  | "charging"
  | "region"
  | "company"
  | "office";

/** Every role, in the order in which the manual lists them. */
export const ROLES: readonly Role[] = [
  "branch",
  "station",
  "pump",
  "charging",
  "region",
  "company",
  "office",
];

const AT_A_SITE: ReadonlySet<Role> = new Set([
  "branch",
  "station",
  "pump",
  "charging",
]);

/**
 * Whether a role belongs to one site; the others are mesh-wide.
 *
 * @param role A role.
 * @returns True for branch, station, pump and charging.
 */
export function isSiteRole(role: Role): boolean {
  return AT_A_SITE.has(role);
}

/**
 * Reads roles joined by `+`.
 *
 * @param text E.g. `branch` or `branch+office`.
 * @returns The roles, each once, in the order given.
 * @throws {PanalError} `config_invalid` if one is unknown.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseRoles("branch+office"), ["branch", "office"]);
 * ```
 */
export function parseRoles(text: string): Role[] {
  const roles = new Set<Role>();
  for (const name of text.split("+")) {
    const role = ROLES.find((it) => it === name);
    if (role === undefined) {
      throw new PanalError(
        "config_invalid",
        `There is no role ${JSON.stringify(name.slice(0, 40))}: use one of ${
          ROLES.join(", ")
        }, or several joined by +`,
      );
    }
    roles.add(role);
  }
  return [...roles];
}
