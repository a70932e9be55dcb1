/**
 * The task `sink-check`: compares a sink with the node that feeds it.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import type { KafkaBroker } from "../net/mod.ts";
import type { ConsoleNode } from "./charging/console_orders.ts";
import type { ConsoleTarget } from "./charging_console_command.ts";
import { SINK_CHECK_WAIT_MS } from "./limits.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";
import {
  createDatabaseSide,
  createNodeSide,
  createTopicsSide,
  findFeed,
  idsOnly,
} from "./sinks/checked_sides.ts";
import {
  type CheckedSide,
  compareTable,
  type TableComparison,
} from "./sinks/sink_check.ts";
import {
  type KafkaAddress,
  type PostgresAddress,
  readSinks,
  type SinkAddress,
} from "./sinks/sink_settings.ts";
import { SINK_FACTS, SINK_TABLES } from "./sinks/sink_tables.ts";
import type { SqlDatabase } from "./sinks/sql_port.ts";

/** The surroundings of the command. */
export interface SinkCheckIo {
  /** Writes what was found. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A node at a URL; signs in where a user is given. */
  node(target: ConsoleTarget): ConsoleNode;
  /** A sink, with its password. */
  database(address: PostgresAddress): Promise<SqlDatabase>;
  /** Brokers. */
  broker(address: KafkaAddress): Promise<KafkaBroker>;
}

const HELP = `Compare a sink with the node that feeds it.

  deno task sink-check --sink URL --http ADDRESS

  --sink URL          as given to the node: postgres://USER@HOST:PORT/DATABASE or kafka://HOST:PORT[,HOST:PORT]/PREFIX
  --http ADDRESS      the node: http://127.0.0.1:8080
  --user NAME         sign in as this user, an administrator, with the password in PANAL_PASSWORD

Counts and hashes are compared by table, site and day; of those that differ each row that does is listed. Of topics the
facts are compared by their ids. Sales may go on meanwhile: what is only on its way is no difference.
Ends with 0 if all is equal, with 1 if it is not, with 2 if it cannot be compared.
`;

const EXIT_EQUAL = 0;
const EXIT_DIFFERENT = 1;
const EXIT_UNUSABLE = 2;

/**
 * Runs `deno task sink-check`.
 *
 * @param args What stands behind `sink-check`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 for equal, 1 for different, 2 with one line on standard error.
 */
export async function runSinkCheck(
  args: readonly string[],
  io: SinkCheckIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, {
      sink: "one",
      http: "one",
      user: "one",
    });
    if (help) {
      io.stdout(HELP);
      return EXIT_EQUAL;
    }
    if (words[0] !== undefined) {
      throw configError(
        `${quote(words[0])} is no option of sink-check: --help lists them`,
      );
    }
    const node = openNode(values, io);
    const value = values.get("sink")?.[0] ?? io.env["PANAL_SINK"];
    if (value === undefined) throw configError("Name the sink: add --sink URL");
    const [address] = readSinks([{ label: "--sink", value }], io.env);
    if (address === undefined) throw configError("Name one sink");
    return await check(address, node, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`sink-check: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

function openNode(
  values: ReadonlyMap<string, readonly string[]>,
  io: SinkCheckIo,
): ConsoleNode {
  const text = values.get("http")?.[0] ?? "http://127.0.0.1:8080";
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw configError(`--http takes an address, not ${quote(text)}`);
  }
  const name = values.get("user")?.[0];
  const password = io.env["PANAL_PASSWORD"];
  if (name !== undefined && !password) {
    throw configError(`Put the password of ${quote(name)} into PANAL_PASSWORD`);
  }
  return io.node({
    url: url.href,
    ...(name === undefined ? {} : { user: { name, password: password ?? "" } }),
  });
}

async function check(
  address: SinkAddress,
  node: ConsoleNode,
  io: SinkCheckIo,
): Promise<number> {
  const ask = (path: string) => node.ask("GET", path);
  const health = (await ask("/v1/health")).body;
  const peer = typeof health === "object" && health !== null
    ? Reflect.get(health, "peer")
    : undefined;
  if (typeof peer !== "string") {
    throw new PanalError("dial_failed", "No node answers there");
  }
  const wait = () => node.wait(SINK_CHECK_WAIT_MS);
  const side = createNodeSide(ask);
  const compared = address.kind === "postgres"
    ? await checkDatabase(address, { io, peer, side, wait })
    : await checkTopics(address, { io, peer, side, wait });
  const different = compared.filter(({ differences }) =>
    differences.length > 0
  );
  io.stdout(
    different.length === 0
      ? `${address.name} holds what it should.\n`
      : `${address.name} differs in ${
        different.map(({ table }) => table).join(", ")
      }.\n`,
  );
  return different.length === 0 ? EXIT_EQUAL : EXIT_DIFFERENT;
}

interface Checking {
  readonly io: SinkCheckIo;
  readonly peer: string;
  readonly side: CheckedSide;
  readonly wait: () => Promise<void>;
}

async function checkDatabase(
  address: PostgresAddress,
  { io, peer, side, wait }: Checking,
): Promise<TableComparison[]> {
  const session = await (await io.database(address)).connect();
  try {
    const feed = await findFeed(session, peer);
    if (feed === undefined) {
      throw new PanalError(
        "sink_failed",
        `${address.name} was never fed by the node ${peer}`,
      );
    }
    const sink = createDatabaseSide(session, feed);
    const compared: TableComparison[] = [];
    for (const { name } of SINK_TABLES) {
      const one = await compareTable(name, { node: side, sink }, wait);
      io.stdout(tableText(one));
      compared.push(one);
    }
    return compared;
  } finally {
    await session.close();
  }
}

async function checkTopics(
  address: KafkaAddress,
  { io, peer, side, wait }: Checking,
): Promise<TableComparison[]> {
  const session = await (await io.broker(address)).connect();
  try {
    const sink = createTopicsSide(session, { prefix: address.prefix, peer });
    const node = idsOnly(side);
    const one = await compareTable(SINK_FACTS.name, { node, sink }, wait);
    io.stdout(tableText(one));
    return [one];
  } finally {
    await session.close();
  }
}

function tableText(
  { table, node, sink, groups, differences }: TableComparison,
): string {
  const verdict = differences.length > 0
    ? `${groups.different} of ${groups.all} sites and days differ`
    : groups.different > 0
    ? "equal but for what is on its way"
    : "equal";
  const listed = differences.map(({ kind, group, key }) =>
    `  ${kind} in the sink: ${group} ${key}\n`
  );
  return `${table}: ${node} at the node, ${sink} in the sink, ${verdict}\n${
    listed.join("")
  }`;
}
