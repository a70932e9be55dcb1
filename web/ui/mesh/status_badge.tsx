/**
 * Whether a fact counts, as a badge.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Fact } from "../wire_types.ts";
import { Badge } from "../parts/page.tsx";
import { text } from "./texts.ts";

/** Whether a fact counts. */
export function StatusBadge(
  { status }: { readonly status: Fact["status"] },
): VNode {
  const kind = status === "counts"
    ? "good"
    : status === "duplicate"
    ? "plain"
    : "bad";
  return <Badge kind={kind}>{text(`status_${status}`)}</Badge>;
}
