/**
 * Telling of requests that were answered, for metrics, logs and traces: which route, how it ended, how long it took,
 * and which facts it recorded. Paths and queries are not told, since they may hold what is nobody else's.
 *
 * @module
 */
import type { Context } from "hono";
import type { Clock } from "../crdt/mod.ts";
import type { Metrics } from "../nodes/mod.ts";
import { faulted } from "./errors.ts";
import { fromOf, outcomeOf } from "./route.ts";

/** A request that was answered. */
export interface AnsweredRequest {
  /** Its id, which the answer carries as `x-request-id`; empty where no listener gave it one. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** The route's pattern such as `/v1/sales/:id`; `none` for an address where nothing is. */
  readonly route: string;
  /** The answer's status. */
  readonly status: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** The `traceparent` that it carried, whatever it says. */
  readonly traceparent: string | null;
  /** Ids of facts that it recorded or found recorded. */
  readonly facts: readonly string[];
}

/** Where requests are told of. */
export interface WatchOptions {
  /** Measures how long answers take. */
  readonly clock: Clock;
  /** Counts them; nobody does if left out. */
  readonly metrics?: Pick<Metrics, "countRequest">;
  /** Is told of each, after its answer was made; must not throw. Nobody is if left out. */
  readonly answered?: (request: AnsweredRequest) => void;
}

/** Looks at the answer to a request of a route, and hands it on. */
export type RequestWatch = (
  context: Context,
  route: string,
  answer: () => Response | Promise<Response>,
) => Response | Promise<Response>;

/**
 * Makes what looks at answers.
 *
 * @param options Where requests are told of.
 * @returns It; undefined where nobody is told.
 */
export function createRequestWatch(
  options: WatchOptions,
): RequestWatch | undefined {
  const { clock, metrics, answered } = options;
  if (metrics === undefined && answered === undefined) return undefined;
  return (context, route, answer) => {
    const begun = answered === undefined ? 0 : clock.monotonic();
    const note = (response: Response): Response => {
      metrics?.countRequest(route, response.status);
      if (answered === undefined) return response;
      const durationMs = clock.monotonic() - begun;
      answered(describe(context, { route, response, durationMs }));
      return response;
    };
    /** What is thrown is answered by who mounted the routes. */
    const failed = (error: unknown): never => {
      note(faulted(error));
      throw error;
    };
    try {
      const response = answer();
      return response instanceof Promise
        ? response.then(note, failed)
        : note(response);
    } catch (error) {
      return failed(error);
    }
  };
}

function describe(
  context: Context,
  { route, response, durationMs }: {
    readonly route: string;
    readonly response: Response;
    readonly durationMs: number;
  },
): AnsweredRequest {
  const { method, headers } = context.req.raw;
  return {
    id: fromOf(context).requestId ?? "",
    ...{ method, route, status: response.status, durationMs },
    traceparent: headers.get("traceparent"),
    facts: factsOf(outcomeOf(response)),
  };
}

/** Use-cases name the fact that they recorded, or the sale, whose fact has its id. */
function factsOf(outcome: unknown): string[] {
  if (typeof outcome !== "object" || outcome === null) return [];
  const { fact, sale } = outcome as {
    readonly fact?: unknown;
    readonly sale?: { readonly id?: unknown };
  };
  const id = fact ?? sale?.id;
  return typeof id === "string" ? [id] : [];
}
