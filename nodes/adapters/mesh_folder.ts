/**
 * Meshes as they lie in data folders: making one, inviting to it, listing its members.
 *
 * @module
 */
import {
  type AuthorityStated,
  type Clock,
  ED25519,
  MESH_SPACE,
  meshName,
  type Random,
  type Reader,
  type SiteCode,
} from "../../crdt/mod.ts";
import { isRevoked } from "../cuts.ts";
import {
  acceptAuthority,
  createAuthority,
  createInvitation,
  createMeshChain,
  listMembers,
  type MeshLog,
  type MeshPlace,
} from "../membership.ts";
import type { MeshFolders } from "../mesh_commands.ts";
import { configError, quote } from "../option_parser.ts";
import {
  makeReadmission,
  makeRevocation,
  type StatingNode,
  writeRootLog,
} from "../revocation.ts";
import { makeIssuer, makeReassignment } from "../rights_statements.ts";
import { LOGS, NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import {
  type DataFolder,
  type FolderIdentity,
  openDataFolder,
  readAddresses,
  readDataFolder,
  readRootKey,
} from "./data_folder.ts";
import { openSqliteStore } from "./sqlite_store.ts";
import { leaveRootLog, leaveStatements } from "./statement_inbox.ts";

/** Who founds a mesh, and its surroundings. */
export interface FounderOptions {
  /** The founder's roles. */
  readonly roles: readonly string[];
  /** The founder's site, if it has one. */
  readonly site: SiteCode | null;
  /** Time. */
  readonly clock: Clock;
  /** For keys. */
  readonly random: Random;
}

/**
 * Makes a mesh of an open folder: a root key, and a certificate for the folder's own key. A crash in between leaves a
 * root key that the next attempt uses.
 *
 * @param folder A folder that belongs to no mesh.
 * @param options Roles, site, time and randomness.
 * @returns The node's place in the new mesh.
 * @throws {PanalError} `config_invalid` if the folder belongs to a mesh already; `store_full`.
 */
export async function initMesh(
  folder: DataFolder,
  options: FounderOptions,
): Promise<MeshPlace> {
  const { roles, site, clock, random } = options;
  if (folder.place !== undefined) {
    throw configError(
      `The data folder ${
        quote(folder.path)
      } belongs to a mesh already: name another with --data`,
    );
  }
  if (await folder.rootSigner() === undefined) {
    await folder.saveRootKey(random.bytes(32));
  }
  // Read again, so that the chain stands on what is on the disk.
  const root = await folder.rootSigner();
  if (root === undefined) throw configError("The root key cannot be read");
  const seed = { root, own: folder.signer, roles, site, random };
  return await folder.saveCertificate(
    createMeshChain({ ...seed, now: clock.now() }),
  );
}

/** The surroundings of the `mesh` commands. */
export interface MeshFolderOptions {
  /** Time. */
  readonly clock: Clock;
  /** For keys, nonces and serial numbers. */
  readonly random: Random;
}

/**
 * What the `mesh` commands do with folders of this machine.
 *
 * @param options Time and randomness.
 * @returns The commands' folders; pass them to `runMesh`.
 */
export function createMeshFolders(options: MeshFolderOptions): MeshFolders {
  const { clock, random } = options;
  /** Makes statements and leaves them for the node, which writes them as soon as it runs. */
  const leave = async (
    path: string,
    make: (node: StatingNode) => AuthorityStated[],
  ) => {
    const identity = await readDataFolder(path);
    const place = placeOf(identity);
    const { signer } = identity;
    const root = await readRootKey(path);
    const facts = await readStore(
      identity.databasePath,
      (reader) =>
        make({
          place,
          signer,
          signatures: ED25519,
          root,
          reader,
          now: clock.now(),
          random,
        }),
    );
    if (facts === undefined) {
      throw configError(
        `The data folder ${quote(path)} has no store yet: its node never ran`,
      );
    }
    const options = { now: clock.now(), random };
    if (root !== undefined && facts.some(({ chain }) => chain === "")) {
      await leaveRootLog(path, writeRootLog(root, facts, options));
    } else await leaveStatements(path, facts);
    return facts.length;
  };
  return {
    async init(path, founder) {
      const folder = await openDataFolder(path, { random });
      try {
        const { root } = await initMesh(folder, { ...founder, ...options });
        return { mesh: meshName(root), peer: folder.peer };
      } finally {
        folder.close();
      }
    },
    async invite(path, scope, days) {
      const identity = await readDataFolder(path);
      const addresses = await readAddresses(path);
      const place = placeOf(identity);
      const { signer } = identity;
      const token = createInvitation(
        { place, signer, signatures: ED25519 },
        scope,
        {
          addresses,
          now: clock.now(),
          random,
          ...(days === undefined ? {} : { days }),
        },
      );
      return { token, reachable: addresses.length > 0 };
    },
    async members(path) {
      const identity = await readDataFolder(path);
      const place = placeOf(identity);
      const logs = await readStore(identity.databasePath, readMeshLogs);
      return listMembers(place, logs ?? [], ED25519);
    },
    async authority(path, peer) {
      const folder = await openKnownFolder(path, random);
      try {
        const root = await folder.rootSigner();
        if (root === undefined) {
          throw configError(
            `The data folder ${
              quote(path)
            } has no root.key: put the mesh's root key there for as long as this takes`,
          );
        }
        return createAuthority(root, peer, { now: clock.now(), random });
      } finally {
        folder.close();
      }
    },
    async accept(path, text) {
      const folder = await openKnownFolder(path, random);
      try {
        const place = placeOf(folder);
        const own = { place, signer: folder.signer, signatures: ED25519 };
        const options = { now: clock.now(), random };
        await folder.saveCertificate(acceptAuthority(own, text, options));
      } finally {
        folder.close();
      }
    },
    revoke: (path, peer) => leave(path, (node) => makeRevocation(node, peer)),
    readmit: (path, peer) => leave(path, (node) => makeReadmission(node, peer)),
    reassign: (path, from, to) =>
      leave(path, (node) => makeReassignment(node, { from, to })),
    async issuer(path, company, peer) {
      await leave(path, (node) => makeIssuer(node, { company, peer }));
    },
  };
}

/** Opens a folder that is there; no other is made. */
async function openKnownFolder(
  path: string,
  random: Random,
): Promise<DataFolder> {
  await readDataFolder(path);
  return await openDataFolder(path, { random });
}

function placeOf({ path, place }: FolderIdentity): MeshPlace {
  if (place !== undefined) return place;
  throw configError(
    `The data folder ${
      quote(path)
    } belongs to no mesh yet: start its node, or use mesh init`,
  );
}

/** Reads a node's store, also while the node writes to it. */
async function readStore<T>(
  databasePath: string,
  read: (reader: Reader) => T,
): Promise<T | undefined> {
  try {
    // Opening would make a store where there is none.
    await Deno.stat(databasePath);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const store = openSqliteStore(databasePath, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** The logs of `mesh` in a node's store. */
function readMeshLogs(reader: Reader): MeshLog[] {
  return reader.scan(LOGS).flatMap((row) => {
    const { space, public_key: publicKey, certificate: chain } = row;
    return space === MESH_SPACE && publicKey instanceof Uint8Array &&
        chain instanceof Uint8Array
      ? [{ publicKey, chain, revoked: isRevoked(reader, publicKey, chain) }]
      : [];
  });
}
