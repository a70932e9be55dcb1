/**
 * Charging points: the routes of points, commands, requests, sessions, tickets, drivers and reports.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/mod.ts";
import { createFeedStreams } from "../feed_streams.ts";
import type { Route } from "../route.ts";
import { chargingCommandRoutes } from "./charging_commands.ts";
import { chargingDriverRoutes, type DriversNode } from "./charging_drivers.ts";
import { chargingOcppRoutes } from "./charging_ocpp.ts";
import { chargingPointRoutes } from "./charging_points.ts";
import { chargingReportRoutes } from "./charging_reports.ts";
import { chargingRequestRoutes } from "./charging_requests.ts";
import { chargingSessionRoutes } from "./charging_sessions.ts";
import { chargingSupplyRoutes } from "./charging_supply.ts";
import { chargingTariffRoutes, type SettingsNode } from "./charging_tariffs.ts";

/** What the routes work with besides the node. */
export interface ChargingRouteOptions {
  /** Says when a panel was drawn, and measures keep-alives. */
  readonly clock: Clock;
  /** Ends the streams when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * The routes of charging points.
 *
 * @param useCases The node.
 * @param options Clock and stop signal.
 * @returns The routes.
 */
export function chargingRoutes(
  useCases: DriversNode & SettingsNode & Pick<UseCases, "pointPasswords">,
  options: ChargingRouteOptions,
): Route[] {
  return [
    ...chargingPointRoutes(useCases, options.clock),
    ...chargingCommandRoutes(useCases),
    ...chargingRequestRoutes(useCases),
    ...chargingSupplyRoutes(useCases),
    ...chargingSessionRoutes(useCases),
    ...chargingDriverRoutes(useCases, createFeedStreams(useCases, options)),
    ...chargingReportRoutes(useCases),
    ...chargingTariffRoutes(useCases),
    ...chargingOcppRoutes(useCases),
  ];
}
