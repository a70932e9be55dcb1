/**
 * Nodes that serve the charging network's topics over a broker in memory.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";
import type { KafkaBroker } from "../../net/mod.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { ChargingTopics } from "../../nodes/charging/charging_topics.ts";
import type { TopicUseCases } from "../../nodes/charging/topic_holder.ts";

/** What a node reported. */
export interface Reported {
  readonly kind: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A node's topics, and what it reported. */
export interface TopicsRig {
  readonly topics: ChargingTopics;
  readonly reports: Reported[];
}

/** Makes a node's topics; nothing runs. */
export function makeTopics(
  broker: KafkaBroker,
  charging: TopicUseCases,
  times: { readonly statusMs?: number } = {},
): TopicsRig {
  const reports: Reported[] = [];
  const topics = new ChargingTopics({
    broker,
    charging,
    site: "SEV" as SiteCode,
    exponent: 2,
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: { log: () => {} },
    incidents: {
      report: (kind, message, details = {}) =>
        void reports.push({ kind, message, details }),
    },
    times: { statusMs: 30, againMs: 4, commitMs: 20, awayMs: 40, ...times },
  });
  return { topics, reports };
}

/** Resolves when `check` holds, which time or others bring about. */
export async function until(
  what: string,
  check: () => boolean,
  ms = 10_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!check()) {
    if (performance.now() > end) {
      throw new DOMException(`${what}: it did not come to that`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
