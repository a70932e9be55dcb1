/**
 * A branch that sends its sales to an original central, for tests: a whole node on a simulated disk that can crash, be
 * stopped and started again, and that hears of other tills of its site.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import {
  createSeededRandom,
  type ProductId,
  SIMULATED_SIGNATURES,
  type SiteCode,
} from "../../crdt/mod.ts";
import { nextNightly } from "../../nodes/adapters/nightly.ts";
import {
  branchSyncDefaults,
  type BranchSyncSettings,
} from "../../nodes/branch_sync/branch_sync_settings.ts";
import {
  createPusher,
  type Pusher,
  type PusherParts,
} from "../../nodes/branch_sync/push.ts";
import type { PushConflict } from "../../nodes/branch_sync/push_batch.ts";
import type { CentralPushPort } from "../../nodes/branch_sync/push_target.ts";
import { syncLogPage } from "../../nodes/branch_sync/sync_log.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import type { RecordSaleInput } from "../../nodes/use_cases.ts";
import { createForger, type ForgedLog } from "./forged_log.ts";
import { openNodeStore } from "./node_store.ts";
import type { OriginalCentralModel } from "./original_central_model.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import {
  createVirtualClock,
  settleOn,
  type VirtualClock,
} from "./virtual_clock.ts";

const TIMEZONE = "America/Lima";
/** Who the branch is. */
export const BRANCH = createForger("a branch that pushes");
/** A product in stock. */
export const HONEY = "CUS-PROD-001" as ProductId;
/** Another. */
export const BREAD = "CUS-PROD-002" as ProductId;

/** A branch. */
export interface PushingBranch {
  /** Its clock. */
  readonly clock: VirtualClock;
  /** Its disk. */
  readonly disk: SimulatedDisk;
  /** The node that runs now. */
  readonly node: NodeWithParts;
  /** What tells the central. */
  readonly pusher: Pusher;
  /** What people must look at, since the test began. */
  readonly conflicts: readonly PushConflict[];
  /** Kinds of incidents that were told of. */
  readonly incidents: readonly string[];
  /** Sells, and gives the sale's number once it is durable. */
  sell(input?: Partial<RecordSaleInput>): Promise<string>;
  /** Voids a sale by its number. */
  void(receipt: string): Promise<void>;
  /** Hears of another till's log. */
  hear(log: ForgedLog, from?: number): Promise<void>;
  /** A person asks; gives how many were sent, or why none. */
  push(): Promise<number | string>;
  /** Settles a promise of the node while time moves on. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Moves time on. */
  run(ms: number): Promise<void>;
  /** Moves time on until something holds, ten minutes at most unless said otherwise. */
  until(holds: () => boolean, msMax?: number): Promise<void>;
  /** Messages of the synchronisation log, newest first; those of failures begin with `!`. */
  log(): readonly string[];
  /** Loses power and starts again. */
  crash(): Promise<void>;
  /** Stops cleanly, and starts again after some time. */
  restart(offMs?: number): Promise<void>;
  /** Stops. */
  stop(): Promise<void>;
}

/** How a branch is set up. */
export interface PushingBranchOptions {
  /** How centrals are reached, by address. */
  readonly centrals: (
    clock: VirtualClock,
  ) => PusherParts["centrals"];
  /** The seed of everything random. */
  readonly seed?: number;
  /** The site's code; `CUS` if left out. */
  readonly site?: string;
  /** Settings other than the defaults; no schedule unless it is given. */
  readonly settings?: Partial<BranchSyncSettings>;
}

/**
 * Makes and starts a branch with two products in stock.
 *
 * @param options How it is set up.
 * @returns The branch, at ten in the morning.
 */
export async function createPushingBranch(
  options: PushingBranchOptions,
): Promise<PushingBranch> {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 15));
  const random = createSeededRandom(options.seed ?? 7);
  const site = (options.site ?? "CUS") as SiteCode;
  const disk = new SimulatedDisk();
  const conflicts: PushConflict[] = [];
  const incidents: string[] = [];
  const centrals = options.centrals(clock);
  const { root, signer, chain } = BRANCH;
  let node: NodeWithParts;
  let pusher: Pusher;

  const settle = <T>(promise: Promise<T>) => settleOn(clock, promise);

  const start = async () => {
    const logger = { log: () => {} };
    node = createNode({
      openStore: () => openNodeStore(disk),
      clock,
      random,
      signer,
      signatures: SIMULATED_SIGNATURES,
      root: root.publicKey,
      certificate: chain,
      logger,
      settings: {
        site,
        roles: ["branch"],
        currency: "PEN",
        timezone: TIMEZONE,
      },
    });
    pusher = createPusher({
      replica: node.replica,
      clock,
      random,
      logger,
      site,
      timezone: TIMEZONE,
      settings: {
        ...branchSyncDefaults(["branch"]),
        schedule: { at: null, everyMinutes: null },
        ...options.settings,
      },
      centrals,
      nextRun: nextNightly,
      report: (_, conflict) => void conflicts.push(conflict),
      incident: (kind) => void incidents.push(kind),
    });
    await settle(node.start());
    await settle(pusher.start());
  };

  const stop = async () => {
    await settle(pusher.stop());
    await settle(node.stop());
  };

  const until = async (holds: () => boolean, msMax = 600_000) => {
    const end = clock.monotonic() + msMax;
    while (!holds()) {
      if (clock.monotonic() > end) throw new Error("it never came to hold");
      await clock.run(1);
      await setImmediate();
    }
  };

  const useCases = () => node.useCases;

  await start();
  for (const [product, units] of [[HONEY, 1250], [BREAD, 50]] as const) {
    await settle(
      useCases().createProduct({
        scope: `site:${site}`,
        product,
        name: product === HONEY ? "Miel de Ñahui" : "Pan",
        price: { units, currency: "PEN", exponent: 2 },
        stock: 100_000,
        details: { category: "Abarrotes" },
      }),
    );
  }

  return {
    clock,
    disk,
    get node() {
      return node;
    },
    get pusher() {
      return pusher;
    },
    conflicts,
    incidents,
    async sell(input = {}) {
      const sold = await settle(
        useCases().recordSale({
          lines: [{ product: HONEY, quantity: 1 }],
          ...input,
        }),
      );
      if (!sold.ok) throw new Error(sold.error.message);
      return sold.value.sale.receipt;
    },
    async void(receipt) {
      const [sale] = useCases().sales({ limit: 1000 }).items
        .filter((one) => one.receipt === receipt);
      if (sale === undefined) throw new Error(`${receipt} is unknown`);
      const reason = "mistake";
      await settle(useCases().voidSale({ sale: sale.id, reason }));
    },
    async hear(log, from = 1) {
      await settle(node.replica.take(log.run(from, log.commits.length)));
    },
    async push() {
      const done = await settle(pusher.push());
      return done.ok ? done.value.sent : done.error.message;
    },
    settle,
    run: (ms) => clock.run(ms),
    until,
    log: () =>
      syncLogPage(node.replica.reader, { limit: 1000 }).items
        .map(({ ok, message }) => ok ? message : `!${message}`),
    async crash() {
      node.replica.abandon();
      node.maintenance.stop();
      void pusher.stop();
      await clock.run(2000);
      disk.crash(random);
      await start();
    },
    async restart(offMs = 0) {
      await stop();
      clock.skew(offMs);
      await start();
    },
    stop,
  };
}

/** What goes wrong with a request in memory. */
export type MemoryFault =
  | "none"
  | "lost_before"
  | "lost_after"
  | "nonsense"
  | "busy";

/** An original central in memory, on a virtual clock. */
export interface MemoryCentral {
  /** What goes wrong with the requests to come, one each; none when it is empty. */
  readonly faults: MemoryFault[];
  /** Bodies that came. */
  readonly bodies: readonly string[];
  /** Sales that were read one by one. */
  readonly read: readonly string[];
  /** Makes the port, for a branch's clock. */
  readonly port: (clock: VirtualClock) => CentralPushPort;
}

/** Milliseconds that a request takes in memory. */
const TRIP_MS = 3;

/**
 * Reaches an original central in memory.
 *
 * @param central The central.
 * @returns Its port and its faults.
 */
export function memoryBranchCentral(
  central: OriginalCentralModel,
): MemoryCentral {
  const faults: MemoryFault[] = [];
  const bodies: string[] = [];
  const read: string[] = [];
  const port = (clock: VirtualClock): CentralPushPort => {
    const after = (ms: number) =>
      new Promise<void>((resolve) => void clock.timer(ms, resolve));
    const exchange = async (
      work: () => ReturnType<OriginalCentralModel["sale"]>,
    ) => {
      await after(TRIP_MS);
      const fault = faults.shift() ?? "none";
      if (fault === "busy") {
        return { kind: "answered", status: 503, body: "" } as const;
      }
      if (fault === "nonsense") {
        return { kind: "answered", status: 200, body: "<html>" } as const;
      }
      const said = fault === "lost_before" ? null : work();
      await after(TRIP_MS);
      if (said === null || fault === "lost_after") {
        return { kind: "failed", reason: "sin respuesta" } as const;
      }
      const { status, body } = said;
      return { kind: "answered", status, body } as const;
    };
    return {
      post(body) {
        bodies.push(body);
        return exchange(() => central.receive(new TextEncoder().encode(body)));
      },
      readSale(receipt) {
        read.push(receipt);
        return exchange(() => central.sale(receipt));
      },
    };
  };
  return { faults, bodies, read, port };
}
