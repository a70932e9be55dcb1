/**
 * Reading a backup back from its disk: every byte of its parts is compared with what the manifest says of them, every
 * chain followed, every row counted.
 *
 * @module
 */
import {
  PanalError,
  type SignatureScheme,
  trunkOf,
  verifyHead,
} from "../../crdt/mod.ts";
import { quote } from "../option_parser.ts";
import {
  type BackupManifest,
  type BackupMove,
  type BackupPart,
  damagedBackup,
} from "./backup_manifest.ts";
import type { LogPlan } from "./backup_plan.ts";
import type { BackupFolder, BackupOwner, Pace } from "./backup_ports.ts";
import { decodeFrame, NO_COPY, type RowFrame } from "./backup_rows.ts";
import { ChainCheck } from "./chain_check.ts";

/** What a backup has just written. */
export interface WrittenParts {
  /** Parts with commits. */
  readonly logs: readonly BackupPart[];
  /** Parts with all other rows. */
  readonly state: readonly BackupPart[];
  /** Rows of the state by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** What was to be copied, and whether other logs go on from a log at a fork. */
  readonly plans: readonly (LogPlan & { readonly isContinued: boolean })[];
}

/** What reading back found. */
export interface ReadBack {
  /** Logs whose chains were followed. */
  readonly logs: number;
  /** Their commits. */
  readonly commits: number;
  /** Other rows. */
  readonly rows: number;
}

/**
 * Checks whose a backup is.
 *
 * @param manifest What its folder says.
 * @param by Who wants to go on with it, and the move that this is a part of.
 * @param where The folder, for the message.
 * @throws {PanalError} `backup_foreign` if it is another node's.
 */
export function checkOwner(
  manifest: BackupManifest,
  { owner, move }: {
    readonly owner: BackupOwner;
    readonly move: BackupMove | undefined;
  },
  where: string,
): void {
  const problem = manifest.root !== owner.root
    ? "it is of another mesh"
    : manifest.peer !== owner.peer
    ? `it is of the node ${manifest.peer}, not of ${owner.peer}`
    : manifest.move !== undefined && manifest.move.id !== move?.id
    ? "its node was moved: what it holds is restored, not gone on with"
    : undefined;
  if (problem === undefined) return;
  throw new PanalError(
    "backup_foreign",
    `Cannot back up to ${
      quote(where)
    }: ${problem}: name another folder with --to`,
  );
}

/**
 * Reads back what a backup has written.
 *
 * @param folder The folder.
 * @param written What was written.
 * @param options How heads are checked, and what keeps that from holding up others.
 * @throws {PanalError} `backup_damaged` if it is not there as it was meant to be.
 */
export async function checkParts(
  folder: BackupFolder,
  { logs, state, rows, plans }: WrittenParts,
  { signatures, pace }: {
    readonly signatures: SignatureScheme;
    readonly pace: Pace;
  },
): Promise<void> {
  const checks = new Map(
    plans.filter(({ from, entry }) => from <= entry.seq)
      .map((plan) => [plan.log.copy, new ChainCheck(plan)]),
  );
  for (const frame of framesOf(folder, logs)) {
    // The node's own machine does this, and has other work.
    await pace(frame.bytes);
    checks.get(frame.copy)?.take(frame.table, frame.rows);
  }
  for (const check of checks.values()) endCheck(folder, check);
  for (const { entry, isContinued } of plans) {
    const { name, seq, hash, publicKey, signature } = entry;
    const head = { log: trunkOf(name), seq, hash, signature };
    // Where a log was cut at a fork, its newest signature is not of its end.
    if (isContinued || verifyHead(head, publicKey, signatures)) continue;
    throw damagedBackup(folder.path, `no signed head vouches for log ${name}`);
  }
  countRows(folder, state, rows);
}

/**
 * Reads a whole backup back.
 *
 * @param folder The folder.
 * @param manifest Its manifest.
 * @returns What was read.
 * @throws {PanalError} `backup_damaged` with the first thing that is not as it was written.
 */
export function checkBackup(
  folder: BackupFolder,
  manifest: BackupManifest,
): ReadBack {
  const checks = new Map(
    manifest.logs.map((log) => [
      log.copy,
      new ChainCheck({ log, from: log.first, before: undefined }),
    ]),
  );
  for (const frame of framesOf(folder, manifest.parts)) {
    checks.get(frame.copy)?.take(frame.table, frame.rows);
  }
  let commits = 0;
  for (const check of checks.values()) {
    endCheck(folder, check);
    commits += check.count;
  }
  const rows = countRows(folder, manifest.state, manifest.rows);
  return { logs: checks.size, commits, rows };
}

/**
 * The rows of parts from the disk.
 *
 * @param folder The folder.
 * @param parts The parts.
 * @returns Frames in the order in which they were written.
 */
export function* framesOf(
  folder: BackupFolder,
  parts: readonly BackupPart[],
): Generator<RowFrame & { readonly bytes: number }> {
  for (const part of parts) {
    for (const bytes of folder.frames(part)) {
      const frame = decodeFrame(bytes);
      if (frame === undefined) {
        throw damagedBackup(folder.path, `${part.file} holds something else`);
      }
      yield { ...frame, bytes: bytes.length };
    }
  }
}

function endCheck(folder: BackupFolder, check: ChainCheck): void {
  const fault = check.end();
  if (fault !== undefined) throw damagedBackup(folder.path, fault);
}

/** Compares how many rows there are with how many were written. */
function countRows(
  folder: BackupFolder,
  parts: readonly BackupPart[],
  wanted: Readonly<Record<string, number>>,
): number {
  const found = new Map<string, number>();
  let sum = 0;
  for (const { copy, table, rows } of framesOf(folder, parts)) {
    if (copy !== NO_COPY) continue;
    found.set(table, (found.get(table) ?? 0) + rows.length);
    sum += rows.length;
  }
  for (const [table, count] of Object.entries(wanted)) {
    const here = found.get(table) ?? 0;
    if (here === count) continue;
    const what = `it has ${here} rows of ${table} in the place of ${count}`;
    throw damagedBackup(folder.path, what);
  }
  return sum;
}
