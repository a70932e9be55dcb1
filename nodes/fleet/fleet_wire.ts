/**
 * A link to an original program of the fleet cards, as those that speak over it see it: frames in, bytes out.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { FleetFrame } from "../../net/mod.ts";

/** Is told what comes. */
export interface FleetWireEvents {
  /**
   * A frame came. Nothing more is read before its promise settles.
   *
   * @param frame Its payload is valid until this returns.
   */
  frame(frame: FleetFrame): void | Promise<void>;
  /** It is over; called once, and not after `close`. */
  closed(): void;
}

/** A link that is up. */
export interface FleetWire {
  /** False once it is over. */
  readonly isOpen: boolean;
  /**
   * Sends bytes with one write.
   *
   * @returns False if it is over.
   */
  send(bytes: Uint8Array): boolean;
  /** Ends it. */
  close(): void;
}

/** Dials a program; undefined if it does not answer. Never throws. */
export type FleetDial = (
  events: FleetWireEvents,
  signal: AbortSignal,
) => Promise<FleetWire | undefined>;

/**
 * Waits, unless it is called off.
 *
 * @param clock Time.
 * @param ms Milliseconds.
 * @param signal Calls it off.
 * @returns Resolves in both cases.
 */
export function pauseOn(
  clock: Pick<Clock, "timer">,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const end = () => resolve();
  const timer = clock.timer(ms, end);
  signal.addEventListener("abort", end);
  return promise.finally(() => {
    timer.cancel();
    signal.removeEventListener("abort", end);
  });
}
