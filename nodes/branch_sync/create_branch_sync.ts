/**
 * `branch-sync` put together: receiving and sending.
 *
 * @module
 */
import type { Reader } from "../../crdt/mod.ts";
import { refuse } from "../use_cases/context.ts";
import type { BranchSyncUseCases } from "./branch_sync_use_cases.ts";
import type { Receiving } from "./create_receiving.ts";
import { lastSyncLog } from "./sync_log.ts";

/** The sending side. */
export interface Sending extends Pick<BranchSyncUseCases, "push"> {
  /** True if an original central is told. */
  readonly hasTargets: boolean;
  /** Own sales that nobody else has confirmed. */
  pending(): number;
}

/**
 * Puts `branch-sync` together.
 *
 * @param rows The store.
 * @param receiving The receiving side.
 * @param sending The sending side, once it is there.
 * @returns Its use-cases.
 */
export function createBranchSync(
  rows: () => Reader,
  receiving: Receiving,
  sending: () => Sending | undefined,
): BranchSyncUseCases {
  const { gaps, ...rest } = receiving;
  return {
    ...rest,
    get hasTargets() {
      return sending()?.hasTargets ?? false;
    },
    push() {
      return sending()?.push() ?? Promise.resolve(
        refuse("push_failed", "Este nodo no tiene con quién sincronizar"),
      );
    },
    status: () => ({
      last: lastSyncLog(rows()),
      lastOk: lastSyncLog(rows(), { ok: true }),
      pending: sending()?.pending() ?? 0,
      gaps: gaps(),
    }),
  };
}
