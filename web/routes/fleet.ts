/**
 * Fleet cards: the routes of companies, cards, purchases and expenses.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/mod.ts";
import type { Route } from "../route.ts";
import { fleetCardRoutes } from "./fleet_cards.ts";
import { fleetCompanyRoutes } from "./fleet_companies.ts";
import { fleetExpenseRoutes } from "./fleet_expenses.ts";
import { fleetPurchaseRoutes } from "./fleet_purchases.ts";

/** What the routes work with besides the node. */
export interface FleetRouteOptions {
  /** Says which day it is. */
  readonly clock: Clock;
}

/**
 * The routes of fleet cards.
 *
 * @param useCases The node.
 * @param options The clock.
 * @returns The routes.
 */
export function fleetRoutes(
  useCases: UseCases,
  options: FleetRouteOptions,
): Route[] {
  return [
    ...fleetCompanyRoutes(useCases),
    ...fleetCardRoutes(useCases),
    ...fleetPurchaseRoutes(useCases, options.clock),
    ...fleetExpenseRoutes(useCases),
  ];
}
