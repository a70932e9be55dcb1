/**
 * A native pump on a whole node whose clock a test moves.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  createFactIds,
  createSeededRandom,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  FuelPrice,
} from "../../nodes/forecourt/forecourt_use_cases.ts";
import {
  createPumpPeer,
  type PumpNews,
  type PumpPeer,
  type PumpPeerParts,
} from "../../nodes/forecourt/pump_peer.ts";
import {
  createPumpStore,
  type PumpStore,
} from "../../nodes/forecourt/pump_store.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";

/** The site of test pumps. */
export const PUMP_SITE = "E03" as SiteCode;
/** The number of a test pump. */
export const PUMP_NUMBER = 3;

/** More turns of the event loop than anything here takes. */
const TURNS = 20;

/** All four fuels at one price. */
export function pricesOf(price: number): FuelPrice[] {
  return (["93", "95", "97", "diesel"] as ProductId[])
    .map((fuel) => ({ fuel, price }));
}

/** A pump and what it is on. */
export interface TestPump extends TestNode {
  /** The pump. */
  readonly pump: PumpPeer;
  /** What it keeps. */
  readonly store: PumpStore;
  /** What the node offers about fuel stations. */
  readonly forecourt: ForecourtUseCases;
  /** What it told of, in order. */
  readonly news: PumpNews[];
  /** Kinds of what it reported to people. */
  readonly reported: string[];
  /** Moves time on, and lets all that it led to become durable. */
  run(ms: number): Promise<void>;
  /** Makes the disk full, or not full any more. */
  fill(isFull: boolean): void;
  /** Sets the price of all fuels at the site. */
  setPrice(price: number, effectiveAt?: number): Promise<void>;
  /** Ends the pump alone as a crash would, and opens another on the same node. */
  reopen(): Promise<TestPump>;
}

/**
 * Makes a pump, opened, with a price of 1,000 for all fuels unless `price` says otherwise (null for none).
 */
export async function createTestPump(
  options:
    & Partial<PumpPeerParts>
    & Pick<TestNodeOptions, "disk" | "startMs">
    & { readonly price?: number | null } = {},
): Promise<TestPump> {
  const { disk, startMs } = options;
  const node = await createTestNode({
    ...(disk === undefined ? {} : { disk }),
    ...(startMs === undefined ? {} : { startMs }),
    roles: ["pump"],
    site: PUMP_SITE,
    currency: "CLP",
    timezone: "America/Santiago",
  });
  const { forecourt } = node.useCases;
  if (options.price !== null) {
    await setPrice(forecourt, options.price ?? 1_000);
  }
  return await openPump(node, options);
}

async function setPrice(
  forecourt: ForecourtUseCases,
  price: number,
  effectiveAt?: number,
): Promise<void> {
  const done = await forecourt.setPrices({
    scope: `site:${PUMP_SITE}`,
    prices: pricesOf(price),
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
  });
  ok(done.ok, JSON.stringify(done));
}

async function openPump(
  node: TestNode,
  options: Partial<PumpPeerParts>,
): Promise<TestPump> {
  const { forecourt } = node.useCases;
  const nextId = createFactIds(createSeededRandom(node.clock.monotonic() + 3));
  const store = createPumpStore(node.node.replica, PUMP_NUMBER);
  const news: PumpNews[] = [];
  const reported: string[] = [];
  const pump = createPumpPeer({
    forecourt,
    store,
    clock: node.clock,
    newId: () => nextId(node.clock.now()),
    logger: { log: () => {} },
    report: (kind) => void reported.push(kind),
    site: PUMP_SITE,
    pump: PUMP_NUMBER,
    name: "Isla 3",
    flowMlPerSecond: 500,
    listAfterMs: 0,
    connected: () => false,
    tellsStation: false,
    fastReports: false,
    ...options,
  });
  pump.watch((it) => void news.push(it));
  await pump.open();
  return {
    ...node,
    pump,
    store,
    forecourt,
    news,
    reported,
    async run(ms) {
      await node.clock.run(ms);
      for (let i = 0; i < TURNS; i++) await node.clock.run(0);
    },
    fill(isFull) {
      node.disk.capacityBytes = isFull ? 0 : Infinity;
    },
    setPrice: (price, effectiveAt) => setPrice(forecourt, price, effectiveAt),
    async reopen() {
      await pump.stop();
      return await openPump(node, options);
    },
    async stop() {
      await pump.stop();
      await node.stop();
    },
  };
}
