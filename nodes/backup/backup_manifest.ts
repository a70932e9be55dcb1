/**
 * What a backup folder says of itself: which parts belong to it, how far each log in it goes, whose it is, and by which
 * version it was made. A backup is what its manifest names; the manifest is written last.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Hash, LogId, PeerId, SpaceId } from "../../crdt/mod.ts";
import { PanalError } from "../../crdt/mod.ts";
import { quote } from "../option_parser.ts";

/** The version of the form of backups. */
export const BACKUP_FORMAT = 1;
/** The manifest's name in the folder. */
export const MANIFEST_FILE = "manifest.json";
/** Names of parts; nothing else in the folder is ever removed. */
export const PART_NAME = /^\d{6}-(?:logs-\d{4}|state-\d{4})\.part$/;
/** Longest manifest, in bytes: a part or a log takes some 250. */
export const MANIFEST_BYTES_MAX: number = 64 * 1024 * 1024;

/** A file of rows. */
export interface BackupPart {
  /** Its name in the folder. */
  readonly file: string;
  /** Its length. */
  readonly bytes: number;
  /** Its SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A log in a backup: its commits from `first` to `seq`, without a gap. */
export interface BackedLog {
  /** The number under which the parts hold it; another one where a log had to be copied anew. */
  readonly copy: number;
  /** Its name, with a fork's suffix. */
  readonly name: LogId;
  /** Its space. */
  readonly space: SpaceId;
  /** The seq of the first commit whose body is here. */
  readonly first: number;
  /** The seq of the newest. */
  readonly seq: number;
  /** The hash of the newest. */
  readonly hash: Hash;
  /** True if the node of the backup wrote it. */
  readonly own: boolean;
}

/** What a planned move leaves to the folder that goes on: see `move_folder.ts`. */
export interface BackupMove {
  /** Names the move. */
  readonly id: string;
  /** The epochs of the logs that the rights were granted to, by space, 16 hexadecimal digits each. */
  readonly epochs: Readonly<Record<string, string>>;
}

/** What a backup holds. */
export interface BackupManifest {
  /** The version of its form. */
  readonly format: number;
  /** The version of the program that made it. */
  readonly program: string;
  /** The version of the tables that its rows are of. */
  readonly schema: number;
  /** The mesh's root key, 64 hexadecimal digits. */
  readonly root: string;
  /** Whose it is. */
  readonly peer: PeerId;
  /** The roles of that node. */
  readonly roles: readonly string[];
  /** Its site, if it has one. */
  readonly site: string | null;
  /** When it was made, in milliseconds since 1970. */
  readonly madeAt: number;
  /** How many backups were made into the folder. */
  readonly run: number;
  /** The parts with commits, in the order in which they were made. */
  readonly parts: readonly BackupPart[];
  /** The parts with all other rows, as of the newest backup. */
  readonly state: readonly BackupPart[];
  /** How far it goes: every log, by name. */
  readonly logs: readonly BackedLog[];
  /** Rows of the newest state by table, to compare what is read. */
  readonly rows: Readonly<Record<string, number>>;
  /** Set if the node was moved: its old folder never starts again. */
  readonly move?: BackupMove | undefined;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const part: z.ZodType<BackupPart> = z.strictObject({
  file: z.string().regex(PART_NAME),
  bytes: count,
  sha256: digest,
});
const log: z.ZodType<BackedLog> = z.strictObject({
  copy: z.int().positive(),
  name: z.string().max(400).transform((text) => text as LogId),
  space: z.string().max(200).transform((text) => text as SpaceId),
  first: z.int().positive(),
  seq: count,
  hash: digest.transform((text) => text as Hash),
  own: z.boolean(),
});
const manifest: z.ZodType<BackupManifest> = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  program: z.string().max(40),
  schema: z.int().positive(),
  root: digest,
  peer: z.string().max(100).transform((text) => text as PeerId),
  roles: z.array(z.string().max(40)).max(20),
  site: z.string().max(20).nullable(),
  madeAt: z.int().nonnegative(),
  run: z.int().positive(),
  parts: z.array(part),
  state: z.array(part),
  logs: z.array(log),
  rows: z.record(z.string(), count),
  move: z.strictObject({
    id: z.string().max(40),
    epochs: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
  }).optional(),
});

/**
 * The bytes of a manifest, with a digest over itself.
 *
 * @param value The manifest.
 * @returns JSON.
 */
export function encodeManifest(value: BackupManifest): Uint8Array {
  const text = JSON.stringify(value);
  const sealed = { ...value, sha256: digestOf(text) };
  return new TextEncoder().encode(`${JSON.stringify(sealed)}\n`);
}

/**
 * Reads a manifest.
 *
 * @param bytes Anything.
 * @param where The folder, for messages.
 * @returns The manifest.
 * @throws {PanalError} `backup_newer` if a newer version made it, `backup_damaged` if it is not as it was written.
 */
export function parseManifest(
  bytes: Uint8Array,
  where: string,
): BackupManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damagedBackup(where, `${MANIFEST_FILE} cannot be read`);
  }
  const fields = z.looseObject({ format: z.int(), sha256: digest })
    .safeParse(value);
  if (!fields.success) {
    throw damagedBackup(where, `${MANIFEST_FILE} is not whole`);
  }
  const { sha256, ...rest } = fields.data;
  if (digestOf(JSON.stringify(rest)) !== sha256) {
    throw damagedBackup(where, `${MANIFEST_FILE} was changed`);
  }
  if (rest.format > BACKUP_FORMAT) {
    throw new PanalError(
      "backup_newer",
      `Cannot use the backup ${
        quote(where)
      }: its form is ${rest.format}, this program knows ${BACKUP_FORMAT}: use a newer version`,
    );
  }
  const parsed = manifest.safeParse(rest);
  if (parsed.success) return parsed.data;
  throw damagedBackup(where, `${MANIFEST_FILE} has not the form of one`);
}

/**
 * The error for a backup that is not as it was written.
 *
 * @param where The folder.
 * @param what What is wrong, in a sentence without an end.
 * @returns A `backup_damaged` error.
 */
export function damagedBackup(where: string, what: string): PanalError {
  return new PanalError(
    "backup_damaged",
    `Cannot use the backup ${quote(where)}: ${what}`,
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
