/**
 * What a node offers about its mesh: who may invite, inviting and revoking, what was seen of links, how much room the
 * data folder has, and whether a fact's commit holds what its writer signed.
 *
 * @module
 */
import type {
  Actor,
  Hash,
  LogId,
  PeerId,
  Result,
  SiteCode,
  SpaceId,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import type { FactView } from "../fact_views.ts";
import type { InvitationScope } from "../membership.ts";

/** A link that came up or was lost since the node started. */
export interface LinkEvent {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The other side. */
  readonly peer: PeerId;
  /** Its site, by its certificate. */
  readonly site: SiteCode | null;
  /** True if the link came up, false if it was lost. */
  readonly up: boolean;
  /** Why it was lost; empty if it came up. */
  readonly reason: string;
}

/** What a node knows of its mesh as a whole. */
export interface MeshView {
  /** The mesh's name, made of its root key. */
  readonly name: string;
  /** True if this node may let others in and revoke those that it let in. */
  readonly mayInvite: boolean;
  /** Members that were revoked. */
  readonly revoked: readonly PeerId[];
  /** Links that came up or were lost since the start, newest first. */
  readonly links: readonly LinkEvent[];
}

/** How much room a data folder takes and has. */
export interface FolderSpace {
  /** Bytes of all its files; null where that is not known. */
  readonly folderBytes: number | null;
  /** Bytes left on its disk; null where that is not known. */
  readonly freeBytes: number | null;
}

/** What a node stores. */
export interface StorageView extends FolderSpace {
  /** Commits, over all logs. */
  readonly commits: number;
  /** Logs. */
  readonly logs: number;
  /** Documents' branches, one a document and log. */
  readonly branches: number;
}

/** An invitation; its token is shown once and stored nowhere. */
export interface InvitationView {
  /** What `--join` takes. Secret: never log it. */
  readonly token: string;
  /** Until when it can be redeemed, in milliseconds since 1970. */
  readonly endsAt: number;
  /** False if it names no address at which this node can be dialed. */
  readonly reachable: boolean;
}

/** What a check came to; `unknown` where what it needs is not here any more. */
export type Check = "holds" | "broken" | "unknown";

/** A peer and whether it has a commit. */
export interface CommitHolder {
  /** The peer. */
  readonly peer: PeerId;
  /** Its site, by its certificate. */
  readonly site: SiteCode | null;
  /** Its roles, by its certificate. */
  readonly roles: readonly string[];
  /** True while a link to it is up. */
  readonly linked: boolean;
  /** Whether it said that it has the commit. */
  readonly holds: boolean;
}

/** How far one peer is in a log. */
export interface LogHolder extends Omit<CommitHolder, "holds"> {
  /** The newest seq that it said it has. */
  readonly seq: number;
}

/** One copy of a fact with its commit, checked anew. */
export interface FactProof {
  /** The copy. */
  readonly fact: FactView;
  /** Who wrote its log. */
  readonly writer: PeerId;
  /** The writer's site, by its certificate. */
  readonly writerSite: SiteCode | null;
  /** SHA-256 of the commit's bytes, made anew; null where the bytes are not kept any more. */
  readonly hash: Hash | null;
  /** The hash of the commit before, as this one names it; null for the first. */
  readonly previous: Hash | null;
  /** How many bytes the commit has; null where they are not kept any more. */
  readonly bytes: number | null;
  /** The documents that it changes. */
  readonly documents: readonly string[];
  /** The next place of the log that its writer signed, which vouches for everything before it. */
  readonly signedSeq: number | null;
  /** Whether the commit before has the hash that this one names. */
  readonly chain: Check;
  /** Whether each commit up to the signed one names the one before it by its hash. */
  readonly link: Check;
  /** Whether the writer's key signed that place. */
  readonly signature: Check;
  /** Whether the writer's certificate stands under the mesh's root key. */
  readonly certificate: Check;
  /** The peers that may read the log and were heard of since the start. */
  readonly holders: readonly CommitHolder[];
}

/** Everything about the mesh as a whole. */
export interface MeshUseCases {
  /** What this node knows of it. */
  view(): MeshView;
  /** What this node stores. */
  storage(): Promise<StorageView>;
  /**
   * Makes an invitation, and records that one was made. Refusals: `forbidden` (this node may not invite),
   * `invalid_argument` (roles, sites and companies that do not fit).
   */
  invite(
    input: InvitationScope & {
      readonly days?: number | undefined;
      readonly by?: Actor | undefined;
    },
  ): Promise<Result<InvitationView, Refusal>>;
  /** Revokes a member: its logs end where this node has them. Refusals: `forbidden`. */
  revoke(
    input: { readonly peer: string; readonly by?: Actor | undefined },
  ): Promise<Result<{ readonly peer: string }, Refusal>>;
  /** Every copy of a fact with its commit, checked anew. */
  proof(id: FactView["id"]): readonly FactProof[];
}

/** A place of a log. */
export interface LogPlace {
  /** Its space. */
  readonly space: SpaceId;
  /** Its name. */
  readonly log: LogId;
}
