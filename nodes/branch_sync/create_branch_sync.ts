/**
 * `branch-sync` put together: receiving and sending.
 *
 * @module
 */
import { ok, type Reader, type Result } from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { refuse } from "../use_cases/context.ts";
import type { BranchSyncUseCases } from "./branch_sync_use_cases.ts";
import type { Receiving } from "./create_receiving.ts";
import type { PullOutcome } from "./pull_branch.ts";
import { lastSyncLog } from "./sync_log.ts";

/** The sending side. */
export interface Sending extends Pick<BranchSyncUseCases, "push"> {
  /** True if an original central is told. */
  readonly hasTargets: boolean;
  /** Own sales that nobody else has confirmed. */
  pending(): number;
}

/** What reads original branches. */
export interface Pulling {
  /** Reads all branches now. Refusals: `pull_failed`, `node_stopping`. */
  pull(): Promise<Result<readonly PullOutcome[], Refusal>>;
}

/** The parts of `branch-sync`. */
export interface BranchSyncParts {
  /** The store. */
  readonly rows: () => Reader;
  /** The receiving side. */
  readonly receiving: Receiving;
  /** The sending side, once it is there. */
  readonly sending: () => Sending | undefined;
  /** What reads original branches, once it is there. */
  readonly pulling: () => Pulling | undefined;
}

/**
 * Puts `branch-sync` together.
 *
 * @param parts Its parts.
 * @returns Its use-cases.
 */
export function createBranchSync(
  { rows, receiving, sending, pulling }: BranchSyncParts,
): BranchSyncUseCases {
  const { gaps, ...rest } = receiving;
  return {
    ...rest,
    get hasTargets() {
      return sending()?.hasTargets ?? false;
    },
    get hasSources() {
      return pulling() !== undefined;
    },
    push() {
      return sending()?.push() ?? Promise.resolve(
        refuse("push_failed", "Este nodo no tiene con quién sincronizar"),
      );
    },
    async pull() {
      const pulled = await pulling()?.pull();
      if (pulled === undefined) {
        return refuse("pull_failed", "Este nodo no lee ninguna sucursal");
      }
      return pulled.ok ? ok(sumOf(pulled.value)) : pulled;
    },
    status: () => ({
      last: lastSyncLog(rows()),
      lastOk: lastSyncLog(rows(), { ok: true }),
      pending: sending()?.pending() ?? 0,
      gaps: gaps(),
    }),
  };
}

function sumOf(outcomes: readonly PullOutcome[]) {
  const sum = { recovered: 0, conflicts: 0, gone: 0 };
  for (const { recovered, conflicts, gone } of outcomes) {
    sum.recovered += recovered;
    sum.conflicts += conflicts;
    sum.gone += gone;
  }
  return sum;
}
