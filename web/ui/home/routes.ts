/**
 * The start page's place.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The start page. */
export const homeRoutes: readonly PageRoute[] = [{
  path: "/",
  area: "home",
  title: () => text("title"),
  role: "cashier",
  load: async () => (await import("./home_page.tsx")).HomePage,
}];
