/**
 * Panal: a leaderless mesh for businesses that sell in many places. The public names for programs that embed a node;
 * most people run `deno task run` instead.
 *
 * @module
 */
export {
  type Clock,
  type Money,
  money,
  PanalError,
  parseFactId,
  parseProductId,
  parseSiteCode,
  type Random,
  type Result,
} from "./crdt/mod.ts";
export { createLibp2pTransport, type Transport } from "./net/mod.ts";
export {
  createNode,
  type NodeParts,
  type PanalNode,
  type UseCases,
  VERSION,
} from "./nodes/mod.ts";
export { createApp } from "./web/mod.ts";
