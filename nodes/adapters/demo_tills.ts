/**
 * The demo's customers: they come to every branch at their own pace, and a shelf that gets empty is filled again.
 *
 * @module
 */
import type { Random } from "../../crdt/mod.ts";
import { type BasketLine, DEMO_PRODUCTS, pickBasket } from "../demo/basket.ts";
import type { DemoNode } from "./demo_node.ts";

/** What a delivery brings of each product. */
const DELIVERY_UNITS = 200;

/** The tills of all branches. */
export interface DemoTills {
  /** How long it is between two customers of a branch, on average, in milliseconds. */
  paceMs: number;
  /** Lets no more customers in; resolves when those inside are served. */
  pause(): Promise<void>;
  /** Lets customers in again. */
  resume(): void;
  /** Ends when the signal aborts; rejects if a node fails. */
  readonly ended: Promise<void>;
}

/** A delivery of every product. */
export function deliveryOf(): BasketLine[] {
  return DEMO_PRODUCTS.map((product) => ({
    product,
    quantity: DELIVERY_UNITS,
  }));
}

/**
 * Opens the tills.
 *
 * @param branches Where customers come.
 * @param options Chance, the pace at the beginning, and what ends it.
 * @returns The tills.
 */
export function openDemoTills(
  branches: readonly DemoNode[],
  options: {
    readonly random: Random;
    readonly paceMs: number;
    readonly signal: AbortSignal;
  },
): DemoTills {
  const { random, signal } = options;
  const serving = new Set<Promise<void>>();
  let open = true;
  const serve = async (branch: DemoNode) => {
    if (!await branch.sell(pickBasket(random))) {
      await branch.receive(deliveryOf());
    }
  };
  const till = async (branch: DemoNode) => {
    while (!signal.aborted) {
      const [spread = 0] = random.bytes(1);
      await pauseFor(tills.paceMs * (0.5 + spread / 256), signal);
      if (!open || signal.aborted) continue;
      const customer: Promise<void> = serve(branch).finally(() => {
        serving.delete(customer);
      });
      serving.add(customer);
      await customer;
    }
  };
  const tills = {
    paceMs: options.paceMs,
    async pause() {
      open = false;
      await Promise.allSettled(serving);
    },
    resume() {
      open = true;
    },
  };
  const ended = Promise.all(branches.map(till)).then(() => {});
  return Object.assign(tills, { ended });
}

/**
 * Waits.
 *
 * @param ms How long, in milliseconds.
 * @param signal Ends the wait.
 * @returns At the end of the wait, or when the signal aborts; never rejects.
 */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}
