/**
 * Keeps a long reading from taking the disk and the processor from the node: so many bytes a second, no more.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { Pace } from "./backup_ports.ts";

/** Waits shorter than this are left out, in milliseconds. */
const PAUSE_MS_MIN = 5;

/**
 * Makes a pace.
 *
 * @param clock Time.
 * @param bytesPerSecond The most bytes a second, on the whole.
 * @returns The pace.
 */
export function createPace(clock: Clock, bytesPerSecond: number): Pace {
  const startedMs = clock.monotonic();
  let bytes = 0;
  return async (more) => {
    const dueMs = startedMs + bytes / bytesPerSecond * 1000;
    bytes += more;
    const waitMs = dueMs - clock.monotonic();
    if (waitMs < PAUSE_MS_MIN) return;
    await new Promise<void>((resolve) =>
      void clock.timer(Math.ceil(waitMs), resolve)
    );
  };
}
