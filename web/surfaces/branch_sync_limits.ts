/**
 * How often a client may ask: counts in windows of a minute, by client, with a bound on how many clients are remembered.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";

/** Milliseconds of a window. */
export const WINDOW_MS = 60_000;
/** Messages a minute of one branch. */
export const MESSAGES_PER_MINUTE = 60;
/** Other writes a minute of one client of the network. */
export const WRITES_PER_MINUTE = 600;
/** The most clients that a limit remembers; beyond them the one that was heard first is forgotten. */
export const CLIENTS_MAX = 10_000;

/** A limit of one kind of request. */
export interface RateLimit {
  /**
   * Counts a request.
   *
   * @param client Who asks.
   * @returns 0 if it may pass; else after how many seconds it may be tried again.
   */
  count(client: string): number;
}

/**
 * Makes a limit.
 *
 * @param clock Measures the windows.
 * @param perMinute The most requests of a client in a window.
 * @returns The limit.
 */
export function createRateLimit(clock: Clock, perMinute: number): RateLimit {
  const windows = new Map<
    string,
    { readonly startMs: number; count: number }
  >();
  return {
    count(client) {
      const now = clock.monotonic();
      const known = windows.get(client);
      if (known === undefined || now - known.startMs >= WINDOW_MS) {
        // A new window goes to the end: the first of the map is the oldest.
        windows.delete(client);
        const [oldest] = windows.keys();
        if (windows.size >= CLIENTS_MAX && oldest !== undefined) {
          windows.delete(oldest);
        }
        windows.set(client, { startMs: now, count: 1 });
        return 0;
      }
      known.count++;
      return known.count <= perMinute
        ? 0
        : Math.max(1, Math.ceil((known.startMs + WINDOW_MS - now) / 1000));
    },
  };
}
