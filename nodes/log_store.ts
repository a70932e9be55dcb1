/**
 * Writing one commit of a log, own or another's, into the store: its body, its branches, its log's state. Both ways
 * into a replica end here, so that both leave the same rows.
 *
 * @module
 */
import {
  type BranchState,
  type CommitChange,
  type EncodedCommit,
  fromHex,
  type Hash,
  type Head,
  type LogTip,
  type Reader,
  type Scan,
  type TableSchema,
  toHex,
  type Writer,
} from "../crdt/mod.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import {
  BRANCH_CHANGES,
  BRANCHES,
  CHANGED_BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
} from "./tables.ts";

/** A commit carries a certificate. */
export const LANDMARK_CERTIFICATE = 1;
/** A commit carries a checkpoint. */
export const LANDMARK_CHECKPOINT = 2;
/** A commit carries a checkpoint that differs from what is here. */
export const LANDMARK_WRONG = 3;

/**
 * Where a branch is.
 *
 * @param reader The rows.
 * @param log The log's number.
 * @param doc The document's name.
 * @returns The state, or undefined if the log never changed the document.
 */
export function branchState(
  reader: Reader,
  log: number,
  doc: string,
): BranchState | undefined {
  const row = reader.get(BRANCHES, [log, doc]);
  if (row === undefined) return undefined;
  return {
    changes: Number(row["changes"]),
    operations: Number(row["operations"]),
    head: toHex(row["head"] as Uint8Array) as Hash,
  };
}

/**
 * Writes where a branch is.
 *
 * @param writer The transaction.
 * @param place The log's number and the document's name.
 * @param state The state.
 */
export function putBranchState(
  writer: Writer,
  place: { readonly log: number; readonly doc: string },
  state: BranchState,
): void {
  const { changes, operations, head } = state;
  writer.put(BRANCHES, { ...place, changes, operations, head: fromHex(head) });
}

/**
 * Writes a branch's change, for documents that are no journal pages (a page's changes are in its commits).
 *
 * @param writer The transaction.
 * @param place The log's number and whether this node writes it.
 * @param change The change, and its number in the branch.
 */
export function putBranchChange(
  writer: Writer,
  place: { readonly log: number; readonly own: boolean },
  change: CommitChange & { readonly number: number },
): void {
  const { log, own } = place;
  const { doc, bytes, number } = change;
  if (own) writer.put(CHANGED_BRANCHES, { log, doc });
  if (!doc.startsWith("journal/")) {
    writer.put(BRANCH_CHANGES, { log, doc, change: number, bytes });
  }
}

/**
 * Writes a commit's body and landmarks.
 *
 * @param writer The transaction.
 * @param log The log's number.
 * @param encoded The commit.
 */
export function putCommit(
  writer: Writer,
  log: number,
  { commit, bytes, hash }: EncodedCommit,
): void {
  writer.put(COMMITS, { log, seq: commit.seq, body: bytes });
  const at = parseInt(commit.stamp.slice(0, 12), 16);
  const landmark = { log, seq: commit.seq, hash: fromHex(hash), at };
  if (commit.certificate !== undefined) {
    writer.put(LANDMARKS, { ...landmark, kind: LANDMARK_CERTIFICATE });
  }
  if (commit.checkpoint !== undefined) {
    writer.put(LANDMARKS, { ...landmark, kind: LANDMARK_CHECKPOINT });
  }
}

/**
 * Writes a log's new tip and, where a run may end, the head's signature.
 *
 * @param writer The transaction.
 * @param tip The log after its newest commit.
 * @param options The log before (undefined for a new one), its number and flags, and the head.
 * @returns The log's new entry.
 */
export function putTip(
  writer: Writer,
  tip: LogTip,
  options: {
    readonly before: LogEntry | undefined;
    readonly number: number;
    readonly own: boolean;
    readonly head: Head;
    readonly keepHead: boolean;
  },
): LogEntry {
  const { before, number, own, head, keepHead } = options;
  const { log, ...rest } = tip;
  const entry: LogEntry = {
    ...rest,
    number,
    name: log,
    own,
    firstBody: before?.firstBody ?? 1,
    signature: head.signature,
    ...(before?.parent === undefined ? {} : { parent: before.parent }),
    ...(before?.cut === undefined ? {} : { cut: before.cut }),
  };
  LogRegister.write(writer, entry, before);
  if (keepHead) {
    writer.put(HEADS, {
      log: number,
      seq: tip.seq,
      hash: fromHex(tip.hash),
      signature: head.signature,
    });
  }
  return entry;
}

/** Deletes the rows of a table that a scan finds. */
export function deleteRows(
  writer: Writer,
  table: TableSchema,
  scan: Scan,
): void {
  for (const row of writer.scan(table, scan)) {
    writer.delete(table, table.key.map((column) => row[column] ?? null));
  }
}
