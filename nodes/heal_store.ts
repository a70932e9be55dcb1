/**
 * What a node does with a store that was changed while no node ran: every commit is verified, and the views, whose
 * bytes nothing vouches for, are made again. A wrong commit cannot be healed.
 *
 * @module
 */
import { PanalError, type VerifyContext } from "../crdt/mod.ts";
import { auditStore } from "./audit_folder.ts";
import { CommitArchive } from "./commit_archive.ts";
import { LogRegister } from "./log_register.ts";
import type { Store } from "./ports.ts";
import { rebuildViews } from "./rebuild.ts";

/**
 * Verifies a store's commits and makes its views again.
 *
 * @param store The store.
 * @param verify The root key and the signature scheme.
 * @returns The names of the views that were wrong.
 * @throws {PanalError} `data_folder_damaged` with the first wrong commit; nothing was changed then.
 */
export function healStore(store: Store, verify: VerifyContext): string[] {
  const [fault] = auditStore(store, verify).faults;
  if (fault !== undefined) {
    throw new PanalError(
      "data_folder_damaged",
      `Cannot use the data folder: it was changed while no node ran, and commit ${fault.seq} of log ${fault.log} is wrong (${fault.reason}): restore a backup, or join with a new folder`,
    );
  }
  const register = new LogRegister();
  register.load(store);
  const archive = new CommitArchive(store, register);
  const { before, after } = store.write((writer) =>
    rebuildViews(writer, { register, archive, verify })
  );
  return after.filter(({ hash }, i) => hash !== before[i]?.hash)
    .map(({ table }) => table);
}
