/**
 * The reports' place.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The reports. */
export const reportRoutes: readonly PageRoute[] = [{
  path: "/reports",
  area: "reports",
  title: () => text("title"),
  role: "supervisor",
  nodes: ["branch", "station", "region", "office"],
  load: async () => (await import("./reports_page.tsx")).ReportsPage,
}];
