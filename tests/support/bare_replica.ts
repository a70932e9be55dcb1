/**
 * A replica without a node around it, on a disk in memory.
 *
 * @module
 */
import { createSeededRandom } from "../../crdt/mod.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { Replica } from "../../nodes/replica.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { FORGED_SIGNATURES, type Forger } from "./forged_log.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { createVirtualClock, type VirtualClock } from "./virtual_clock.ts";

/** A replica and its surroundings. */
export interface BareReplica {
  /** The replica. */
  readonly replica: Replica;
  /** Its clock; deferred calls run when it is moved. */
  readonly clock: VirtualClock;
  /** Its disk. */
  readonly disk: SimulatedDisk;
}

/**
 * Opens a replica.
 *
 * @param forger Whose key it has, and whose mesh it is of.
 * @param disk Its disk; an empty one if left out.
 * @returns The replica.
 */
export function openBareReplica(
  forger: Forger,
  disk: SimulatedDisk = new SimulatedDisk(),
): BareReplica {
  const clock = createVirtualClock(Date.UTC(2026, 0, 2));
  const replica = new Replica({
    openStore: () =>
      openSimulatedStore(disk, {
        tables: NODE_TABLES,
        version: SCHEMA_VERSION,
      }),
    clock,
    random: createSeededRandom(1),
    signer: forger.signer,
    signatures: FORGED_SIGNATURES,
    root: forger.root.publicKey,
    certificate: forger.chain,
    logger: { log: () => {} },
    shown: new Set(),
  });
  return { replica, clock, disk };
}
