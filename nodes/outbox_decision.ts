/**
 * What a person decides about notices that an original central refused, or of which nobody knows whether it counted
 * them.
 *
 * @module
 */
import { ok, type Result, siteSpace } from "../crdt/mod.ts";
import type { Refusal } from "./answers.ts";
import { decideWaiting } from "./outbox.ts";
import { recordAct } from "./people/people_context.ts";
import type { UseCases } from "./use_cases.ts";
import { refuse, type UseCaseContext } from "./use_cases/context.ts";

/**
 * Makes the use-case `decideNotice`.
 *
 * @param context The node and its replica.
 * @returns The use-case.
 */
export function createDecideNotice(
  { node, replica }: Pick<UseCaseContext, "node" | "replica">,
): UseCases["decideNotice"] {
  return ({ number, decision, by }): Promise<Result<null, Refusal>> =>
    replica.decide((context) => {
      const { site } = node;
      const outcome = site === null
        ? "unknown"
        : decideWaiting(context.writer, number, decision);
      if (site === null || outcome === "unknown") {
        return refuse("not_found", `No notice ${number} waits for a person`);
      }
      if (outcome === "untold") {
        return refuse(
          "forbidden",
          `Notice ${number} cannot be put into the central's words: tell it by hand`,
        );
      }
      // The fact also wakes the notifier, which reads its queue again.
      recordAct(context, siteSpace(site), {
        act: decision === "send" ? "notice_sent_again" : "notice_settled",
        subject: `notice/${number}`,
        by,
      });
      return ok(null);
    });
}
