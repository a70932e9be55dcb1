/**
 * Invariant 10: every caller of a process that lives gets an answer.
 *
 * @module
 */
import type { OpenOperation } from "../operations.ts";

/** Operations that a living process never answered. */
export function findUnanswered(open: Iterable<OpenOperation>): string[] {
  return [...open].filter(({ peer, node }) => peer.node === node).map((
    { peer, text },
  ) => `${peer.name} never answered ${text}`);
}
