/**
 * What a person has typed and not sent yet: kept over a reload of the page and a restart of the node.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { load, save } from "../base/memory.ts";

/** Something kept. */
export interface Kept<T> {
  /** What it is now; changed by `set` alone. */
  readonly signal: Signal<T>;
  /** Changes and keeps it. */
  set(value: T): void;
}

/**
 * Something kept under a name.
 *
 * @param name Beginning with `panal.`.
 * @param parse Makes of what was kept what it is; undefined for what it never was.
 * @param fresh What it is where nothing was kept.
 * @returns The thing.
 */
export function kept<T>(
  name: string,
  parse: (value: unknown) => T | undefined,
  fresh: T,
): Kept<T> {
  const state = signal(read());
  function read(): T {
    const stored = load(name);
    if (stored === undefined) return fresh;
    try {
      return parse(JSON.parse(stored)) ?? fresh;
    } catch {
      return fresh;
    }
  }
  return {
    signal: state,
    set(value) {
      state.value = value;
      save(name, JSON.stringify(value));
    },
  };
}
