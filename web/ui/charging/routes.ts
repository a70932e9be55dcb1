/**
 * The pages of charging points.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** Roles of nodes that know something of charging points. */
const NODES = ["charging", "office", "region"] as const;

/** The pages of charging points. */
export const chargingRoutes: readonly PageRoute[] = [
  {
    path: "/charging",
    area: "charging",
    title: () => text("charging"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./charging_page.tsx")).ChargingPage,
  },
  {
    path: "/charging-sessions",
    area: "charging",
    title: () => text("sessions"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./sessions_page.tsx")).SessionsPage,
  },
];
