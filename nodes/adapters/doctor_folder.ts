/**
 * Looking at a data folder on a disk: who holds it, who may write it, how much room there is, whether its files are as a
 * node left them. Nothing in it is changed.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { ED25519, PanalError, type Random } from "../../crdt/mod.ts";
import { diagnoseStore } from "../doctor/diagnose_store.ts";
import { bad, type Finding, warn, well } from "../doctor/finding.ts";
import { ofDisk } from "../health.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import {
  DATA_FILES,
  type DataFolder,
  type FolderIdentity,
  openDataFolder,
  readDataFolder,
} from "./data_folder.ts";
import { fileFailure } from "./durable_file.ts";
import { createFolderSpace } from "./folder_space.ts";
import { sqliteFault, sqliteVersion } from "./sqlite_repair.ts";
import { openSqliteSnapshot } from "./sqlite_store.ts";
import { checkSeal } from "./store_seal.ts";

/** How a folder is looked at. */
export interface ExamineOptions {
  /** Chance, for opening a folder; nothing is drawn. */
  readonly random: Random;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** True to leave out verifying every commit. */
  readonly quick: boolean;
  /** Told how far it is. */
  readonly progress: (text: string) => void;
}

/** What was found about a folder. */
export interface Examined {
  /** Whose folder it is; undefined where that cannot be read. */
  readonly identity: FolderIdentity | undefined;
  /** What was found. */
  readonly findings: readonly Finding[];
}

const RESTORE = "Restore the newest backup to a new folder";
const HEALTH_MS_MAX = 5_000;
/** Below this a node cannot even write what it needs to stop in order, in bytes. */
const ROOM_BYTES_MIN = 32 * 1024 * 1024;

/**
 * Looks at a data folder, at rest or while its node runs.
 *
 * @param path The folder.
 * @param options Time and how much is looked at.
 * @returns What was found.
 * @throws {PanalError} `config_invalid` if it is no data folder.
 */
export async function examineFolder(
  path: string,
  options: ExamineOptions,
): Promise<Examined> {
  let identity: FolderIdentity;
  try {
    identity = await readDataFolder(path);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    if (error.code === "config_invalid") throw error;
    return { identity: undefined, findings: [bad(error.message, RESTORE)] };
  }
  const findings = [...await ofRights(identity), ...await ofRoom(path)];
  const lock = await lockIfFree(path, options.random, findings);
  try {
    findings.push(...await ofStore(identity, lock, options));
  } finally {
    lock?.close();
  }
  return { identity, findings };
}

/**
 * Asks a running node how it is.
 *
 * @param url The address of its interface.
 * @returns What it says.
 */
export async function askHealth(url: string): Promise<Finding[]> {
  const answer = z.object({
    ready: z.boolean(),
    problems: z.array(z.object({ text: z.string(), remedy: z.string() })),
  });
  try {
    const response = await fetch(new URL("/v1/health", url), {
      signal: AbortSignal.timeout(HEALTH_MS_MAX),
    });
    const { ready, problems } = answer.parse(await response.json());
    const found = problems.map(({ text, remedy }) => warn(text, remedy));
    return ready
      ? [well(`the node at ${url} is ready`), ...found]
      : [bad(`the node at ${url} cannot record now`, "See below"), ...found];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [bad(
      `nobody answers as a node at ${url}: ${why.replaceAll(/\s+/g, " ")}`,
      "Start the node, or name its --http address",
    )];
  }
}

/** Whether this user may write what the node writes. */
async function ofRights({ path }: FolderIdentity): Promise<Finding[]> {
  for (const file of ["lock", "database", "certificate"] as const) {
    const name = join(path, DATA_FILES[file]);
    try {
      (await Deno.open(name, { read: true, write: true })).close();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      const { message } = fileFailure(`write ${DATA_FILES[file]}`, error);
      return [
        bad(message, "Start the node as the user to whom the folder belongs"),
      ];
    }
  }
  return [well("this user may write the folder")];
}

async function ofRoom(path: string): Promise<Finding[]> {
  const { freeBytes } = await createFolderSpace(path)();
  if (freeBytes === null) return [];
  const [problem] = ofDisk(freeBytes);
  if (problem === undefined) {
    return [well(`the disk has ${Math.round(freeBytes / 1e6)} MB left`)];
  }
  const level = freeBytes < ROOM_BYTES_MIN ? bad : warn;
  return [level(problem.text, problem.remedy)];
}

/** The lock of a folder at rest; else why it is not to be had. */
async function lockIfFree(
  path: string,
  random: Random,
  findings: Finding[],
): Promise<DataFolder | undefined> {
  try {
    const folder = await openDataFolder(path, { random });
    findings.push(well("no node runs on it"));
    return folder;
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    findings.push(
      error.code === "data_folder_locked"
        ? well("a node runs on it; a second one would be refused")
        : error.code === "data_folder_moved"
        ? bad(error.message, "Start the node where its backup was restored")
        : bad(error.message, RESTORE),
    );
    return undefined;
  }
}

async function ofStore(
  { databasePath, place }: FolderIdentity,
  lock: DataFolder | undefined,
  options: ExamineOptions,
): Promise<Finding[]> {
  const isThere = await Deno.stat(databasePath).then(() => true, () => false);
  if (place === undefined || !isThere) {
    return [warn("its node never ran", "Start it")];
  }
  try {
    const version = sqliteVersion(databasePath);
    if (version > SCHEMA_VERSION) {
      return [bad(
        `a newer version of the program wrote it (tables ${version}, this one knows ${SCHEMA_VERSION})`,
        "Use that version or a newer one",
      )];
    }
    const found = lock === undefined ? [] : await ofRest(databasePath, lock);
    if (version < SCHEMA_VERSION) {
      const text =
        `an earlier version of the program wrote it (tables ${version})`;
      const remedy =
        `Back it up with that version, then start the node: it brings it to ${SCHEMA_VERSION}`;
      return [...found, warn(text, remedy)];
    }
    const fault = sqliteFault(databasePath);
    if (fault !== undefined) {
      return [...found, bad(`the database is damaged: ${fault}`, RESTORE)];
    }
    return [...found, ...ofRows(databasePath, place, options)];
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    return [bad(error.message, RESTORE)];
  }
}

function ofRows(
  databasePath: string,
  { chain, root }: NonNullable<FolderIdentity["place"]>,
  { now, quick, progress }: ExamineOptions,
): Finding[] {
  const snapshot = openSqliteSnapshot(databasePath, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  try {
    const verify = { root, signatures: ED25519 };
    return diagnoseStore(snapshot, { chain, now, verify, quick, progress });
  } finally {
    snapshot.close();
  }
}

/** What only a folder at rest tells. */
async function ofRest(
  databasePath: string,
  { fingerprintChanged }: DataFolder,
): Promise<Finding[]> {
  const seal = await checkSeal(databasePath);
  const sealed = seal === "changed"
    ? warn(
      "the database was changed while no node ran",
      "The next start verifies every commit, makes the views again and opens new logs",
    )
    : well(
      seal === "right"
        ? "the database is as its node left it"
        : "the node did not end in order, or its database is too long for a seal",
    );
  if (!fingerprintChanged) return [sealed];
  return [
    sealed,
    warn(
      "it is a copy, or was restored or moved: the next start opens new logs without rights",
      "Never start the original again. Rights come back by mesh reassign",
    ),
  ];
}
