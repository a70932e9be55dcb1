/**
 * The receiving side of `branch-sync` put together: messages, what needs a person, branches, and what is missing.
 *
 * @module
 */
import { isStoreError } from "../ports.ts";
import type { NodeInfo } from "../use_cases.ts";
import type { Replica } from "../replica.ts";
import { acceptBranch, branchViews } from "./branch_register.ts";
import type { BranchSyncSettings } from "./branch_sync_settings.ts";
import type { BranchSyncUseCases, SaleGap } from "./branch_sync_use_cases.ts";
import { createReceive, type SeenSender } from "./receive.ts";
import { findGaps } from "./sale_gaps.ts";
import { issuesPage, resolveIssue } from "./sync_issues.ts";
import { syncLogPage } from "./sync_log.ts";

/** A sender that nobody listed is told of at most this often, in milliseconds. */
const UNKNOWN_TOLD_MS = 60_000;

/** What receiving works with. */
export interface ReceivingParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** The node. */
  readonly node: NodeInfo;
  /** The settings. */
  readonly settings: BranchSyncSettings;
  /** Tells a person of something. */
  readonly alert: (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
}

/** What it offers. */
export type Receiving =
  & Pick<
    BranchSyncUseCases,
    | "isCentral"
    | "receive"
    | "conflicts"
    | "resolveConflict"
    | "branches"
    | "acceptBranch"
    | "log"
  >
  & {
    /** What original branches seem to hold back. */
    gaps(): readonly SaleGap[];
  };

/**
 * Puts the receiving side together.
 *
 * @param parts What it works with.
 * @returns Its use-cases.
 */
export function createReceiving(parts: ReceivingParts): Receiving {
  const { replica, node, settings } = parts;
  const { timezone, currency } = node;
  const now = () => Math.floor(replica.at / 1000);
  const issues = { replica, timezone, now };
  return {
    isCentral: settings.central,
    receive: createReceive({
      replica,
      settings,
      timezone,
      currency,
      senderSeen: createSenderAlerts(parts),
    }),
    conflicts: (query) => issuesPage(issues, query),
    resolveConflict: (input) => resolveIssue(issues, input),
    branches: () => branchViews(replica, settings),
    acceptBranch: (input) => acceptBranch(replica, settings, input),
    log: (query) => syncLogPage(replica.reader, query),
    gaps: () => findGaps(replica, { timezone }),
  };
}

/** A flood of senders must not become a flood of writes. */
function createSenderAlerts({ alert, replica, settings }: ReceivingParts) {
  const tell: ReceivingParts["alert"] = (...report) => {
    try {
      alert(...report);
    } catch (error) {
      // A disk that refuses is told of by the node itself; the message is judged by its own transaction.
      if (!isStoreError(error)) throw error;
    }
  };
  let unknownToldAt = -Infinity;
  let isOpenTold = settings.senders.length > 0;
  return ({ site, address, isKnown }: SeenSender) => {
    if (isKnown && !isOpenTold && address !== null) {
      isOpenTold = true;
      tell(
        "branch_sync_open",
        "No senders of branch messages are listed: every program of the local network may send",
        {},
      );
    }
    const ms = replica.at / 1000;
    if (isKnown || ms - unknownToldAt < UNKNOWN_TOLD_MS) return;
    unknownToldAt = ms;
    tell(
      "branch_sync_sender_unknown",
      "A sender that nobody listed sent branch messages",
      { site, address },
    );
  };
}
