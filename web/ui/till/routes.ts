/**
 * The pages of selling.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The pages of selling. */
export const tillRoutes: readonly PageRoute[] = [
  {
    path: "/till",
    area: "till",
    title: () => text("title"),
    role: "cashier",
    nodes: ["branch", "station"],
    load: async () => (await import("./till_page.tsx")).TillPage,
  },
];
