/**
 * A database as a sink. Each node that feeds one has its own rows there (`feed`), which are exactly those of its views as
 * of the position that stands beside them: rows and position change in one transaction. So after any failure the
 * position says what is there, and nothing is doubled or missing.
 *
 * @module
 */
import { SINK_BATCH_MAX } from "../limits.ts";
import { ensureSchema, quoted, SHAPE, tableName } from "./postgres_schema.ts";
import { copyText, deleteText, putText, rowsJson } from "./postgres_rows.ts";
import {
  SinkError,
  type SinkLink,
  type SinkStep,
  type SinkTarget,
} from "./sink_port.ts";
import type {
  LoadCursor,
  LoadPage,
  SinkLag,
  SinkSource,
} from "./sink_source.ts";
import { SINK_TABLES, type SinkRow, type SinkTable } from "./sink_tables.ts";
import type { SqlDatabase, SqlSession, SqlTransaction } from "./sql_port.ts";

/** Rows of an earlier load that are removed in one transaction. */
const CLEARED_MAX = 20_000;
/** The table's name while rows of an earlier load are removed. */
const CLEARING = "";

/** Where a feed is, as the database has it. */
interface Feed {
  /** Its number there. */
  readonly feed: number;
  readonly epoch: string;
  readonly number: number;
  /** The table that is loaded; null once all are. */
  readonly table: string | null;
  readonly after: LoadCursor;
}

/**
 * Makes a sink of a database.
 *
 * @param database The database.
 * @param peer Who feeds it.
 * @returns The sink.
 */
export function createPostgresSink(
  database: SqlDatabase,
  peer: string,
): SinkTarget {
  return {
    name: database.name,
    kind: "postgres",
    async open(source) {
      const session = await database.connect();
      try {
        const feed = await session.transaction(async (sql) => {
          await ensureSchema(sql);
          return await openFeed(sql, peer);
        });
        return new Link({ session, source, copies: database.copies }, feed);
      } catch (error) {
        await session.close();
        throw error;
      }
    },
  };
}

async function openFeed(sql: SqlTransaction, peer: string): Promise<Feed> {
  await sql.run(
    "insert into panal.feeds (feed, peer, epoch, number) select coalesce(max(feed), 0) + 1, $1::text, '', 0 from panal.feeds on conflict (peer) do nothing",
    [peer],
  );
  const [row] = await sql.run(
    "select feed, epoch, number, load_table, load_after from panal.feeds where peer = $1",
    [peer],
  );
  const after: unknown = row?.["load_after"];
  const table: unknown = row?.["load_table"];
  return {
    feed: Number(row?.["feed"]),
    epoch: String(row?.["epoch"]),
    number: Number(row?.["number"]),
    table: typeof table === "string" ? table : null,
    after: typeof after === "string" ? readCursor(after) : null,
  };
}

/** Keys hold ids as bytes, which JSON has not. */
function writeCursor(after: LoadCursor): string | null {
  return after === null ? null : JSON.stringify(
    after.map((cell) => cell instanceof Uint8Array ? [...cell] : cell),
  );
}

function readCursor(text: string): LoadCursor {
  return (JSON.parse(text) as (string | number | null | number[])[]).map((
    cell,
  ) => Array.isArray(cell) ? new Uint8Array(cell) : cell);
}

interface LinkParts {
  readonly session: SqlSession;
  readonly source: SinkSource;
  readonly copies: boolean;
}

/** A page that was read while the one before it was on its way. */
interface Ahead {
  readonly table: SinkTable;
  readonly after: LoadCursor;
  readonly page: LoadPage;
}

class Link implements SinkLink {
  readonly #parts: LinkParts;
  #feed: Feed;
  #ahead: Ahead | undefined;
  #loaded = 0;
  #total = 0;
  #suspects: readonly [SinkTable, readonly SinkRow[]][] = [];

  constructor(parts: LinkParts, feed: Feed) {
    this.#parts = parts;
    this.#feed = feed;
    if (feed.table !== null) this.#total = parts.source.factCount();
  }

  get loading(): boolean {
    return this.#feed.table !== null || !this.#isCurrent();
  }

  get confirmed(): number | null {
    return this.loading ? null : this.#feed.number;
  }

  #isCurrent(): boolean {
    const position = this.#parts.source.position();
    // A number beyond the journal's is that of a store which was put back to an earlier state.
    return position !== undefined &&
      this.#feed.epoch === `${position.epoch}/${SHAPE}` &&
      this.#feed.number <= position.number;
  }

  async step(limit: number): Promise<SinkStep> {
    if (!this.#isCurrent()) return await this.#restart();
    const { table } = this.#feed;
    if (table === CLEARING) return await this.#clear();
    return table === null
      ? await this.#follow(Math.min(limit, SINK_BATCH_MAX))
      : await this.#load(limit);
  }

  lag(): SinkLag {
    if (!this.loading) return this.#parts.source.lag(this.#feed.number);
    return { facts: Math.max(1, this.#total - this.#loaded), since: null };
  }

  suspects(): string {
    return this.#suspects.flatMap(([table, rows]) =>
      rows.slice(0, 1).map((row) => {
        const key = table.key.map((name) =>
          row[table.columns.findIndex((column) => column.name === name)]
        );
        const more = rows.length > 1 ? ` and ${rows.length - 1} after it` : "";
        return `${table.name} ${JSON.stringify(key)}${more}`;
      })
    ).slice(0, 1).join();
  }

  async close(): Promise<void> {
    await this.#parts.session.close();
  }

  /** Begins a load: what changes from here on is given after it. */
  async #restart(): Promise<SinkStep> {
    const { session, source } = this.#parts;
    const position = source.position();
    if (position === undefined) {
      throw new SinkError("away", "The node keeps no journal of changes yet");
    }
    this.#ahead = undefined;
    await session.transaction((sql) =>
      this.#move(sql, {
        ...this.#feed,
        epoch: `${position.epoch}/${SHAPE}`,
        number: position.number,
        table: CLEARING,
        after: null,
      })
    ).then((next) => this.#feed = next);
    return { rows: 0, facts: 0, more: true };
  }

  /** Writes where the feed is, if it still is where this link left it. */
  async #move(sql: SqlTransaction, next: Feed): Promise<Feed> {
    const { feed, epoch, number, table, after } = this.#feed;
    const moved = await sql.run(
      `update panal.feeds set epoch = $1, number = $2::text::bigint, load_table = $3, load_after = $4, updated_at = now()
       where feed = $5::text::integer and epoch = $6 and number = $7::text::bigint
         and load_table is not distinct from $8 and load_after is not distinct from $9 returning feed`,
      [
        next.epoch,
        String(next.number),
        next.table,
        writeCursor(next.after),
        String(feed),
        epoch,
        String(number),
        table,
        writeCursor(after),
      ],
    );
    if (moved.length === 1) return next;
    throw new SinkError(
      "shared",
      "Somebody else feeds the sink in this node's name",
    );
  }

  /** Removes rows of an earlier load, some at a time. */
  async #clear(): Promise<SinkStep> {
    const { session, source } = this.#parts;
    const { feed } = this.#feed;
    const [first] = SINK_TABLES;
    const rest = await session.transaction(async (sql) => {
      await this.#move(sql, this.#feed);
      for (const table of SINK_TABLES) {
        const key = ["feed", ...table.key].map(quoted).join(", ");
        const name = tableName(table);
        const gone = await sql.run(
          `delete from ${name} where (${key}) in (select ${key} from ${name} where "feed" = $1::text::integer limit ${CLEARED_MAX}) returning 1`,
          [String(feed)],
        );
        if (gone.length >= CLEARED_MAX) return true;
      }
      return false;
    });
    if (!rest) {
      this.#feed = await session.transaction((sql) =>
        this.#move(sql, { ...this.#feed, table: first?.name ?? null })
      );
      this.#total = source.factCount();
      this.#loaded = 0;
    }
    return { rows: 0, facts: 0, more: true };
  }

  async #load(limit: number): Promise<SinkStep> {
    const { session } = this.#parts;
    const { after } = this.#feed;
    const at = SINK_TABLES.findIndex(({ name }) => name === this.#feed.table);
    const table = SINK_TABLES[at];
    if (table === undefined) return await this.#restart();
    const { rows, next } = this.#page(table, after, limit);
    this.#suspects = [[table, rows]];
    const following = next === null ? SINK_TABLES[at + 1] : table;
    this.#feed = await session.transaction(async (sql) => {
      const moved = await this.#move(sql, {
        ...this.#feed,
        table: following?.name ?? null,
        after: next,
      });
      const ahead = () => {
        if (following !== undefined) this.#readAhead(following, next, limit);
      };
      if (rows.length > 0) await this.#give(sql, { table, rows, ahead });
      return moved;
    });
    const facts = at === 0 ? rows.length : 0;
    this.#loaded += facts;
    return { rows: rows.length, facts, more: true };
  }

  #page(table: SinkTable, after: LoadCursor, limit: number): LoadPage {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead?.table === table && ahead.after === after &&
        ahead.page.rows.length <= limit
      ? ahead.page
      : this.#parts.source.page(table, after, limit);
  }

  #readAhead(table: SinkTable, after: LoadCursor, limit: number): void {
    const page = this.#parts.source.page(table, after, limit);
    this.#ahead = { table, after, page };
  }

  async #give(
    sql: SqlTransaction,
    { table, rows, ahead }: {
      readonly table: SinkTable;
      readonly rows: readonly SinkRow[];
      readonly ahead: () => void;
    },
  ): Promise<void> {
    const { feed } = this.#feed;
    if (this.#parts.copies) {
      const { text, chunks } = copyText(table, feed, rows);
      await sql.copy(text, before(chunks, ahead));
    } else {
      await sql.run(putText(table), [
        rowsJson(table.columns, rows),
        String(feed),
      ]);
    }
  }

  async #follow(limit: number): Promise<SinkStep> {
    const { session, source } = this.#parts;
    const { feed, number } = this.#feed;
    const batch = source.changes(number, limit);
    if (batch.count === 0) return { rows: 0, facts: 0, more: false };
    this.#suspects = batch.tables.map(({ table, put }) => [table, put]);
    this.#feed = await session.transaction(async (sql) => {
      const moved = await this.#move(sql, {
        ...this.#feed,
        number: batch.number,
      });
      for (const { table, put, gone } of batch.tables) {
        if (put.length > 0) {
          const json = rowsJson(table.columns, put);
          await sql.run(putText(table), [json, String(feed)]);
        }
        if (gone.length === 0) continue;
        const key = table.columns.filter(({ name }) => table.key.includes(name))
          .toSorted((a, b) =>
            table.key.indexOf(a.name) - table.key.indexOf(b.name)
          );
        const json = rowsJson(key, gone);
        await sql.run(deleteText(table, key), [json, String(feed)]);
      }
      return moved;
    });
    return {
      rows: batch.count,
      facts: batch.facts,
      more: batch.count >= limit,
    };
  }
}

/** The same chunks; while the database works on them, something else is done. */
function* before(
  chunks: Iterable<string>,
  work: () => void,
): Generator<string> {
  yield* chunks;
  work();
}
