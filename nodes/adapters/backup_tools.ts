/**
 * The tasks `backup`, `move`, `restore` and `doctor` on this machine.
 *
 * @module
 */
import { constants, setPriority } from "node:os";
import { ED25519, PanalError } from "../../crdt/mod.ts";
import type { BackupMove } from "../backup/backup_manifest.ts";
import { createPace } from "../backup/pacer.ts";
import { checkBackup } from "../backup/read_back.ts";
import { takeBackup } from "../backup/take_backup.ts";
import {
  type BackupFolders,
  type BackupIo,
  type BackupOrder,
  runBackup,
  runMove,
  runRestore,
} from "../backup_command.ts";
import { runDoctor } from "../doctor_command.ts";
import { VERSION } from "../node.ts";
import { quote } from "../option_parser.ts";
import { openBackupFolder } from "./backup_folder.ts";
import { openBackupSource } from "./backup_source.ts";
import {
  askHealth,
  examineFolder,
  type ExamineOptions,
} from "./doctor_folder.ts";
import { sealForMove } from "./move_folder.ts";
import { restoreFolder } from "./restore_folder.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

type ToolIo = Pick<BackupIo, "stdout" | "stderr">;
type Tool = (args: readonly string[], io: ToolIo) => Promise<number>;

/** The tools by the names of their tasks. */
export const BACKUP_TOOLS: Readonly<
  Record<"backup" | "doctor" | "move" | "restore", Tool>
> = {
  "backup": (args, io) => runBackup(args, { ...io, folders: FOLDERS }),
  "doctor": (args, io) => runDoctor(args, { ...io, examine, ask: askHealth }),
  "move": (args, io) => runMove(args, { ...io, folders: FOLDERS }),
  "restore": (args, io) => runRestore(args, { ...io, folders: FOLDERS }),
};

/** The node of the same machine goes first. Where the system or the permissions do not let it, the pace has to do. */
function yieldToOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // It works without.
  }
}

async function backUp(
  { data, to, bytesPerSecond }: BackupOrder,
  { progress, move }: {
    readonly progress: (text: string) => void;
    readonly move?: BackupMove;
  },
) {
  const clock = createSystemClock();
  yieldToOthers();
  const source = await openBackupSource(data, {
    random: createSystemRandom(),
    moved: move !== undefined,
  });
  try {
    const folder = await openBackupFolder(to, { make: true });
    try {
      const report = await takeBackup(source, folder, {
        now: clock.now(),
        program: VERSION,
        signatures: ED25519,
        pace: createPace(clock, bytesPerSecond),
        progress,
        ...(move === undefined ? {} : { move }),
      });
      return { ...report, isRunning: source.isRunning };
    } finally {
      folder.close();
    }
  } finally {
    source.close();
  }
}

async function examine(
  path: string,
  options: Pick<ExamineOptions, "quick" | "progress">,
) {
  const { identity, findings } = await examineFolder(path, {
    ...options,
    random: createSystemRandom(),
    now: createSystemClock().now(),
  });
  const { roles = [], site = null } = identity?.place?.membership.certificate ??
    {};
  const what = [...roles, ...site === null ? [] : [site]].join(", ");
  const who = identity === undefined
    ? "a node whose key cannot be read"
    : `node ${identity.peer} (${what === "" ? "of no mesh yet" : what})`;
  return { about: `${who} in ${path}`, findings };
}

/** The folders of this machine. */
export const FOLDERS: BackupFolders = {
  backup: (order, progress) => backUp(order, { progress }),
  async move(order, progress) {
    // A folder that cannot be backed up to is found before the node's is sealed.
    (await openBackupFolder(order.to, { make: true })).close();
    const { mark: { id, epochs }, rights } = await sealForMove(order.data, {
      random: createSystemRandom(),
      now: createSystemClock().now(),
      logger: { log: () => {} },
    });
    const move = { id, epochs };
    return { ...await backUp(order, { progress, move }), rights };
  },
  async verify(path) {
    const { folder, manifest } = await openBackup(path);
    try {
      return { ...checkBackup(folder, manifest), manifest };
    } finally {
      folder.close();
    }
  },
  async restore({ from, data, again }, progress) {
    const { folder, manifest } = await openBackup(from);
    try {
      const order = { folder, manifest, path: data, again, progress };
      return { ...await restoreFolder(order), manifest };
    } finally {
      folder.close();
    }
  },
};

/** Opens a backup that is there. */
async function openBackup(path: string) {
  const folder = await openBackupFolder(path, { make: false });
  try {
    const manifest = await folder.readManifest();
    if (manifest !== undefined) return { folder, manifest };
    throw new PanalError(
      "backup_failed",
      `There is no finished backup in ${
        quote(path)
      }: name the folder that backup --to named`,
    );
  } catch (error) {
    folder.close();
    throw error;
  }
}
