/**
 * The page of links to original programs.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The page of links to original programs. */
export const linkRoutes: readonly PageRoute[] = [{
  path: "/links",
  area: "mesh",
  title: () => text("links"),
  role: "cashier",
  load: async () => (await import("./links_page.tsx")).LinksPage,
}];
