/**
 * How the parts of the demo ask a node over HTTP, and wait for what a node will know soon.
 *
 * @module
 */
import { DemoFailure } from "./demo_node.ts";
import type { NodeProcess } from "./node_process.ts";

const WAIT_MS_MAX = 30_000;
const POLL_MS = 100;

/**
 * Asks a node.
 *
 * @param base The address of one of its interfaces.
 * @param path What is asked.
 * @param options Method, body, and what gives the request up.
 * @returns The answer.
 * @throws {DemoFailure} If the node refuses.
 */
export async function askNode(
  base: string,
  path: string,
  { signal, method = "GET", body }: {
    readonly signal: AbortSignal;
    readonly method?: string;
    readonly body?: unknown;
  },
): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, base), {
    method,
    signal,
    ...(body === undefined ? {} : {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new DemoFailure(`${path} answered ${response.status}: ${text}`);
  }
  return JSON.parse(text);
}

/**
 * Waits until something is so.
 *
 * @param what What is waited for, for the message of a failure.
 * @param signal Ends the wait.
 * @param isSo Asked again and again.
 * @throws {DemoFailure} If it is not so in time.
 */
export async function waitUntil(
  what: string,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + WAIT_MS_MAX;
  while (!await isSo()) {
    if (performance.now() > end) throw new DemoFailure(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    signal.throwIfAborted();
  }
}

/**
 * Where a surface of a node listens.
 *
 * @param process The node.
 * @param name The surface.
 * @returns Its address.
 * @throws {DemoFailure} If it does not listen.
 */
export function surfaceOf({ ready }: NodeProcess, name: string): string {
  const url = ready.surfaces[name];
  if (typeof url !== "string") throw new DemoFailure(`${name} does not listen`);
  return url;
}
