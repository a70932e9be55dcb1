/**
 * Fleet cards: the routes of companies, cards, purchases, expenses, statements, verdicts and feeds.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/mod.ts";
import { createFeedStreams } from "../feed_streams.ts";
import type { Route } from "../route.ts";
import { fleetCardRoutes } from "./fleet_cards.ts";
import { fleetCompanyRoutes } from "./fleet_companies.ts";
import { fleetExpenseRoutes } from "./fleet_expenses.ts";
import { fleetFeedRoutes } from "./fleet_feed.ts";
import { fleetOriginalRoutes } from "./fleet_originals.ts";
import { fleetPurchaseRoutes } from "./fleet_purchases.ts";
import { fleetStatementRoutes } from "./fleet_statements.ts";
import { fleetVerdictRoutes } from "./fleet_verdicts.ts";

/** What the routes work with besides the node. */
export interface FleetRouteOptions {
  /** Says which day it is, and measures keep-alives. */
  readonly clock: Clock;
  /** Ends the streams when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * The routes of fleet cards.
 *
 * @param useCases The node.
 * @param options Clock and stop signal.
 * @returns The routes.
 */
export function fleetRoutes(
  useCases: UseCases,
  options: FleetRouteOptions,
): Route[] {
  const streams = createFeedStreams(useCases, options);
  return [
    ...fleetCompanyRoutes(useCases),
    ...fleetCardRoutes(useCases),
    ...fleetPurchaseRoutes(useCases, options.clock),
    ...fleetExpenseRoutes(useCases),
    ...fleetStatementRoutes(useCases),
    ...fleetVerdictRoutes(useCases),
    ...fleetOriginalRoutes(useCases),
    ...fleetFeedRoutes(useCases, { streams, people: () => useCases.people }),
  ];
}
