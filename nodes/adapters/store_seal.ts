/**
 * A seal on the store of a stopped node: the digest of its file, written when the node has ended in order and broken
 * when it starts again. It tells that somebody or something has changed a byte meanwhile, which SQLite does not.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import {
  readIfAny,
  removeIfAny,
  syncFolder,
  writeDurably,
} from "./durable_file.ts";

/** Whether a store is as its node left it; `unsealed` if that did not end in order, or the file is too long. */
export type SealState = "right" | "changed" | "unsealed";

/** Stores beyond this length are not sealed: reading them would hold up a stop, in bytes. */
const SEALED_BYTES_MAX = 1024 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

function sealOf(databasePath: string): string {
  return `${databasePath}.sha256`;
}

/**
 * Compares a store with its seal. Nobody may have the store open.
 *
 * @param databasePath The store's file.
 * @returns What was found; the seal stays.
 */
export async function checkSeal(databasePath: string): Promise<SealState> {
  const seal = await readIfAny(sealOf(databasePath));
  if (seal === undefined) return "unsealed";
  const digest = await digestOf(databasePath);
  const stored = new TextDecoder().decode(seal).trim();
  return digest === stored ? "right" : "changed";
}

/**
 * Takes the seal away, durably: the store may be written to from now on.
 *
 * @param databasePath The store's file.
 */
export async function breakSeal(databasePath: string): Promise<void> {
  await removeIfAny(sealOf(databasePath));
  await syncFolder(dirname(databasePath));
}

/**
 * Seals a store that was closed.
 *
 * @param databasePath The store's file.
 */
export async function sealStore(databasePath: string): Promise<void> {
  const digest = await digestOf(databasePath);
  if (digest === undefined) return;
  const text = new TextEncoder().encode(`${digest}\n`);
  await writeDurably(sealOf(databasePath), text);
}

/** The digest of a store's file and of what SQLite keeps beside it while somebody else reads it. */
async function digestOf(databasePath: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const path of [databasePath, `${databasePath}-wal`]) {
    hash.update(`${path.length - databasePath.length}\n`);
    const buffer = new Uint8Array(READ_BYTES);
    using file = await openIfAny(path);
    if (file === undefined) continue;
    for (;;) {
      const read = await file.read(buffer);
      if (read === null) break;
      bytes += read;
      if (bytes > SEALED_BYTES_MAX) return undefined;
      hash.update(buffer.subarray(0, read));
    }
  }
  return hash.digest("hex");
}

async function openIfAny(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
