/**
 * Invariant 5: no decision takes a balance of its own log below zero, whatever is going on elsewhere.
 *
 * @module
 */
import { balanceOf, RIGHTS, type RightsSums } from "../../../crdt/mod.ts";
import { running } from "../scenario_context.ts";
import type { AnytimeCheck } from "./anytime_check.ts";

/** What a log has is never less than what it has set apart, but for what had happened already. */
export const OWN_RIGHTS: AnytimeCheck = {
  invariant: 5,
  stepped(context) {
    const found: string[] = [];
    // Whoever took rights over from beyond a cut owes them.
    if (context.suspects.revoked.size > 0) return found;
    for (const { name, peer, node } of running(context)) {
      if (node === undefined || context.suspects.cloned.has(peer)) continue;
      // A store whose disk fails again while it is opened again is closed until the next transaction.
      if (node.replica.problem !== undefined) continue;
      const { reader, register } = node.replica;
      for (const row of reader.scan(RIGHTS)) {
        if (register.byNumber(Number(row["log"]))?.own !== true) continue;
        const sums = row as unknown as RightsSums;
        if (balanceOf(sums) - sums.held + sums.observed >= 0) continue;
        found.push(
          `${name} has spent more of ${row["bound"]} than it had: ${
            JSON.stringify(sums)
          }`,
        );
      }
    }
    return found;
  },
};
