/**
 * An instant in a table's cell: time above, date below, so that it is whole also on a phone.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatDay, formatTime } from "../base/format.ts";

/** An instant in a table's cell; a dash for none. */
export function When(
  { at }: { readonly at: string | null | undefined },
): VNode {
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time class="when" dateTime={at}>
      <span>{formatTime(at)}</span>
      <small>{formatDay(at)}</small>
    </time>
  );
}
