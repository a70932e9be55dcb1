/**
 * `GET /metrics`: what a node measures of itself, for a program that cannot sign in as people do.
 *
 * Programs on the node's own machine read it as they read `/v1/health`; from other machines the token that the node was
 * started with opens it, and where there is none nothing does. It says how much is sold and who the peers are, and must
 * not be open to a network.
 *
 * @module
 */
import type { Context } from "hono";
import { equalBytes, sha256 } from "../../crdt/mod.ts";
import type { Metrics } from "../../nodes/mod.ts";
import { credentialsOf } from "../credentials.ts";
import { problem } from "../errors.ts";
import { fromOf, type Route } from "../route.ts";
import { isLoopback, namesLocal } from "../surfaces/branch_sync_caller.ts";

/** The media type of what Prometheus reads. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What is answered, and to whom. */
export interface MetricsRouteOptions {
  /** What is measured; nothing if left out. */
  readonly metrics?: Pick<Metrics, "text">;
  /** What programs on other machines send; none may read if left out. */
  readonly metricsToken?: string;
}

/**
 * The answer that holds metrics.
 *
 * @param text The metrics.
 * @returns The answer.
 */
export function metricsAnswer(text: string): Response {
  return new Response(text, { headers: { "content-type": METRICS_TYPE } });
}

/**
 * The route.
 *
 * @param options What is answered, and to whom.
 * @returns The route, to be mounted for everyone: it judges by itself.
 */
export function metricsRoute(
  { metrics, metricsToken }: MetricsRouteOptions,
): Pick<Route, "method" | "pattern" | "handle"> {
  const digest = metricsToken === undefined
    ? undefined
    : digestOf(metricsToken);
  const mayRead = (context: Context) => {
    const request = context.req.raw;
    if (isLoopback(fromOf(context).address) && namesLocal(request)) return true;
    const { token } = credentialsOf(request);
    // Digests are compared, so that the time it takes tells nothing of the token.
    return digest !== undefined && token !== undefined &&
      equalBytes(digestOf(token), digest);
  };
  return {
    method: "GET",
    pattern: "/metrics",
    handle: async (context) => {
      if (!mayRead(context)) return tokenRequired();
      const text = await metrics?.text();
      return text === undefined
        ? problem("not_found", "This node measures nothing: --no-metrics")
        : metricsAnswer(text);
    },
  };
}

function tokenRequired(): Response {
  return problem(
    "forbidden",
    "Metrics are for programs on the node's own machine, and with the token of --metrics-token-file for others",
    {
      status: 401,
      title: "This address needs a token.",
      headers: { "www-authenticate": 'Bearer realm="panal metrics"' },
    },
  );
}

const encoder = new TextEncoder();

function digestOf(token: string): Uint8Array {
  return sha256(encoder.encode(token));
}
