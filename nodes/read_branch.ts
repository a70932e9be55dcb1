/**
 * Opening a branch from what is stored: its saved form and the changes since. Nothing is kept open: writing needs only
 * where a branch is, not the branch.
 *
 * @module
 */
import {
  type BranchState,
  closeBranch,
  GENESIS_STATE,
  holdsFacts,
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
  const bytes = saved?.["bytes"] as Uint8Array | undefined;
  const start = openBranch(log.name, bytes);
  const changes = doc.startsWith("journal/")
    ? pageChanges(archive, log, doc)
    : reader.scan(BRANCH_CHANGES, {
      prefix: [log.number, doc],
      from: [start.state.changes + 1],
    }).map((row) => row["bytes"] as Uint8Array);
  const next = followingChanges({ log, doc }, start.state, changes);
  let branch = start;
  if (next.length > 0) {
    closeBranch(start);
    branch = openBranch(log.name, bytes, next);
  }
  if (branch.state.head !== state.head) {
    closeBranch(branch);
    throw new PanalError(
      "data_folder_damaged",
      `Cannot open ${doc}: it is not as its log left it`,
    );
  }
  return branch;
}

/**
 * The changes that follow a state, one after the other: what lies before it is in the saved branch, and what was set
 * aside when its commit was taken in is no part of the branch.
 */
function followingChanges(
  { log, doc }: { readonly log: BranchOwner; readonly doc: string },
  before: BranchState,
  changes: readonly Uint8Array[],
): Uint8Array[] {
  let state = before;
  return changes.filter((bytes) => {
    const change = readChange(bytes, log.name, state);
    if (typeof change === "string") return false;
    if (change.overwrites && holdsFacts(doc)) return false;
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
