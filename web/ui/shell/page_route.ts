/**
 * What a page is to the shell: where it is, who may open it, at which nodes it makes sense, and how its code is fetched.
 *
 * @module
 */
import type { ComponentType } from "preact";
import type { Role } from "../base/session.ts";
import type { IconName } from "../parts/icon.tsx";

/** Parts of the product, in the order of the navigation. */
export const AREAS = [
  "home",
  "till",
  "goods",
  "fuel",
  "charging",
  "fleet",
  "reports",
  "mesh",
  "people",
] as const satisfies readonly IconName[];

/** A part of the product; its icon has its name. */
export type Area = (typeof AREAS)[number];

/** A page. */
export interface PageRoute {
  /** One of the paths at which the node serves the shell: `web/page_paths.ts`. */
  readonly path: string;
  readonly area: Area;
  /** Its name in the navigation, in the language shown now. */
  readonly title: () => string;
  /** The least role of a user who may open it. */
  readonly role: Role;
  /** Roles of nodes that have it; all nodes if left out. */
  readonly nodes?: readonly string[];
  /** True for an address that the navigation does not show. */
  readonly hidden?: boolean;
  /** Fetches its code. */
  readonly load: () => Promise<ComponentType>;
}
