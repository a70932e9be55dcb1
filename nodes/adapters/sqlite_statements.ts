/**
 * The SQL of a table: pure text, so that tests can ask SQLite how it would run each statement. A scan becomes one or
 * more statements over neighboring stretches of an order, each with equalities and one range, because that form always
 * uses the index, also where columns hold null (a row value comparison with null is null, and loses the row).
 *
 * @module
 */
import type { Cell, Scan } from "../ports.ts";
import {
  compareCells,
  type Cut,
  type ScanRange,
  scanRange,
  type TableShape,
} from "./table_shape.ts";

/** A statement and what to bind to it; a scan's statements take the limit as one more value at the end. */
export interface BoundStatement {
  /** The text, with a question mark per value. */
  readonly sql: string;
  /** The values, in order. */
  readonly values: readonly Cell[];
}

// The planner looks at a bare `LIMIT ?`, and then prepares the statement anew (10 us) each time another value is bound.
const LIMIT = "? + 0";

/** `INSERT`: its values are all cells of a row. */
export function putSql(shape: TableShape): string {
  const { schema, columns } = shape;
  const marks = columns.map(() => "?").join(", ");
  const insert = `INSERT INTO "${schema.name}" (${
    list(columns)
  }) VALUES (${marks})`;
  // Not OR REPLACE: that would delete the row first and write its entry in every index again.
  const rest = columns.filter((name) => !shape.key.has(name));
  const update = rest.length === 0
    ? "NOTHING"
    : `UPDATE SET ${
      rest.map((name) => `"${name}" = excluded."${name}"`).join(", ")
    }`;
  return `${insert} ON CONFLICT (${list(schema.key)}) DO ${update}`;
}

/** `SELECT` of one row: its values are the primary key's. */
export function getSql(shape: TableShape): string {
  return `SELECT ${list(shape.columns)} FROM "${shape.schema.name}" WHERE ${
    keyCondition(shape)
  }`;
}

/** `DELETE` of one row: its values are the primary key's. */
export function deleteSql(shape: TableShape): string {
  return `DELETE FROM "${shape.schema.name}" WHERE ${keyCondition(shape)}`;
}

/** The statements whose rows, one statement after the other, are the rows of a scan. */
export function scanStatements(
  shape: TableShape,
  scan: Scan = {},
): BoundStatement[] {
  const range = scanRange(shape, scan);
  if (range === undefined) return [];
  const direction = scan.reverse ? " DESC" : "";
  const segments = split(shape, range, [], range.lower, range.upper);
  if (scan.reverse) segments.reverse();
  return segments.map(({ conditions, values, fixed }) => ({
    sql: `SELECT ${list(shape.columns)} FROM ${source(shape, range)}${
      where(conditions)
    }${orderBy(range.order.slice(fixed), direction)} LIMIT ${LIMIT}`,
    values,
  }));
}

/** The statements whose numbers, added up, are the count of rows with a prefix. */
export function countStatements(
  shape: TableShape,
  prefix: readonly Cell[] = [],
): BoundStatement[] {
  const range = scanRange(shape, { prefix });
  if (range === undefined) return [];
  return split(shape, range, [], range.lower, range.upper).map((
    { conditions, values },
  ) => ({
    sql: `SELECT count(*) FROM "${shape.schema.name}"${where(conditions)}`,
    values,
  }));
}

/** `CREATE TABLE`: strict, and in key order on the disk unless its rows are wide. */
export function createTableSql(shape: TableShape): string {
  const { schema, columns } = shape;
  const lines = columns.map((name) => columnSql(shape, name));
  lines.push(`PRIMARY KEY (${list(schema.key)})`);
  return `CREATE TABLE "${schema.name}" (${lines.join(", ")}) STRICT${
    schema.wide ? "" : ", WITHOUT ROWID"
  }`;
}

/** A column's part of `CREATE TABLE` and `ALTER TABLE`. */
export function columnSql(shape: TableShape, name: string): string {
  const type = shape.schema.columns[name]?.toUpperCase();
  return `"${name}" ${type}${shape.key.has(name) ? " NOT NULL" : ""}`;
}

/** `CREATE INDEX` of each index, by its name in SQL. */
export function createIndexSql(shape: TableShape): Map<string, string> {
  const { schema, orders } = shape;
  const statements = new Map<string, string>();
  for (const [index, columns] of Object.entries(schema.indexes ?? {})) {
    const name = indexName(shape, index);
    // A table without rowids has the key in each index entry anyway.
    const all = schema.wide ? orders.get(index) ?? [] : columns;
    statements.set(
      name,
      `CREATE INDEX "${name}" ON "${schema.name}" (${list(all)})`,
    );
  }
  return statements;
}

/** Neighboring rows of an order that have some first columns alike and at most one range in the next one. */
interface Segment {
  readonly conditions: readonly string[];
  readonly values: readonly Cell[];
  /** How many first columns are fixed to one value. */
  readonly fixed: number;
}

/** Splits the rows that begin with `fixed` and lie between two cuts; an undefined cut is no bound. */
function split(
  shape: TableShape,
  range: ScanRange,
  fixed: readonly Cell[],
  lower: Cut | undefined,
  upper: Cut | undefined,
): Segment[] {
  const depth = fixed.length;
  if (lower?.cells.length === depth) lower = undefined;
  if (upper?.cells.length === depth) upper = undefined;
  const low = lower?.cells[depth];
  const high = upper?.cells[depth];
  if (low === undefined && high === undefined) {
    return [segment(range, fixed, [], [])];
  }
  if (
    low !== undefined && high !== undefined && compareCells(low, high) === 0
  ) {
    return split(shape, range, [...fixed, low], lower, upper);
  }
  const parts: Segment[] = [];
  let above = ">";
  let below = "<";
  if (lower !== undefined && low !== undefined) {
    if (lower.cells.length > depth + 1) {
      parts.push(...split(shape, range, [...fixed, low], lower, undefined));
    } else if (!lower.after) above = ">=";
  }
  const last: Segment[] = [];
  if (upper !== undefined && high !== undefined) {
    if (upper.cells.length > depth + 1) {
      last.push(...split(shape, range, [...fixed, high], undefined, upper));
    } else if (upper.after) below = "<=";
  }
  parts.push(...between(shape, range, fixed, { low, above, high, below }));
  return [...parts, ...last];
}

interface Between {
  readonly low: Cell | undefined;
  readonly above: string;
  readonly high: Cell | undefined;
  readonly below: string;
}

/** The rows whose next column lies between two values; null is below all of them, which SQL's operators do not say. */
function between(
  shape: TableShape,
  range: ScanRange,
  fixed: readonly Cell[],
  { low, above, high, below }: Between,
): Segment[] {
  const name = range.order[fixed.length] as string;
  const nulls = low === undefined || (low === null && above === ">=");
  const parts: Segment[] = [];
  if (high === null) {
    return below === "<=" ? [segment(range, [...fixed, null], [], [])] : [];
  }
  if (nulls && high !== undefined && !shape.key.has(name)) {
    parts.push(segment(range, [...fixed, null], [], []));
  }
  const conditions: string[] = [];
  const values: Cell[] = [];
  if (low === null && !nulls) conditions.push(`"${name}" IS NOT NULL`);
  if (low !== undefined && low !== null) {
    conditions.push(`"${name}" ${above} ?`);
    values.push(low);
  }
  if (high !== undefined) {
    conditions.push(`"${name}" ${below} ?`);
    values.push(high);
  }
  parts.push(segment(range, fixed, conditions, values));
  return parts;
}

function segment(
  range: ScanRange,
  fixed: readonly Cell[],
  conditions: readonly string[],
  values: readonly Cell[],
): Segment {
  const equal = fixed.map((cell, i) =>
    `"${range.order[i]}" ${cell === null ? "IS NULL" : "= ?"}`
  );
  return {
    conditions: [...equal, ...conditions],
    values: [...fixed.filter((cell) => cell !== null), ...values],
    fixed: fixed.length,
  };
}

function source(shape: TableShape, range: ScanRange): string {
  const table = `"${shape.schema.name}"`;
  // Without statistics, SQLite may prefer sorting to an index: the order asked for names the index to use.
  return range.index === undefined
    ? table
    : `${table} INDEXED BY "${indexName(shape, range.index)}"`;
}

function indexName(shape: TableShape, index: string): string {
  return `${shape.schema.name}_by_${index}`;
}

function keyCondition(shape: TableShape): string {
  return shape.schema.key.map((name) => `"${name}" = ?`).join(" AND ");
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

function orderBy(columns: readonly string[], direction: string): string {
  if (columns.length === 0) return "";
  return ` ORDER BY ${
    columns.map((name) => `"${name}"${direction}`).join(", ")
  }`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
