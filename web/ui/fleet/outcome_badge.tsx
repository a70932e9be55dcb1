/**
 * What came of a purchase, in a word.
 *
 * @module
 */
import type { VNode } from "preact";
import { Badge } from "../parts/page.tsx";
import type { Expense } from "../wire_types.ts";
import { text } from "./texts.ts";

/** Whether a purchase was charged, and is paid, in a word. */
export function OutcomeBadge(
  { expense: { accepted, reason, settled, suspect } }: {
    readonly expense: Expense;
  },
): VNode {
  if (!accepted) {
    return (
      <Badge kind="bad">
        {text(reason === null ? "refused" : `short_${reason}`)}
      </Badge>
    );
  }
  if (suspect) return <Badge kind="warn">{text("suspect")}</Badge>;
  return settled
    ? <Badge kind="good">{text("charged")}</Badge>
    : <Badge kind="warn">{text("notCovered")}</Badge>;
}
