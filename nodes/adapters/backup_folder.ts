/**
 * A backup's folder on a disk: parts are written beside, synced and never changed afterwards; the manifest is replaced
 * at once. One process at a time has it, held by a lock of the operating system.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { PanalError } from "../../crdt/mod.ts";
import {
  type BackupManifest,
  type BackupPart,
  damagedBackup,
  encodeManifest,
  MANIFEST_BYTES_MAX,
  MANIFEST_FILE,
  parseManifest,
  PART_NAME,
} from "../backup/backup_manifest.ts";
import type { BackupFolder, PartWriter } from "../backup/backup_ports.ts";
import { FRAME_BYTES_MAX, FRAME_PREFIX_BYTES } from "../backup/backup_rows.ts";
import { quote } from "../option_parser.ts";
import { makeFolder } from "./data_folder.ts";
import {
  readIfAny,
  removeIfAny,
  SECRET_MODE,
  syncFolder,
  writeDurably,
} from "./durable_file.ts";

const LOCK_FILE = "lock";
const RESTORED_FILE = "restored";
/** What was written is moved to the disk each time so many bytes came: a burst would hold up other writers. */
const SYNC_BYTES = 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** How a folder is opened. */
export interface BackupFolderOptions {
  /** True to make it if it is not there; otherwise that is an error. */
  readonly make: boolean;
}

/**
 * Opens a backup's folder.
 *
 * @param path The folder.
 * @param options Whether it is made.
 * @returns The folder, locked until `close` or the end of the process.
 * @throws {PanalError} `backup_failed` if it cannot be used, also because another backup is being made into it.
 */
export async function openBackupFolder(
  path: string,
  { make }: BackupFolderOptions,
): Promise<BackupFolder> {
  try {
    if (make) await makeFolder(path);
    else if (!(await Deno.stat(path)).isDirectory) throw notThere(path);
    await checkContents(path);
    return new OpenBackupFolder(path, await lockFolder(path, make));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !make) throw notThere(path);
    throw folderFailure(path, error);
  }
}

function notThere(path: string): PanalError {
  return new PanalError(
    "backup_failed",
    `There is no backup ${quote(path)}: name its folder`,
  );
}

/** A folder that holds other things is somebody's mistake: nothing is mixed into it. */
async function checkContents(path: string): Promise<void> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  const known = new Set([LOCK_FILE, MANIFEST_FILE, `${MANIFEST_FILE}.new`]);
  const others = names.filter((name) =>
    !known.has(name) && !PART_NAME.test(name) && name !== "lost+found"
  );
  if (names.includes(MANIFEST_FILE) || others.length === 0) return;
  throw new PanalError(
    "backup_failed",
    `Cannot use ${quote(path)} for a backup: it is not empty (${
      quote(others[0] ?? "")
    }): name a folder of its own`,
  );
}

/** Reading a backup from a disk that may not be written needs no lock. */
async function lockFolder(
  path: string,
  needed: boolean,
): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(join(path, LOCK_FILE), {
      create: true,
      write: true,
      mode: SECRET_MODE,
    });
  } catch (error) {
    if (needed) throw error;
    return undefined;
  }
  if (await file.tryLock(true)) return file;
  file.close();
  throw new PanalError(
    "backup_failed",
    `Cannot use the backup ${
      quote(path)
    }: another program is using it; wait for its end`,
  );
}

class OpenBackupFolder implements BackupFolder {
  readonly path: string;
  readonly #lock: Deno.FsFile | undefined;

  constructor(path: string, lock: Deno.FsFile | undefined) {
    this.path = path;
    this.#lock = lock;
  }

  async readManifest(): Promise<BackupManifest | undefined> {
    const file = join(this.path, MANIFEST_FILE);
    let bytes: Uint8Array;
    try {
      const { size } = await Deno.stat(file);
      if (size > MANIFEST_BYTES_MAX) {
        throw damagedBackup(this.path, `${MANIFEST_FILE} is too long`);
      }
      bytes = await Deno.readFile(file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw folderFailure(this.path, error);
    }
    return parseManifest(bytes, this.path);
  }

  async createPart(file: string): Promise<PartWriter> {
    const path = join(this.path, file);
    try {
      await removeIfAny(path);
      return new OpenPart(
        { folder: this.path, file },
        await Deno.open(path, {
          write: true,
          createNew: true,
          mode: SECRET_MODE,
        }),
      );
    } catch (error) {
      throw folderFailure(this.path, error);
    }
  }

  *frames(part: BackupPart): Generator<Uint8Array> {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(join(this.path, part.file));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw damagedBackup(this.path, `${part.file} is missing`);
      }
      throw folderFailure(this.path, error);
    }
    try {
      yield* readFrames(this.path, part, file);
    } finally {
      file.close();
    }
  }

  async writeManifest(manifest: BackupManifest): Promise<void> {
    try {
      // The parts' names must be durable before what names them.
      await syncFolder(this.path);
      const bytes = encodeManifest(manifest);
      const options = { mode: SECRET_MODE };
      await writeDurably(join(this.path, MANIFEST_FILE), bytes, options);
    } catch (error) {
      throw folderFailure(this.path, error);
    }
  }

  async readRestored(): Promise<string | undefined> {
    try {
      const bytes = await readIfAny(join(this.path, RESTORED_FILE));
      return bytes && new TextDecoder().decode(bytes).trim();
    } catch (error) {
      throw folderFailure(this.path, error);
    }
  }

  async writeRestored(where: string | undefined): Promise<void> {
    const path = join(this.path, RESTORED_FILE);
    try {
      if (where === undefined) return await removeIfAny(path);
      await writeDurably(path, new TextEncoder().encode(`${where}\n`));
    } catch (error) {
      throw folderFailure(this.path, error);
    }
  }

  async removeOthers(named: ReadonlySet<string>): Promise<void> {
    try {
      const others: string[] = [];
      for await (const { name } of Deno.readDir(this.path)) {
        if (PART_NAME.test(name) && !named.has(name)) others.push(name);
      }
      for (const name of others) await removeIfAny(join(this.path, name));
    } catch (error) {
      throw folderFailure(this.path, error);
    }
  }

  close(): void {
    // A process that is being started beside this one has the file too, until its own program runs.
    this.#lock?.unlockSync();
    this.#lock?.close();
  }
}

class OpenPart implements PartWriter {
  readonly #place: { readonly folder: string; readonly file: string };
  readonly #file: Deno.FsFile;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #unsynced = 0;
  #closed = false;

  constructor(
    place: { readonly folder: string; readonly file: string },
    file: Deno.FsFile,
  ) {
    this.#place = place;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      this.#hash.update(bytes);
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await this.#file.write(rest));
      }
      this.#bytes += bytes.length;
      this.#unsynced += bytes.length;
      if (this.#unsynced < SYNC_BYTES) return;
      await this.#file.syncData();
      this.#unsynced = 0;
    } catch (error) {
      throw folderFailure(this.#place.folder, error);
    }
  }

  async finish(): Promise<BackupPart> {
    try {
      await this.#file.sync();
    } catch (error) {
      throw folderFailure(this.#place.folder, error);
    }
    this.abandon();
    const { file } = this.#place;
    return { file, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}

function* readFrames(
  folder: string,
  part: BackupPart,
  file: Deno.FsFile,
): Generator<Uint8Array> {
  const hash = createHash("sha256");
  const wrong = (what: string) => damagedBackup(folder, `${part.file} ${what}`);
  const { size } = guarded(folder, () => file.statSync());
  if (size !== part.bytes) throw wrong("has not the length that it had");
  let left = size;
  const read = (length: number): Uint8Array => {
    if (length > left) throw wrong("was changed: it ends within a row");
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const end = Math.min(length, at + READ_BYTES);
      const part = bytes.subarray(at, end);
      const count = guarded(folder, () => file.readSync(part));
      if (count === null) throw wrong("became shorter while it was read");
      at += count;
    }
    hash.update(bytes);
    left -= length;
    return bytes;
  };
  while (left > 0) {
    const prefix = read(FRAME_PREFIX_BYTES);
    const length = new DataView(prefix.buffer).getUint32(0);
    if (length > FRAME_BYTES_MAX) throw wrong("was changed");
    yield read(length);
  }
  if (hash.digest("hex") !== part.sha256) throw wrong("was changed");
}

function guarded<T>(folder: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw folderFailure(folder, error);
  }
}

/** What an error of the system means for whoever makes a backup. */
function folderFailure(path: string, error: unknown): unknown {
  if (error instanceof PanalError) {
    return error.code.startsWith("backup_")
      ? error
      : folderFailure(path, error.cause ?? error.message);
  }
  const code = error instanceof Error
    ? (error as { readonly code?: unknown }).code
    : undefined;
  const why = WHY[String(code)] ??
    (error instanceof Deno.errors.NotCapable
      ? "the program was started without permission"
      : `${error instanceof Error ? error.message : error}`.replaceAll(
        /\s+/g,
        " ",
      ));
  return new PanalError(
    code === "ENOSPC" || code === "EDQUOT" ? "store_full" : "backup_failed",
    `Cannot use the backup folder ${
      quote(path)
    }: ${why}. The backup before, if there was one, stands`,
    { cause: error },
  );
}

const GONE = "the disk is gone or does not answer: was it pulled out?";
const WHY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EACCES: "the system does not permit it: give this user rights to it",
  EPERM: "the system does not permit it: give this user rights to it",
  EROFS: "the disk is read-only",
  ENOTDIR: "a file stands where a folder should be",
  EEXIST: "a file stands where a folder should be",
  EIO: GONE,
  ENODEV: GONE,
  ENXIO: GONE,
  ENOENT: GONE,
  ESTALE: GONE,
};
