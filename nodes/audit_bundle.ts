/**
 * Bundles: logs of one space in one file that anybody can verify without a node. The file is a row of records, each a
 * length of four bytes and canonical CBOR; the last one holds a digest of all before it, signed by the node that made
 * the bundle, so that a file that was cut short is not taken for a whole one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type AuditedEnd,
  type AuditedLog,
  type AuditedWitness,
  type AuditFault,
  auditLog,
  auditWitnesses,
  decodeCbor,
  encodeCbor,
  err,
  fromHex,
  type Hash,
  isBytes,
  isCount,
  type LogId,
  type Membership,
  ok,
  parseLogId,
  parseSpaceId,
  type Result,
  type SignatureScheme,
  type SignedHead,
  type Signer,
  type SpaceId,
  toHex,
  verifyChain,
} from "../crdt/mod.ts";
import type { AuditProgress, AuditReport } from "./audit_folder.ts";
import {
  BUNDLE_BYTES_MAX,
  BUNDLE_LOGS_MAX,
  BUNDLE_RECORD_BYTES_MAX,
} from "./limits.ts";

/** What a bundle is of. */
export interface BundleScope {
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The space. */
  readonly space: SpaceId;
  /** Start of the period, in milliseconds since 1970, by the commits' stamps. */
  readonly fromMs: number;
  /** End of the period, not in it. */
  readonly toMs: number;
}

/** A log in a bundle. */
export interface BundleLog extends AuditedLog {
  /** The log that it goes on from, for a fork's continuation. */
  readonly parent: LogId | null;
  /** True if others go on from it. */
  readonly continued: boolean;
  /** What other members signed of it. */
  readonly witnesses: readonly AuditedWitness[];
}

/** A bundle as it was read; nothing in it is verified. */
export interface Bundle extends BundleScope {
  /** Logs; one that goes on from another comes after it. */
  readonly logs: readonly BundleLog[];
  /** SHA-256 of everything before the last record. */
  readonly digest: Uint8Array;
  /** The certificate chain of who made it. */
  readonly chain: Uint8Array;
  /** Its signature of the digest, 64 bytes. */
  readonly signature: Uint8Array;
}

const MAGIC = new TextEncoder().encode("panal/bundle/1\n");
const SIGN_TAG = new TextEncoder().encode("panal/bundle-made/1\0");
const LENGTH_BYTES = 4;
const SCOPE = 1;
const LOG = 2;
const HEADS = 3;
const BODIES = 4;
const END = 5;
const WITNESSES = 6;
/** Heads and bodies of one record. */
const ITEMS_PER_RECORD = 1024;
const RECORD_BYTES = 512 * 1024;

/** Who makes a bundle. */
export interface BundleMaker {
  /** Its key. */
  readonly signer: Signer;
  /** Its certificate chain. */
  readonly chain: Uint8Array;
}

/**
 * Writes a bundle.
 *
 * @param scope What it is of.
 * @param logs Its logs; one that goes on from another comes after it.
 * @param maker Who signs it.
 * @returns The file, piece by piece.
 */
export function* encodeBundle(
  scope: BundleScope,
  logs: Iterable<BundleLog>,
  maker: BundleMaker,
): Generator<Uint8Array> {
  const digest = createHash("sha256");
  for (const piece of pieces(scope, logs)) {
    digest.update(piece);
    yield piece;
  }
  const hash = new Uint8Array(digest.digest());
  const signature = maker.signer.sign(concat([SIGN_TAG, hash]));
  yield record([END, hash, maker.chain, signature]);
}

function* pieces(
  scope: BundleScope,
  logs: Iterable<BundleLog>,
): Generator<Uint8Array> {
  yield MAGIC;
  const { root, space, fromMs, toMs } = scope;
  yield record([SCOPE, root, space, fromMs, toMs]);
  for (const log of logs) {
    yield record([
      ...[LOG, logArray(log.name), log.parent && logArray(log.parent)],
      ...[log.publicKey, log.firstBody, log.seq, fromHex(log.hash)],
      ...[log.landmarks, log.continued],
    ]);
    for (let i = 0; i < log.heads.length; i += ITEMS_PER_RECORD) {
      const heads = log.heads.slice(i, i + ITEMS_PER_RECORD);
      yield record([
        HEADS,
        heads.map(({ seq, hash, signature }) => [
          ...[seq, fromHex(hash), signature],
        ]),
      ]);
    }
    yield* bodyRecords(log);
    if (log.witnesses.length === 0) continue;
    yield record([
      WITNESSES,
      log.witnesses.map(({ countersignature, chain }) => {
        const { head: { seq, hash, signature }, ...by } = countersignature;
        return [seq, fromHex(hash), signature, by.signer, by.signature, chain];
      }),
    ]);
  }
}

function* bodyRecords(log: BundleLog): Generator<Uint8Array> {
  let bodies: [number, Uint8Array][] = [];
  let bytes = 0;
  for (const seq of bundledSeqs(log)) {
    const body = log.body(seq);
    if (body === undefined) continue;
    bodies.push([seq, body]);
    bytes += body.length;
    if (bodies.length < ITEMS_PER_RECORD && bytes < RECORD_BYTES) continue;
    yield record([BODIES, bodies]);
    [bodies, bytes] = [[], 0];
  }
  if (bodies.length > 0) yield record([BODIES, bodies]);
}

function* bundledSeqs(
  { landmarks, firstBody, seq }: AuditedLog,
): Generator<number> {
  yield* landmarks;
  for (let at = firstBody; at <= seq; at++) yield at;
}

function record(value: unknown): Uint8Array {
  const body = encodeCbor(value);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, body.length);
  return concat([length, body]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function logArray(log: LogId): Uint8Array[] {
  return log.split("~").map(fromHex);
}

/** Thrown inside this file alone where a bundle has another form. */
class Malformed extends Error {}

/** A log whose records are being read. */
interface LogInReading extends Omit<BundleLog, "body"> {
  readonly heads: SignedHead[];
  readonly witnesses: AuditedWitness[];
  readonly bodies: Map<number, Uint8Array>;
}

/**
 * Reads a bundle. Only its form is checked, and that it is whole.
 *
 * @param file Anything, of at most `BUNDLE_BYTES_MAX` bytes.
 * @returns The bundle, or a sentence that says what is wrong.
 */
export function readBundle(file: Uint8Array): Result<Bundle, string> {
  if (file.length > BUNDLE_BYTES_MAX) return err("it is too long");
  try {
    return ok(readRecords(file));
  } catch (error) {
    if (error instanceof Malformed) return err(error.message);
    throw error;
  }
}

function readRecords(file: Uint8Array): Bundle {
  if (!MAGIC.every((byte, i) => byte === file[i])) {
    throw new Malformed("it is no bundle");
  }
  let scope: BundleScope | undefined;
  const logs: LogInReading[] = [];
  for (let at = MAGIC.length;;) {
    const { value, next } = readRecord(file, at);
    const [kind, ...fields] = value;
    if (scope === undefined) {
      if (kind !== SCOPE) throw new Malformed("it does not say what it is of");
      scope = readScope(fields);
    } else if (kind === LOG) {
      if (logs.length >= BUNDLE_LOGS_MAX) throw new Malformed("too many logs");
      logs.push(readLog(fields, scope.space));
    } else if (kind === HEADS) readHeads(fields, logs.at(-1));
    else if (kind === BODIES) readBodies(fields, logs.at(-1));
    else if (kind === WITNESSES) readWitnesses(fields, logs.at(-1));
    else if (kind === END) {
      const end = readEnd(fields, file.subarray(0, at));
      if (next !== file.length) {
        throw new Malformed("something follows its end");
      }
      return {
        ...scope,
        ...end,
        logs: logs.map(({ bodies, ...log }) => ({
          ...log,
          body: (seq) => bodies.get(seq),
        })),
      };
    } else throw new Malformed("a record is of no known kind");
    at = next;
  }
}

function readRecord(
  file: Uint8Array,
  at: number,
): { value: unknown[]; next: number } {
  const start = at + LENGTH_BYTES;
  if (start > file.length) throw new Malformed("it was cut short");
  const length = new DataView(file.buffer, file.byteOffset + at).getUint32(0);
  if (length > BUNDLE_RECORD_BYTES_MAX) {
    throw new Malformed("a record is too long");
  }
  const next = start + length;
  if (next > file.length) throw new Malformed("it was cut short");
  const value = decodeCbor(file.subarray(start, next));
  if (!Array.isArray(value)) throw new Malformed("a record cannot be read");
  return { value, next };
}

function readScope(fields: readonly unknown[]): BundleScope {
  const [root, spaceText, fromMs, toMs] = fields;
  const space = parseSpaceId(spaceText);
  if (
    fields.length !== 4 || !isBytes(root, 32) || space === undefined ||
    !isCount(fromMs) || !isCount(toMs)
  ) throw new Malformed("it does not say what it is of");
  return { root, space, fromMs, toMs };
}

function readName(value: unknown): LogId | undefined {
  return Array.isArray(value) && value.every((part) => isBytes(part))
    ? parseLogId(value.map(toHex).join("~"))
    : undefined;
}

function readLog(fields: readonly unknown[], space: SpaceId): LogInReading {
  const [nameParts, parentParts, publicKey, firstBody, seq, hash] = fields;
  const [landmarks, continued] = fields.slice(6);
  const name = readName(nameParts);
  const parent = parentParts === null ? null : readName(parentParts);
  if (
    fields.length !== 8 || name === undefined || parent === undefined ||
    !isBytes(publicKey, 32) || !isCount(firstBody) || firstBody === 0 ||
    !isCount(seq) || !isBytes(hash, 32) || typeof continued !== "boolean" ||
    !Array.isArray(landmarks) || !isAscending(landmarks, firstBody)
  ) throw new Malformed("a log cannot be read");
  return {
    ...{ name, parent, space, publicKey, firstBody, seq, continued },
    ...{ hash: toHex(hash) as Hash, landmarks },
    ...{ heads: [], witnesses: [], bodies: new Map() },
  };
}

function isAscending(
  list: readonly unknown[],
  below: number,
): list is readonly number[] {
  return list.every((value, i) =>
    isCount(value) && value > Number(list[i - 1] ?? 0) && value < below
  );
}

function readHeads(
  [list]: readonly unknown[],
  log: LogInReading | undefined,
): void {
  if (log === undefined || !Array.isArray(list)) {
    throw new Malformed("heads cannot be read");
  }
  for (const item of list) {
    const [seq, hash, signature] = Array.isArray(item) ? item : [];
    if (
      !isCount(seq) || seq <= (log.heads.at(-1)?.seq ?? 0) ||
      !isBytes(hash, 32) || !isBytes(signature, 64)
    ) throw new Malformed("a head cannot be read");
    log.heads.push({ seq, hash: toHex(hash) as Hash, signature });
  }
}

function readBodies(
  [list]: readonly unknown[],
  log: LogInReading | undefined,
): void {
  if (log === undefined || !Array.isArray(list)) {
    throw new Malformed("commits cannot be read");
  }
  for (const item of list) {
    const [seq, body] = Array.isArray(item) ? item : [];
    if (!isCount(seq) || !isBytes(body) || log.bodies.has(seq)) {
      throw new Malformed("a commit cannot be read");
    }
    log.bodies.set(seq, body);
  }
}

function readWitnesses(
  [list]: readonly unknown[],
  log: LogInReading | undefined,
): void {
  if (log === undefined || !Array.isArray(list)) {
    throw new Malformed("countersignatures cannot be read");
  }
  for (const item of list) {
    const [seq, hash, ofWriter, signer, signature, chain] = Array.isArray(item)
      ? item
      : [];
    if (
      !isCount(seq) || !isBytes(hash, 32) || !isBytes(ofWriter, 64) ||
      !isBytes(signer, 32) || !isBytes(signature, 64) || !isBytes(chain)
    ) throw new Malformed("a countersignature cannot be read");
    const head = {
      ...{ log: log.name, seq, hash: toHex(hash) as Hash },
      signature: ofWriter,
    };
    log.witnesses.push({
      countersignature: { head, signer, signature },
      chain,
    });
  }
}

function readEnd(
  fields: readonly unknown[],
  before: Uint8Array,
): Pick<Bundle, "digest" | "chain" | "signature"> {
  const [digest, chain, signature] = fields;
  if (
    fields.length !== 3 || !isBytes(digest, 32) || !isBytes(chain) ||
    !isBytes(signature, 64)
  ) throw new Malformed("its end cannot be read");
  const actual = createHash("sha256").update(before).digest("hex");
  if (actual !== toHex(digest)) {
    throw new Malformed("it was changed or cut: its digest is another");
  }
  return { digest, chain, signature };
}

/** What verifying a bundle found. */
export interface BundleReport extends AuditReport {
  /** The member that made it, if its certificate and signature verify. */
  readonly maker: Membership | undefined;
}

/**
 * Verifies a bundle's logs and who made it.
 *
 * @param bundle The bundle.
 * @param signatures How signatures are checked.
 * @param progress Told how far it is.
 * @returns What was found. The bundle names its root key itself: compare it with the mesh's.
 */
export function auditBundle(
  bundle: Bundle,
  signatures: SignatureScheme,
  progress: AuditProgress = {},
): BundleReport {
  const ends = new Map<LogId, AuditedEnd>();
  const faults: AuditFault[] = [];
  const sums = { commits: 0, heads: 0, witnesses: 0 };
  bundle.logs.forEach((log, i) => {
    progress.log?.(log.name, i, bundle.logs.length);
    const audited = auditOne(bundle, log, { signatures, ends, progress });
    if (!audited.ok) {
      faults.push(audited.error);
      return;
    }
    ends.set(log.name, audited.value);
    sums.commits += audited.value.commits;
    sums.heads += audited.value.heads;
    const verify = { root: bundle.root, signatures };
    const agreeing = auditWitnesses(log, log.witnesses, verify);
    if (agreeing.ok) sums.witnesses += agreeing.value;
    else faults.push(agreeing.error);
  });
  const unvouched = bundle.logs.find(({ name, continued }) =>
    continued &&
    !bundle.logs.some((other) => other.parent === name && ends.has(other.name))
  );
  if (unvouched !== undefined) {
    const { name: log, seq } = unvouched;
    faults.push({ log, seq, reason: "no signed head vouches for it" });
  }
  const maker = makerOf(bundle, signatures);
  return { logs: bundle.logs.length, ...sums, documents: 0, faults, maker };
}

function auditOne(
  bundle: Bundle,
  log: BundleLog,
  { signatures, ends, progress }: {
    readonly signatures: SignatureScheme;
    readonly ends: ReadonlyMap<LogId, AuditedEnd>;
    readonly progress: AuditProgress;
  },
): Result<AuditedEnd, AuditFault> {
  const { name, parent, seq, continued } = log;
  const base = parent === null ? undefined : ends.get(parent);
  if (parent !== null && base === undefined) {
    return err({
      log: name,
      seq,
      reason: "the log that it goes on from is missing or wrong",
    });
  }
  return auditLog(log, {
    verify: { root: bundle.root, signatures },
    ...{ base, continued },
    progress: (count) => progress.commits?.(count),
  });
}

function makerOf(
  { root, chain, digest, signature }: Bundle,
  signatures: SignatureScheme,
): Membership | undefined {
  const member = verifyChain(chain, root, signatures);
  if (!member.ok || member.value.certificate.kind !== "member") {
    return undefined;
  }
  const message = concat([SIGN_TAG, digest]);
  return signatures.verify(member.value.publicKey, message, signature)
    ? member.value
    : undefined;
}
