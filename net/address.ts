/**
 * What an address says about who is there.
 *
 * @module
 */
import type { PeerId } from "../crdt/ids.ts";

/**
 * The peer that an address names at its end.
 *
 * @param address A multiaddr as text, or an address of the memory network.
 * @returns The peer of `…/p2p/<id>` or `/memory/<id>`; undefined if the address takes whoever answers.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(peerOfAddress("/ip4/10.0.0.1/tcp/4001/p2p/12D3KooX"), "12D3KooX");
 * strictEqual(peerOfAddress("/ip4/10.0.0.1/tcp/4001"), undefined);
 * ```
 */
export function peerOfAddress(address: string): PeerId | undefined {
  return /\/(?:p2p|memory)\/([^/]+)$/.exec(address)?.[1] as PeerId | undefined;
}
