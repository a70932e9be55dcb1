/**
 * Restoring a backup into a new data folder. Everything is made and verified beside it, and gets the folder's name only
 * then: a restore that fails or is cut off leaves nothing that a node would start on.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { ED25519, PanalError, toHex } from "../../crdt/mod.ts";
import {
  type BackupManifest,
  damagedBackup,
} from "../backup/backup_manifest.ts";
import type { BackupFolder } from "../backup/backup_ports.ts";
import { type FilledStore, fillStore } from "../backup/fill_store.ts";
import { rootOf } from "../backup/take_backup.ts";
import { configError, quote } from "../option_parser.ts";
import { reserveEpochs } from "../reserved_epochs.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import { BACKED_FILES } from "./backup_source.ts";
import { DATA_FILES, makeFolder, readDataFolder } from "./data_folder.ts";
import {
  fileFailure,
  SECRET_MODE,
  syncFolder,
  writeDurably,
} from "./durable_file.ts";
import { openSqliteStore } from "./sqlite_store.ts";
import { sealStore } from "./store_seal.ts";

const SECRETS: ReadonlySet<string> = new Set([
  DATA_FILES.peerKey,
  DATA_FILES.rootKey,
]);

/** What is restored, and where. */
export interface RestoreOrder {
  /** The backup. */
  readonly folder: BackupFolder;
  /** Its manifest. */
  readonly manifest: BackupManifest;
  /** The new data folder; it must not be there, or be empty. */
  readonly path: string;
  /** True to restore a moved node's backup once more, as a copy without its rights. */
  readonly again: boolean;
  /** Told how far it is. */
  readonly progress: (text: string) => void;
}

/**
 * Restores a backup.
 *
 * @param order What, and where.
 * @returns What was in it.
 * @throws {PanalError} `config_invalid` if the data folder is in use, `backup_damaged`, `backup_newer`, `store_full`.
 */
export async function restoreFolder(
  order: RestoreOrder,
): Promise<FilledStore> {
  const { manifest, folder } = order;
  const path = resolve(order.path);
  if (manifest.schema > SCHEMA_VERSION) {
    throw new PanalError(
      "backup_newer",
      `Cannot restore ${
        quote(folder.path)
      }: version ${manifest.program} of the program made it (tables ${manifest.schema}, this program's are ${SCHEMA_VERSION}): use that version or a newer one`,
    );
  }
  await checkEmpty(path);
  const takesOver = manifest.move !== undefined && !order.again;
  if (takesOver) await checkFirst(folder);
  const beside = `${path}.restoring`;
  try {
    await removeFolder(beside);
    await makeFolder(beside);
    const filled = await fillFolder(beside, order);
    // Before the folder can start: rights that are taken over twice could be spent twice.
    if (takesOver) await folder.writeRestored(path);
    await Deno.rename(beside, path).catch(async (error) => {
      if (takesOver) await folder.writeRestored(undefined);
      throw error;
    });
    await syncFolder(dirname(path));
    return filled;
  } catch (error) {
    await removeFolder(beside).catch(() => {});
    throw fileFailure(`restore to ${quote(order.path)}`, error);
  }
}

/** A moved node goes on once. */
async function checkFirst(folder: BackupFolder): Promise<void> {
  const where = await folder.readRestored();
  if (where === undefined) return;
  throw new PanalError(
    "backup_failed",
    `Cannot restore ${quote(folder.path)}: the node was moved, and goes on in ${
      quote(where)
    }; if that is lost, add --again: then the rights that it took along stay there until mesh reassign gives them back`,
  );
}

/** A folder that is in use is never written over. */
async function checkEmpty(path: string): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(path)) {
      throw configError(
        `Cannot restore to ${quote(path)}: it is not empty (${
          quote(name)
        }): name a new folder with --data`,
      );
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw fileFailure(`restore to ${quote(path)}`, error);
  }
}

async function fillFolder(
  path: string,
  { folder, manifest, again, progress }: RestoreOrder,
): Promise<FilledStore> {
  const databasePath = join(path, DATA_FILES.database);
  const store = openSqliteStore(databasePath, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
    scratch: true,
  });
  let filled: FilledStore;
  try {
    const verify = { root: rootOf(manifest), signatures: ED25519 };
    filled = fillStore(store, { folder, manifest }, { verify, progress });
    const { epochs = {} } = again ? {} : manifest.move ?? {};
    store.write((writer) => reserveEpochs(writer, epochs));
  } finally {
    store.close();
  }
  await syncFile(databasePath);
  await writeFiles(path, filled);
  await checkIdentity(path, folder, manifest);
  await sealStore(databasePath);
  await syncFolder(path);
  return filled;
}

async function writeFiles(path: string, { files }: FilledStore): Promise<void> {
  const known: ReadonlySet<string> = new Set(
    BACKED_FILES.map((file) => DATA_FILES[file]),
  );
  for (const { name, bytes } of files) {
    if (!known.has(name)) continue;
    const mode = SECRETS.has(name) ? SECRET_MODE : 0o644;
    await writeDurably(join(path, name), bytes, { mode });
  }
}

/** The key and the certificate must be those of the node that the manifest names. */
async function checkIdentity(
  path: string,
  folder: BackupFolder,
  manifest: BackupManifest,
): Promise<void> {
  const { peer, place } = await readDataFolder(path);
  const isRight = peer === manifest.peer && place !== undefined &&
    toHex(place.root) === manifest.root;
  if (!isRight) {
    throw damagedBackup(folder.path, "its keys are not those of its node");
  }
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.sync();
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
