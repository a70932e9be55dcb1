/**
 * Commits: what a log adds at one moment, as canonical bytes in a hash chain whose head is signed.
 *
 * On the wire a commit is a CBOR array `[1, space, log, seq, prev, stamp, changes, extras]`. A change is
 * `[document, bytes]`; the log's own journal page is named by its number alone. `extras` is empty or
 * `[peer, epoch, certificate, checkpoint]`.
 *
 * @module
 */
import { decodeCbor, encodeCbor, isBytes, isCount } from "./cbor.ts";
import { parseStamp, type Stamp } from "./clock.ts";
import {
  fromHex,
  type Hash,
  type LogId,
  parseSpaceId,
  sha256,
  type SpaceId,
  toHex,
} from "./ids.ts";
import type { SignatureScheme, Signer } from "./signing.ts";

/** The version of commits that this program writes. */
export const COMMIT_VERSION = 1;
/** Longest commit, in bytes. */
export const COMMIT_BYTES_MAX = 1024 * 1024;
/** Most documents that one commit changes. */
export const COMMIT_CHANGES_MAX = 256;
/** Commits of one journal page. */
export const PAGE_ENTRIES = 512;

/** One document's change. */
export interface CommitChange {
  /** The document's name. */
  readonly doc: string;
  /** One Automerge change. */
  readonly bytes: Uint8Array;
}

/** Where a branch stood at a checkpoint. */
export interface BranchHead {
  /** The document's name. */
  readonly doc: string;
  /** The hash of the branch's last Automerge change. */
  readonly head: Hash;
  /** How many changes the branch had, the genesis not counted. */
  readonly changes: number;
}

/** What a checkpoint names. */
export interface Checkpoint {
  /** The last checkpoint of the log. */
  readonly last: { readonly seq: number; readonly hash: Hash } | null;
  /** Commits since then that carried a certificate. */
  readonly certificates: readonly {
    readonly seq: number;
    readonly hash: Hash;
  }[];
  /** Branches changed since then, this commit's own changes included, by document name. */
  readonly branches: readonly BranchHead[];
}

/** What opens a log; in its first commit. */
export interface LogOpening {
  /** The writer's public key. */
  readonly publicKey: Uint8Array;
  /** 8 random bytes. */
  readonly epoch: Uint8Array;
}

/** What a log adds at one moment. */
export interface Commit {
  /** Where it is replicated. */
  readonly space: SpaceId;
  /** The log, without a fork's suffix. */
  readonly log: LogId;
  /** 1 or more, without gaps. */
  readonly seq: number;
  /** The hash of the commit before; null for the first. */
  readonly prev: Hash | null;
  /** When, by the writer's hybrid logical clock. */
  readonly stamp: Stamp;
  /** Changes in the order of their documents' names, each document once. */
  readonly changes: readonly CommitChange[];
  /** In the first commit only. */
  readonly opening?: LogOpening;
  /** A certificate chain, in the first commit and at renewals. */
  readonly certificate?: Uint8Array;
  /** A checkpoint. */
  readonly checkpoint?: Checkpoint;
}

/** A commit as it was received, with what is derived from its bytes. */
export interface EncodedCommit {
  /** What it says. */
  readonly commit: Commit;
  /** Its canonical bytes. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly hash: Hash;
}

/** A signed statement that a log's commit with this seq has this hash; it vouches for the whole chain below. */
export interface Head {
  /** The log, without a fork's suffix. */
  readonly log: LogId;
  /** The seq. */
  readonly seq: number;
  /** The commit's hash. */
  readonly hash: Hash;
  /** 64 bytes by the log's writer. */
  readonly signature: Uint8Array;
}

/**
 * The name of a log.
 *
 * @param space Its space.
 * @param opening Who writes it, and the epoch.
 * @returns 32 hexadecimal digits.
 */
export function logIdOf(space: SpaceId, opening: LogOpening): LogId {
  return toHex(
    sha256(encodeCbor([space, opening.publicKey, opening.epoch])).slice(0, 16),
  ) as LogId;
}

/**
 * The trunk's name of a log or of a fork's continuation.
 *
 * @param log A log's name.
 * @returns The name without suffixes: 32 digits.
 */
export function trunkOf(log: LogId): LogId {
  return log.slice(0, 32) as LogId;
}

/**
 * The number of the journal page that holds a seq.
 *
 * @param seq 1 or more.
 * @returns 0 or more; page n holds seqs 512n+1 to 512n+512.
 */
export function pageOf(seq: number): number {
  return Math.floor((seq - 1) / PAGE_ENTRIES);
}

/**
 * The name of a journal page.
 *
 * @param log The log, without a fork's suffix.
 * @param page Its number.
 * @returns `journal/<log>/<n>`.
 */
export function journalName(log: LogId, page: number): string {
  return `journal/${trunkOf(log)}/${page}`;
}

function checkpointArray(
  { last, certificates, branches }: Checkpoint,
): unknown[] {
  const place = (
    { seq, hash }: { seq: number; hash: Hash },
  ) => [seq, fromHex(hash)];
  return [
    last === null ? null : place(last),
    certificates.map(place),
    branches.map(({ doc, head, changes }) => [doc, fromHex(head), changes]),
  ];
}

/**
 * Encodes a commit.
 *
 * @param commit What it says.
 * @returns The commit with its canonical bytes and their hash.
 */
export function encodeCommit(commit: Commit): EncodedCommit {
  const own = journalName(commit.log, pageOf(commit.seq));
  const { opening, certificate, checkpoint } = commit;
  const extras = opening === undefined && certificate === undefined &&
      checkpoint === undefined
    ? []
    : [
      opening?.publicKey ?? null,
      opening?.epoch ?? null,
      certificate ?? null,
      checkpoint === undefined ? null : checkpointArray(checkpoint),
    ];
  const bytes = encodeCbor([
    COMMIT_VERSION,
    commit.space,
    fromHex(commit.log),
    commit.seq,
    commit.prev === null ? null : fromHex(commit.prev),
    fromHex(commit.stamp),
    commit.changes.map((
      { doc, bytes },
    ) => [doc === own ? pageOf(commit.seq) : doc, bytes]),
    extras,
  ]);
  return { commit, bytes, hash: toHex(sha256(bytes)) as Hash };
}

function parsePlace(value: unknown): { seq: number; hash: Hash } | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [seq, hash] = value;
  return isCount(seq) && seq > 0 && isBytes(hash, 32)
    ? { seq, hash: toHex(hash) as Hash }
    : undefined;
}

function parseBranch(value: unknown): BranchHead | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [doc, head, changes] = value;
  if (
    typeof doc !== "string" || !/^[\x20-\x7e]{1,128}$/.test(doc) ||
    !isBytes(head, 32) || !isCount(changes)
  ) return undefined;
  return { doc, head: toHex(head) as Hash, changes };
}

function parseAll<T>(
  list: unknown,
  parse: (item: unknown) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = list.map(parse);
  return items.every((item): item is Exclude<typeof item, undefined> =>
      item !== undefined
    )
    ? items
    : undefined;
}

function parseCheckpoint(value: unknown): Checkpoint | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const last = value[0] === null ? null : parsePlace(value[0]);
  const certificates = parseAll(value[1], parsePlace);
  const branches = parseAll(value[2], parseBranch);
  if (
    last === undefined || certificates === undefined || branches === undefined
  ) return undefined;
  return { last, certificates, branches };
}

function parseChanges(
  value: unknown,
  own: string,
  page: number,
): CommitChange[] | undefined {
  if (!Array.isArray(value) || value.length > COMMIT_CHANGES_MAX) {
    return undefined;
  }
  const changes: CommitChange[] = [];
  for (const item of value) {
    if (!Array.isArray(item) || item.length !== 2 || !isBytes(item[1])) {
      return undefined;
    }
    const doc = item[0] === page ? own : item[0];
    if (typeof doc !== "string" || (doc === own && item[0] !== page)) {
      return undefined;
    }
    // In order of names: one encoding, and one order in which facts of a commit are read.
    if (doc <= (changes.at(-1)?.doc ?? "")) return undefined;
    changes.push({ doc, bytes: item[1] });
  }
  return changes;
}

type Extras = Pick<Commit, "opening" | "certificate" | "checkpoint">;

function parseExtras(value: unknown): Extras | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) return {};
  if (value.length !== 4 || value.every((part) => part === null)) {
    return undefined;
  }
  const [publicKey, epoch, certificate, checkpointValue] = value;
  const extras: { -readonly [K in keyof Extras]: Extras[K] } = {};
  if (publicKey !== null || epoch !== null) {
    if (!isBytes(publicKey, 32) || !isBytes(epoch, 8)) return undefined;
    extras.opening = { publicKey, epoch };
  }
  if (certificate !== null) {
    if (!isBytes(certificate)) return undefined;
    extras.certificate = certificate;
  }
  if (checkpointValue !== null) {
    const checkpoint = parseCheckpoint(checkpointValue);
    if (checkpoint === undefined) return undefined;
    extras.checkpoint = checkpoint;
  }
  return extras;
}

/**
 * Decodes a commit. Only its form is checked; `verifyCommits` in `replica.ts` checks the rest.
 *
 * @param bytes Anything.
 * @returns The commit, or undefined if the bytes are none.
 */
export function decodeCommit(bytes: Uint8Array): EncodedCommit | undefined {
  const value = bytes.length > COMMIT_BYTES_MAX ? undefined : decodeCbor(bytes);
  if (
    !Array.isArray(value) || value.length !== 8 || value[0] !== COMMIT_VERSION
  ) return undefined;
  const [
    ,
    spaceText,
    logBytes,
    seq,
    prevBytes,
    stampBytes,
    changeList,
    extraList,
  ] = value;
  const space = parseSpaceId(spaceText);
  if (
    space === undefined || !isBytes(logBytes, 16) || !isCount(seq) || seq === 0
  ) return undefined;
  if (
    (prevBytes !== null && !isBytes(prevBytes, 32)) ||
    (prevBytes === null) !== (seq === 1)
  ) return undefined;
  const stamp = isBytes(stampBytes, 8)
    ? parseStamp(toHex(stampBytes))
    : undefined;
  const log = toHex(logBytes) as LogId;
  const page = pageOf(seq);
  const changes = parseChanges(changeList, journalName(log, page), page);
  const extras = parseExtras(extraList);
  if (stamp === undefined || changes === undefined || extras === undefined) {
    return undefined;
  }
  if ((extras.opening !== undefined) !== (seq === 1)) return undefined;
  const prev = prevBytes === null ? null : toHex(prevBytes) as Hash;
  return {
    commit: { space, log, seq, prev, stamp, changes, ...extras },
    bytes,
    hash: toHex(sha256(bytes)) as Hash,
  };
}

const HEAD_TAG = new TextEncoder().encode("panal/head/1\0");

function headMessage(log: LogId, seq: number, hash: Hash): Uint8Array {
  const message = new Uint8Array(HEAD_TAG.length + 16 + 8 + 32);
  message.set(HEAD_TAG);
  message.set(fromHex(trunkOf(log)), HEAD_TAG.length);
  new DataView(message.buffer).setBigUint64(HEAD_TAG.length + 16, BigInt(seq));
  message.set(fromHex(hash), HEAD_TAG.length + 24);
  return message;
}

/**
 * Signs a head.
 *
 * @param place The log, seq and hash.
 * @param signer The writer's key.
 * @returns The head.
 */
export function signHead(
  place: { log: LogId; seq: number; hash: Hash },
  signer: Signer,
): Head {
  return {
    ...place,
    signature: signer.sign(headMessage(place.log, place.seq, place.hash)),
  };
}

/**
 * Checks a head's signature.
 *
 * @param head The head.
 * @param publicKey The log's writer.
 * @param signatures How signatures are checked.
 * @returns True if the writer signed it.
 */
export function verifyHead(
  head: Head,
  publicKey: Uint8Array,
  signatures: SignatureScheme,
): boolean {
  return signatures.verify(
    publicKey,
    headMessage(head.log, head.seq, head.hash),
    head.signature,
  );
}
