/**
 * What a station and the socket of a pump's connection ask of each other.
 *
 * @module
 */
import type { LineTaker } from "./line_reader.ts";

/** A pump's connection, as the station uses it. */
export interface PumpChannel {
  /** Where it comes from. */
  readonly address: string;
  /** Bytes that wait to be written. */
  readonly pendingBytes: number;
  /** Sends a line; `flushed` is told once the system has it. False if the connection is over. */
  write(line: Uint8Array, flushed?: () => void): boolean;
  /** Sends what waits, and closes. */
  close(): void;
}

/** A pump's connection, as its socket tells of it. */
export interface PumpLink extends LineTaker {
  /** Nothing waits to be written any more. */
  drained(): void;
}
