/**
 * The two sides of a comparison: a node over HTTP, and a database or the topics of a Kafka cluster.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { KafkaSession } from "../../net/mod.ts";
import type { NodeAnswer } from "../charging/console_orders.ts";
import { quoted, tableName, typeName } from "./postgres_schema.ts";
import type { CheckedSide } from "./sink_check.ts";
import {
  digestRow,
  type RowDigest,
  SINK_FACTS,
  SINK_TABLES,
  type SinkCell,
  type SinkTable,
} from "./sink_tables.ts";
import type { SqlRow, SqlSession, SqlValue } from "./sql_port.ts";

/** Rows of a database that are read at once. */
const READ_MAX = 5000;
const READ_WAIT_MS = 250;

/** Asks a node. */
export type AskNode = (path: string) => Promise<NodeAnswer>;

/** What a node says that its sinks should hold. */
export function createNodeSide(ask: AskNode): CheckedSide {
  return {
    async *rows(table) {
      let next = "";
      do {
        const { status, body } = await ask(`/v1/sinks/rows/${table}${next}`);
        const page = readPage(status, body);
        yield* page.items;
        next = page.next === null ? "" : `?cursor=${page.next}`;
      } while (next !== "");
    },
  };
}

function readPage(
  status: number,
  body: unknown,
): { readonly items: readonly RowDigest[]; readonly next: string | null } {
  const isPage = status === 200 && typeof body === "object" && body !== null &&
    Array.isArray(Reflect.get(body, "items"));
  if (!isPage) {
    throw new PanalError(
      "sink_failed",
      `The node does not say what its sinks should hold: it answered ${status}`,
    );
  }
  return body as ReturnType<typeof readPage>;
}

/** The rows of a node's feed in a database. */
export function createDatabaseSide(
  session: SqlSession,
  feed: number,
): CheckedSide {
  return {
    async *rows(name) {
      const table = SINK_TABLES.find((one) => one.name === name);
      if (table === undefined) return;
      let after: readonly SqlValue[] | undefined = [];
      while (after !== undefined) {
        const rows: readonly SqlRow[] = await session.transaction((sql) =>
          sql.run(pageText(table, after?.length !== 0), [
            String(feed),
            ...after?.map((cell) => cell === null ? null : String(cell)) ?? [],
          ])
        );
        yield* rows.map((row) =>
          digestRow(
            table,
            table.columns.map(({ name }) => row[name] as SinkCell),
          )
        );
        const last = rows.at(-1);
        after = last === undefined || rows.length < READ_MAX
          ? undefined
          : table.key.map((column) => last[column] as SqlValue);
      }
    },
  };
}

function pageText(table: SinkTable, isLater: boolean): string {
  const columns = table.columns.map(({ name, type }) =>
    type === "json" ? `${quoted(name)}::text as ${quoted(name)}` : quoted(name)
  );
  const key = table.key.map(quoted).join(", ");
  const values = table.key.map((name, i) => {
    const type = table.columns.find((column) => column.name === name)?.type;
    return `$${i + 2}::text::${typeName(type ?? "text")}`;
  });
  return `select ${columns.join(", ")} from ${
    tableName(table)
  } where "feed" = $1::text::integer${
    isLater ? ` and (${key}) > (${values.join(", ")})` : ""
  } order by ${key} limit ${READ_MAX}`;
}

/** The number of a node's feed; undefined if it never fed the database. */
export async function findFeed(
  session: SqlSession,
  peer: string,
): Promise<number | undefined> {
  const [row] = await session.transaction(async (sql) => {
    const [known] = await sql.run(
      "select 1 from information_schema.tables where table_schema = 'panal' and table_name = 'feeds'",
    );
    return known === undefined
      ? []
      : await sql.run("select feed from panal.feeds where peer = $1", [peer]);
  });
  return row === undefined ? undefined : Number(row["feed"]);
}

/**
 * A side in which a fact is no more than its id, so that it can be compared with topics: each fact is there once, whatever
 * copies of it logs hold.
 *
 * @param side A side that has the facts' rows.
 */
export function idsOnly(side: CheckedSide): CheckedSide {
  return {
    async *rows(table) {
      const seen = new Set<string>();
      for await (const { key, group } of side.rows(table)) {
        const [id] = JSON.parse(key) as [string];
        if (seen.has(id)) continue;
        seen.add(id);
        yield { key: id, group, hash: hashOf(id) };
      }
    },
  };
}

/** Ids are drawn at random at their end. */
function hashOf(id: string): string {
  return id.replaceAll("-", "").slice(-16);
}

/**
 * The facts of a node in topics; one that stands twice is given twice.
 *
 * @param session The cluster.
 * @param options What the names of topics begin with, and the node.
 */
export function createTopicsSide(
  session: KafkaSession,
  { prefix, peer }: { readonly prefix: string; readonly peer: string },
): CheckedSide {
  return {
    async *rows() {
      const vector = `${prefix}.vector`;
      let ends: Record<string, number> = {};
      for await (const { key, value } of records(session, vector)) {
        if (key === peer) ends = (value["ends"] ?? {}) as typeof ends;
      }
      for (const topic of Object.keys(ends)) {
        if (topic === `${prefix}.cuts`) continue;
        for await (const { value } of records(session, topic, peer)) {
          yield topicRow(value);
        }
      }
    },
  };
}

function topicRow(value: Readonly<Record<string, unknown>>): RowDigest {
  const id = String(value["id"]);
  const row = SINK_FACTS.columns.map(({ name }) => {
    const cell = value[name];
    return typeof cell === "string" || typeof cell === "number" ? cell : null;
  });
  return { key: id, group: digestRow(SINK_FACTS, row).group, hash: hashOf(id) };
}

async function* records(
  session: KafkaSession,
  topic: string,
  peer?: string,
): AsyncGenerator<{ key: string | null; value: Record<string, unknown> }> {
  const { first, next } = await session.bounds(topic);
  const reader = session.openReader();
  for (let at = first; at < next;) {
    const [batch] = await reader.read(new Map([[topic, at]]), READ_WAIT_MS);
    if (batch === undefined) continue;
    for (const { key, value, headers } of batch.records) {
      if (value === null) continue;
      if (peer !== undefined && headers.get("panal-peer") !== peer) continue;
      yield { key, value: JSON.parse(new TextDecoder().decode(value)) };
    }
    at = Math.max(at, batch.next);
  }
}
