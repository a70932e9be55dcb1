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
  decodeCommit,
  err,
  FACTS,
  fromHex,
  idBytes,
  MESH_SPACE,
  ok,
  parseFact,
  type Timer,
  toHex,
} from "../../crdt/mod.ts";
import type { Incidents } from "../incidents.ts";
import type { Run } from "../log_run.ts";
import type { Replica } from "../replica.ts";
import type { RootLog } from "../revocation.ts";
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

/**
 * Leaves a log of the root key for the node of a data folder.
 *
 * @param path The data folder.
 * @param log The log.
 * @throws {PanalError} `store_full` or `config_invalid`.
 */
export async function leaveRootLog(
  path: string,
  { commit, head }: RootLog,
): Promise<void> {
  const folder = join(path, FOLDER);
  await makeFolder(folder);
  const value = {
    commit: toHex(commit.bytes),
    signature: toHex(head.signature),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  await writeDurably(join(folder, `${head.log}.json`), bytes);
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
  const value = bytes === undefined ? undefined : parseJson(bytes);
  const run = parseRootLog(value);
  const reason = run === undefined
    ? await record(replica, value)
    : await take(replica, run);
  if (reason === LATER) return;
  if (reason !== undefined) {
    incidents.report(
      "statement_refused",
      `A file with an authority statement was refused: ${reason}`,
    );
  }
  await removeIfAny(path);
}

/** What stays for the next look. */
const LATER = "later";

/** Records a statement of the node itself. Returns why it is refused, if it is. */
async function record(
  replica: Replica,
  value: unknown,
): Promise<string | undefined> {
  const fact = parseFact(value);
  if (typeof fact === "string" || fact.type !== "AuthorityStated") {
    return "it is no authority statement";
  }
  const result = await replica.decide((context) => {
    const [known] = context.rows.scan(FACTS, { prefix: [idBytes(fact.id)] });
    if (known === undefined) context.record(MESH_SPACE, fact);
    return ok(null);
  }).catch((error) => {
    if (error.code !== "forbidden") throw error;
    return err({ code: error.code, message: error.message as string });
  });
  if (result.ok) return undefined;
  return result.error.code === "forbidden" ? result.error.message : LATER;
}

/** Takes a log of the root key in. */
async function take(replica: Replica, run: Run): Promise<string | undefined> {
  const outcome = await replica.take(run);
  if (outcome.kind === "later") return LATER;
  return outcome.kind === "refused" ? outcome.reason : undefined;
}

function parseRootLog(value: unknown): Run | undefined {
  const { commit: body, signature } = (value ?? {}) as Record<string, unknown>;
  const [bytes, signed] = [body, signature].map((text) =>
    typeof text === "string" && /^([0-9a-f]{2})+$/.test(text)
      ? fromHex(text)
      : undefined
  );
  const encoded = bytes === undefined ? undefined : decodeCommit(bytes);
  if (encoded === undefined || signed === undefined) return undefined;
  const { commit: { log, seq }, hash } = encoded;
  return { commits: [encoded], head: { log, seq, hash, signature: signed } };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
