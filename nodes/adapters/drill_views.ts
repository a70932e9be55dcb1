/**
 * The views of a data folder at rest as digests that can be compared with another folder's: logs are named, not
 * numbered, since each node numbers them itself.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Cell,
  type Reader,
  type Row,
  type TableSchema,
  toHex,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import { LOGS, NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import { DATA_FILES } from "./data_folder.ts";
import { openSqliteSnapshot } from "./sqlite_store.ts";

/** A view in short. */
export interface ViewSummary {
  /** How many rows it has. */
  readonly rows: number;
  /** A digest over them, in no order. */
  readonly digest: string;
}

const PAGE_ROWS = 1000;

/**
 * Reads the views of a folder.
 *
 * @param path The data folder.
 * @returns Each view by its table's name.
 * @throws {PanalError} `data_folder_damaged`, `data_folder_newer`, `config_invalid`.
 */
export function readViews(path: string): ReadonlyMap<string, ViewSummary> {
  const snapshot = openSqliteSnapshot(join(path, DATA_FILES.database), {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  try {
    const names = new Map(
      snapshot.scan(LOGS).map((row) => [row["log"], row["name"]]),
    );
    return new Map(
      VIEW_TABLES.map((table) => [
        table.name,
        summaryOf(snapshot, table, names),
      ]),
    );
  } finally {
    snapshot.close();
  }
}

/**
 * The views that differ.
 *
 * @param one The views of one folder.
 * @param other Those of another.
 * @returns Sentences; none if all are equal.
 */
export function differences(
  one: ReadonlyMap<string, ViewSummary>,
  other: ReadonlyMap<string, ViewSummary>,
): string[] {
  return [...one].flatMap(([name, { rows, digest }]) => {
    const there = other.get(name);
    return there?.digest === digest
      ? []
      : [`${name}: ${rows} rows here, ${there?.rows ?? 0} there`];
  });
}

function summaryOf(
  reader: Reader,
  table: TableSchema,
  names: ReadonlyMap<Cell | undefined, Cell | undefined>,
): ViewSummary {
  const columns = Object.keys(table.columns);
  const lines: string[] = [];
  for (const row of eachRow(reader, table)) {
    const cells = columns.map((name) => textOf(row, name, names));
    const line = JSON.stringify(cells);
    lines.push(createHash("sha256").update(line).digest("base64"));
  }
  const digest = createHash("sha256").update(lines.sort().join("\n"));
  return { rows: lines.length, digest: digest.digest("hex") };
}

function textOf(
  row: Row,
  name: string,
  names: ReadonlyMap<Cell | undefined, Cell | undefined>,
): unknown {
  const cell = row[name] ?? null;
  if (name === "log" && typeof cell === "number") return names.get(cell);
  return cell instanceof Uint8Array ? toHex(cell) : cell;
}

function* eachRow(reader: Reader, table: TableSchema): Generator<Row> {
  let after: { after?: readonly Cell[] } = {};
  for (;;) {
    const page = reader.scan(table, { ...after, limit: PAGE_ROWS });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = { after: table.key.map((column) => last[column] ?? null) };
  }
}
