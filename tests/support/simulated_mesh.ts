/**
 * Small simulated meshes for tests of nodes: their peers start at once, sell, and are compared.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import {
  money,
  type ProductId,
  SIMULATED_SIGNATURES,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../../nodes/log_register.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import {
  exportDifference,
  exportReplica,
} from "../simulation/scenario_export.ts";
import {
  SimulatedMesh,
  type SimulatedMeshOptions,
  type SimulatedPeer,
} from "../simulation/scenario_peers.ts";

/** Makes an empty mesh, in which logs write no checkpoint for their length unless told otherwise. */
export function createSimulatedMesh(
  options: Pick<SimulatedMeshOptions, "seed"> & Partial<SimulatedMeshOptions>,
): SimulatedMesh {
  return new SimulatedMesh({
    startMs: Date.UTC(2026, 10, 22, 15),
    signatures: SIMULATED_SIGNATURES,
    checkpointCommits: 4096,
    ...options,
  });
}

/**
 * Adds a peer and starts it.
 *
 * @param mesh Its mesh.
 * @param name Its name.
 * @param site Its site; null for an office.
 * @param dials Whom it dials.
 * @returns The peer.
 */
export async function startPeer(
  mesh: SimulatedMesh,
  name: string,
  site: string | null,
  dials: readonly SimulatedPeer[] = [],
): Promise<SimulatedPeer> {
  const peer = mesh.add(name, site);
  ok(await mesh.start(peer, dials));
  return peer;
}

/** The node of a peer that is not down. */
export function running({ node, name }: SimulatedPeer): NodeWithParts {
  if (node === undefined) throw new Error(`${name} is down`);
  return node;
}

/** Sells one at a time, whether it is there or not. */
export async function sellSeen(
  mesh: SimulatedMesh,
  peer: SimulatedPeer,
  times = 1,
): Promise<void> {
  for (let i = 0; i < times; i++) {
    const done = await mesh.settle(
      running(peer).useCases.recordSale({
        observation: true,
        lines: [{
          product: "ron" as ProductId,
          quantity: 1,
          price: money(500, "PEN"),
        }],
      }),
    );
    ok(done.ok);
  }
}

/** The log that a branch writes in the space of its site. */
export function ownLog(peer: SimulatedPeer): LogEntry {
  const space = siteSpace(peer.site as SiteCode);
  const entry = running(peer).replica.register.own(space);
  if (entry === undefined) throw new Error("there is no log");
  return entry;
}

/** What a peer reports, but that more was sold than was ever delivered: in these tests it always is. */
export function incidentsOf(peer: SimulatedPeer): string[] {
  return running(peer).incidents.list().map(({ kind }) => kind)
    .filter((kind) => kind !== "oversell");
}

/** Fails if two peers hold different things, in some spaces or in all that they have. */
export function assertEqual(
  a: SimulatedPeer,
  b: SimulatedPeer,
  spaces?: readonly SpaceId[],
): void {
  const only = spaces && new Set(spaces);
  deepStrictEqual(
    exportDifference(
      exportReplica(running(a).replica, only),
      exportReplica(running(b).replica, only),
    ),
    [],
  );
}
