/**
 * Opening a branch from what is stored: its saved form and the changes since. Nothing is kept open: writing needs only
 * where a branch is, not the branch.
 *
 * @module
 */
import {
  closeBranch,
  GENESIS_STATE,
  type OpenBranch,
  openBranch,
  PAGE_ENTRIES,
  PanalError,
  readChange,
  type Reader,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { branchState } from "./log_store.ts";
import type { LogEntry } from "./log_register.ts";
import { BRANCH_CHANGES, SAVED_BRANCHES } from "./tables.ts";

/** A log, as far as opening its branches needs it. */
export type BranchOwner = Pick<LogEntry, "number" | "name" | "seq">;

/**
 * Opens a branch from what is stored.
 *
 * @param reader The rows.
 * @param archive The commits.
 * @param place The log and the document.
 * @returns The branch, as far as the log's commits are stored.
 * @throws {PanalError} `data_folder_damaged` if it is not what the rows say.
 */
export function readBranch(
  reader: Reader,
  archive: CommitArchive,
  { log, doc }: { readonly log: BranchOwner; readonly doc: string },
): OpenBranch {
  const state = branchState(reader, log.number, doc) ?? GENESIS_STATE;
  const saved = reader.get(SAVED_BRANCHES, [log.number, doc]);
  const from = Number(saved?.["changes"] ?? 0);
  const changes = doc.startsWith("journal/")
    ? pageChanges(archive, log, doc).slice(from)
    : reader.scan(BRANCH_CHANGES, {
      prefix: [log.number, doc],
      from: [from + 1],
    })
      .map((row) => row["bytes"] as Uint8Array);
  const bytes = saved?.["bytes"] as Uint8Array | undefined;
  const wanted = changes.slice(0, state.changes - from);
  let branch = openBranch(log.name, bytes, wanted);
  if (branch.state.head !== state.head) {
    // Rare: some commit's change was set aside, so the list holds more than the branch does.
    closeBranch(branch);
    branch = openBranch(log.name, undefined, standingChanges(log, changes));
  }
  if (branch.state.head !== state.head) {
    throw new PanalError(
      "data_folder_damaged",
      `Cannot open ${doc}: it is not as its log left it`,
    );
  }
  return branch;
}

function standingChanges(
  log: BranchOwner,
  changes: readonly Uint8Array[],
): Uint8Array[] {
  let state = GENESIS_STATE;
  return changes.filter((bytes) => {
    const change = readChange(bytes, log.name, state);
    if (typeof change === "string") return false;
    if (change.overwrites) return false;
    state = change.after;
    return true;
  });
}

/** The changes of a page, as its commits hold them. */
function pageChanges(
  archive: CommitArchive,
  log: BranchOwner,
  doc: string,
): Uint8Array[] {
  const page = Number(doc.split("/")[2]);
  const changes: Uint8Array[] = [];
  const last = Math.min(log.seq, (page + 1) * PAGE_ENTRIES);
  for (let seq = page * PAGE_ENTRIES + 1; seq <= last; seq++) {
    const commit = archive.commit(log.number, seq)?.commit;
    const change = commit?.changes.find((other) => other.doc === doc);
    if (change !== undefined) changes.push(change.bytes);
  }
  return changes;
}
