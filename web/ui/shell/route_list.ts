/**
 * Hands the list of all pages to pages that show it: they are on it themselves, and cannot import it.
 *
 * @module
 */
import { type Context, createContext } from "preact";
import type { PageRoute } from "./page_route.ts";

/** All pages, in the order of the navigation. */
export const RouteList: Context<readonly PageRoute[]> = createContext<
  readonly PageRoute[]
>([]);
