/**
 * Verifying what a data folder holds: every log, and every stored document against the commits that made it.
 *
 * @module
 */
import {
  type AuditedEnd,
  type AuditedLog,
  type AuditedWitness,
  type AuditFault,
  auditLog,
  auditWitnesses,
  type BranchPlace,
  type Cell,
  closeBranch,
  decodeCommit,
  equalBytes,
  type Hash,
  type LogId,
  type OpenBranch,
  openBranch,
  PAGE_ENTRIES,
  PanalError,
  type Reader,
  type Row,
  type SignedHead,
  type TableSchema,
  toHex,
  type VerifyContext,
} from "../crdt/mod.ts";
import { CommitArchive } from "./commit_archive.ts";
import { chainOfMember, countersignaturesOf } from "./countersigning.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import { LANDMARK_WRONG } from "./log_store.ts";
import { type BranchOwner, readBranch } from "./read_branch.ts";
import {
  BLOCKS,
  BRANCH_CHANGES,
  BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
} from "./tables.ts";

/** Commits that are read at a time. */
const WINDOW_COMMITS = 64;

/** What verifying found. */
export interface AuditReport {
  /** Logs that were verified. */
  readonly logs: number;
  /** Bodies that were read. */
  readonly commits: number;
  /** Heads whose signatures were checked. */
  readonly heads: number;
  /** Countersignatures of other members that agree. */
  readonly witnesses: number;
  /** Stored documents that were opened and compared. */
  readonly documents: number;
  /** The first wrong commit of each log that has one. */
  readonly faults: readonly AuditFault[];
}

/** What is told meanwhile. */
export interface AuditProgress {
  /** A log begins. */
  log?(log: LogId, index: number, logs: number): void;
  /** So many commits more were read. */
  commits?(count: number): void;
}

/**
 * Verifies a store.
 *
 * @param reader The store, which nobody writes to meanwhile.
 * @param verify The root key and the signature scheme.
 * @param progress Told how far it is.
 * @returns What was found.
 */
export function auditStore(
  reader: Reader,
  verify: VerifyContext,
  progress: AuditProgress = {},
): AuditReport {
  const register = new LogRegister();
  register.load(reader);
  const archive = new CommitArchive(reader, register);
  const entries = auditOrder(register);
  const ends = new Map<number, AuditedEnd>();
  const faults: AuditFault[] = [...strays(reader, register)];
  const sums = { commits: 0, heads: 0, witnesses: 0, documents: 0 };
  entries.forEach((entry, i) => {
    progress.log?.(entry.name, i, entries.length);
    const base = entry.parent === undefined
      ? undefined
      : ends.get(entry.parent);
    const continued = register.childrenOf(entry).length > 0;
    if (isCutShort(reader, entry)) {
      const { name: log, seq } = entry;
      faults.push({ log, seq, reason: "the log was cut: more of it is here" });
      return;
    }
    const log = storedLog(reader, archive, { entry, continued });
    const audited = guarded(
      entry,
      () =>
        auditLog(log, {
          verify,
          base,
          continued,
          progress: (count) => progress.commits?.(count),
        }),
    );
    if (!audited.ok) {
      faults.push(audited.error);
      return;
    }
    const end = audited.value;
    ends.set(entry.number, end);
    sums.commits += end.commits;
    sums.heads += end.heads;
    const documents = auditDocuments(reader, archive, { entry, end });
    sums.documents += documents.count;
    const seen = witnessesOf(reader, register, entry);
    const agreeing = auditWitnesses(log, seen, verify);
    if (agreeing.ok) sums.witnesses += agreeing.value;
    else faults.push(agreeing.error);
    faults.push(...documents.faults, ...auditEntry({ entry, end }));
  });
  return { logs: entries.length, ...sums, faults };
}

/**
 * Logs in the order in which they go on from each other.
 *
 * @param register The logs.
 * @returns All of them.
 */
export function auditOrder(register: LogRegister): LogEntry[] {
  const all = [...register.all()].toSorted((a, b) => a.number - b.number);
  const depth = (entry: LogEntry, most = all.length): number => {
    const parent = entry.parent === undefined
      ? undefined
      : register.byNumber(entry.parent);
    return parent === undefined || most === 0 ? 0 : 1 + depth(parent, most - 1);
  };
  return all.toSorted((a, b) => depth(a) - depth(b) || a.number - b.number);
}

/** A store that cannot be read at some place is a fault of that log. */
function guarded<T extends { readonly ok: boolean }>(
  { name, seq }: LogEntry,
  work: () => T,
): T | { readonly ok: false; readonly error: AuditFault } {
  try {
    return work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { ok: false, error: { log: name, seq, reason: error.message } };
  }
}

function isDamage(error: unknown): error is PanalError {
  return error instanceof PanalError &&
    (error.code === "data_folder_damaged" || error.code === "bundle_invalid");
}

/**
 * A stored log, for verifying it.
 *
 * @param reader The store.
 * @param archive Its commits.
 * @param log The log, and whether it was cut at a fork.
 * @returns The log as it was found.
 */
export function storedLog(
  reader: Reader,
  archive: CommitArchive,
  { entry, continued }: {
    readonly entry: LogEntry;
    readonly continued: boolean;
  },
): AuditedLog {
  const { number, name, space, publicKey, firstBody, seq, hash } = entry;
  const prefix = [number];
  const landmarks = reader.scan(LANDMARKS, { prefix });
  const branches = reader.scan(BRANCHES, { prefix }).map((
    row,
  ): [string, BranchPlace] => [String(row["doc"]), {
    changes: Number(row["changes"]),
    head: hashOf(row["head"]),
  }]);
  return {
    ...{ name, space, publicKey, firstBody, seq, hash },
    heads: headsOf(reader, entry, continued),
    landmarks: [
      ...new Set(
        landmarks.map((row) => Number(row["seq"])).filter((at) =>
          at < firstBody
        ),
      ),
    ],
    wrong: new Set(
      landmarks.filter((row) => row["kind"] === LANDMARK_WRONG)
        .map((row) => Number(row["seq"])),
    ),
    branches: new Map(branches),
    body: createBodyReader(reader, archive, number),
  };
}

/** Bodies are read in order: many at a time, where they are not packed. */
function createBodyReader(
  reader: Reader,
  archive: CommitArchive,
  log: number,
): (seq: number) => Uint8Array | undefined {
  let window = { from: 0, below: 0, bodies: new Map<number, Uint8Array>() };
  return (seq) => {
    if (seq < window.from || seq >= window.below) {
      const [from, below] = [seq, seq + WINDOW_COMMITS];
      const rows = reader.scan(COMMITS, {
        prefix: [log],
        from: [from],
        below: [below],
      });
      const bodies = rows.map((
        row,
      ): [number, Uint8Array] => [Number(row["seq"]), bytesOf(row["body"])]);
      window = { from, below, bodies: new Map(bodies) };
    }
    return window.bodies.get(seq) ?? packedBody(archive, log, seq);
  };
}

/** A body of a block that cannot be read has no bytes that could be a commit. */
function packedBody(
  archive: CommitArchive,
  log: number,
  seq: number,
): Uint8Array | undefined {
  try {
    return archive.body(log, seq);
  } catch (error) {
    if (isDamage(error)) return new Uint8Array();
    throw error;
  }
}

/**
 * What other members signed of a stored log, with their certificates.
 *
 * @param reader The store.
 * @param register Its logs.
 * @param entry The log.
 * @returns Those whose signer has a log in `mesh`.
 */
export function witnessesOf(
  reader: Reader,
  register: LogRegister,
  entry: LogEntry,
): AuditedWitness[] {
  return countersignaturesOf(reader, entry).flatMap((countersignature) => {
    const chain = chainOfMember(register, countersignature.signer);
    return chain === undefined ? [] : [{ countersignature, chain }];
  });
}

/** The heads that are kept, and the newest. */
function headsOf(
  reader: Reader,
  entry: LogEntry,
  continued: boolean,
): SignedHead[] {
  const { number, seq, hash, signature } = entry;
  const rows = reader.scan(HEADS, { prefix: [number], below: [seq + 1] });
  const kept = rows.map((row) => ({
    seq: Number(row["seq"]),
    hash: hashOf(row["hash"]),
    signature: bytesOf(row["signature"]),
  }));
  // Where a log was cut at a fork, the newest signature is not of its end.
  const isKept = continued || seq === 0 || kept.at(-1)?.seq === seq;
  return isKept ? kept : [...kept, { seq, hash, signature }];
}

function bytesOf(cell: Cell | undefined): Uint8Array {
  return cell instanceof Uint8Array ? cell : new Uint8Array();
}

function hashOf(cell: Cell | undefined): Hash {
  return toHex(bytesOf(cell)) as Hash;
}

interface Audited {
  readonly entry: LogEntry;
  readonly end: AuditedEnd;
}

/** Opens what is stored of each document and compares it with what the log's commits made. */
function auditDocuments(
  reader: Reader,
  archive: CommitArchive,
  { entry, end }: Audited,
): { count: number; faults: AuditFault[] } {
  const log = { number: entry.number, name: entry.name, seq: entry.seq };
  const docs = new Set(
    [SAVED_BRANCHES, BRANCH_CHANGES].flatMap((table) =>
      documentsIn(reader, table, entry.number)
    ),
  );
  const faults: AuditFault[] = [];
  for (const doc of docs) {
    const place = end.branches.get(doc);
    const fault = (reason: string) =>
      faults.push({ log: entry.name, seq: lastSeqOf(doc, entry), reason });
    try {
      const isRight = isSavedAs(reader, { log, doc }, place) ||
        isStoredAs(readBranch(reader, archive, { log, doc }), place);
      if (!isRight) {
        fault(`the stored document ${doc} is not what its commits made`);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      fault(`the stored document ${doc} cannot be read`);
    }
  }
  const [first] = faults.toSorted((a, b) => a.seq - b.seq);
  return { count: docs.size, faults: first === undefined ? [] : [first] };
}

/** Whether the saved branch alone is where the commits left it: a page's commits need not be read again then. */
function isSavedAs(
  reader: Reader,
  { log, doc }: { readonly log: BranchOwner; readonly doc: string },
  place: BranchPlace | undefined,
): boolean {
  const row = reader.get(SAVED_BRANCHES, [log.number, doc]);
  return row !== undefined && row["changes"] === place?.changes &&
    isStoredAs(openBranch(log.name, bytesOf(row["bytes"])), place);
}

function isStoredAs(
  branch: OpenBranch,
  place: BranchPlace | undefined,
): boolean {
  const { head, changes } = branch.state;
  closeBranch(branch);
  return head === place?.head && changes === place.changes;
}

/** Names of the documents that a table has rows of, without reading them all. */
function documentsIn(
  reader: Reader,
  table: TableSchema,
  log: number,
): string[] {
  const docs: string[] = [];
  let after: { after?: readonly Cell[] } = {};
  for (;;) {
    const [row] = reader.scan(table, { prefix: [log], ...after, limit: 1 });
    if (row === undefined) return docs;
    const doc = row["doc"] ?? null;
    docs.push(String(doc));
    after = { after: [doc] };
  }
}

/** The last commit that can have changed a document. */
function lastSeqOf(doc: string, { seq }: LogEntry): number {
  const [folder, , page] = doc.split("/");
  return folder === "journal"
    ? Math.min(seq, (Number(page) + 1) * PAGE_ENTRIES)
    : seq;
}

/** Whether commits or heads lie behind the stored end of a log. */
function isCutShort(reader: Reader, { number, seq }: LogEntry): boolean {
  return [COMMITS, BLOCKS, HEADS].some((table) =>
    reader.scan(table, { prefix: [number], from: [seq + 1], limit: 1 })
      .length > 0
  );
}

/** What the store says of a log beside its commits. */
function auditEntry({ entry, end }: Audited): AuditFault[] {
  const { name: log, seq, stamp, certificate } = entry;
  const { tip } = end;
  const isRight = tip === undefined ||
    (tip.stamp === stamp && equalBytes(tip.certificate, certificate));
  const reason = "the stored end of the log is not what its commits made";
  return isRight ? [] : [{ log, seq, reason }];
}

/** Commits of logs that are not listed: a log was taken out. */
function strays(reader: Reader, register: LogRegister): AuditFault[] {
  const faults = new Map<number, AuditFault>();
  for (const table of [COMMITS, BLOCKS, HEADS, BRANCHES]) {
    let after: { after?: readonly Cell[] } = {};
    for (;;) {
      const [row] = reader.scan(table, { ...after, limit: 1 });
      if (row === undefined) break;
      const number = Number(row["log"]);
      after = { after: [number] };
      if (register.byNumber(number) !== undefined) continue;
      if (faults.has(number)) continue;
      faults.set(number, {
        log: nameIn(row) ?? `number ${number}` as LogId,
        seq: Number(row["seq"] ?? row["first"] ?? 1),
        reason: "it is of a log that is not listed",
      });
    }
  }
  return [...faults.values()];
}

function nameIn(row: Row): LogId | undefined {
  return decodeCommit(bytesOf(row["body"]))?.commit.log;
}
