/**
 * The folder in which a node keeps everything: its keys, its certificate, its fingerprint, its addresses and its store.
 * One process at a time has it open, held by a lock of the operating system that ends with the process.
 *
 * @module
 */
import { dirname, join } from "node:path";
import {
  ED25519,
  equalBytes,
  PanalError,
  type PeerId,
  peerIdOf,
  type Random,
  type Signer,
} from "../../crdt/mod.ts";
import { type MeshPlace, readMeshPlace } from "../membership.ts";
import { configError, quote } from "../option_parser.ts";
import {
  fileFailure,
  protectSecret,
  readIfAny,
  SECRET_MODE,
  syncFolder,
  writeDurably,
} from "./durable_file.ts";
import { fingerprintOf, readMachine } from "./fingerprint.ts";
import { checkNotMoved } from "./moved_mark.ts";

/** Names of the files in a data folder. */
export const DATA_FILES = {
  database: "node.db",
  peerKey: "peer.key",
  rootKey: "root.key",
  certificate: "certificate",
  fingerprint: "fingerprint",
  addresses: "addresses.json",
  lock: "lock",
} as const;

/** How often a locked folder is tried. */
const LOCK_ATTEMPTS = 5;
/** Wait between two attempts, in milliseconds. */
const LOCK_PAUSE_MS = 40;

/** Who the node of a folder is. */
export interface FolderIdentity {
  /** The folder. */
  readonly path: string;
  /** The file of the store. */
  readonly databasePath: string;
  /** The secret of the node's key, 32 bytes. */
  readonly seed: Uint8Array;
  /** Signs with the node's key. */
  readonly signer: Signer;
  /** The node's peer id. */
  readonly peer: PeerId;
  /** Its mesh and certificate; undefined before it has joined one. */
  readonly place: MeshPlace | undefined;
}

/** A data folder that this process has to itself. */
export interface DataFolder extends FolderIdentity {
  /**
   * True if this is a copy, or was restored: the node must open new logs before it writes, and then call
   * `acceptFingerprint`.
   */
  readonly fingerprintChanged: boolean;
  /** Notes that new logs are open, durably: this folder is the original from now on. */
  acceptFingerprint(): Promise<void>;
  /** The mesh's root key, where the mesh was made; else undefined. */
  rootSigner(): Promise<Signer | undefined>;
  /**
   * Stores a new root key.
   *
   * @param seed 32 random bytes.
   */
  saveRootKey(seed: Uint8Array): Promise<void>;
  /**
   * Stores the node's certificate chain: the first, or a renewed one. Open the store only after the first.
   *
   * @param chain The chain's bytes.
   * @returns The node's new place, which `place` shows from now on.
   * @throws {PanalError} `invalid_certificate` if it does not verify, is another node's, or of another mesh.
   */
  saveCertificate(chain: Uint8Array): Promise<MeshPlace>;
  /**
   * Stores where the node can be dialed, for invitations.
   *
   * @param addresses Multiaddrs that end in the node's peer id.
   */
  saveAddresses(addresses: readonly string[]): Promise<void>;
  /** Lets go of the folder; a second call does nothing. */
  close(): void;
}

/** What opening a folder needs. */
export interface DataFolderOptions {
  /** For the key of a new folder. */
  readonly random: Random;
  /** What names the machine, for tests. */
  readonly machine?: string;
  /** True to open one whose node was moved, to read it; otherwise that is refused. */
  readonly moved?: boolean;
}

/**
 * Opens a data folder, or makes a new one with a new key.
 *
 * @param path The folder.
 * @param options Randomness.
 * @returns The folder, locked until `close` or the end of the process.
 * @throws {PanalError} `data_folder_locked`, `data_folder_moved`, `data_folder_damaged`, `store_full`, or
 * `config_invalid` if the folder may not be written.
 */
export async function openDataFolder(
  path: string,
  options: DataFolderOptions,
): Promise<DataFolder> {
  const lock = await lockFolder(path);
  try {
    if (options.moved !== true) await checkNotMoved(path);
    const identity = await readIdentity(path) ??
      await createIdentity(path, options.random);
    const machine = options.machine ?? await readMachine();
    await checkRootKey(identity);
    for (const file of ["peerKey", "rootKey"] as const) {
      await protectSecret(join(path, DATA_FILES[file]));
    }
    const print = await checkFingerprint(identity, machine);
    const folder = new OpenDataFolder({ identity, lock, ...print });
    if (!print.changed && !print.same) await folder.acceptFingerprint();
    return folder;
  } catch (error) {
    lock.close();
    throw fileFailure(`use the data folder ${quote(path)}`, error);
  }
}

/**
 * Reads who the node of a folder is, without locking or changing anything: also while that node runs.
 *
 * @param path The folder.
 * @returns The node's key and certificate.
 * @throws {PanalError} `config_invalid` if it is no data folder, `data_folder_damaged`.
 */
export async function readDataFolder(path: string): Promise<FolderIdentity> {
  const identity = await readIdentity(path);
  if (identity !== undefined) return identity;
  throw configError(
    `There is no data folder ${
      quote(path)
    }: name the folder of a node with --data`,
  );
}

/**
 * Where the node of a folder can be dialed, as it noted when it last ran.
 *
 * @param path The folder.
 * @returns Multiaddrs; none if it never ran.
 * @throws {PanalError} `data_folder_damaged`.
 */
export async function readAddresses(path: string): Promise<readonly string[]> {
  const bytes = await readIfAny(join(path, DATA_FILES.addresses));
  if (bytes === undefined) return [];
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (Array.isArray(value) && value.every((it) => typeof it === "string")) {
      return value;
    }
  } catch {
    // Reported below.
  }
  throw damaged(path, "addresses", "start the node on it to write it again");
}

/**
 * The mesh's root key, if it lies in a folder; also while a node runs there.
 *
 * @param path The folder.
 * @returns The key, or undefined.
 * @throws {PanalError} `data_folder_damaged`.
 */
export async function readRootKey(path: string): Promise<Signer | undefined> {
  const seed = await readKey(path, "rootKey");
  return seed === undefined ? undefined : ED25519.signer(seed);
}

/** A lock that is released by the system when the process ends, however it ends. */
async function lockFolder(path: string): Promise<Deno.FsFile> {
  const doing = `use the data folder ${quote(path)}`;
  let file: Deno.FsFile;
  try {
    await makeFolder(path);
    file = await Deno.open(join(path, DATA_FILES.lock), {
      create: true,
      write: true,
      mode: SECRET_MODE,
    });
  } catch (error) {
    throw fileFailure(doing, error);
  }
  try {
    // A program that this one starts holds the lock for the instant between its fork and its exec.
    for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
      if (await file.tryLock(true)) return file;
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
  } catch (error) {
    file.close();
    throw fileFailure(doing, error);
  }
  file.close();
  throw new PanalError(
    "data_folder_locked",
    `Cannot ${doing}: a node is running on it; stop that, or name another folder with --data`,
  );
}

/**
 * Makes a folder, durably and for its owner alone.
 *
 * @param path The folder; nothing happens if it is there.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isDirectory) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(path));
}

async function readIdentity(path: string): Promise<FolderIdentity | undefined> {
  const seed = await readKey(path, "peerKey");
  const chain = await readIfAny(join(path, DATA_FILES.certificate));
  const databasePath = join(path, DATA_FILES.database);
  const marked = await exists(join(path, DATA_FILES.fingerprint));
  if (seed === undefined) {
    if (chain === undefined && !marked && !await exists(databasePath)) {
      return undefined;
    }
    throw damaged(path, "peerKey", "restore it from a backup");
  }
  // The fingerprint is first stored after the certificate, so it tells that there was one.
  if (chain === undefined && marked) {
    throw damaged(path, "certificate", "restore it from a backup");
  }
  const signer = ED25519.signer(seed);
  const place = chain === undefined
    ? undefined
    : readMeshPlace(chain, signer.publicKey, ED25519);
  if (place?.ok === false) {
    throw damaged(
      path,
      "certificate",
      `${place.error}; restore it from a backup`,
    );
  }
  return {
    path,
    databasePath,
    seed,
    signer,
    peer: peerIdOf(signer.publicKey),
    place: place?.value,
  };
}

async function createIdentity(
  path: string,
  random: Random,
): Promise<FolderIdentity> {
  const seed = random.bytes(32);
  await writeDurably(join(path, DATA_FILES.peerKey), seed, {
    mode: SECRET_MODE,
  });
  const signer = ED25519.signer(seed);
  return {
    path,
    databasePath: join(path, DATA_FILES.database),
    seed,
    signer,
    peer: peerIdOf(signer.publicKey),
    place: undefined,
  };
}

async function readKey(
  path: string,
  file: "peerKey" | "rootKey",
): Promise<Uint8Array | undefined> {
  const name = join(path, DATA_FILES[file]);
  const seed = await readIfAny(name);
  if (seed === undefined) return undefined;
  if (seed.length !== 32) {
    throw damaged(path, file, "it is no key; restore it from a backup");
  }
  return seed;
}

async function checkRootKey({ path, place }: FolderIdentity): Promise<void> {
  const seed = await readKey(path, "rootKey");
  if (seed === undefined || place === undefined) return;
  if (!equalBytes(ED25519.signer(seed).publicKey, place.root)) {
    throw damaged(
      path,
      "rootKey",
      "it is the key of another mesh; restore it from a backup",
    );
  }
}

/** How a folder's fingerprint compares with the one stored. */
interface FingerprintCheck {
  readonly current: string;
  /** True if the stored one is the same. */
  readonly same: boolean;
  /** True if it is another, and there are logs. */
  readonly changed: boolean;
}

async function checkFingerprint(
  { path, databasePath }: FolderIdentity,
  machine: string,
): Promise<FingerprintCheck> {
  const current = await fingerprintOf(join(path, DATA_FILES.peerKey), machine);
  const stored = await readIfAny(join(path, DATA_FILES.fingerprint));
  const same = stored !== undefined &&
    new TextDecoder().decode(stored).trim() === current;
  // Without a store there is no log that could be continued twice.
  return { current, same, changed: !same && await exists(databasePath) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw fileFailure(`read ${quote(path)}`, error);
  }
}

function damaged(
  path: string,
  file: keyof typeof DATA_FILES,
  advice: string,
): PanalError {
  return new PanalError(
    "data_folder_damaged",
    `Cannot use the data folder ${quote(path)}: ${
      DATA_FILES[file]
    } is missing or damaged: ${advice}`,
  );
}

class OpenDataFolder implements DataFolder {
  readonly path: string;
  readonly databasePath: string;
  readonly seed: Uint8Array;
  readonly signer: Signer;
  readonly peer: PeerId;
  readonly fingerprintChanged: boolean;
  readonly #fingerprint: string;
  readonly #lock: Deno.FsFile;
  #place: MeshPlace | undefined;
  #closed = false;

  constructor(
    parts: {
      readonly identity: FolderIdentity;
      readonly lock: Deno.FsFile;
    } & FingerprintCheck,
  ) {
    const { path, databasePath, seed, signer, peer, place } = parts.identity;
    this.path = path;
    this.databasePath = databasePath;
    this.seed = seed;
    this.signer = signer;
    this.peer = peer;
    this.#place = place;
    this.fingerprintChanged = parts.changed;
    this.#fingerprint = parts.current;
    this.#lock = parts.lock;
  }

  get place(): MeshPlace | undefined {
    return this.#place;
  }

  async acceptFingerprint(): Promise<void> {
    // It tells that there is a certificate, see readIdentity.
    if (this.#place === undefined) return;
    await this.#write("fingerprint", encode(`${this.#fingerprint}\n`));
  }

  async rootSigner(): Promise<Signer | undefined> {
    return await readRootKey(this.path);
  }

  async saveRootKey(seed: Uint8Array): Promise<void> {
    await this.#write("rootKey", seed, SECRET_MODE);
  }

  async saveCertificate(chain: Uint8Array): Promise<MeshPlace> {
    const place = readMeshPlace(chain, this.signer.publicKey, ED25519);
    const before = this.#place?.root;
    if (!place.ok || (before && !equalBytes(before, place.value.root))) {
      throw new PanalError(
        "invalid_certificate",
        `Cannot store the certificate: ${
          place.ok ? "it is of another mesh" : place.error
        }`,
      );
    }
    await this.#write("certificate", chain);
    this.#place = place.value;
    if (!this.fingerprintChanged) await this.acceptFingerprint();
    return place.value;
  }

  async saveAddresses(addresses: readonly string[]): Promise<void> {
    await this.#write("addresses", encode(`${JSON.stringify(addresses)}\n`));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lock.close();
  }

  async #write(
    file: keyof typeof DATA_FILES,
    content: Uint8Array,
    mode = 0o644,
  ): Promise<void> {
    if (this.#closed) {
      throw new PanalError(
        "store_closed",
        `Cannot write to the data folder ${quote(this.path)}: it was closed`,
      );
    }
    await writeDurably(join(this.path, DATA_FILES[file]), content, { mode });
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
