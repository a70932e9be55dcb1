/**
 * Signals whose value survives a reload and is the same in all windows of a browser.
 *
 * @module
 */
import { effect, type Signal, signal } from "@preact/signals";
import { load, save } from "../base/memory.ts";

/**
 * Makes such a signal.
 *
 * @param name Its name in the browser's memory, beginning with `panal.`.
 * @param first Its value while nothing is kept.
 * @param read Reads what was kept; undefined if it is no such value.
 * @returns The signal.
 */
export function kept<T>(
  name: string,
  first: () => T,
  read: (value: unknown) => T | undefined,
): Signal<T> {
  const stored = (text: string | undefined): T => {
    if (text === undefined) return first();
    try {
      return read(JSON.parse(text)) ?? first();
    } catch {
      return first();
    }
  };
  const value = signal(stored(load(name)));
  let told = JSON.stringify(value.peek());
  effect(() => {
    const text = JSON.stringify(value.value);
    if (text === told) return;
    told = text;
    save(name, text);
  });
  globalThis.addEventListener("storage", (event) => {
    if (event.key !== name) return;
    const found = stored(event.newValue ?? undefined);
    told = JSON.stringify(found);
    value.value = found;
  });
  return value;
}

/** An object of what was kept; undefined for anything else. */
export function asObject<T extends object>(
  value: unknown,
  ...fields: readonly (keyof T & string)[]
): T | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return fields.every((field) => field in value) ? value as T : undefined;
}

/** A list of what was kept. */
export function asList<T extends object>(
  value: unknown,
  ...fields: readonly (keyof T & string)[]
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one) => asObject<T>(one, ...fields) ?? []);
}
