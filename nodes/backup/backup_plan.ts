/**
 * Which commits a backup still lacks: a log goes on where the folder has it, unless what is there is no longer the
 * beginning of the node's log. Pure but for reading rows.
 *
 * @module
 */
import { equalBytes, PanalError } from "../../crdt/mod.ts";
import type { CommitArchive } from "../commit_archive.ts";
import type { LogEntry, LogRegister } from "../log_register.ts";
import type { BackedLog } from "./backup_manifest.ts";

/** What is to be copied of a log. */
export interface LogPlan {
  /** The log. */
  readonly entry: LogEntry;
  /** The seq of the first commit to be copied; above the log's end if nothing is new. */
  readonly from: number;
  /** True if nothing of it is in the folder that could be gone on from: saved pages are copied too. */
  readonly isNew: boolean;
  /** What the manifest will say of it. */
  readonly log: BackedLog;
  /** The hash of the commit before `from`; undefined where it is not known. */
  readonly before: string | undefined;
}

/** What planning looks at. */
export interface PlanParts {
  /** The node's logs. */
  readonly register: LogRegister;
  /** Their commits. */
  readonly archive: CommitArchive;
  /** The node's key. */
  readonly publicKey: Uint8Array;
  /** What the folder has. */
  readonly known: readonly BackedLog[];
}

/**
 * Plans a backup.
 *
 * @param parts The node's logs and what the folder has.
 * @returns A plan for each log with commits.
 * @throws {PanalError} `backup_ahead` if the folder has commits of the node's own logs that the node does not have.
 */
export function planLogs(parts: PlanParts): LogPlan[] {
  const { register, known } = parts;
  const names = new Map(known.map((log) => [log.name, log]));
  for (const log of known) {
    if (log.own && register.byName(log.name) === undefined) throw ahead(log);
  }
  let next = Math.max(0, ...known.map(({ copy }) => copy)) + 1;
  return [...register.all()].filter(({ seq }) => seq > 0)
    .toSorted((a, b) => a.number - b.number)
    .map((entry) => {
      const before = names.get(entry.name);
      const goesOn = before !== undefined && continues(parts, entry, before);
      return goesOn ? goOn(parts, entry, before) : anew(parts, entry, next++);
    });
}

function isOwn({ publicKey }: PlanParts, entry: LogEntry): boolean {
  return equalBytes(publicKey, entry.publicKey);
}

function goOn(parts: PlanParts, entry: LogEntry, before: BackedLog): LogPlan {
  const { seq, hash } = entry;
  return {
    entry,
    from: before.seq + 1,
    isNew: false,
    before: before.hash,
    log: { ...before, seq, hash, own: isOwn(parts, entry) },
  };
}

function anew(parts: PlanParts, entry: LogEntry, copy: number): LogPlan {
  const { name, space, seq, hash, firstBody, parent } = entry;
  const after = parent === undefined
    ? 0
    : parts.register.byNumber(parent)?.seq ?? 0;
  const first = Math.max(firstBody, after + 1);
  return {
    entry,
    from: 1,
    isNew: true,
    before: undefined,
    log: { copy, name, space, first, seq, hash, own: isOwn(parts, entry) },
  };
}

/** Whether what the folder has of a log is its beginning, and nothing after it is missing here. */
function continues(
  parts: PlanParts,
  entry: LogEntry,
  before: BackedLog,
): boolean {
  const isGone = entry.seq > before.seq && entry.firstBody > before.seq + 1;
  const isSame = entry.seq >= before.seq && !isGone &&
    parts.archive.hashAt(entry, before.seq) === before.hash;
  if (isSame) return true;
  const isForked = parts.register.childrenOf(entry).length > 0;
  if (isOwn(parts, entry) && !isGone && !isForked) throw ahead(before);
  return false;
}

function ahead({ name, space, seq }: BackedLog): PanalError {
  return new PanalError(
    "backup_ahead",
    `Cannot go on with the backup: it has ${seq} commits of this node's log ${name} in ${space}, the data folder has not. Was the data folder set back? Restore the backup instead, or name another folder with --to`,
  );
}
