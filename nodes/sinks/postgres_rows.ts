/**
 * Rows as a database takes them: many in one statement, as JSON or as lines of `COPY`. Values never stand in the text of
 * a statement.
 *
 * @module
 */
import { quoted, tableName, typeName } from "./postgres_schema.ts";
import type { SinkCell, SinkRow, SinkTable } from "./sink_tables.ts";

type Columns = SinkTable["columns"];

/** Characters of lines that are written together. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * Rows as JSON, for `putText` and `deleteText`.
 *
 * @param columns What the values are.
 * @param rows The rows.
 * @returns A list of objects whose names are `c0`, `c1` and so on.
 */
export function rowsJson(columns: Columns, rows: readonly SinkRow[]): string {
  const names = columns.map((_, i) => `"c${i}":`);
  const objects = rows.map((row) => {
    const members = columns.map(({ type }, i) => {
      const cell = row[i] ?? null;
      const isJson = type === "json" && typeof cell === "string";
      return `${names[i]}${isJson ? cell : JSON.stringify(cell)}`;
    });
    return `{${members.join()}}`;
  });
  return `[${objects.join()}]`;
}

function recordset(columns: Columns): string {
  const declared = columns.map(({ type }, i) => `c${i} ${typeName(type)}`);
  return `json_to_recordset($1::text::json) as r(${declared.join(", ")})`;
}

/** The statement that puts rows in place of those with the same key. It takes their JSON, and the feed's number as text. */
export function putText(table: SinkTable): string {
  const names = table.columns.map(({ name }) => quoted(name));
  const key = ["feed", ...table.key].map(quoted);
  const others = table.columns.filter(({ name }) => !table.key.includes(name))
    .map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
  return `insert into ${tableName(table)} ("feed", ${
    names.join(", ")
  }) select $2::text::integer, ${
    names.map((_, i) => `r.c${i}`).join(", ")
  } from ${recordset(table.columns)} on conflict (${key.join(", ")}) do ${
    others.length === 0 ? "nothing" : `update set ${others.join(", ")}`
  }`;
}

/** The statement that removes rows. It takes the JSON of their keys, whose columns are given, and the feed's number. */
export function deleteText(table: SinkTable, key: Columns): string {
  const same = key.map(({ name }, i) => `t.${quoted(name)} = r.c${i}`);
  return `delete from ${tableName(table)} as t using ${
    recordset(key)
  } where t."feed" = $2::text::integer and ${same.join(" and ")}`;
}

/**
 * Rows as `COPY` takes them.
 *
 * @param table The table.
 * @param feed The feed's number.
 * @param rows The rows.
 * @returns The statement, and the lines, several together.
 */
export function copyText(
  table: SinkTable,
  feed: number,
  rows: readonly SinkRow[],
): { readonly text: string; readonly chunks: Iterable<string> } {
  const names = ["feed", ...table.columns.map(({ name }) => name)].map(quoted);
  return {
    text: `copy ${tableName(table)} (${names.join(", ")}) from stdin`,
    chunks: copyChunks(feed, rows),
  };
}

function* copyChunks(
  feed: number,
  rows: readonly SinkRow[],
): Generator<string> {
  let chunk = "";
  for (const row of rows) {
    chunk += `${feed}\t${row.map(copyCell).join("\t")}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function copyCell(cell: SinkCell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "number") return String(cell);
  return /[\\\t\n\r]/.test(cell)
    ? cell.replace(/[\\\t\n\r]/g, (it) => ESCAPES[it] ?? it)
    : cell;
}
