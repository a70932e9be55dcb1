/**
 * The pages of fleets.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** Roles of nodes that charge cards or know companies. */
const NODES = ["station", "pump", "company", "region", "office"] as const;

/** The pages of fleets. */
export const fleetRoutes: readonly PageRoute[] = [
  {
    path: "/fleet",
    area: "fleet",
    title: () => text("fleet"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./fleet_page.tsx")).FleetPage,
  },
  {
    path: "/fleet-company",
    area: "fleet",
    title: () => text("company"),
    role: "supervisor",
    nodes: NODES,
    hidden: true,
    load: async () => (await import("./company_page.tsx")).CompanyPage,
  },
];
