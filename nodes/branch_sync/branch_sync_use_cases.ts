/**
 * What a node offers for branches and centrals of the older branch software: receiving what a branch sends, telling a
 * central, and what both left behind. Wire names stand in the surface; here are values.
 *
 * @module
 */
import type { Actor, FactId, Result, SiteCode } from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";

/** A message as it came: JSON that is already parsed, and who sent it. */
export interface BranchMessage {
  /** The parsed JSON body, of any shape. */
  readonly body: unknown;
  /** The sender's network address; null for what this node fetched or imports itself. */
  readonly address: string | null;
  /** The key that the sender showed, if any. */
  readonly key?: string;
  /** The mesh of which the sender says that it is a node; no original branch says so. */
  readonly mesh?: string;
}

/** What became of a message; all of it is on disk. */
export interface BranchReception {
  /** The sender's code, as sent. */
  readonly site: string;
  /** The sender's name, as sent; its code if it sent none. */
  readonly name: string;
  /** Sales that were not known. */
  readonly received: number;
  /** Sales that were known with the same content. */
  readonly duplicates: number;
  /** Numbers of the sales that were known with another content; both count. */
  readonly conflicts: readonly string[];
  /** Sales that could not be used; kept as they came. */
  readonly quarantined: number;
}

/** A sale that somebody must look at. */
export interface BranchConflict {
  /** Its number here, for a cursor. */
  readonly number: number;
  /** The sale's number as sent; null where it had none. */
  readonly receipt: string | null;
  /** `conflict`: the number stands for several sales. `quarantine`: it could not be used. */
  readonly kind: "conflict" | "quarantine";
  /** Why, one sentence in Spanish. */
  readonly reason: string;
  /** What stands here already; null in quarantine. */
  readonly first: unknown;
  /** What came, as it came. */
  readonly second: unknown;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** True once a person voided one, or acknowledged it. */
  readonly resolved: boolean;
}

/** A branch as this node knows it. */
export interface BranchView {
  /** Its code. */
  readonly site: SiteCode;
  /** Its name; its code if nobody said. */
  readonly name: string;
  /** Its town; null if nobody said. */
  readonly city: string | null;
  /** When it last synchronised, in milliseconds since 1970; null if never. */
  readonly lastSync: number | null;
  /** `active`, or `pending` until a person accepts a code that nobody listed. */
  readonly state: "active" | "pending";
}

/** A row of the synchronisation log of this node. */
export interface SyncLogRow {
  /** Counts up from 1. */
  readonly number: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Which way. */
  readonly direction: "sent" | "received";
  /** How it went. */
  readonly ok: boolean;
  /** What happened, in Spanish, at most 500 characters. */
  readonly message: string;
  /** The other side's code; null if it is unknown. */
  readonly site: string | null;
  /** How many sales; null if none were told apart. */
  readonly records: number | null;
}

/** Numbers of a branch's day that are not here. */
export interface SaleGap {
  /** The branch. */
  readonly site: SiteCode;
  /** The business date. */
  readonly date: string;
  /** Missing numbers below the greatest that is here, as receipts; at most 100. */
  readonly missing: readonly string[];
  /** How many are missing; the whole day if `missing` is empty. */
  readonly count: number;
}

/** How synchronisation stands. */
export interface BranchSyncStatus {
  /** The newest row of the log. */
  readonly last: SyncLogRow | null;
  /** The newest row that went well. */
  readonly lastOk: SyncLogRow | null;
  /** Own sales that no central, or without a central no other node, has confirmed. */
  readonly pending: number;
  /** What original branches seem to hold back. */
  readonly gaps: readonly SaleGap[];
}

/** Everything about the older branch software. */
export interface BranchSyncUseCases {
  /** True if this node takes messages for other branches, as an original central does. */
  readonly isCentral: boolean;
  /** True if this node tells an original central. */
  readonly hasTargets: boolean;
  /**
   * Receives a message. Sales of a branch where this node may not write go into quarantine. Refusals:
   * `request_invalid` (no message at all), `sender_unknown`, `same_mesh`, `overloaded`, `node_stopping`, `store_full`.
   */
  receive(message: BranchMessage): Promise<Result<BranchReception, Refusal>>;
  /** Tells all centrals now what they have not confirmed; without any, exchanges with reachable peers. Refusals: `push_failed`. */
  push(): Promise<
    Result<{ readonly sent: number; readonly message: string }, Refusal>
  >;
  /** True if this node reads original branches for what they never send. */
  readonly hasSources: boolean;
  /** Reads those branches now. Refusals: `pull_failed`, `node_stopping`. */
  pull(): Promise<
    Result<
      {
        /** Sales that were not here. */
        readonly recovered: number;
        /** Numbers that stood here with other content. */
        readonly conflicts: number;
        /** Sales that are here and no longer there. */
        readonly gone: number;
      },
      Refusal
    >
  >;
  /** Conflicts and quarantine, newest first. */
  conflicts(query: PageQuery): Page<BranchConflict>;
  /** Says that somebody has seen to one. Refusals: `not_found`. */
  resolveConflict(
    input: { readonly number: number; readonly note: string },
  ): Promise<Result<{ readonly fact: FactId | null }, Refusal>>;
  /** Accepts a branch whose code nobody listed, by naming it in the mesh as it calls itself. Refusals: `not_found`, `forbidden`. */
  acceptBranch(
    input: {
      readonly site: SiteCode;
      readonly by?: Actor | undefined;
    },
  ): Promise<Result<BranchView, Refusal>>;
  /** Branches, by code. */
  branches(): readonly BranchView[];
  /** The log, newest first. */
  log(query: PageQuery): Page<SyncLogRow>;
  /** How it stands. */
  status(): BranchSyncStatus;
}
