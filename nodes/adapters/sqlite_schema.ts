/**
 * Brings the tables of a SQLite file to the current version: creates what is missing, runs the steps, removes what is no
 * longer named. Separate from the store because it runs once, inside one transaction, at opening.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { PanalError } from "../../crdt/mod.ts";
import type { StoreOptions, Writer } from "../ports.ts";
import { checkVersion, runMigrations } from "./guarded_store.ts";
import {
  columnSql,
  createIndexSql,
  createTableSql,
} from "./sqlite_statements.ts";
import { dropViews, makeViews, type ViewSchema } from "./sqlite_views.ts";
import type { TableShape } from "./table_shape.ts";

/** What is brought to the current version. */
export interface SchemaUpgrade {
  /** The open file. */
  readonly database: DatabaseSync;
  /** The tables of the current version. */
  readonly shapes: readonly TableShape[];
  /** How the store is opened. */
  readonly options: StoreOptions;
  /** The views of the current version; those that are there stay, if left out. */
  readonly views?: readonly ViewSchema[] | undefined;
  /** Where the steps read and write. */
  readonly writer: Writer;
}

/**
 * Upgrades inside a transaction that the caller has begun and will commit.
 *
 * @param upgrade The file and its target.
 * @throws {PanalError} `data_folder_newer`; `data_folder_damaged` for the file of another program; `invalid_argument`
 * if a table's key, a column's type or the way of storing changed, which no step can do to a table that keeps its name.
 */
export function upgradeSchema(upgrade: SchemaUpgrade): void {
  upgradeTables(upgrade);
  if (upgrade.views !== undefined) makeViews(upgrade.database, upgrade.views);
}

function upgradeTables(upgrade: SchemaUpgrade): void {
  const { database, shapes, options, writer } = upgrade;
  const stored = Number(column(database, "PRAGMA user_version")[0]);
  checkVersion(options, stored);
  const tables = tableNames(database);
  if (stored === 0 && tables.length > 0) {
    throw new PanalError(
      "data_folder_damaged",
      "Cannot open the store: the file holds another program's tables",
    );
  }
  if (stored !== options.version) dropViews(database);
  for (const shape of shapes) {
    if (tables.includes(shape.schema.name)) extendTable(database, shape);
    else run(database, createTableSql(shape));
    createIndexes(database, shape);
  }
  if (stored === options.version) {
    dropIndexes(database, shapes);
    return;
  }
  if (stored > 0) runMigrations(options, stored, writer);
  dropIndexes(database, shapes);
  dropOutdated(database, shapes);
  run(database, `PRAGMA user_version = ${options.version}`);
}

function extendTable(database: DatabaseSync, shape: TableShape): void {
  const { schema } = shape;
  const stored = new Map(storedColumns(database, schema.name));
  const key = [...stored].filter(([, { pk }]) => pk > 0)
    .sort(([, a], [, b]) => a.pk - b.pk).map(([name]) => name);
  const [rowless] = column(
    database,
    "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?",
    schema.name,
  );
  const retyped = shape.columns.filter((name) => {
    const type = stored.get(name)?.type.toLowerCase();
    return type !== undefined && type !== schema.columns[name];
  });
  if (
    key.join() !== schema.key.join() || retyped.length > 0 ||
    (rowless === 0) !== (schema.wide ?? false)
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot open the store: table "${schema.name}" changed its key, types or width; give it a new name`,
    );
  }
  for (const name of shape.columns) {
    if (!stored.has(name)) {
      run(
        database,
        `ALTER TABLE "${schema.name}" ADD COLUMN ${columnSql(shape, name)}`,
      );
    }
  }
}

function createIndexes(database: DatabaseSync, shape: TableShape): void {
  for (const [name, sql] of createIndexSql(shape)) {
    const [stored] = column(
      database,
      "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?",
      name,
    );
    if (stored === sql) continue;
    run(database, `DROP INDEX IF EXISTS "${name}"`);
    run(database, sql);
  }
}

function dropIndexes(
  database: DatabaseSync,
  shapes: readonly TableShape[],
): void {
  for (const shape of shapes) {
    const wanted = createIndexSql(shape);
    // Indexes of other names were made by people who read the tables with SQL; those stay.
    const ours = column(
      database,
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND name GLOB ?",
      shape.schema.name,
      `${shape.schema.name}_by_*`,
    );
    for (const name of ours) {
      if (!wanted.has(String(name))) run(database, `DROP INDEX "${name}"`);
    }
  }
}

function dropOutdated(
  database: DatabaseSync,
  shapes: readonly TableShape[],
): void {
  const wanted = new Map(shapes.map((shape) => [shape.schema.name, shape]));
  for (const table of tableNames(database)) {
    const shape = wanted.get(table);
    if (shape === undefined) {
      run(database, `DROP TABLE "${table}"`);
      continue;
    }
    for (const [name] of storedColumns(database, table)) {
      if (!shape.columns.includes(name)) {
        run(database, `ALTER TABLE "${table}" DROP COLUMN "${name}"`);
      }
    }
  }
}

function tableNames(database: DatabaseSync): string[] {
  return column(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
  ).map(String);
}

function storedColumns(
  database: DatabaseSync,
  table: string,
): [string, { readonly type: string; readonly pk: number }][] {
  const rows = database.prepare(
    "SELECT name, type, pk FROM pragma_table_info(?)",
  )
    .all(table);
  return rows.map((row) => [
    String(row["name"]),
    { type: String(row["type"]), pk: Number(row["pk"]) },
  ]);
}

/** The first column of what a query gives. */
function column(
  database: DatabaseSync,
  sql: string,
  ...values: SQLInputValue[]
): unknown[] {
  return database.prepare(sql).all(...values).map((row) =>
    Object.values(row)[0]
  );
}

// Not exec(): its errors carry no number, and the number tells a full disk from a broken one.
function run(database: DatabaseSync, sql: string): void {
  database.prepare(sql).run();
}
