/**
 * One node of the demo as its customers and its owner see it: through its HTTP interface.
 *
 * @module
 */
import { z } from "zod";
import type { BasketLine } from "../demo/basket.ts";
import type { NodeProcess } from "./node_process.ts";

/** Sums of sales. */
export interface DemoTotals {
  /** How many sales. */
  readonly sales: number;
  /** Units sold. */
  readonly units: number;
  /** Money as text, e.g. `12.50 PEN`. */
  readonly money: string;
}

/** What a node knows of another. */
export interface DemoPeer {
  /** The other's id. */
  readonly peer: string;
  /** True while a link is up. */
  readonly linked: boolean;
  /** Commits of this node that the other lacks, as far as this node knows. */
  readonly owedCommits: number;
  /** Since when the two differ, in seconds. */
  readonly apartSeconds: number;
  /** When the other was last heard of, in milliseconds since 1970; null if never. */
  readonly lastSeenMs: number | null;
}

/** A node of the demo. */
export interface DemoNode {
  /** How the demo calls it. */
  readonly name: string;
  /** Its role. */
  readonly role: string;
  /** Its site; null for the office. */
  readonly site: string | null;
  /** Its data folder. */
  readonly folder: string;
  /** Its process. */
  readonly process: NodeProcess;
  /** Sells something: true, or false if the stock did not suffice. */
  sell(lines: readonly BasketLine[]): Promise<boolean>;
  /** Records a delivery. */
  receive(lines: readonly BasketLine[]): Promise<void>;
  /** True once the node knows a product. */
  knows(product: string): Promise<boolean>;
  /** Sums of the sales of a site, as this node knows them. */
  totals(site: string): Promise<DemoTotals>;
  /** The other nodes. */
  peers(): Promise<readonly DemoPeer[]>;
}

const totalsAnswer = z.object({
  count: z.number(),
  units: z.number(),
  amounts: z.array(z.object({ amount: z.string(), currency: z.string() })),
});
const peersAnswer = z.object({
  items: z.array(z.object({
    peer: z.string(),
    linked: z.boolean(),
    self: z.boolean(),
    lag: z.array(z.object({ commits: z.number() })),
    behindSeconds: z.number(),
    lastSeen: z.string().nullable(),
  })),
});

/** Something that a node of the demo should not have answered. */
export class DemoFailure extends Error {
  /**
   * Makes one.
   *
   * @param message A sentence.
   */
  constructor(message: string) {
    super(message);
    this.name = "DemoFailure";
  }
}

/**
 * Makes the client of a node.
 *
 * @param who Its name, role, site, folder and process.
 * @param signal Gives requests up.
 * @returns The client.
 */
export function createDemoNode(
  who: Pick<DemoNode, "name" | "role" | "site" | "folder" | "process">,
  signal: AbortSignal,
): DemoNode {
  const request = async (path: string, body?: unknown) => {
    const response = await fetch(`${who.process.ready.http}${path}`, {
      signal,
      ...(body === undefined ? {} : {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    return { status: response.status, text: await response.text() };
  };
  const expect = async (path: string, body?: unknown): Promise<unknown> => {
    const { status, text } = await request(path, body);
    if (status === 200 || status === 201) return JSON.parse(text);
    throw new DemoFailure(`${who.name} answered ${status} to ${path}: ${text}`);
  };
  return {
    ...who,
    async sell(lines) {
      const { status, text } = await request("/v1/sales", { lines });
      if (status === 201) return true;
      if (/"(stock|rights)_insufficient"/.test(text)) return false;
      throw new DemoFailure(`${who.name} refused a sale (${status}): ${text}`);
    },
    async receive(lines) {
      await expect("/v1/stock/receipts", { lines });
    },
    knows: async (product) =>
      (await request(`/v1/products/${product}`)).status === 200,
    async totals(site) {
      const { count, units, amounts } = totalsAnswer.parse(
        await expect(`/v1/totals?site=${site}`),
      );
      const money = amounts.map(({ amount, currency }) =>
        `${amount} ${currency}`
      );
      return { sales: count, units, money: money.join(" and ") || "nothing" };
    },
    async peers() {
      const { items } = peersAnswer.parse(await expect("/v1/peers"));
      return items.filter(({ self }) => !self).map((item) => ({
        peer: item.peer,
        linked: item.linked,
        owedCommits: item.lag.reduce(
          (sum, { commits }) => sum + Math.max(0, -commits),
          0,
        ),
        apartSeconds: item.behindSeconds,
        lastSeenMs: item.lastSeen === null ? null : Date.parse(item.lastSeen),
      }));
    },
  };
}
