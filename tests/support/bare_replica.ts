/**
 * A replica without a node around it, on a disk in memory.
 *
 * @module
 */
import { notStrictEqual } from "node:assert/strict";
import { createSeededRandom } from "../../crdt/mod.ts";
import type { Run, RunOutcome } from "../../nodes/log_run.ts";
import { Replica } from "../../nodes/replica.ts";
import {
  FORGED_SIGNATURES,
  type ForgedLog,
  type Forger,
} from "./forged_log.ts";
import { openNodeStore } from "./node_store.ts";
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
    openStore: () => openNodeStore(disk),
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

/** Offers commits to a replica, and gives what became of them. */
export async function take(
  { replica, clock }: BareReplica,
  run: Run,
): Promise<RunOutcome> {
  const outcome = replica.take(run);
  clock.advance(0);
  return await outcome;
}

/**
 * Brings a log to a replica, which must not refuse it.
 *
 * @param bare The replica.
 * @param log The log.
 * @param from The first commit brought.
 * @param to The last one; the log's last if left out.
 */
export async function takeLog(
  bare: BareReplica,
  log: ForgedLog,
  from = 1,
  to: number = log.commits.length,
): Promise<void> {
  const { kind } = await take(bare, log.run(from, to));
  notStrictEqual(kind, "refused");
}

/** The disk of a replica that took a log in, and was stopped. */
export async function storeLog(
  forger: Forger,
  log: ForgedLog,
): Promise<SimulatedDisk> {
  const bare = openBareReplica(forger);
  await takeLog(bare, log);
  bare.replica.stop();
  return bare.disk;
}
