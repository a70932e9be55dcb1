/**
 * Small files that are whole or absent, also after a crash: written beside, synced, renamed, and the folder synced.
 *
 * @module
 */
import { dirname } from "node:path";
import { type ErrorCode, PanalError } from "../../crdt/mod.ts";
import { quote } from "../option_parser.ts";

/** Mode of files that hold a secret. */
export const SECRET_MODE = 0o600;
/** Largest small file that is read, in bytes. */
export const SMALL_FILE_BYTES_MAX = 1024 * 1024;

/**
 * Writes a file so that a crash leaves the old content or the new one. One writer at a time.
 *
 * @param path The file.
 * @param content Its new content.
 * @param options Its mode; 0644 if left out.
 * @throws {PanalError} `store_full` or `config_invalid` (it may not be written).
 */
export async function writeDurably(
  path: string,
  content: Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const beside = `${path}.new`;
  try {
    await removeIfAny(beside);
    using file = await Deno.open(beside, {
      write: true,
      createNew: true,
      mode: options.mode ?? 0o644,
    });
    let rest = content;
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    await file.sync();
    await Deno.rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw fileFailure(`write ${quote(path)}`, error);
  }
}

/**
 * Makes the names in a folder durable. Where folders cannot be synced (Windows), the system does it by itself.
 *
 * @param path The folder.
 */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}

/**
 * Reads a small file.
 *
 * @param path The file.
 * @returns Its content, or undefined if there is none.
 * @throws {PanalError} `data_folder_damaged` if it cannot be read or is far too large.
 */
export async function readIfAny(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > SMALL_FILE_BYTES_MAX) {
      throw new PanalError(
        "data_folder_damaged",
        `Cannot read ${quote(path)}: it is no file of a node`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fileFailure(`read ${quote(path)}`, error);
  }
}

/**
 * Takes the rights to a secret from everybody but its owner: a backup may have come back with more.
 *
 * @param path The file; nothing happens if there is none, or if it is somebody else's.
 */
export async function protectSecret(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    const { mode } = await Deno.stat(path);
    if (((mode ?? 0) & 0o077) !== 0) await Deno.chmod(path, SECRET_MODE);
  } catch (error) {
    const harmless = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied;
    if (!harmless) throw error;
  }
}

/**
 * Removes a file.
 *
 * @param path The file; nothing happens if there is none.
 */
export async function removeIfAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * What an error of the file system means for whoever started the node.
 *
 * @param doing What was being done, e.g. `write "data/peer.key"`.
 * @param error What was thrown.
 * @returns A PanalError with the error as its cause; a PanalError as it is.
 */
export function fileFailure(doing: string, error: unknown): PanalError {
  if (error instanceof PanalError) return error;
  const [code, why] = reasonOf(error);
  return new PanalError(code, `Cannot ${doing}: ${why}`, { cause: error });
}

const RIGHTS = "give this user rights to it, or name another with --data";

function reasonOf(error: unknown): [ErrorCode, string] {
  if (error instanceof Deno.errors.NotCapable) {
    return ["config_invalid", "the program was started without permission"];
  }
  switch (systemCode(error)) {
    case "EACCES":
    case "EPERM":
      return ["config_invalid", `the system does not permit it: ${RIGHTS}`];
    case "EROFS":
      return ["config_invalid", `the disk is read-only: ${RIGHTS}`];
    case "ENOTDIR":
    case "EEXIST":
      return [
        "config_invalid",
        "a file stands where a folder should be: name another with --data",
      ];
    case "ENAMETOOLONG":
      return ["config_invalid", "the name is too long"];
    case "ENOSPC":
    case "EDQUOT":
      return ["store_full", "the disk is full"];
    default: {
      const text = error instanceof Error ? error.message : String(error);
      return ["data_folder_damaged", text.replaceAll(/\s+/g, " ")];
    }
  }
}

function systemCode(error: unknown): unknown {
  return error instanceof Error
    ? (error as { readonly code?: unknown }).code
    : undefined;
}
