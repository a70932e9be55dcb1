/**
 * Counts input that was dropped, and tells the log of it now and then: a line for each would help whoever sends it.
 *
 * @module
 */
import type { Logger } from "../ports.ts";

/** How often the log is told, in milliseconds. */
export const DROPS_MS = 60_000;

/** Counts what was dropped, by kind. */
export interface DropCounts {
  /** Something was dropped. */
  add(kind: string): undefined;
  /** Tells the log if it is time. */
  tick(): void;
  /** Tells the log what was not told yet. */
  tell(): void;
}

/**
 * Makes the counts.
 *
 * @param what A sentence for the log.
 * @param logger Log lines.
 * @param now Monotonic milliseconds.
 * @returns The counts.
 */
export function createDropCounts(
  what: string,
  logger: Logger,
  now: () => number,
): DropCounts {
  const counts = new Map<string, number>();
  let toldAt = now();
  const tell = () => {
    toldAt = now();
    if (counts.size === 0) return;
    logger.log("info", what, Object.fromEntries(counts));
    counts.clear();
  };
  return {
    add(kind) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    },
    tick() {
      if (now() - toldAt >= DROPS_MS) tell();
    },
    tell,
  };
}
