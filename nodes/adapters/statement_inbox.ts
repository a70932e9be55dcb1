/**
 * The folder through which `mesh revoke` and `mesh readmit` hand statements to the node of a data folder, running or
 * not: one file each, removed only once the node has the statement on its disk.
 *
 * @module
 */
import { join } from "node:path";
import {
  type AuthorityStated,
  type Clock,
  FACTS,
  idBytes,
  MESH_SPACE,
  ok,
  parseFact,
  type Timer,
} from "../../crdt/mod.ts";
import type { Incidents } from "../incidents.ts";
import type { Replica } from "../replica.ts";
import { makeFolder } from "./data_folder.ts";
import { readIfAny, removeIfAny, writeDurably } from "./durable_file.ts";

const FOLDER = "statements";
/** How often the folder is looked at, in milliseconds. */
const LOOK_MS = 1000;
/** Most files that are taken at one look. */
const FILES_MAX = 64;

/**
 * Leaves statements for the node of a data folder.
 *
 * @param path The data folder.
 * @param facts The statements.
 * @throws {PanalError} `store_full` or `config_invalid`.
 */
export async function leaveStatements(
  path: string,
  facts: readonly AuthorityStated[],
): Promise<void> {
  const folder = join(path, FOLDER);
  await makeFolder(folder);
  for (const fact of facts) {
    const bytes = new TextEncoder().encode(JSON.stringify(fact));
    await writeDurably(join(folder, `${fact.id}.json`), bytes);
  }
}

/** Takes statements that were left. */
export interface StatementInbox {
  /** Looks now, and then again and again. */
  start(): Promise<void>;
  /** Looks no more. */
  stop(): Promise<void>;
}

/**
 * Makes the inbox of a running node.
 *
 * @param path The data folder.
 * @param parts The replica that records statements, and where wrong files are reported.
 * @returns The inbox.
 */
export function createStatementInbox(
  path: string,
  parts: {
    readonly replica: Replica;
    readonly incidents: Incidents;
    readonly clock: Clock;
  },
): StatementInbox {
  const folder = join(path, FOLDER);
  let timer: Timer | undefined;
  let stopped = false;
  let looking = Promise.resolve();
  const look = async () => {
    for (const name of await filesIn(folder)) {
      if (stopped) return;
      await takeFile(join(folder, name), parts);
    }
  };
  const schedule = () => {
    if (stopped) return;
    timer = parts.clock.timer(LOOK_MS, () => {
      // A file that cannot be read or stored now is tried at the next look.
      looking = look().catch(() => {}).then(schedule);
    });
  };
  return {
    async start() {
      await look().catch(() => {});
      schedule();
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await looking;
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(".json")) names.push(name);
      if (names.length === FILES_MAX) break;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

async function takeFile(
  path: string,
  { replica, incidents }: {
    readonly replica: Replica;
    readonly incidents: Incidents;
  },
): Promise<void> {
  const bytes = await readIfAny(path);
  const fact = bytes === undefined ? "malformed" : parseFact(parseJson(bytes));
  let reason: string | undefined;
  if (typeof fact === "string" || fact.type !== "AuthorityStated") {
    reason = "it is no authority statement";
  } else {
    await replica.decide((context) => {
      const [known] = context.rows.scan(FACTS, { prefix: [idBytes(fact.id)] });
      if (known === undefined) context.record(MESH_SPACE, fact);
      return ok(null);
    }).catch((error) => {
      if (error.code !== "forbidden") throw error;
      reason = error.message;
    });
  }
  if (reason !== undefined) {
    incidents.report(
      "statement_refused",
      `A file with an authority statement was refused: ${reason}`,
    );
  }
  await removeIfAny(path);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
