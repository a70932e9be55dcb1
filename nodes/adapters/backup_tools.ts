/**
 * The tasks `backup` and `restore` on this machine.
 *
 * @module
 */
import { ED25519, PanalError } from "../../crdt/mod.ts";
import { createPace } from "../backup/pacer.ts";
import { checkBackup } from "../backup/read_back.ts";
import { takeBackup } from "../backup/take_backup.ts";
import {
  type BackupFolders,
  type BackupIo,
  runBackup,
  runRestore,
} from "../backup_command.ts";
import { VERSION } from "../node.ts";
import { quote } from "../option_parser.ts";
import { openBackupFolder } from "./backup_folder.ts";
import { openBackupSource } from "./backup_source.ts";
import { restoreFolder } from "./restore_folder.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

type ToolIo = Omit<BackupIo, "folders">;
type Tool = (args: readonly string[], io: ToolIo) => Promise<number>;

/** The tools by the names of their tasks. */
export const BACKUP_TOOLS: Readonly<Record<"backup" | "restore", Tool>> = {
  "backup": (args, io) => runBackup(args, { ...io, folders: FOLDERS }),
  "restore": (args, io) => runRestore(args, { ...io, folders: FOLDERS }),
};

/** The folders of this machine. */
export const FOLDERS: BackupFolders = {
  async backup({ data, to, bytesPerSecond }, progress) {
    const clock = createSystemClock();
    const source = await openBackupSource(data, createSystemRandom());
    try {
      const folder = await openBackupFolder(to, { make: true });
      try {
        const report = await takeBackup(source, folder, {
          now: clock.now(),
          program: VERSION,
          signatures: ED25519,
          pace: createPace(clock, bytesPerSecond),
          progress,
        });
        return { ...report, isRunning: source.isRunning };
      } finally {
        folder.close();
      }
    } finally {
      source.close();
    }
  },
  async verify(path) {
    const { folder, manifest } = await openBackup(path);
    try {
      return { ...checkBackup(folder, manifest), manifest };
    } finally {
      folder.close();
    }
  },
  async restore({ from, data }, progress) {
    const { folder, manifest } = await openBackup(from);
    try {
      const order = { folder, manifest, path: data, progress };
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
