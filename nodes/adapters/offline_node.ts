/**
 * The node of a data folder without its links and surfaces, for a command that decides something in its name.
 *
 * @module
 */
import { ED25519 } from "../../crdt/mod.ts";
import { createNode, type NodeWithParts } from "../node.ts";
import { configError, quote } from "../option_parser.ts";
import type { Logger } from "../ports.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import { openDataFolder, readDataFolder } from "./data_folder.ts";
import { sqliteVersion } from "./sqlite_repair.ts";
import { openSqliteStore } from "./sqlite_store.ts";
import { breakSeal, checkSeal, sealStore } from "./store_seal.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

/** A node that works alone. */
export interface OfflineNode {
  /** The node; it has started. */
  readonly node: NodeWithParts;
  /** Stops it and lets go of the folder. */
  stop(): Promise<void>;
}

/** What a decision alone does not show; the node itself takes its own from its settings. */
const SETTINGS = { currency: "PEN", timezone: "America/Lima" };

/**
 * Starts the node of a data folder that nobody else uses.
 *
 * @param path The folder.
 * @param logger Log lines.
 * @returns The node.
 * @throws {PanalError} `config_invalid` if it belongs to no mesh, or its node has to look at it first;
 * `data_folder_locked`, `data_folder_damaged`, `data_folder_newer`.
 */
export async function startOfflineNode(
  path: string,
  logger: Logger,
): Promise<OfflineNode> {
  const { place } = await readDataFolder(path);
  if (place === undefined) {
    throw configError(
      `The data folder ${
        quote(path)
      } belongs to no mesh: start its node once, or make a mesh with mesh init`,
    );
  }
  const random = createSystemRandom();
  const folder = await openDataFolder(path, { random });
  const { databasePath } = folder;
  try {
    const version = sqliteVersion(databasePath);
    const isKnown = await checkSeal(databasePath) !== "changed" &&
      !folder.fingerprintChanged &&
      (version === 0 || version >= SCHEMA_VERSION);
    if (!isKnown) {
      throw configError(
        `The data folder ${
          quote(path)
        } was copied, changed or is of an earlier version: start its node once, then repeat this`,
      );
    }
    await breakSeal(databasePath);
    const { site, roles } = place.membership.certificate;
    const node = createNode({
      openStore: () =>
        openSqliteStore(databasePath, {
          tables: NODE_TABLES,
          version: SCHEMA_VERSION,
        }),
      clock: createSystemClock(),
      random,
      signer: folder.signer,
      signatures: ED25519,
      root: place.root,
      certificate: place.chain,
      logger,
      settings: { ...SETTINGS, site, roles },
    });
    await node.start();
    return {
      node,
      async stop() {
        await node.stop();
        await sealStore(databasePath);
        folder.close();
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}
