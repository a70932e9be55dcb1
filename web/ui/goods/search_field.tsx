/**
 * A field for words to search by, which asks only once somebody paused.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { query, setQuery } from "../base/location.ts";
import { TextField } from "../parts/field.tsx";
import { text } from "./texts.ts";

/** Milliseconds of a pause. */
const PAUSE_MS = 250;

/** Keeps what is searched in the address as `q`. */
export function SearchField(
  { label, focused = false }: {
    readonly label?: string;
    readonly focused?: boolean;
  },
): VNode {
  const typed = useSignal(query.value.get("q") ?? "");
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <TextField
      label={label ?? text("searchProduct")}
      type="search"
      mode="search"
      value={typed.value}
      placeholder={text("searchHint")}
      maxLength={100}
      focused={focused}
      onInput={(value) => {
        typed.value = value;
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setQuery({ q: value }), PAUSE_MS);
      }}
    />
  );
}
