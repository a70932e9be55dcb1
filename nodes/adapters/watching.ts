/**
 * What is told of each request that a node has answered: a line of its log at the level `debug`, and a span where
 * somebody collects traces. Elsewhere nothing is told, so that a request costs no more.
 *
 * @module
 */
import type { FactId } from "../../crdt/mod.ts";
import type { NodeConfig } from "../config.ts";
import type { Logger } from "../ports.ts";
import type { UseCases } from "../use_cases.ts";
import type { TracedRequest } from "./otlp_exporter.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

/** Where requests are told of. */
export interface Watching {
  /** Is told of each; left out where nobody wants to know. */
  readonly answered?: (request: TracedRequest) => void;
  /** Sends what waits, for a second at most, and ends. */
  stop(): Promise<void>;
}

/**
 * Makes what is told of requests.
 *
 * @param useCases The node.
 * @param config Its settings.
 * @param logger Its log.
 * @returns It.
 */
export async function createWatching(
  useCases: UseCases,
  { watching: { otlp }, logLevel }: Pick<NodeConfig, "watching" | "logLevel">,
  logger: Logger,
): Promise<Watching> {
  const log = (request: TracedRequest) => {
    const { id, method, route, status, durationMs, facts } = request;
    logger.log("debug", "Answered", {
      ...{ request: id, method, route, status },
      ms: Math.round(durationMs * 1000) / 1000,
      ...(facts.length === 0 ? {} : { facts }),
    });
  };
  const stop = () => Promise.resolve();
  const isLogged = logLevel === "debug";
  if (otlp === undefined) return isLogged ? { answered: log, stop } : { stop };
  const { createSpanExporter } = await import("./otlp_exporter.ts");
  const { peer, site, version } = useCases.node;
  const exporter = createSpanExporter({
    ...{ url: otlp, logger },
    clock: createSystemClock(),
    random: createSystemRandom(),
    resource: {
      "service.name": "panal",
      "service.version": version,
      "service.instance.id": peer,
      ...(site === null ? {} : { "panal.site": site }),
    },
    commitOf: (fact) => useCases.fact(fact as FactId)[0],
  });
  return {
    answered: (request) => {
      if (isLogged) log(request);
      exporter.add(request);
    },
    stop: () => exporter.stop(),
  };
}
