/**
 * What of a node's rows goes to a sink, and how. The columns follow from the definitions of the views; a log's number,
 * which only this node knows, becomes the log's name, and a fact's 16 bytes its text. Beside the views go the facts
 * themselves and how far each log is stored (`vector`).
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type Cell,
  type ColumnType,
  FACTS,
  idText,
  type Row,
  type TableSchema,
  toHex,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import { withoutSecrets } from "../people/hidden.ts";
import { TIPS } from "../tables.ts";

/** What a column of a sink holds. */
export type SinkColumnType = "integer" | "real" | "text" | "json";

/** One value of a sink's row; `json` columns hold JSON as text. */
export type SinkCell = null | number | string;

/** The values of a sink's row, in the order of its table's columns. */
export type SinkRow = readonly SinkCell[];

/** A table of a sink. */
export interface SinkTable {
  /** Its name, also in the sink. */
  readonly name: string;
  /** The node's table. */
  readonly source: TableSchema;
  /** Its columns in order. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: SinkColumnType;
  }[];
  /** The columns that make a row's key, in order. */
  readonly key: readonly string[];
}

/** Views that people ask questions about; the others are workings of the folds, or hold secrets. */
const SHOWN: readonly string[] = [
  "sales",
  "voids",
  "sale_returns",
  "totals",
  "seller_totals",
  "stock",
  "shortages",
  "stock_reports",
  "stock_offers",
  "products",
  "price_changes",
  "price_sets",
  "goods_sent",
  "goods_arrived",
  "notices",
  "cash_sessions",
  "cash_moves",
  "cash_closes",
  "tender_totals",
  "sales_closes",
  "day_closes",
  "fuel_sales",
  "fuel_totals",
  "tanks",
  "tank_events",
  "prices_taken",
  "pump_commands",
  "pump_command_ends",
  "directory",
  "rights",
  "acknowledgements",
  "authority",
  "acts",
  "fleet_companies",
  "fleet_cards",
  "fleet_card_sums",
  "fleet_months",
  "fleet_expenses",
  "fleet_floor",
  "fleet_issued",
  "fleet_results",
  "fleet_settlements",
  "charging_points",
  "charging_commands",
  "charging_command_ends",
  "charge_requests",
  "charge_refused",
  "charge_sessions",
  "charge_sums",
  "energy_counted",
  "charging_audit",
];

const FACT_COLUMNS: SinkTable["columns"] = [
  { name: "id", type: "text" },
  { name: "log", type: "text" },
  { name: "seq", type: "integer" },
  { name: "stamp", type: "text" },
  { name: "at", type: "integer" },
  { name: "kind", type: "text" },
  { name: "space", type: "text" },
  { name: "site", type: "text" },
  { name: "status", type: "text" },
  { name: "body", type: "json" },
];

const VECTOR_COLUMNS: SinkTable["columns"] = [
  { name: "log", type: "text" },
  { name: "space", type: "text" },
  { name: "seq", type: "integer" },
  { name: "stamp", type: "text" },
];

/** Facts by id and log, each with its JSON. */
export const SINK_FACTS: SinkTable = {
  name: "facts",
  source: FACTS,
  columns: FACT_COLUMNS,
  key: ["id", "log"],
};

/** How far each log is stored. */
export const SINK_VECTOR: SinkTable = {
  name: "vector",
  source: TIPS,
  columns: VECTOR_COLUMNS,
  key: ["log"],
};

/** Every table of a sink, in the order in which it is loaded. */
export const SINK_TABLES: readonly SinkTable[] = [
  SINK_FACTS,
  ...VIEW_TABLES.filter(({ name }) => SHOWN.includes(name)).map(viewTable),
  SINK_VECTOR,
];

/** The tables by the names of the node's tables. */
export const SINK_TABLE_BY_SOURCE: ReadonlyMap<string, SinkTable> = new Map(
  SINK_TABLES.map((table) => [table.source.name, table]),
);

function viewTable(source: TableSchema): SinkTable {
  return {
    name: source.name,
    source,
    columns: Object.entries(source.columns).map(([name, type]) => ({
      name,
      type: columnType(name, type),
    })),
    key: source.key,
  };
}

function columnType(name: string, type: ColumnType): SinkColumnType {
  return isLogNumber(name, type) || type === "blob" ? "text" : type;
}

function isLogNumber(name: string, type: ColumnType | undefined): boolean {
  return name === "log" && type === "integer";
}

/** Gives a log's name by this node's number of it. */
export type NameLog = (number: number) => string;

/**
 * A view's row as the sink holds it.
 *
 * @param table The table; not the facts or the vector.
 * @param row The node's row.
 * @param nameLog Names of logs.
 * @returns The values in the order of the columns.
 */
export function sinkRow(
  table: SinkTable,
  row: Row,
  nameLog: NameLog,
): SinkRow {
  const shown =
    (row["field"] === "password" ? withoutSecrets(row) : row) as Row;
  return table.columns.map(({ name }) =>
    sinkCell(table.source, name, { cell: shown[name] ?? null, nameLog })
  );
}

/**
 * A key as the sink holds it.
 *
 * @param table The table.
 * @param key The values of the node's primary key, in order.
 * @param nameLog Names of logs.
 * @returns The same for the sink.
 */
export function sinkKey(
  table: SinkTable,
  key: readonly Cell[],
  nameLog: NameLog,
): SinkRow {
  return table.source.key.map((name, i) =>
    sinkCell(table.source, name, { cell: key[i] ?? null, nameLog })
  );
}

function sinkCell(
  { columns }: TableSchema,
  name: string,
  { cell, nameLog }: { readonly cell: Cell; readonly nameLog: NameLog },
): SinkCell {
  if (cell === null) return null;
  if (isLogNumber(name, columns[name])) return nameLog(Number(cell));
  if (typeof cell === "number") return cell;
  if (typeof cell === "string") return plainText(cell);
  return cell.length === FACT_ID_BYTES ? idText(cell) : toHex(cell);
}

const FACT_ID_BYTES = 16;
const REPLACEMENT = "\ufffd";

/**
 * A text without what PostgreSQL cannot hold: U+FFFD stands for U+0000 and for halves of surrogate pairs.
 *
 * @param text Any text.
 * @returns The same text as a rule.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(plainText("honey"), "honey");
 * strictEqual(plainText("ho\u0000ney"), "ho\ufffdney");
 * ```
 */
export function plainText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", REPLACEMENT) : whole;
}

/**
 * A value as JSON without what PostgreSQL cannot hold, and without what is never shown of facts.
 *
 * @param fact A fact.
 * @returns Its JSON.
 */
export function factJson(fact: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(withoutSecrets(fact));
  return /\\u(0000|d[89a-f])/i.test(text)
    ? JSON.stringify(plainValue(JSON.parse(text)))
    : text;
}

function plainValue(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [name, one],
    ) => [plainText(name), plainValue(one)]),
  );
}

/** A row in short, to be compared: the same at the node and at the sink if all its values are. */
export interface RowDigest {
  /** The key's values as JSON. */
  readonly key: string;
  /** The site and day that it belongs to, as far as its columns say so: `CUS 2026-11-22`. */
  readonly group: string;
  /** 16 hexadecimal digits of SHA-256 over its values. */
  readonly hash: string;
}

/**
 * A row in short.
 *
 * @param table Its table.
 * @param row Its values.
 * @returns Key, group and hash.
 */
export function digestRow(table: SinkTable, row: SinkRow): RowDigest {
  const values = table.columns.map(({ type }, i) => {
    const cell = row[i] ?? null;
    return type === "json" && typeof cell === "string"
      ? sorted(JSON.parse(cell))
      : cell;
  });
  const hash = createHash("sha256").update(JSON.stringify(values))
    .digest("hex").slice(0, HASH_DIGITS);
  const key = table.key.map((name) => cellOf(table, row, name));
  return { key: JSON.stringify(key), group: groupOf(table, row), hash };
}

const HASH_DIGITS = 16;

function cellOf(table: SinkTable, row: SinkRow, name: string): SinkCell {
  return row[table.columns.findIndex((column) => column.name === name)] ?? null;
}

function groupOf(table: SinkTable, row: SinkRow): string {
  const site = cellOf(table, row, "site") ?? cellOf(table, row, "space") ??
    cellOf(table, row, "scope") ?? "-";
  const at = cellOf(table, row, "at");
  const day = cellOf(table, row, "date") ??
    (typeof at === "number" ? dayOf(at) : "-");
  return `${site} ${day === "" ? "all" : day}`;
}

/** The day of an instant in UTC; instants are in microseconds, or nonsense. */
function dayOf(at: number): string {
  const date = new Date(at / 1000);
  return Number.isNaN(date.getTime()) ? "-" : date.toISOString().slice(0, 10);
}

/** The same value with the names of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, sorted(one)] as const)
      .toSorted(([a], [b]) => a < b ? -1 : 1),
  );
}
