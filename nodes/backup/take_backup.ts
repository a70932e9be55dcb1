/**
 * Taking a backup: commits that the folder lacks are added in new parts, all other rows that cannot be derived are
 * written anew, everything written is read back, and last the manifest takes the place of the one before. Until then
 * the backup before stands; afterwards the new one.
 *
 * The rows come from one snapshot of the store, so they are of one instant, while the node goes on.
 *
 * @module
 */
import {
  fromHex,
  type Reader,
  type SignatureScheme,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import { CommitArchive } from "../commit_archive.ts";
import { LogRegister } from "../log_register.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import {
  BACKUP_FORMAT,
  type BackupManifest,
  type BackupMove,
} from "./backup_manifest.ts";
import type { BackupFolder, BackupOwner, Pace } from "./backup_ports.ts";
import { type LogPlan, planLogs } from "./backup_plan.ts";
import { copyLog } from "./copy_log.ts";
import { copyState, type NodeFile } from "./copy_state.ts";
import { PartSet } from "./part_set.ts";
import { checkOwner, checkParts } from "./read_back.ts";

/** What is backed up. */
export interface BackupSource {
  /** Whose it is. */
  readonly owner: BackupOwner;
  /** Keys and certificates. */
  readonly files: readonly NodeFile[];
  /** Opens a snapshot of the store. */
  readonly open: () => Snapshot;
}

/** The rows of a store at one instant. */
export interface Snapshot extends Reader {
  /** Ends it. */
  close(): void;
}

/** How a backup is taken. */
export interface BackupOptions {
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** The program's version. */
  readonly program: string;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
  /** Keeps reading from holding up others. */
  readonly pace: Pace;
  /** Told how far it is. */
  readonly progress: (text: string) => void;
  /** Set for the last backup before a move. */
  readonly move?: BackupMove;
}

/** What a backup did. */
export interface BackupReport {
  /** The manifest as it stands now. */
  readonly manifest: BackupManifest;
  /** Commits that were copied; those that were there are not. */
  readonly commits: number;
  /** Bytes that were written. */
  readonly bytes: number;
}

/**
 * Takes a backup.
 *
 * @param source What is backed up.
 * @param folder Where to.
 * @param options Time, pace and progress.
 * @returns What was done, once it is durable and was read back.
 * @throws {PanalError} `backup_foreign`, `backup_ahead`, `backup_newer`, `backup_damaged`, `backup_failed`, `store_full`.
 */
export async function takeBackup(
  source: BackupSource,
  folder: BackupFolder,
  options: BackupOptions,
): Promise<BackupReport> {
  const previous = await folder.readManifest();
  if (previous !== undefined) {
    const { owner } = source;
    checkOwner(previous, { owner, move: options.move }, folder.path);
  }
  await folder.removeOthers(namesOf(previous));
  const run = (previous?.run ?? 0) + 1;
  const copied = await copyAll(source, { folder, run, previous }, options);
  const { plans, commits, logs, state, rows } = copied;
  const parts = [...previous?.parts ?? [], ...logs];
  const { owner } = source;
  const manifest: BackupManifest = {
    format: BACKUP_FORMAT,
    program: options.program,
    schema: SCHEMA_VERSION,
    root: owner.root,
    peer: owner.peer,
    roles: owner.roles,
    site: owner.site,
    madeAt: options.now,
    run,
    parts,
    state,
    logs: plans.map(({ log }) => log),
    rows,
    ...(options.move === undefined ? {} : { move: options.move }),
  };
  options.progress("reading back what was written");
  await checkParts(folder, { logs, state, rows, plans }, options);
  await folder.writeManifest(manifest);
  await folder.removeOthers(namesOf(manifest));
  const bytes = [...logs, ...state].reduce((sum, one) => sum + one.bytes, 0);
  return { manifest, commits, bytes };
}

interface Target {
  readonly folder: BackupFolder;
  readonly run: number;
  readonly previous: BackupManifest | undefined;
}

/** Copies everything from one snapshot, and ends that as soon as nothing is read any more. */
async function copyAll(
  source: BackupSource,
  { folder, run, previous }: Target,
  options: BackupOptions,
) {
  const snapshot = source.open();
  const logs = new PartSet(folder, { run, kind: "logs", pace: options.pace });
  const state = new PartSet(folder, { run, kind: "state", pace: options.pace });
  try {
    const register = new LogRegister(source.owner.publicKey);
    register.load(snapshot);
    const archive = new CommitArchive(snapshot, register);
    const plans = planLogs({
      register,
      archive,
      publicKey: source.owner.publicKey,
      known: previous?.logs ?? [],
    });
    const context = { snapshot, archive };
    let commits = 0;
    for (const plan of plans) {
      tell(plan, options);
      commits += await copyLog(context, plan, logs);
    }
    const tables = NODE_TABLES.filter((table) => !VIEW_TABLES.includes(table));
    const rows = await copyState(snapshot, { tables, ...source }, state);
    return {
      plans: plans.map((plan) => ({
        ...plan,
        isContinued: register.childrenOf(plan.entry).length > 0,
      })),
      commits,
      logs: await logs.finish(),
      state: await state.finish(),
      rows,
    };
  } catch (error) {
    logs.abandon();
    state.abandon();
    throw error;
  } finally {
    snapshot.close();
  }
}

function tell(
  { entry: { name, space, seq }, from, isNew, log }: LogPlan,
  { progress }: BackupOptions,
): void {
  if (from > seq) return;
  const first = isNew ? log.first : from;
  progress(`${space} ${name}: commits ${first} to ${seq}`);
}

function namesOf(manifest: BackupManifest | undefined): Set<string> {
  const parts = [...manifest?.parts ?? [], ...manifest?.state ?? []];
  return new Set(parts.map(({ file }) => file));
}

/**
 * The mesh's root key as the manifest has it.
 *
 * @param manifest The manifest.
 * @returns 32 bytes.
 */
export function rootOf(manifest: BackupManifest): Uint8Array {
  return fromHex(manifest.root);
}
