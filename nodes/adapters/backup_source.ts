/**
 * A data folder as what is backed up: its keys, and its store as of one instant. A node may run on it: SQLite lets
 * another process read a snapshot while the node writes, so the node is neither asked nor held up. A folder at rest is
 * locked meanwhile.
 *
 * @module
 */
import { join } from "node:path";
import { PanalError, type Random, toHex } from "../../crdt/mod.ts";
import type { NodeFile } from "../backup/copy_state.ts";
import type { BackupSource } from "../backup/take_backup.ts";
import { configError, quote } from "../option_parser.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import {
  DATA_FILES,
  type DataFolder,
  openDataFolder,
  readDataFolder,
} from "./data_folder.ts";
import { readIfAny } from "./durable_file.ts";
import { openSqliteSnapshot } from "./sqlite_store.ts";

/** The files that a restored folder needs. Not the fingerprint: a copy must know that it is one. */
export const BACKED_FILES = [
  "peerKey",
  "rootKey",
  "certificate",
  "addresses",
] as const;

/** A data folder that is backed up. */
export interface OpenSource extends BackupSource {
  /** True while a node runs on it. */
  readonly isRunning: boolean;
  /** Lets go of the folder. */
  close(): void;
}

/** How a data folder is opened. */
export interface SourceOptions {
  /** For what a new folder would need; nothing is drawn. */
  readonly random: Random;
  /** True for the last backup of a node that is moved. */
  readonly moved?: boolean;
}

/**
 * Opens a data folder for a backup.
 *
 * @param path The folder.
 * @param options Whether its node was moved.
 * @returns The source.
 * @throws {PanalError} `config_invalid` if it is no data folder or its node never ran, `data_folder_damaged`.
 */
export async function openBackupSource(
  path: string,
  { random, moved = false }: SourceOptions,
): Promise<OpenSource> {
  const { place, peer, signer, databasePath } = await readDataFolder(path);
  const hasStore = await Deno.stat(databasePath).then(
    ({ isFile }) => isFile,
    () => false,
  );
  if (place === undefined || !hasStore) {
    throw configError(
      `The data folder ${quote(path)} has no store yet: its node never ran`,
    );
  }
  const lock = await lockAtRest(path, { random, moved });
  const { site, roles } = place.membership.certificate;
  try {
    return {
      owner: {
        peer,
        publicKey: signer.publicKey,
        root: toHex(place.root),
        roles,
        site,
      },
      files: await readFiles(path),
      open: () =>
        openSqliteSnapshot(databasePath, {
          tables: NODE_TABLES,
          version: SCHEMA_VERSION,
        }),
      isRunning: lock === undefined,
      close: () => lock?.close(),
    };
  } catch (error) {
    lock?.close();
    throw error;
  }
}

/** Keeps a node from starting meanwhile; undefined while one runs. */
async function lockAtRest(
  path: string,
  options: Required<SourceOptions>,
): Promise<DataFolder | undefined> {
  try {
    return await openDataFolder(path, options);
  } catch (error) {
    const runs = error instanceof PanalError &&
      error.code === "data_folder_locked";
    if (runs) return undefined;
    throw error;
  }
}

async function readFiles(path: string): Promise<NodeFile[]> {
  const files: NodeFile[] = [];
  for (const file of BACKED_FILES) {
    const name = DATA_FILES[file];
    const bytes = await readIfAny(join(path, name));
    if (bytes !== undefined) files.push({ name, bytes });
  }
  return files;
}
