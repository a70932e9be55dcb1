/**
 * The files of the task `audit`: data folders that nobody uses meanwhile, and bundles.
 *
 * @module
 */
import { PanalError, type Random } from "../../crdt/mod.ts";
import type { AuditFiles } from "../audit_command.ts";
import { BUNDLE_BYTES_MAX } from "../limits.ts";
import { configError, quote } from "../option_parser.ts";
import { fileFailure } from "./durable_file.ts";
import { openFolderStore } from "./rebuild_folder.ts";

/**
 * The files of this machine.
 *
 * @param random For what a new folder would need; nothing is drawn.
 * @returns The files.
 */
export function createAuditFiles(random: Random): AuditFiles {
  return {
    openFolder: (path) => openFolderStore(path, random),
    readBundle,
    writeBundle,
  };
}

async function readBundle(path: string): Promise<Uint8Array> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw configError(`${quote(path)} is no file`);
    if (size > BUNDLE_BYTES_MAX) {
      throw new PanalError(
        "bundle_invalid",
        `Cannot read ${quote(path)}: it is longer than a bundle may be`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw configError(`There is no file ${quote(path)}`);
    }
    throw fileFailure(`read ${quote(path)}`, error);
  }
}

/** Writes a new file; one that fails half way is taken away again. */
async function writeBundle(
  path: string,
  pieces: Iterable<Uint8Array>,
): Promise<number> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw configError(`There is a file ${quote(path)} already: name another`);
    }
    if (error instanceof Deno.errors.NotFound) {
      throw configError(`There is no folder for ${quote(path)}`);
    }
    throw fileFailure(`write ${quote(path)}`, error);
  }
  let bytes = 0;
  try {
    for (const piece of pieces) {
      bytes += piece.length;
      if (bytes > BUNDLE_BYTES_MAX) {
        throw configError("The bundle is too long: name fewer days");
      }
      for (let rest = piece; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
    }
    await file.sync();
    file.close();
    return bytes;
  } catch (error) {
    file.close();
    await Deno.remove(path);
    throw fileFailure(`write ${quote(path)}`, error);
  }
}
