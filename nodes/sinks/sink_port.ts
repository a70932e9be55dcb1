/**
 * What a sink is to the node that feeds it, and what the node says of it. A sink takes what it is given piece by piece,
 * each piece with the position that it leads to; nothing here knows which engine it is.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { SinkLag, SinkSource } from "./sink_source.ts";

/** What went wrong at a sink, as far as it decides what is done next. */
export type SinkFault =
  /** It cannot be reached, or did not answer in time. */
  | "away"
  /** It takes no writes. */
  | "read_only"
  /** It does not let this node in, or do what it has to. */
  | "refused"
  /** A table, or all of them, are gone. */
  | "lost"
  /** It refuses a row. */
  | "row"
  /** Somebody else feeds it in this node's name. */
  | "shared";

/** What a sink did not do. */
export class SinkError extends PanalError {
  /** What is done next depends on it. */
  readonly fault: SinkFault;

  /**
   * Makes an error.
   *
   * @param fault What went wrong.
   * @param message A sentence without secrets.
   * @param options What caused it.
   */
  constructor(
    fault: SinkFault,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super("sink_failed", message, options);
    this.name = "SinkError";
    this.fault = fault;
  }
}

/** What one piece of work came to. */
export interface SinkStep {
  /** Rows or records that went over. */
  readonly rows: number;
  /** Facts among them. */
  readonly facts: number;
  /** True if there is more to do at once. */
  readonly more: boolean;
}

/** A link to a sink, open for one node. After its first failure but that of a row it is closed. */
export interface SinkLink {
  /** True while it is loaded: it has not everything yet, whatever changes. */
  readonly loading: boolean;
  /** The number of the journal up to which it has everything; null if it reads no journal, or is being loaded. */
  readonly confirmed: number | null;
  /**
   * Gives it the next piece.
   *
   * @param limit Most rows.
   * @throws {SinkError} Nothing of the piece is there then, or it is found out before the next one.
   */
  step(limit: number): Promise<SinkStep>;
  /** How far it is behind. */
  lag(): SinkLag;
  /** Names the rows of the piece that failed last; the only one, if there is one. */
  suspects(): string;
  /** Ends the link, without waiting long. */
  close(): Promise<void>;
}

/** A sink that may be there. */
export interface SinkTarget {
  /** What it is called, without user and password: `postgres://host:5432/db`. */
  readonly name: string;
  /** Which engine. */
  readonly kind: "postgres" | "kafka";
  /**
   * Opens a link.
   *
   * @param source What the node gives.
   * @throws {SinkError} If it cannot.
   */
  open(source: SinkSource): Promise<SinkLink>;
}

/** How a sink stands. */
export type SinkState =
  /** It is being reached, for the first time since the start. */
  | "connecting"
  /** It is being loaded. */
  | "loading"
  /** It follows. */
  | "following"
  /** It failed, and is tried again. */
  | "failing"
  /** It refuses a row: nothing goes on until somebody has helped. It is tried again all the same. */
  | "stopped";

/** A sink, for people. */
export interface SinkView {
  /** What it is called, without user and password. */
  readonly name: string;
  /** Which engine. */
  readonly kind: "postgres" | "kafka";
  /** How it stands. */
  readonly state: SinkState;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** Facts that it lacks; `SINK_LAG_MAX` stands for that many or more, null for unknown. */
  readonly lagFacts: number | null;
  /** How long ago the oldest change was made that it lacks, in seconds; 0 if it lacks nothing, null for unknown. */
  readonly lagSeconds: number | null;
  /** Rows or records that went over since the start. */
  readonly rows: number;
  /** Facts among them. */
  readonly facts: number;
  /** What went wrong last; null if nothing did since it last worked. */
  readonly error: SinkProblem | null;
}

/** What went wrong at a sink. */
export interface SinkProblem {
  /** A sentence without secrets. */
  readonly message: string;
  /** What a person can do. */
  readonly remedy: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}
