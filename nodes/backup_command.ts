/**
 * The tasks `backup`, `move` and `restore`: what is typed, and what a person is told.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import type { BackupManifest } from "./backup/backup_manifest.ts";
import type { FilledStore } from "./backup/fill_store.ts";
import type { MovedRights } from "./backup/move_rights.ts";
import type { ReadBack } from "./backup/read_back.ts";
import type { BackupReport } from "./backup/take_backup.ts";
import {
  configError,
  type OptionKinds,
  parseOptions,
  quote,
} from "./option_parser.ts";

/** What is backed up, and how. */
export interface BackupOrder {
  /** The data folder. */
  readonly data: string;
  /** The backup's folder. */
  readonly to: string;
  /** The most bytes a second. */
  readonly bytesPerSecond: number;
}

/** What the commands do with folders. */
export interface BackupFolders {
  /** Backs a data folder up. */
  backup(
    order: BackupOrder,
    progress: (text: string) => void,
  ): Promise<BackupReport & { readonly isRunning: boolean }>;
  /** Grants a node's rights to where it goes on, seals its data folder, and backs it up. */
  move(
    order: BackupOrder,
    progress: (text: string) => void,
  ): Promise<BackupReport & { readonly rights: MovedRights | undefined }>;
  /** Reads a whole backup back. */
  verify(
    path: string,
  ): Promise<ReadBack & { readonly manifest: BackupManifest }>;
  /** Restores a backup into a new data folder. */
  restore(
    order: {
      readonly from: string;
      readonly data: string;
      /** True for a moved node's backup that was restored before. */
      readonly again: boolean;
    },
    progress: (text: string) => void,
  ): Promise<FilledStore & { readonly manifest: BackupManifest }>;
}

/** The surroundings of the commands. */
export interface BackupIo {
  /** Data folders and backups. */
  readonly folders: BackupFolders;
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
}

const BACKUP_HELP = `Back a node up, also while it runs.

  deno task backup --data DIR --to DIR [--rate MB]
  deno task backup --verify DIR

  --data DIR    the data folder; its node may be running, and goes on selling
  --to DIR      a folder for the backups of this node alone, best on another disk; it is made if it is not there
  --rate MB     read at most so many megabytes a second (16)
  --verify DIR  read the whole backup in DIR back: every byte, every chain of commits, every row

A first backup copies everything, later ones into the same folder only the commits that came since and what is small.
Everything written is read back before the backup counts; one that fails or is cut off leaves the one before as it was.
The folder holds the node's secret keys: keep it as safe as the node.

Exit code: 0, or 2 with one line on standard error.

Example
  deno task backup --data ./data/branch-CUS --to /media/usb/branch-CUS
`;

const RESTORE_HELP = `Restore a backup into a new data folder.

  deno task restore --from DIR --data DIR [--again]

  --from DIR    the folder that backup --to or move --to named
  --data DIR    the new data folder; it must not be there, or be empty
  --again       restore a moved node once more, as a copy without the rights that it took along

Every commit is verified and the views are made of them anew; a backup that is damaged, not whole or made by a newer
version is refused, and nothing is left then. The node of the new folder is the same member. When it starts it opens new
logs: the old ones stay and count, and what other nodes have of them beyond the backup comes back by itself. Never start
the old folder again.

Exit code: 0, or 2 with one line on standard error.

Example
  deno task restore --from /media/usb/branch-CUS --data ./data/branch-CUS
`;

const MOVE_HELP = `Move a node to another machine, with its rights.

  deno task move --data DIR --to DIR [--rate MB]

  --data DIR    the data folder; stop its node first. It is sealed: no node ever starts on it again
  --to DIR      a folder for the backups of this node alone; what earlier backups copied into it is not copied again
  --rate MB     read at most so many megabytes a second (16)

Restore the folder on the other machine with deno task restore and start the node there: it opens new logs, and takes
over the rights that the old ones held (strict products, cards), without anybody's help. What is cut off is taken up by
running it again. Purchases that are held for keep their rights in the old log until mesh reassign.

Exit code: 0, or 2 with one line on standard error.

Example
  deno task move --data ./data/branch-CUS --to /media/usb/branch-CUS
`;

const BACKUP_OPTIONS = {
  data: "one",
  to: "one",
  rate: "one",
  verify: "one",
} as const satisfies OptionKinds;
const MOVE_OPTIONS = {
  data: "one",
  to: "one",
  rate: "one",
} as const satisfies OptionKinds;
const RESTORE_OPTIONS = {
  from: "one",
  data: "one",
  again: "flag",
} as const satisfies OptionKinds;

const EXIT_OK = 0;
const EXIT_UNUSABLE = 2;
const RATE_MB = 16;
const RATE_MB_MAX = 10_000;

/**
 * Runs `deno task backup`.
 *
 * @param args What stands behind `backup`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0, or 2 with one line on standard error.
 */
export async function runBackup(
  args: readonly string[],
  io: BackupIo,
): Promise<number> {
  return await guarded("backup", io, async () => {
    const values = readOptions("backup", args, BACKUP_OPTIONS);
    if (values === undefined) return io.stdout(BACKUP_HELP);
    const verify = values.get("verify")?.[0];
    if (verify !== undefined) {
      if (values.size > 1) throw configError("--verify stands alone");
      return await verifyFolder(verify, io);
    }
    const order = readOrder(values);
    const report = await io.folders.backup(order, teller(io));
    const of = report.isRunning ? "a running node" : "a folder at rest";
    io.stdout(backupLines(report, { to: order.to, of }));
  });
}

/**
 * Runs `deno task move`.
 *
 * @param args What stands behind `move`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0, or 2 with one line on standard error.
 */
export async function runMove(
  args: readonly string[],
  io: BackupIo,
): Promise<number> {
  return await guarded("move", io, async () => {
    const values = readOptions("move", args, MOVE_OPTIONS);
    if (values === undefined) return io.stdout(MOVE_HELP);
    const order = readOrder(values);
    const report = await io.folders.move(order, teller(io));
    const lines = backupLines(report, { to: order.to, of: "a sealed folder" });
    io.stdout(lines + moveLines(report.rights));
  });
}

function teller({ stderr }: BackupIo): (text: string) => void {
  return (text) => stderr(`${text}\n`);
}

function readOrder(
  values: ReadonlyMap<string, readonly string[]>,
): BackupOrder {
  const data = need(values, "data", "Name the data folder: add --data DIR");
  const to = need(values, "to", "Name the backup's folder: add --to DIR");
  const bytesPerSecond = readRate(values.get("rate")?.[0]) * 1e6;
  return { data, to, bytesPerSecond };
}

/**
 * Runs `deno task restore`.
 *
 * @param args What stands behind `restore`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0, or 2 with one line on standard error.
 */
export async function runRestore(
  args: readonly string[],
  io: BackupIo,
): Promise<number> {
  return await guarded("restore", io, async () => {
    const values = readOptions("restore", args, RESTORE_OPTIONS);
    if (values === undefined) return io.stdout(RESTORE_HELP);
    const from = need(values, "from", "Name the backup: add --from DIR");
    const data = need(values, "data", "Name the data folder: add --data DIR");
    const again = values.has("again");
    const restored = await io.folders.restore(
      { from, data, again },
      teller(io),
    );
    io.stdout(restoreLines(restored, { data, again }));
  });
}

async function guarded(
  name: string,
  io: BackupIo,
  work: () => Promise<void>,
): Promise<number> {
  try {
    await work();
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`${name}: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

/** The options of a command; undefined if help is asked for. */
function readOptions(
  name: string,
  args: readonly string[],
  kinds: OptionKinds,
): ReadonlyMap<string, readonly string[]> | undefined {
  const { words, values, help } = parseOptions(args, kinds);
  if (help) return undefined;
  if (words[0] === undefined) return values;
  throw configError(
    `${quote(words[0])} is no option of ${name}: --help lists them`,
  );
}

function need(
  values: ReadonlyMap<string, readonly string[]>,
  name: string,
  message: string,
): string {
  const value = values.get(name)?.[0];
  if (value !== undefined) return value;
  throw configError(message);
}

function readRate(text: string | undefined): number {
  if (text === undefined) return RATE_MB;
  const rate = /^\d+$/.test(text) ? Number(text) : 0;
  if (rate >= 1 && rate <= RATE_MB_MAX) return rate;
  throw configError(
    `--rate takes megabytes a second, 1 to ${RATE_MB_MAX}, not ${quote(text)}`,
  );
}

async function verifyFolder(path: string, io: BackupIo): Promise<void> {
  const { manifest, logs, commits, rows } = await io.folders.verify(path);
  io.stdout(
    `${
      aboutOf(manifest)
    }\n${logs} logs, ${commits} commits, ${rows} other rows read. Everything is as it was written.\n`,
  );
}

function backupLines(
  { manifest, commits, bytes }: BackupReport,
  { to, of }: { readonly to: string; readonly of: string },
): string {
  const all = commitsOf(manifest);
  return [
    aboutOf(manifest),
    `backup ${manifest.run} in ${to}, of ${of}: ${commits} commits copied, ${all} in ${manifest.logs.length} logs there now, ${
      megabytes(bytes)
    } written and read back`,
    "",
  ].join("\n");
}

function restoreLines(
  { manifest, logs, commits, facts }: FilledStore & {
    readonly manifest: BackupManifest;
  },
  { data, again }: { readonly data: string; readonly again: boolean },
): string {
  const rights = manifest.move !== undefined && !again
    ? ["Rights that the old logs held came along."]
    : [
      "Rights that its old logs held (strict products, cards) come back by",
      "mesh reassign at the node that let it in.",
    ];
  return [
    aboutOf(manifest),
    `restored to ${data}: ${logs} logs, ${commits} commits, ${facts} facts; everything verifies`,
    "Start its node with its options from before and this --data. It opens new logs; what other nodes have beyond the",
    "backup comes back by itself. Never start the old folder again.",
    ...rights,
    "",
  ].join("\n");
}

function moveLines(rights: MovedRights | undefined): string {
  const granted = rights === undefined || rights.bounds === 0
    ? ""
    : `Rights of ${rights.bounds} bounds go along. `;
  const held = rights === undefined || rights.holds === 0
    ? ""
    : `${rights.holds} purchases that are held for keep theirs: mesh reassign frees them. `;
  return `${granted}${held}The folder is sealed. Restore the backup on the other machine, once.\n`;
}

function aboutOf(
  { peer, roles, site, madeAt, program }: BackupManifest,
): string {
  const at = new Date(madeAt).toISOString();
  return `node ${peer} (${
    [...roles, ...site === null ? [] : [site]].join(", ")
  }) as of ${at}, by version ${program}`;
}

function commitsOf({ logs }: BackupManifest): number {
  return logs.reduce((sum, { first, seq }) => sum + seq - first + 1, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
