/**
 * A connection to an original program that speaks in lines, as the clients of this folder see it: they say what to send
 * and are told what came. Sockets stand in `nodes/adapters`.
 *
 * @module
 */
import type { Result } from "../../crdt/mod.ts";

/** What a connection tells. Neither may throw. */
export interface LineEvents {
  /**
   * A whole line arrived.
   *
   * @param line The line without its line feed; its bytes are valid during the call only.
   * @returns Nothing more is read while a promise of a line is open: what a program says is bounded by what is done of it.
   */
  received(line: Uint8Array): void | Promise<void>;
  /** The connection ended, by whomever; called once. */
  closed(reason: string): void;
}

/** A connection. */
export interface LineLink {
  /**
   * Sends one line with its line feed, by one write.
   *
   * @returns Settles once the system has taken all of it; rejects if the connection has ended.
   */
  send(line: string): Promise<void>;
  /** Ends it; `closed` is not called then. */
  close(): void;
}

/** Why a program could not be reached. */
export interface DialFailure {
  /** In one word. */
  readonly state: "timeout" | "refused" | "error";
  /** In a sentence for people. */
  readonly reason: string;
}

/** Connects to one program. Never rejects; an aborted dial is a `timeout`. */
export type LineDial = (
  events: LineEvents,
  signal: AbortSignal,
) => Promise<Result<LineLink, DialFailure>>;
