/**
 * A whole node of the role pump or office with its parts towards original programs, on real time and real sockets, and a
 * disk that outlives it.
 *
 * @module
 */
import { fail } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import {
  type Clock,
  createSeededRandom,
  parseSiteCode,
  SIMULATED_SIGNATURES,
} from "../../crdt/mod.ts";
import {
  createForecourtPeers,
  type ForecourtPeerParts,
  type ForecourtPeers,
} from "../../nodes/adapters/forecourt_peers.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import type { StationAddress } from "../../nodes/pump_settings.ts";
import type { Role } from "../../nodes/roles.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { testCertificate } from "./test_node.ts";

/** The site of a rig. */
export const RIG_SITE = "E03";
/** Its time zone. */
export const RIG_ZONE = "America/Santiago";

/** How a rig is set up. */
export interface RigOptions {
  /** Its roles; pump alone. */
  readonly roles?: readonly Role[];
  /** The original station that it serves. */
  readonly station?: StationAddress;
  /** What flows in a second, in milliliters. */
  readonly flowMlPerSecond?: number;
  /** How long things take. */
  readonly times?: ForecourtPeerParts["times"];
  /** A disk of a rig that ended before. */
  readonly disk?: SimulatedDisk;
  /** Time; the system's if left out. */
  readonly clock?: Clock;
}

/** A node with its parts. */
export interface Rig extends AsyncDisposable {
  /** The node. */
  readonly node: NodeWithParts;
  /** Its use-cases. */
  readonly useCases: UseCases;
  /** Its pump and links. */
  readonly peers: ForecourtPeers;
  /** Its disk. */
  readonly disk: SimulatedDisk;
  /** Ends as a crash would: nothing more is written, and no link is closed in order. */
  crash(): Promise<void>;
}

/** Makes and starts a rig. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const roles = options.roles ?? ["pump"];
  const isPump = roles.includes("pump");
  const site = isPump ? parseSiteCode(RIG_SITE) ?? null : null;
  const clock = options.clock ?? createSystemClock();
  const random = createSeededRandom(11);
  const root = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const signer = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const disk = options.disk ?? new SimulatedDisk();
  const logger = { log: () => {} };
  const node = createNode({
    openStore: () =>
      openSimulatedStore(disk, {
        tables: NODE_TABLES,
        version: SCHEMA_VERSION,
      }),
    clock,
    random: createSeededRandom(Math.floor(performance.now() * 1000)),
    signer,
    signatures: SIMULATED_SIGNATURES,
    root: root.publicKey,
    certificate: testCertificate(root, signer.publicKey, site, roles),
    logger,
    settings: { site, roles, currency: "CLP", timezone: RIG_ZONE },
  });
  const peers = createForecourtPeers({
    roles,
    site,
    pump: isPump ? 3 : null,
    pumpSettings: isPump
      ? {
        name: "Isla 3",
        flowMlPerSecond: options.flowMlPerSecond ?? 500,
        station: options.station ?? null,
      }
      : null,
    timezone: RIG_ZONE,
  }, {
    node,
    clock,
    random,
    logger,
    knowsPeers: false,
    isCopy: false,
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  await node.start();
  await peers.start();
  let isOver = false;
  const end = async () => {
    if (isOver) return;
    isOver = true;
    await peers.stop();
    await node.stop();
  };
  return {
    node,
    useCases: node.useCases,
    peers,
    disk,
    async crash() {
      node.replica.abandon();
      await end();
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Longest wait for something that must come true, in milliseconds. */
const COMES_TRUE_MS_MAX = 20_000;

/** Waits until something is true. */
export async function comesTrue(
  what: string,
  holds: () => boolean,
): Promise<void> {
  const givenUpAt = performance.now() + COMES_TRUE_MS_MAX;
  while (!holds()) {
    if (performance.now() > givenUpAt) fail(`It never came true: ${what}`);
    await setTimeout(5);
  }
}
