/**
 * The schema `panal` of a database that is a sink: a table for each table of a sink, whose columns follow from it, and
 * what is written by hand around them, in numbered steps that only go forward. Whatever is missing is made, in one
 * transaction, also after somebody dropped it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  SINK_TABLES,
  type SinkColumnType,
  type SinkTable,
} from "./sink_tables.ts";
import { SinkError } from "./sink_port.ts";
import type { SqlTransaction } from "./sql_port.ts";

/** The schema's name. */
export const SINK_SCHEMA = "panal";
/** The number of the advisory lock under which the schema is changed: "panal" as bytes. */
const SCHEMA_LOCK = 0x70616e616c;

const TYPES: Readonly<Record<SinkColumnType, string>> = {
  integer: "bigint",
  real: "double precision",
  text: "text",
  json: "jsonb",
};

/** How a database itself calls the types. */
const TYPE_NAMES: Readonly<Record<SinkColumnType, readonly string[]>> = {
  integer: ["bigint", "integer"],
  real: ["double precision"],
  text: ["text"],
  json: ["jsonb"],
};

/**
 * Steps from nothing on; step 1 is the first. A step is never changed once it was released. Each may be run again.
 */
const STEPS: readonly (readonly string[])[] = [
  [
    `create table if not exists panal.feeds (
      feed integer primary key,
      peer text not null unique,
      epoch text not null,
      number bigint not null,
      load_table text,
      load_after text,
      updated_at timestamptz not null default now()
    )`,
  ],
];

/** Views for people; they are made again whenever tables are. */
const VIEWS: readonly string[] = [
  `create or replace view panal.mesh_facts as
    select distinct on (id) id, log, seq, stamp, to_timestamp(at / 1000000.0) as at, kind, space, site, body
    from panal.facts where status = 'counts' order by id, feed`,
  `create or replace view panal.sale_lines as
    select s.feed, s.site, s.id as sale, s.receipt, s.date, to_timestamp(s.at / 1000000.0) as at, s.voided = 1 as voided,
      l.number, l.line ->> 0 as product, l.line ->> 1 as name, (l.line ->> 2)::bigint as quantity,
      (l.line ->> 3)::bigint as amount, s.currency, s.exponent
    from panal.sales s, jsonb_array_elements(s.lines::jsonb) with ordinality as l(line, number)`,
  `create or replace view panal.sale_payments as
    select s.feed, s.site, s.id as sale, s.receipt, s.date, to_timestamp(s.at / 1000000.0) as at, s.voided = 1 as voided,
      p.number, p.payment ->> 'method' as method, (p.payment ->> 'amount')::bigint as amount, s.currency, s.exponent
    from panal.sales s,
      jsonb_array_elements(coalesce(s.terms::jsonb -> 'payments', '[]'::jsonb)) with ordinality as p(payment, number)`,
];

/** An identifier as a statement names it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A sink's table as a statement names it. */
export function tableName({ name }: SinkTable): string {
  return `${SINK_SCHEMA}.${quoted(name)}`;
}

/** A column's type as a statement names it. */
export function typeName(type: SinkColumnType): string {
  return TYPES[type];
}

/** What the tables look like, in short: where it differs, rows were written by another version. */
export const SHAPE: string = createHash("sha256").update(
  JSON.stringify(
    SINK_TABLES.map(({ name, columns, key }) => [name, columns, key]),
  ),
).digest("hex").slice(0, 16);

function createTable(table: SinkTable): string {
  const columns = table.columns.map(({ name, type }) =>
    `${quoted(name)} ${TYPES[type]}${
      table.key.includes(name) ? " not null" : ""
    }`
  );
  const key = ["feed", ...table.key].map(quoted).join(", ");
  return `create table if not exists ${
    tableName(table)
  } ("feed" integer not null, ${columns.join(", ")}, primary key (${key}))`;
}

/**
 * Brings the schema to this version. Where tables had to be made beside others, every feed is loaded anew.
 *
 * @param sql The transaction.
 * @throws {SinkError} `refused` without the right to; `row` where a column has another type.
 */
export async function ensureSchema(sql: SqlTransaction): Promise<void> {
  await lockSchema(sql);
  await sql.run(`create schema if not exists ${SINK_SCHEMA}`);
  const before = await readTables(sql);
  await takeSteps(sql);
  let missing = 0;
  for (const table of SINK_TABLES) {
    const known = before.get(table.name);
    if (known === undefined) {
      missing++;
      await sql.run(createTable(table));
    } else missing += await extendTable(sql, table, known);
  }
  for (const view of missing > 0 ? VIEWS : []) await sql.run(view);
  const hasRows = missing < SINK_TABLES.length;
  if (!before.has("feeds") && hasRows) await emptyTables(sql);
  else if (missing > 0) await sql.run("update panal.feeds set epoch = ''");
}

/** Other nodes may make the same tables now. A database without such locks makes one of them try again. */
async function lockSchema(sql: SqlTransaction): Promise<void> {
  const found = await sql.run(
    "select 1 from pg_catalog.pg_proc where proname = 'pg_advisory_xact_lock' limit 1",
  );
  if (found.length === 0) return;
  await sql.run(`select pg_advisory_xact_lock(${SCHEMA_LOCK})`);
}

async function takeSteps(sql: SqlTransaction): Promise<void> {
  await sql.run(
    "create table if not exists panal.migrations (version integer primary key, at timestamptz not null default now())",
  );
  for (const [i, statements] of STEPS.entries()) {
    for (const statement of statements) await sql.run(statement);
    await sql.run(
      "insert into panal.migrations (version) values ($1) on conflict (version) do nothing",
      [i + 1],
    );
  }
}

type Columns = ReadonlyMap<string, string>;

async function readTables(
  sql: SqlTransaction,
): Promise<ReadonlyMap<string, Columns>> {
  const rows = await sql.run(
    "select table_name, column_name, data_type from information_schema.columns where table_schema = $1",
    [SINK_SCHEMA],
  );
  const tables = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const name = String(row["table_name"]);
    const columns = tables.get(name) ?? new Map<string, string>();
    columns.set(String(row["column_name"]), String(row["data_type"]));
    tables.set(name, columns);
  }
  return tables;
}

/** Adds columns that are missing; columns that this version does not know stay. Says how many it added. */
async function extendTable(
  sql: SqlTransaction,
  table: SinkTable,
  known: Columns,
): Promise<number> {
  let added = 0;
  for (const { name, type } of table.columns) {
    const found = known.get(name);
    if (found === undefined) {
      await sql.run(
        `alter table ${tableName(table)} add column ${quoted(name)} ${
          TYPES[type]
        }`,
      );
      added++;
    } else if (!TYPE_NAMES[type].includes(found)) {
      throw new SinkError(
        "row",
        `The column ${name} of panal.${table.name} is ${found}, not ${
          TYPES[type]
        }: drop that table, and it is made again and loaded anew`,
      );
    }
  }
  return added;
}

/** Rows of feeds that nobody knows any more. */
async function emptyTables(sql: SqlTransaction): Promise<void> {
  for (const table of SINK_TABLES) {
    await sql.run(`delete from ${tableName(table)}`);
  }
}
