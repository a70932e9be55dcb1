/**
 * The pages of fuel.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** Roles of nodes that know something of fuel stations. */
const NODES = ["station", "pump", "office", "region"] as const;

/** The pages of fuel. */
export const fuelRoutes: readonly PageRoute[] = [
  {
    path: "/pumps",
    area: "fuel",
    title: () => text("pumps"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./pumps_page.tsx")).PumpsPage,
  },
  {
    path: "/tanks",
    area: "fuel",
    title: () => text("tanks"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./tanks_page.tsx")).TanksPage,
  },
  {
    path: "/fuel-prices",
    area: "fuel",
    title: () => text("fuelPrices"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./fuel_prices_page.tsx")).FuelPricesPage,
  },
  {
    path: "/deliveries",
    area: "fuel",
    title: () => text("deliveries"),
    role: "cashier",
    nodes: NODES,
    load: async () => (await import("./deliveries_page.tsx")).DeliveriesPage,
  },
];
