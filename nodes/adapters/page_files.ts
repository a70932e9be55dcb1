/**
 * Reads the files of the pages, once, when a node starts: they are small, and a node then answers with the pages of one
 * version whatever is bundled beside it.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { err, ok, type Result } from "../../crdt/mod.ts";
import {
  type ListedPageFile,
  type PageFile,
  parsePageList,
} from "../page_files.ts";

/** Where `deno task bundle` puts them. */
const FOLDER = fileURLToPath(new URL("../../web/ui/dist/", import.meta.url));

/**
 * Reads the files of the pages.
 *
 * @param folder Where they are; what `deno task bundle` made if left out.
 * @returns The files, or why they cannot be had. A node runs without pages too.
 */
export async function readPageFiles(
  folder: string = FOLDER,
): Promise<Result<readonly PageFile[], string>> {
  try {
    const listed = parsePageList(
      await Deno.readTextFile(join(folder, "assets.json")),
    );
    return listed === undefined
      ? err("The list of the pages' files is damaged")
      : ok(await Promise.all(listed.map((file) => readFile(folder, file))));
  } catch (error) {
    return err(String(error));
  }
}

async function readFile(
  folder: string,
  listed: ListedPageFile,
): Promise<PageFile> {
  const at = join(folder, listed.file);
  const [body, br, gzip] = await Promise.all([
    Deno.readFile(at),
    readSmaller(`${at}.br`),
    readSmaller(`${at}.gz`),
  ]);
  return { ...listed, body, ...br && { br }, ...gzip && { gzip } };
}

/** A compressed form; undefined where there is none. */
async function readSmaller(
  at: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(at);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
