/**
 * Invariants 9 and 10: no queue grows beyond its bound, and no node counts a violation of its own.
 *
 * @module
 */
import { LINK_QUEUE_BYTES_MAX } from "../../../net/mod.ts";
import { DECISIONS_WAITING_MAX } from "../../../nodes/limits.ts";
import { running } from "../scenario_context.ts";
import type { AnytimeCheck } from "./anytime_check.ts";

/** Queues have bounds, and nodes find nothing wrong with themselves. */
export const BOUNDED: AnytimeCheck = {
  invariant: 9,
  stepped(context) {
    const found: string[] = [];
    for (const { name, node, links } of running(context)) {
      if ((node?.replica.waiting ?? 0) > DECISIONS_WAITING_MAX) {
        found.push(`${name} holds ${node?.replica.waiting} decisions`);
      }
      for (const { peer, pendingBytes } of links) {
        if (pendingBytes <= LINK_QUEUE_BYTES_MAX) continue;
        found.push(`${name} holds ${pendingBytes} bytes for ${peer}`);
      }
      for (const { number, violations } of node?.invariants.list() ?? []) {
        if (violations === 0) continue;
        found.push(`${name} counts ${violations} violations of ${number}`);
      }
    }
    return found;
  },
};
