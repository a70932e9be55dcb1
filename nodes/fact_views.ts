/**
 * Facts as they are shown, and how they are asked for.
 *
 * @module
 */
import type { FactId, LogId, SpaceId, Stamp } from "../crdt/mod.ts";
import type { PageQuery } from "./answers.ts";

/** A fact as stored, with its place. */
export interface FactView {
  /** The fact's id. */
  readonly id: FactId;
  /** Its kind, past tense. */
  readonly type: string;
  /** Where it is replicated. */
  readonly space: SpaceId;
  /** Which log holds it. */
  readonly log: LogId;
  /** The commit's place in that log. */
  readonly seq: number;
  /** The commit's stamp. */
  readonly stamp: Stamp;
  /** `counts`, `duplicate` (another copy counts), or `set_aside` with `reason`. */
  readonly status: "counts" | "duplicate" | "set_aside";
  /** Why it was set aside. */
  readonly reason: string | null;
  /** The whole fact. */
  readonly fact: Readonly<Record<string, unknown>>;
}

/** Which facts. */
export interface FactQuery extends PageQuery {
  /** Only of this space. */
  readonly space?: SpaceId;
  /** Only of this log. */
  readonly log?: LogId;
  /** Only of this kind. */
  readonly type?: string;
  /** Only those with this text in them, whatever the case of its letters. */
  readonly text?: string;
  /** By their stamps from the newest on, instead of by log and seq. */
  readonly newestFirst?: boolean;
}
