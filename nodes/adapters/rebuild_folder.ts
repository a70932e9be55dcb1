/**
 * The store of a data folder for a command that has the folder to itself.
 *
 * @module
 */
import { ED25519, type Random, type VerifyContext } from "../../crdt/mod.ts";
import { configError, quote } from "../option_parser.ts";
import type { Store } from "../ports.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import {
  type FolderIdentity,
  openDataFolder,
  readDataFolder,
} from "./data_folder.ts";
import { openSqliteStore } from "./sqlite_store.ts";
import { checkSeal, sealStore } from "./store_seal.ts";

/** An open store of a folder that nobody else uses. */
export interface FolderStore {
  /** The store. */
  readonly store: Store;
  /** The mesh's root key, and how signatures are checked. */
  readonly verify: VerifyContext;
  /** Whose folder it is. */
  readonly identity: FolderIdentity;
  /** Closes it and lets go of the folder. */
  close(): Promise<void>;
}

/**
 * Opens the store of a data folder; a folder or a store that is not there is not made.
 *
 * @param path The folder.
 * @param random For what a new folder would need; nothing is drawn.
 * @returns The store.
 * @throws {PanalError} `config_invalid` if there is no data folder or no store in it, `data_folder_locked` while a node
 * runs on it, `data_folder_damaged`, `data_folder_newer`.
 */
export async function openFolderStore(
  path: string,
  random: Random,
): Promise<FolderStore> {
  const { databasePath, place } = await readDataFolder(path);
  const folder = await openDataFolder(path, { random });
  try {
    if (place === undefined || !await isFile(databasePath)) {
      throw configError(
        `The data folder ${quote(path)} has no store yet: its node never ran`,
      );
    }
    const seal = await checkSeal(databasePath);
    const store = openSqliteStore(databasePath, {
      tables: NODE_TABLES,
      version: SCHEMA_VERSION,
      exclusive: true,
    });
    return {
      store,
      verify: { root: place.root, signatures: ED25519 },
      identity: folder,
      async close() {
        store.close();
        // What this command changed is no surprise to the node.
        if (seal === "right") await sealStore(databasePath);
        folder.close();
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
