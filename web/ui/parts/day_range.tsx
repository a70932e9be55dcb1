/**
 * A first and a last day that a list or report is about, kept in the address as `from` and `to`.
 *
 * @module
 */
import type { VNode } from "preact";
import { query, setQuery } from "../base/location.ts";
import { TextField } from "./field.tsx";
import { text } from "./texts.ts";

/** Fields for the first and the last day; the error says when they are the wrong way round. */
export function DayRange(
  { first = "", last = "" }: {
    /** The day that counts while the address names none. */
    readonly first?: string;
    /** Likewise. */
    readonly last?: string;
  },
): VNode {
  const from = query.value.get("from") ?? first;
  const to = query.value.get("to") ?? last;
  const wrong = from !== "" && to !== "" && from > to;
  return (
    <>
      <TextField
        label={text("fromDay")}
        type="date"
        value={from}
        error={wrong ? text("rangeWrong") : undefined}
        onInput={(day) => setQuery({ from: day })}
      />
      <TextField
        label={text("toDay")}
        type="date"
        value={to}
        onInput={(day) => setQuery({ to: day })}
      />
    </>
  );
}
