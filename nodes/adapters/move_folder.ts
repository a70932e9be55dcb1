/**
 * Moving a node to another machine: its rights are granted to the logs that it will open there, its folder is sealed,
 * and then backed up. The seal comes before the last backup, so at no instant could both go on; what is cut off is taken
 * up where it was by running it again.
 *
 * @module
 */
import type { Random } from "../../crdt/mod.ts";
import {
  grantForMove,
  type MovedRights,
  planMove,
} from "../backup/move_rights.ts";
import type { Logger } from "../ports.ts";
import { openDataFolder, readDataFolder } from "./data_folder.ts";
import { type MovedMark, readMovedMark, writeMovedMark } from "./moved_mark.ts";
import { startOfflineNode } from "./offline_node.ts";

/** The surroundings of a move. */
export interface MoveParts {
  /** Chance. */
  readonly random: Random;
  /** Now, in milliseconds since 1970. */
  readonly now: number;
  /** Log lines of the node. */
  readonly logger: Logger;
}

/** A sealed folder. */
export interface SealedFolder {
  /** Its mark. */
  readonly mark: MovedMark;
  /** What was granted; undefined if that was done before. */
  readonly rights: MovedRights | undefined;
}

/**
 * Grants a node's rights away and seals its folder.
 *
 * @param path The data folder; its node does not run.
 * @param parts Chance, time and log lines.
 * @returns The folder, whose node never starts again there.
 * @throws {PanalError} `data_folder_locked` while its node runs, `config_invalid`, `data_folder_damaged`.
 */
export async function sealForMove(
  path: string,
  { random, now, logger }: MoveParts,
): Promise<SealedFolder> {
  await readDataFolder(path);
  const known = await readMovedMark(path);
  if (known?.sealed === true) return { mark: known, rights: undefined };
  const { node, stop } = await startOfflineNode(path, logger);
  let mark: MovedMark;
  let rights: MovedRights;
  try {
    mark = known ??
      { ...planMove(node.replica, random), at: now, sealed: false };
    // What is granted to a log must be known to whoever opens it, whatever happens in between.
    await writeMovedMark(path, mark);
    rights = await grantForMove(node.replica, mark);
  } finally {
    await stop();
  }
  const folder = await openDataFolder(path, { random });
  try {
    mark = { ...mark, sealed: true };
    await writeMovedMark(path, mark);
  } finally {
    folder.close();
  }
  return { mark, rights };
}
