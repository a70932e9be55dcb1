/**
 * Checking a SQLite file's structure and making its indexes again, for a file that somebody or something has
 * changed: what an index says is believed nowhere after that.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { PanalError } from "../../crdt/mod.ts";
import { sqliteFailure } from "./sqlite_failure.ts";

/**
 * Checks a file's structure, and makes all indexes again from their tables where they are wrong.
 *
 * @param path The file, which nobody has open.
 * @throws {PanalError} `data_folder_damaged` if the file's structure is broken beyond its indexes.
 */
export function repairSqlite(path: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    if (integrityOf(database) === "ok") return;
    database.prepare("REINDEX").run();
    const found = integrityOf(database);
    if (found === "ok") return;
    throw new PanalError(
      "data_folder_damaged",
      `Cannot use the store: it is damaged (${found})`,
    );
  } catch (error) {
    throw sqliteFailure("open", error);
  } finally {
    database?.close();
  }
}

/**
 * Checks a file's structure, without changing it.
 *
 * @param path The file; a node may write to it.
 * @returns What is wrong, in a sentence without an end; undefined if nothing is.
 */
export function sqliteFault(path: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.prepare("PRAGMA query_only = ON").get();
    const [row] = database.prepare("PRAGMA quick_check(1)").all();
    const found = String(Object.values(row ?? {})[0] ?? "");
    return found === "ok" ? undefined : found.replaceAll(/\s+/g, " ");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    database?.close();
  }
}

/**
 * The version with which a file was written.
 *
 * @param path The file, which nobody has open.
 * @returns The version of its tables; 0 for a file that does not exist yet or is empty.
 * @throws {PanalError} `data_folder_damaged` if it cannot be read.
 */
export function sqliteVersion(path: string): number {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    const [row] = database.prepare("PRAGMA user_version").all();
    return Number(Object.values(row ?? {})[0] ?? 0);
  } catch (error) {
    throw sqliteFailure("open", error);
  } finally {
    database?.close();
  }
}

function integrityOf(database: DatabaseSync): string {
  const [row] = database.prepare("PRAGMA integrity_check(1)").all();
  return String(Object.values(row ?? {})[0] ?? "").replaceAll(/\s+/g, " ");
}
