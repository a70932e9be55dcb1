/**
 * How many bytes a data folder takes, and how many its disk has left.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { FolderSpace } from "../mesh/mesh_use_cases.ts";

/** Folders within a data folder are not deeper than this. */
const DEPTH_MAX = 4;

/**
 * Makes the reading of a folder's room.
 *
 * @param path The data folder.
 * @returns Reads it now; what the system does not tell is null.
 */
export function createFolderSpace(path: string): () => Promise<FolderSpace> {
  return async () => ({
    folderBytes: await bytesIn(path, DEPTH_MAX).catch(() => null),
    // Whoever runs the node may have kept it from asking.
    freeBytes: await statfs(path).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
  });
}

async function bytesIn(path: string, depth: number): Promise<number> {
  let bytes = 0;
  for await (const { name, isFile, isDirectory } of Deno.readDir(path)) {
    const inner = join(path, name);
    if (isFile) bytes += await sizeOf(inner);
    if (isDirectory && depth > 0) bytes += await bytesIn(inner, depth - 1);
  }
  return bytes;
}

/** A file that goes while the folder is read takes nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
