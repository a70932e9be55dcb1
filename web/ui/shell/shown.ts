/**
 * Which pages make sense for this person at this node.
 *
 * @module
 */
import { isNode, may } from "../base/session.ts";
import type { PageRoute } from "./page_route.ts";

/**
 * Whether a page makes sense for this person at this node.
 *
 * @param route The page.
 * @returns True if the navigation shows it.
 */
export function isShown(route: PageRoute): boolean {
  return route.hidden !== true && may(route.role) &&
    (route.nodes === undefined || isNode(...route.nodes));
}
