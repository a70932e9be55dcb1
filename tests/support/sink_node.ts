/**
 * A node with a journal of changes, for tests of sinks: what is sold at it, and whether a database holds exactly its
 * rows.
 *
 * @module
 */
import { deepStrictEqual, fail, ok } from "node:assert/strict";
import { money, type ProductId } from "../../crdt/mod.ts";
import {
  type JournaledStore,
  journalStore,
} from "../../nodes/sinks/change_journal.ts";
import {
  runSinkCheck,
  type SinkCheckIo,
} from "../../nodes/sink_check_command.ts";
import { createApp } from "../../web/mod.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createPostgresSink } from "../../nodes/sinks/postgres_sink.ts";
import { SinkRunner } from "../../nodes/sinks/sink_runner.ts";
import { SinkSource } from "../../nodes/sinks/sink_source.ts";
import {
  digestRow,
  SINK_TABLES,
  type SinkCell,
  type SinkTable,
} from "../../nodes/sinks/sink_tables.ts";
import { openNodeStore } from "./node_store.ts";
import { createSeededRandom } from "../../crdt/mod.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import type { SinkDatabase } from "./sink_databases.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";

/** What is sold. */
export const HONEY = "honey" as ProductId;
const PEER = "12D3KooWtest";
const WAIT_MS_MAX = 45_000;

/** A node whose changes are noted. */
export interface SinkNode extends TestNode {
  /** What sinks read. */
  readonly source: SinkSource;
  /** Its journal. */
  journal(): JournaledStore;
  /** Sells honey so many times. */
  sell(times: number): Promise<void>;
}

/** Makes a node that sells honey. */
export async function createSinkNode(
  options: TestNodeOptions = {},
): Promise<SinkNode> {
  const disk = options.disk ?? new SimulatedDisk();
  const random = createSeededRandom(9);
  let journal: JournaledStore | undefined;
  const openStore = () =>
    journal = journalStore(openNodeStore(disk), {
      random,
      now: Date.now,
      fresh: false,
    });
  const node = await createTestNode({ ...options, disk, openStore });
  const { replica } = node.node;
  if (options.disk === undefined) {
    const made = await node.useCases.createProduct({
      scope: "site:CUS",
      product: HONEY,
      name: 'Miel\tpura \\ del "valle"\n',
      price: money(1250, "PEN"),
      stock: 1_000_000,
    });
    ok(made.ok);
  }
  return {
    ...node,
    source: new SinkSource({
      get reader() {
        return replica.reader;
      },
      register: replica.register,
      archive: replica.archive,
    }),
    journal: () => journal as JournaledStore,
    sell: (times) => sellHoney(node, times),
  };
}

async function sellHoney({ useCases }: TestNode, times: number): Promise<void> {
  const sales = Array.from({ length: times }, (_, i) =>
    useCases.recordSale({
      lines: [{ product: HONEY, quantity: 1 + i % 3 }],
      note: i % 7 === 0 ? 'nil "ok"\n\t\\ \u2028 fin' : "sin nota",
    }));
  for (const sale of await Promise.all(sales)) ok(sale.ok);
}

/** Feeds a database from a node. */
export function feed(
  { source }: SinkNode,
  database: SinkDatabase["database"],
  { peer = PEER, incident }: {
    readonly peer?: string;
    readonly incident?: (message: string) => void;
  } = {},
): SinkRunner {
  return new SinkRunner({
    target: createPostgresSink(database, peer),
    source,
    clock: createSystemClock(),
    ...(incident === undefined ? {} : { incident }),
  });
}

/** Waits until something is so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (!await isSo()) {
    if (Date.now() > end) throw new TypeError(`Not in time: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Waits until a sink has everything. */
export async function caughtUp(
  runner: SinkRunner,
  node: SinkNode,
): Promise<void> {
  await until(
    () =>
      runner.view.state === "following" &&
      runner.confirmed === node.source.position()?.number,
    `the sink is ${JSON.stringify(runner.view)}`,
  );
}

/** Every row of a table at a node, in short, in some order. */
export function nodeRows({ source }: SinkNode, table: SinkTable): string[] {
  const { rows } = source.page(table, null, 1_000_000);
  return rows.map((row) => JSON.stringify(digestRow(table, row))).toSorted();
}

/** The same at a database. */
export async function databaseRows(
  { query }: SinkDatabase,
  table: SinkTable,
  peer = PEER,
): Promise<string[]> {
  const names = table.columns.map(({ name, type }) =>
    type === "json" ? `"${name}"::text as "${name}"` : `"${name}"`
  );
  const rows = await query(
    `select ${names.join()} from panal."${table.name}" where feed = (select feed from panal.feeds where peer = '${peer}')`,
  );
  return rows.map((row) =>
    JSON.stringify(
      digestRow(
        table,
        table.columns.map(({ name }) => row[name] as SinkCell),
      ),
    )
  ).toSorted();
}

/** Checks that a database holds exactly the rows of a node. */
export async function checkEqual(
  node: SinkNode,
  database: SinkDatabase,
  peer = PEER,
): Promise<void> {
  for (const table of SINK_TABLES) {
    deepStrictEqual(
      await databaseRows(database, table, peer),
      nodeRows(node, table),
      `panal.${table.name}`,
    );
  }
}

/** What the task `sink-check` says of a database and a node. */
export async function runCheck(
  { useCases }: SinkNode,
  { url, database }: SinkDatabase,
): Promise<{ readonly code: number; readonly text: string }> {
  const app = createApp(useCases, {
    clock: createSystemClock(),
    requireSignIn: false,
  });
  let text = "";
  const io: SinkCheckIo = {
    stdout: (more) => text += more,
    stderr: (more) => text += more,
    env: {},
    node: () => ({
      async ask(_, path) {
        const response = await app.request(path);
        const body = await response.json();
        // A test feeds under a name of its own.
        return {
          status: response.status,
          body: path === "/v1/health" ? { ...body, peer: PEER } : body,
        };
      },
      wait: () => Promise.resolve(),
    }),
    database: () => Promise.resolve(database),
    broker: () => fail("No broker was named"),
  };
  const code = await runSinkCheck(["--sink", url], io);
  return { code, text };
}
