/**
 * The client of databases that speak PostgreSQL's protocol, over the library `postgres`, which is imported here alone.
 * The library queues and reconnects by itself; here it has one connection, each call has a deadline, and the first
 * failure of the connection is its end.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import postgres from "postgres";
import { SINK_ANSWER_MS_MAX, SINK_CONNECT_MS_MAX } from "../limits.ts";
import { SinkError, type SinkFault } from "../sinks/sink_port.ts";
import type { PostgresAddress } from "../sinks/sink_settings.ts";
import type {
  SqlDatabase,
  SqlRow,
  SqlSession,
  SqlTransaction,
  SqlValue,
} from "../sinks/sql_port.ts";
import { within } from "./kafka_calls.ts";

/** Longest sentence of a database that is passed on, in characters. */
const MESSAGE_LENGTH_MAX = 300;
/** How long a statement waits for a lock, in milliseconds. */
const LOCK_MS_MAX = 10_000;

/**
 * Makes the database at an address.
 *
 * @param address Where it is, and who asks.
 * @returns The database; nothing is dialed.
 */
export function createPostgresDatabase(address: PostgresAddress): SqlDatabase {
  return {
    name: address.name,
    copies: address.copies,
    async connect() {
      const session = new Session(address);
      try {
        const asked = session.transaction((sql) => sql.run("select 1"));
        await within(asked, SINK_CONNECT_MS_MAX).catch((error) => {
          throw sinkError(error, address);
        });
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    },
  };
}

type Library = postgres.Sql<{ bigint: number }>;
type LibraryTransaction = postgres.TransactionSql<{ bigint: number }>;

const BIGINT_OID = 20;

function openLibrary(
  address: PostgresAddress,
  onclose: () => void,
): Library {
  const { host, port, user, password, database, tls } = address;
  return postgres({
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ssl: tls === "verify"
      ? { rejectUnauthorized: true }
      : tls === "off"
      ? false
      : tls,
    max: 1,
    // The connection is never given up for its age: whoever has it closes it.
    max_lifetime: null,
    connect_timeout: SINK_CONNECT_MS_MAX / 1000,
    fetch_types: false,
    prepare: false,
    onnotice: () => {},
    onclose,
    connection: {
      application_name: "panal",
      statement_timeout: SINK_ANSWER_MS_MAX,
      lock_timeout: LOCK_MS_MAX,
    },
    types: {
      bigint: {
        to: BIGINT_OID,
        from: [BIGINT_OID],
        serialize: String,
        parse: Number,
      },
    },
  });
}

/** One connection. */
class Session implements SqlSession {
  readonly #address: PostgresAddress;
  readonly #sql: Library;
  readonly #link = { closed: false };

  constructor(address: PostgresAddress) {
    this.#address = address;
    this.#sql = openLibrary(address, () => this.#link.closed = true);
  }

  async transaction<T>(body: (sql: SqlTransaction) => Promise<T>): Promise<T> {
    if (this.#link.closed) {
      throw sinkError("the connection was closed", this.#address);
    }
    const link = this.#link;
    const work = this.#sql.begin((sql) =>
      unlessClosed(link, body(new Transaction(sql, link)))
    );
    try {
      return await within(
        work as Promise<T>,
        SINK_ANSWER_MS_MAX + SINK_CONNECT_MS_MAX,
      );
    } catch (error) {
      throw sinkError(error, this.#address);
    }
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 0 }).catch(() => {});
  }
}

/** Whether the connection was closed, by whomever. */
interface LinkState {
  readonly closed: boolean;
}

/**
 * Work on a connection, as long as it is open. Once it is closed the library has told so already, and would write to a
 * socket that is not there, which nothing could catch, if the work went on or failed: so it never ends then.
 */
async function unlessClosed<T>(link: LinkState, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    return link.closed ? await new Promise<never>(() => {}) : reject(error);
  }
}

function reject(error: unknown): never {
  throw error;
}

class Transaction implements SqlTransaction {
  readonly #sql: LibraryTransaction;
  readonly #link: LinkState;

  constructor(sql: LibraryTransaction, link: LinkState) {
    this.#sql = sql;
    this.#link = link;
  }

  async run(
    text: string,
    values: readonly SqlValue[] = [],
  ): Promise<readonly SqlRow[]> {
    if (this.#link.closed) return await new Promise<never>(() => {});
    return [...await this.#sql.unsafe<SqlRow[]>(text, [...values])];
  }

  async copy(text: string, chunks: Iterable<string>): Promise<void> {
    if (this.#link.closed) return await new Promise<never>(() => {});
    const stream: Writable = await this.#sql.unsafe(text).writable();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {});
    stream.once("finish", resolve);
    stream.once("error", reject);
    stream.once("close", resolve);
    for (const chunk of chunks) {
      if (stream.write(Buffer.from(chunk))) continue;
      await Promise.race([
        promise,
        new Promise<void>((drained) => stream.once("drain", drained)),
      ]);
    }
    stream.end();
    await promise;
  }
}

/** SQLSTATEs, or their first two digits, by what they say of the sink. */
const FAULTS: readonly (readonly [RegExp, SinkFault])[] = [
  [/^(25006|25P02)$/, "read_only"],
  [/^(42P01|3F000)$/, "lost"],
  [/^(28|42501|3D000|0P)/, "refused"],
  [/^(21|22|23|42|44|54|P0)/, "row"],
];

/** What a failure says, without a word of the statement or of rows, which the library and the server add elsewhere. */
function sinkError(error: unknown, { name, password }: PostgresAddress) {
  if (error instanceof SinkError) return error;
  const code = typeof error === "object" && error !== null
    ? String(Reflect.get(error, "code") ?? "")
    : "";
  const isState = /^[0-9A-Z]{5}$/.test(code);
  const fault = FAULTS.find(([pattern]) => isState && pattern.test(code))?.[1];
  const said = error instanceof Error ? error.message : String(error);
  const safe =
    (password === undefined || password === ""
      ? said
      : said.replaceAll(password, "(hidden)")).slice(0, MESSAGE_LENGTH_MAX);
  return new SinkError(
    fault ?? "away",
    isState
      ? `${name} answered ${code}: ${safe}`
      : `${name} cannot be reached: ${code || safe}`,
  );
}
