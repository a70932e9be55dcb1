/**
 * The HTTP side of a replay: posts sales to nodes, asks nodes for their site and their totals.
 *
 * @module
 */
import type { PostAnswer } from "../replay/driver.ts";
import type { FileSale } from "../replay/sales.ts";
import { parseJson, readPostAnswer, saleBody } from "../replay/wire.ts";

/** How a replay talks. */
export interface ReplayHttpOptions {
  /** The most requests at a time to one node. */
  readonly connections: number;
  /** Goes with each amount; the node takes its own if undefined. */
  readonly currency: string | undefined;
}

/** A replay's connections. */
export interface ReplayHttp {
  /**
   * Posts a sale; never throws.
   *
   * @param target The node's URL.
   * @param sale The sale.
   * @param signal Gives the request up.
   * @returns What the node said; `no_answer` to be tried again if it said nothing.
   */
  post(
    target: string,
    sale: FileSale,
    signal: AbortSignal,
  ): Promise<PostAnswer>;
  /**
   * Gets JSON.
   *
   * @param url The address.
   * @param signal Gives the request up.
   * @returns The body, or undefined without an answer of status 200 that is JSON.
   */
  get(url: string, signal: AbortSignal): Promise<unknown>;
  /** Closes all connections. */
  close(): void;
}

const ANSWER_MS_MAX = 30_000;

/**
 * Makes connections.
 *
 * @param options How to talk.
 * @returns The connections; they are opened on use.
 */
export function createReplayHttp(options: ReplayHttpOptions): ReplayHttp {
  const client = Deno.createHttpClient({
    poolMaxIdlePerHost: options.connections,
    http2: false,
  });
  const request = async (
    url: string,
    init: RequestInit & { readonly signal: AbortSignal },
  ) => {
    const controller = new AbortController();
    const giveUp = () => controller.abort();
    const timeout = setTimeout(giveUp, ANSWER_MS_MAX);
    init.signal.addEventListener("abort", giveUp);
    if (init.signal.aborted) giveUp();
    try {
      const { signal } = controller;
      const response = await fetch(url, { ...init, client, signal });
      const body = await response.text();
      const retryAfter = response.headers.get("retry-after");
      return { status: response.status, body, retryAfter };
    } catch {
      return undefined;
    } finally {
      clearTimeout(timeout);
      init.signal.removeEventListener("abort", giveUp);
    }
  };
  return {
    async post(target, sale, signal) {
      const answer = await request(`${target}/v1/sales`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: saleBody(sale, options.currency),
        signal,
      });
      return answer === undefined
        ? { kind: "retry", reason: "no_answer" }
        : readPostAnswer(answer);
    },
    async get(url, signal) {
      const answer = await request(url, { signal });
      return answer?.status === 200 ? parseJson(answer.body) : undefined;
    },
    close: () => client.close(),
  };
}
