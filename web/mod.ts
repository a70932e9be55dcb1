/**
 * What the program mounts: the native façade of a node, and the compatibility surfaces.
 *
 * @module
 */
export { type AppOptions, createApp, type WebApp } from "./app.ts";
export type { AnsweredRequest } from "./request_watch.ts";
export { type RequestFrom } from "./route.ts";
export {
  type BranchSyncOptions,
  createBranchSync,
} from "./surfaces/branch_sync.ts";
export {
  type ChargingApiNode,
  type ChargingApiOptions,
  createChargingApi,
} from "./surfaces/charging_api.ts";
export {
  type ChargingRegistryOptions,
  createChargingRegistry,
} from "./surfaces/charging_registry.ts";
export { type FrameOptions } from "./surfaces/fastapi_app.ts";
export {
  allowsOrigin,
  type CorsPolicy,
  PAGE_POLICY,
} from "./surfaces/fastapi_cors.ts";
export {
  type BridgeClock,
  type BridgeEvent,
  createForecourtBridge,
  type ForecourtBridge,
} from "./surfaces/forecourt_bridge.ts";
export {
  createForecourtCompany,
  type ForecourtCompanyOptions,
} from "./surfaces/forecourt_company.ts";
export {
  createForecourtPump,
  type ForecourtPumpOptions,
} from "./surfaces/forecourt_pump.ts";
export {
  createForecourtStation,
  type ForecourtStationOptions,
} from "./surfaces/forecourt_station.ts";
export { type ParseTime } from "./surfaces/forecourt_sales.ts";
export { createInventoryBranch } from "./surfaces/inventory_branch.ts";
export {
  createInventoryCentral,
  type InventoryCentralOptions,
} from "./surfaces/inventory_central.ts";
