/**
 * Views in a SQLite file: read-only tables for people, made of the store's own. They hold nothing, so they are dropped
 * and made again whenever their text changes; views that people made themselves stay as they are.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** A view. */
export interface ViewSchema {
  /** Its name. */
  readonly name: string;
  /** What it selects, with the names of its columns. */
  readonly select: string;
}

/** Tells this program's views from those that people made. */
const MARK = "/* made by Panal */";

/**
 * Removes this program's views, so that no step of an upgrade trips over a column that one of them reads.
 *
 * @param database The open file, in a transaction.
 */
export function dropViews(database: DatabaseSync): void {
  for (const name of ownViews(database).keys()) drop(database, name);
}

/**
 * Makes the views as they are wanted.
 *
 * @param database The open file, in a transaction, with all tables.
 * @param views The views; others of this program are dropped.
 */
export function makeViews(
  database: DatabaseSync,
  views: readonly ViewSchema[],
): void {
  const wanted = new Map(
    views.map(({ name, select }) => [
      name,
      `CREATE VIEW "${name}" AS ${MARK} ${select}`,
    ]),
  );
  for (const [name, sql] of ownViews(database)) {
    if (wanted.get(name) !== sql) drop(database, name);
  }
  const taken = new Set(storedNames(database));
  for (const [name, sql] of wanted) {
    if (!taken.has(name.toLowerCase())) database.prepare(sql).run();
  }
}

function drop(database: DatabaseSync, name: string): void {
  database.prepare(`DROP VIEW "${name.replaceAll('"', '""')}"`).run();
}

function ownViews(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND instr(sql, ?) > 0",
  ).all(MARK);
  return new Map(rows.map((row) => [String(row["name"]), String(row["sql"])]));
}

/** Names are compared without regard to case, as SQLite does. */
function storedNames(database: DatabaseSync): string[] {
  return database.prepare("SELECT lower(name) AS name FROM sqlite_schema")
    .all().map((row) => String(row["name"]));
}
