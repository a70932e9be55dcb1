/**
 * What the program mounts: the native façade of a node, and the compatibility surfaces.
 *
 * @module
 */
export { type AppOptions, createApp, type WebApp } from "./app.ts";
export { type FrameOptions } from "./surfaces/fastapi_app.ts";
export { createInventoryBranch } from "./surfaces/inventory_branch.ts";
export {
  createInventoryCentral,
  type InventoryCentralOptions,
} from "./surfaces/inventory_central.ts";
