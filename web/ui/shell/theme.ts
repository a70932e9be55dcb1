/**
 * Light and dark: what the system says, unless the person chose one.
 *
 * @module
 */
import { effect, type Signal, signal } from "@preact/signals";
import { load, save } from "../base/memory.ts";

/** What was chosen. */
export type Theme = "auto" | "light" | "dark";

const STORED = "panal.theme";

function stored(): Theme {
  const theme = load(STORED);
  return theme === "light" || theme === "dark" ? theme : "auto";
}

/** The theme chosen. */
export const theme: Signal<Theme> = signal(stored());

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  save(STORED, theme.value === "auto" ? undefined : theme.value);
});
