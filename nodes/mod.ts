/**
 * One peer: what the façade and the program above it may use.
 *
 * @module
 */
import {
  createNode as createNodeWithParts,
  type NodeParts,
  type PanalNode,
} from "./node.ts";

/**
 * Puts a node together. Nothing runs before `start`.
 *
 * @param parts What it is made of.
 * @returns The node.
 * @throws {PanalError} `invalid_certificate` if the certificate is not of this mesh and key.
 */
export function createNode(parts: NodeParts): PanalNode {
  return createNodeWithParts(parts);
}

export type * from "./charging/charging_security.ts";
export type * from "./charging/charging_use_cases.ts";
export type { PointPasswords } from "./charging/password_use_cases.ts";
export type {
  OriginalPanel,
  Simulate,
  Temperatures,
} from "./charging/original_panel.ts";
export type { PointLog, PointLogLine } from "./charging/point_log.ts";
export type * from "./fleet/fleet_use_cases.ts";
export type * from "./forecourt/forecourt_use_cases.ts";
export type * from "./forecourt/live_pumps.ts";
export type * from "./forecourt/pump_control.ts";
export type * from "./forecourt/station_pusher.ts";
export type * from "./mesh/mesh_use_cases.ts";
export type { InvitationScope } from "./membership.ts";
export type { Role } from "./roles.ts";
export type * from "./people/people_ports.ts";
export type * from "./people/people_use_cases.ts";
export type * from "./branch_sync/branch_sync_settings.ts";
export type * from "./branch_sync/branch_sync_use_cases.ts";
export type { Pulling, Sending } from "./branch_sync/create_branch_sync.ts";
export type { PullOutcome } from "./branch_sync/pull_branch.ts";
export type * from "./reports/report_use_cases.ts";
export type * from "./tills/till_use_cases.ts";
export type * from "./use_cases/goods_views.ts";
export type { IncidentReport, Incidents } from "./incidents.ts";
export {
  type ChargeOutcome,
  type ChargingFigures,
  type FleetFigures,
  measureFleet,
  measureReceiving,
  measureStore,
  type Metrics,
  METRICS_TYPE,
  NO_METRICS,
  type PurchaseOutcome,
  SALE_OUTCOMES,
  type SaleOutcome,
  type StoreOperation,
  type SyncDirection,
} from "./metrics.ts";
export {
  type NodeParts,
  type NodeSettings,
  type PanalNode,
  VERSION,
} from "./node.ts";
export type {
  FamilyType,
  MetricFamily,
  MetricSample,
} from "./metering/families.ts";
export type { UseCaseMetrics } from "./measured_use_cases.ts";
export type { Block, OpenPage, PageSealer, SealedPage } from "./page_sealer.ts";
export type { ListedPageFile, PageFile } from "./page_files.ts";
export * from "./ports.ts";
export type { Redeem, Renewal } from "./replicator.ts";
export * from "./use_cases.ts";
export * from "./forecourt/forecourt_use_cases.ts";
export type {
  SimulatedPump,
  SimulatedPumps,
} from "./forecourt/simulated_pumps.ts";
export type {
  TankEventQuery,
  TankEvents,
  TankEventView,
} from "./forecourt/tank_events.ts";
export type {
  LivePumps,
  PumpCommand,
  PumpConnection,
  PumpLive,
  PumpOperation,
} from "./forecourt/live_pumps.ts";
