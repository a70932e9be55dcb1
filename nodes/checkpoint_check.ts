/**
 * Comparing others' checkpoints with what is here: the branches that were changed since the last one, where they stand,
 * and the landmarks that it follows. A wrong checkpoint is set aside and no cold join or retention relies on it.
 *
 * @module
 */
import {
  type BranchStates,
  type Checkpoint,
  type EncodedCommit,
  type SetAside,
  toHex,
  type Writer,
} from "../crdt/mod.ts";
import {
  LANDMARK_CERTIFICATE,
  LANDMARK_CHECKPOINT,
  LANDMARK_WRONG,
} from "./log_store.ts";
import { CHANGED_BRANCHES, LANDMARKS } from "./tables.ts";

/** What a checkpoint is compared with. */
export interface CheckpointContext {
  /** The transaction. */
  readonly writer: Writer;
  /** The log's number. */
  readonly log: number;
  /** True for a fork's continuation, whose landmarks stand in part in the log that it goes on from. */
  readonly isFork: boolean;
  /** Where the log's branches are, after the checkpoint's own commit. */
  readonly branches: BranchStates;
}

/**
 * Notes which branches a log's commits have changed since its last checkpoint.
 *
 * @param writer The transaction.
 * @param log The log's number.
 * @param docs The documents.
 */
export function noteChanged(
  writer: Writer,
  log: number,
  docs: Iterable<string>,
): void {
  for (const doc of docs) writer.put(CHANGED_BRANCHES, { log, doc });
}

/**
 * Compares the checkpoint in a commit that was just taken in.
 *
 * @param encoded The commit; its landmarks are stored, its branches are noted as changed.
 * @param context What it is compared with.
 * @returns What is set aside: nothing for a right one.
 */
export function takeCheckpoint(
  encoded: EncodedCommit,
  context: CheckpointContext,
): SetAside[] {
  const { writer, log } = context;
  const { checkpoint, seq } = encoded.commit;
  if (checkpoint === undefined) return [];
  const right = areHeadsRight(checkpoint, context) &&
    (context.isFork || isChainRight(checkpoint, seq, context));
  if (right) {
    for (const row of writer.scan(CHANGED_BRANCHES, { prefix: [log] })) {
      writer.delete(CHANGED_BRANCHES, [log, row["doc"] ?? null]);
    }
    return [];
  }
  const key = [log, seq, LANDMARK_CHECKPOINT];
  const landmark = writer.get(LANDMARKS, key);
  writer.delete(LANDMARKS, key);
  if (landmark !== undefined) {
    writer.put(LANDMARKS, { ...landmark, kind: LANDMARK_WRONG });
  }
  return [{ reason: "checkpoint_wrong", doc: "", id: null, type: null }];
}

/** It must list what was changed, all of it, each as it stands here. */
function areHeadsRight(
  checkpoint: Checkpoint,
  { writer, log, isFork, branches }: CheckpointContext,
): boolean {
  const listed = new Set(checkpoint.branches.map(({ doc }) => doc));
  const changed = writer.scan(CHANGED_BRANCHES, { prefix: [log] });
  return listed.size === checkpoint.branches.length &&
    (isFork || changed.every((row) => listed.has(String(row["doc"])))) &&
    checkpoint.branches.every(({ doc, head, changes }) => {
      const state = branches.get(doc);
      return state?.head === head && state.changes === changes;
    });
}

function isChainRight(
  checkpoint: Checkpoint,
  seq: number,
  { writer, log }: CheckpointContext,
): boolean {
  const before = writer.scan(LANDMARKS, { prefix: [log], below: [seq] });
  const last = before.findLast((row) => row["kind"] !== LANDMARK_CERTIFICATE);
  const certificates = before.filter((row) =>
    row["kind"] === LANDMARK_CERTIFICATE &&
    Number(row["seq"]) > Number(last?.["seq"] ?? 0)
  );
  return (checkpoint.last?.hash ?? "") === hashOf(last) &&
    checkpoint.certificates.length === certificates.length &&
    checkpoint.certificates.every(({ hash }, i) =>
      hash === hashOf(certificates[i])
    );
}

function hashOf(row: Readonly<Record<string, unknown>> | undefined): string {
  return row === undefined ? "" : toHex(row["hash"] as Uint8Array);
}
