/**
 * The mark of a data folder whose node is being moved, or was: with the seal in it no node ever starts there again.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { PanalError } from "../../crdt/mod.ts";
import type { BackupMove } from "../backup/backup_manifest.ts";
import { quote } from "../option_parser.ts";
import { readIfAny, writeDurably } from "./durable_file.ts";

const MARK_FILE = "moved";

/** What the mark says. */
export interface MovedMark extends BackupMove {
  /** When the move was begun, in milliseconds since 1970. */
  readonly at: number;
  /** True once the folder is sealed. */
  readonly sealed: boolean;
}

const schema: z.ZodType<MovedMark> = z.strictObject({
  id: z.string().max(40),
  at: z.int().nonnegative(),
  sealed: z.boolean(),
  epochs: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
});

/**
 * Reads the mark of a folder.
 *
 * @param path The data folder.
 * @returns The mark; undefined for a folder without one.
 * @throws {PanalError} `data_folder_damaged` if it cannot be read: such a folder may have been moved.
 */
export async function readMovedMark(
  path: string,
): Promise<MovedMark | undefined> {
  const bytes = await readIfAny(join(path, MARK_FILE));
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new PanalError(
      "data_folder_damaged",
      `Cannot use the data folder ${
        quote(path)
      }: the file "${MARK_FILE}" in it is damaged: its node may have been moved`,
    );
  }
}

/**
 * Writes the mark of a folder, durably.
 *
 * @param path The data folder.
 * @param mark What it says.
 */
export async function writeMovedMark(
  path: string,
  mark: MovedMark,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(mark)}\n`);
  await writeDurably(join(path, MARK_FILE), bytes);
}

/**
 * Refuses a folder whose node was moved.
 *
 * @param path The data folder.
 * @throws {PanalError} `data_folder_moved`, `data_folder_damaged`.
 */
export async function checkNotMoved(path: string): Promise<void> {
  const mark = await readMovedMark(path);
  if (mark?.sealed !== true) return;
  const at = new Date(mark.at).toISOString();
  throw new PanalError(
    "data_folder_moved",
    `Cannot use the data folder ${
      quote(path)
    }: its node was moved to another machine at ${at} and goes on there; here it never starts again`,
  );
}
