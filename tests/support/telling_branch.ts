/**
 * A branch that tells a central of its sales, for tests: a whole node on a simulated disk that can crash, be stopped,
 * copied and started again.
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
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import {
  type CentralPort,
  createNotifier,
  type Notifier,
} from "../../nodes/notifier.ts";
import type { NotifierView, OutboxView } from "../../nodes/use_cases.ts";
import type { OriginalCentral } from "./original_central.ts";
import { openNodeStore } from "./node_store.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { testCertificate } from "./test_node.ts";
import {
  createVirtualClock,
  settleOn,
  type VirtualClock,
} from "./virtual_clock.ts";

const SITE = "CUS" as SiteCode;
const TIMEZONE = "America/Lima";

/** A branch. */
export interface TellingBranch {
  /** Its clock. */
  readonly clock: VirtualClock;
  /** Its disk. */
  readonly disk: SimulatedDisk;
  /** The node that runs now. */
  readonly node: NodeWithParts;
  /** Sells, and waits until the sale is durable. */
  sell(product: string, quantity?: number): Promise<void>;
  /** Settles a promise of the node while time moves on. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** How the notifier stands. */
  view(): NotifierView;
  /** Everything in the outbox. */
  outbox(): readonly OutboxView[];
  /** Moves time on. */
  run(ms: number): Promise<void>;
  /** Moves time on until something holds, a minute at most unless said otherwise. */
  until(holds: () => boolean, msMax?: number): Promise<void>;
  /** Loses power and starts again; with `copied` the folder is found to be a copy. */
  crash(options?: { readonly copied?: boolean }): Promise<void>;
  /** Stops cleanly and starts again. */
  restart(): Promise<void>;
  /** Stops. */
  stop(): Promise<void>;
}

/** How a branch is set up. */
export interface TellingBranchOptions {
  /** How the central is reached. */
  readonly central: (clock: VirtualClock) => CentralPort;
  /** The branch id; none is set if left out. */
  readonly branchId?: string;
  /** The seed of everything random. */
  readonly seed?: number;
  /** False leaves the notifier off at the first start. */
  readonly tells?: boolean;
  /** How long bodies of commits are kept. */
  readonly retentionDays?: number;
}

/**
 * Makes and starts a branch with products 1, 2, 99 and `honey`, each at 2.50.
 *
 * @param options How it is set up.
 * @returns The branch.
 */
export async function createTellingBranch(
  options: TellingBranchOptions,
): Promise<TellingBranch> {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 15));
  const random = createSeededRandom(options.seed ?? 7);
  const root = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const signer = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const disk = new SimulatedDisk();
  const central = options.central(clock);
  const branchId = options.branchId === undefined
    ? {}
    : { branchId: options.branchId };
  let node: NodeWithParts;
  let notifier: Notifier;
  let tells = options.tells ?? true;

  const settle = <T>(promise: Promise<T>) => settleOn(clock, promise);

  const start = async (copied = false) => {
    node = createNode({
      openStore: () => openNodeStore(disk),
      clock,
      random,
      signer,
      signatures: SIMULATED_SIGNATURES,
      root: root.publicKey,
      certificate: testCertificate(root, signer.publicKey, SITE, ["branch"]),
      logger: { log: () => {} },
      settings: {
        site: SITE,
        roles: ["branch"],
        currency: "PEN",
        timezone: TIMEZONE,
        newLogs: copied,
        ...branchId,
        ...(options.retentionDays === undefined
          ? {}
          : { retentionDays: options.retentionDays }),
      },
      notifier: () => notifier?.view(),
    });
    notifier = createNotifier({
      replica: node.replica,
      clock,
      logger: { log: () => {} },
      central,
      url: "http://central",
      site: SITE,
      timezone: TIMEZONE,
      ...branchId,
    });
    await settle(node.start());
    if (tells) notifier.start();
    tells = true;
  };

  const stop = async () => {
    await settle(notifier.stop());
    await settle(node.stop());
  };

  await start();
  for (const product of ["1", "2", "99", "honey"]) {
    await settle(
      branch().useCases.createProduct({
        scope: `site:${SITE}`,
        product: product as ProductId,
        name: product,
        price: { units: 250, currency: "PEN", exponent: 2 },
        stock: 100_000,
      }),
    );
  }

  function branch(): NodeWithParts {
    return node;
  }

  return {
    clock,
    disk,
    get node() {
      return node;
    },
    async sell(product, quantity = 1) {
      const sold = await settle(
        node.useCases.recordSale({
          lines: [{ product: product as ProductId, quantity }],
        }),
      );
      if (!sold.ok) throw new Error(sold.error.message);
    },
    settle,
    view: () => node.useCases.notifier(),
    outbox: () => node.useCases.outbox({ limit: 100_000 }).items,
    run: (ms) => clock.run(ms),
    async until(holds, msMax = 60_000) {
      const end = clock.monotonic() + msMax;
      while (!holds()) {
        if (clock.monotonic() > end) throw new Error("it never came to hold");
        await clock.run(1);
        await setImmediate();
      }
    },
    async crash({ copied = false } = {}) {
      node.replica.abandon();
      node.maintenance.stop();
      void notifier.stop();
      await clock.run(2000);
      disk.crash(random);
      await start(copied);
    },
    async restart() {
      await stop();
      await start();
    },
    stop,
  };
}

/** Milliseconds that a request takes in memory. */
const TRIP_MS = 3;
const GIVE_UP_MS = 5_000;

/**
 * Reaches an original central in memory, on a virtual clock, with its faults.
 *
 * @param central The program.
 * @returns What makes the port.
 */
export function memoryCentral(
  central: OriginalCentral,
): TellingBranchOptions["central"] {
  return (clock) => {
    const after = (ms: number) =>
      new Promise<void>((resolve) => void clock.timer(ms, resolve));
    return {
      async readTotal(signal) {
        await after(TRIP_MS);
        if (!central.isUp || signal.aborted) {
          return { kind: "unreachable", reason: "refused" };
        }
        return { kind: "read", total: central.total };
      },
      async postNotice(body) {
        const leave = central.enter();
        try {
          await after(TRIP_MS);
          return await post(central, body, after);
        } finally {
          leave();
        }
      },
    };
  };
}

async function post(
  central: OriginalCentral,
  body: string,
  after: (ms: number) => Promise<void>,
): ReturnType<CentralPort["postNotice"]> {
  const fault = central.isUp ? central.nextFault() : "refuse";
  const receive = () => central.answer("POST", "/sale-notification", body);
  switch (fault) {
    case "none":
      return { kind: "answered", status: receive().status };
    case "refuse":
      return { kind: "not_sent", reason: "refused" };
    case "created":
      receive();
      return { kind: "answered", status: 201 };
    case "redirect":
      return { kind: "answered", status: 307 };
    case "error_after":
      receive();
      return { kind: "answered", status: 500 };
    case "error_before":
      return { kind: "answered", status: 500 };
    case "late":
      after(GIVE_UP_MS + 2000).then(receive);
      break;
    case "hang_after":
    case "die_after":
      receive();
  }
  if (fault === "late" || fault.startsWith("hang")) await after(GIVE_UP_MS);
  return { kind: "broken", reason: "no answer" };
}
