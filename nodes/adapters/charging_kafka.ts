/**
 * The surface `charging-kafka`: a charging site's topics at a broker. Its address is the broker's: the node dials it.
 *
 * @module
 */
import { currencyExponent, PanalError } from "../../crdt/mod.ts";
import {
  ChargingTopics,
  type TopicsView,
} from "../charging/charging_topics.ts";
import type { TopicUseCases } from "../charging/topic_holder.ts";
import type { OpenTelemetry } from "../charging/topic_records.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import type { SocketSurfaces } from "./forecourt_surfaces.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

/** What the surface works with. */
export interface KafkaSurfaceParts {
  /** The node. */
  readonly node: {
    readonly useCases: {
      readonly charging: TopicUseCases;
      readonly node: Pick<NodeWithParts["useCases"]["node"], "site">;
    };
    readonly incidents: Pick<NodeWithParts["incidents"], "report">;
  };
  /** ISO 4217 code of the site's currency. */
  readonly currency: string;
  /** Log lines. */
  readonly logger: Logger;
  /** Opens telemetry that is encrypted; a node without keys drops it. */
  readonly open?: OpenTelemetry;
}

/** The surface. */
export interface KafkaSurface extends SocketSurfaces {
  /** What is wrong, in sentences. */
  problems(): readonly string[];
  /** How it stands; undefined while the surface is off. */
  view(): TopicsView | undefined;
  /** Publishes a command to simulated engines; false if there is no broker. */
  simulate(
    input: { readonly target: string; readonly command: string },
  ): Promise<boolean>;
}

/**
 * Makes the surface.
 *
 * @param parts What it works with.
 * @returns The surface; no broker is dialed before its listener is started.
 */
export function createKafkaSurface(
  { node, currency, logger, open }: KafkaSurfaceParts,
): KafkaSurface {
  const { charging, node: { site } } = node.useCases;
  let topics: ChargingTopics | undefined;
  return {
    find(name) {
      if (name !== "charging-kafka" || site === null) return undefined;
      return async ({ hostname, port }) => {
        if (topics !== undefined) {
          throw new PanalError(
            "config_invalid",
            "--surface charging-kafka takes the address of one broker",
          );
        }
        const host = hostname.includes(":") ? `[${hostname}]` : hostname;
        const address = `${host}:${port}`;
        // Only these nodes have a broker; the library costs others time at the start, and memory.
        const { createKafkaBroker } = await import("./kafka_client.ts");
        const made = topics = new ChargingTopics({
          broker: createKafkaBroker(address, "panal"),
          ...{ charging, site, logger },
          incidents: node.incidents,
          exponent: currencyExponent(currency),
          clock: createSystemClock(),
          random: createSystemRandom(),
        });
        if (open !== undefined) made.openWith(open);
        made.start();
        return { url: `kafka://${address}`, stop: () => made.stop() };
      };
    },
    problems: () => topics?.problems ?? [],
    view: () => topics?.view,
    simulate: async ({ target, command }) =>
      await topics?.simulate(target, command) ?? false,
    stop: async () => await topics?.stop(),
  };
}
