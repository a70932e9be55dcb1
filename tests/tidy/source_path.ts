/**
 * Names of the project's files as the rules speak of them: relative to the project's folder, with `/` between parts.
 * Kept apart so that the lint plugin and the ordinary tests mean the same file by the same text.
 *
 * @module
 */

/** The project's folder as a `file:` address that ends in `/`. */
export const PROJECT_URL: URL = new URL("../../", import.meta.url);

/**
 * Names a file as the rules do.
 *
 * @param filename An absolute path, a `file:` address or a path inside the project.
 * @returns The path inside the project, such as `crdt/ids.ts`; a file elsewhere keeps its whole path.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(sourcePath("crdt/ids.ts"), "crdt/ids.ts");
 * strictEqual(sourcePath(new URL("net/limits.ts", PROJECT_URL).href), "net/limits.ts");
 * ```
 */
export function sourcePath(filename: string): string {
  const address = filename.startsWith("file:")
    ? new URL(filename)
    : new URL(encodeURI(filename.replaceAll("\\", "/")), PROJECT_URL);
  const path = decodeURI(address.pathname);
  const folder = decodeURI(PROJECT_URL.pathname);
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}

/**
 * Finds the file that an import means.
 *
 * @param from The importing file, as `sourcePath` names it.
 * @param specifier What the import names.
 * @returns The imported file, named the same way, or undefined if it is a library.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(importedPath("net/frame.ts", "../crdt/ids.ts"), "crdt/ids.ts");
 * strictEqual(importedPath("web/app.ts", "hono"), undefined);
 * ```
 */
export function importedPath(
  from: string,
  specifier: string,
): string | undefined {
  if (!/^(\.{1,2}\/|\/|file:)/.test(specifier)) return undefined;
  return sourcePath(
    new URL(specifier, new URL(encodeURI(from), PROJECT_URL)).href,
  );
}

/**
 * Lists the project's files, leaving out what git does not keep.
 *
 * @param folder Where to look, as `sourcePath` names it, ending in `/`; the whole project if empty.
 * @returns The files' paths, sorted.
 */
export async function listFiles(folder = ""): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, PROJECT_URL))) {
    if (isUntracked(entry.name)) continue;
    const path = folder + entry.name;
    if (entry.isDirectory) files.push(...await listFiles(`${path}/`));
    else if (entry.isFile) files.push(path);
  }
  return files.sort();
}

/**
 * Tells whether a name is one that `.gitignore` leaves out, or git's own folder.
 *
 * @param name The name of a file or folder, without its path.
 * @returns True if it is no part of the project.
 */
export function isUntracked(name: string): boolean {
  return [".git", "node_modules", "data", "dist", "coverage"].includes(name) ||
    name.endsWith(".log");
}
