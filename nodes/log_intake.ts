/**
 * Taking in others' commits: find where a run continues, verify it, read its contents, write it. A run that contradicts
 * what is stored is a fork: both continuations are kept as logs of their own.
 *
 * @module
 */
import {
  type BranchState,
  type EncodedCommit,
  type FoldRows,
  type Hash,
  type Head,
  type Ledger,
  type LogFact,
  type LogId,
  type LogTip,
  readChange,
  readContents,
  type SetAside,
  trunkOf,
  verifyCommits,
  type VerifyContext,
  type Writer,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import {
  branchState,
  putBranchChange,
  putBranchState,
  putCommit,
  putTip,
} from "./log_store.ts";
import type { HeadKeeper } from "./head_keeper.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import {
  BRANCH_CHANGES,
  BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

/** Consecutive commits of one log and the signed head of the last. */
export interface Run {
  /** The commits. */
  readonly commits: readonly EncodedCommit[];
  /** The head. */
  readonly head: Head;
}

/** What became of a run. */
export type RunOutcome =
  | {
    readonly kind: "taken";
    readonly entry: LogEntry;
    readonly commits: readonly EncodedCommit[];
  }
  | { readonly kind: "known" }
  | { readonly kind: "gap" }
  | { readonly kind: "fork"; readonly entries: readonly LogEntry[] }
  | { readonly kind: "refused"; readonly reason: string };

/** What taking in needs. */
export interface IntakeContext {
  /** The transaction. */
  readonly writer: Writer;
  /** The transaction's rows. */
  readonly rows: FoldRows;
  /** Where facts are placed. */
  readonly ledger: Ledger;
  /** The logs; entries are set by the caller once the transaction is durable, and inside it by `staged`. */
  readonly register: LogRegister;
  /** Stored commits. */
  readonly archive: CommitArchive;
  /** How commits are verified. */
  readonly verify: VerifyContext;
  /** Decides which heads are kept. */
  readonly heads: HeadKeeper;
  /** Logs as this transaction has changed them so far, by number. */
  readonly staged: Map<number, LogEntry>;
}

function current(context: IntakeContext, name: LogId): LogEntry[] {
  const staged = [...context.staged.values()].filter((entry) =>
    trunkOf(entry.name) === trunkOf(name)
  );
  const known = context.register.family(name).filter((entry) =>
    !context.staged.has(entry.number)
  );
  return [...known, ...staged];
}

function hashAt(
  context: IntakeContext,
  entry: LogEntry,
  seq: number,
): Hash | undefined {
  if (seq === entry.seq) return entry.hash;
  const next = context.archive.commit(entry.number, seq + 1);
  if (next !== undefined) return next.commit.prev ?? undefined;
  return context.archive.commit(entry.number, seq)?.hash;
}

interface Position {
  readonly entry: LogEntry;
  /** How many commits of the run this log has. */
  readonly known: number;
}

/** How many commits of the run a log has, or undefined if the run is no part of it. Bodies that are gone are believed. */
function overlap(
  context: IntakeContext,
  entry: LogEntry,
  run: Run,
): number | undefined {
  const first = run.commits[0]?.commit;
  if (first === undefined || first.seq > entry.seq + 1) return undefined;
  let known = 0;
  while (known < run.commits.length && first.seq + known <= entry.seq) {
    const mine = hashAt(context, entry, first.seq + known);
    if (mine !== undefined && mine !== run.commits[known]?.hash) break;
    known++;
  }
  if (known > 0) return known;
  if (first.seq === 1) return undefined;
  const before = hashAt(context, entry, first.seq - 1);
  return before === undefined || before === first.prev ? 0 : undefined;
}

/** The log of the family that holds the longest part of the run; of equals the one that ends there. */
function findPosition(context: IntakeContext, run: Run): Position | undefined {
  const [first] = run.commits;
  if (first === undefined) return undefined;
  let best: Position | undefined;
  for (const entry of current(context, first.commit.log)) {
    const known = overlap(context, entry, run);
    if (known === undefined) continue;
    const ends = entry.seq + 1 === first.commit.seq + known;
    if (
      best === undefined || known > best.known || (known === best.known && ends)
    ) best = { entry, known };
  }
  return best;
}

function isSplit(context: IntakeContext, entry: LogEntry): boolean {
  return current(context, entry.name).some((other) =>
    other.name.startsWith(`${entry.name}~`)
  );
}

/**
 * Takes a run in.
 *
 * @param context The transaction and what it works on.
 * @param run The run.
 * @returns What became of it; `refused` and `gap` leave nothing behind.
 */
export function takeRun(context: IntakeContext, run: Run): RunOutcome {
  const [first] = run.commits;
  if (first === undefined) {
    return { kind: "refused", reason: "there are no commits" };
  }
  const position = findPosition(context, run);
  if (position === undefined) {
    if (first.commit.seq !== 1) return { kind: "gap" };
    const others = current(context, first.commit.log);
    if (others.length > 0) {
      return takeFork(context, run, { entry: others[0] as LogEntry, known: 0 });
    }
    return takeFresh(context, run, undefined);
  }
  const { entry, known } = position;
  if (known === run.commits.length) return { kind: "known" };
  const next = first.commit.seq + known;
  if (next <= entry.seq || isSplit(context, entry)) {
    return takeFork(context, run, position);
  }
  return takeFresh(
    context,
    { ...run, commits: run.commits.slice(known) },
    entry,
  );
}

function takeFresh(
  context: IntakeContext,
  run: Run,
  before: LogEntry | undefined,
): RunOutcome {
  const tip = before === undefined ? undefined : tipOf(before);
  const verified = verifyCommits(tip, run.commits, run.head, context.verify);
  if (!verified.ok) return { kind: "refused", reason: verified.error };
  const entry = append(context, { run, tip: verified.value, before });
  return { kind: "taken", entry, commits: run.commits };
}

function tipOf(entry: LogEntry): LogTip {
  const { name, space, publicKey, seq, hash, stamp, certificate } = entry;
  return { log: name, space, publicKey, seq, hash, stamp, certificate };
}

function append(
  context: IntakeContext,
  step: {
    readonly run: Run;
    readonly tip: LogTip;
    readonly before: LogEntry | undefined;
  },
): LogEntry {
  const { writer, archive } = context;
  const { run, tip, before } = step;
  const number = before?.number ?? freeNumber(context);
  const identity = {
    number,
    name: tip.log,
    space: tip.space,
    publicKey: tip.publicKey,
  };
  if (before === undefined) context.register.setProvisional(identity);
  const states = new Map<string, BranchState>();
  const branches = {
    get: (doc: string) => states.get(doc) ?? branchState(writer, number, doc),
    set: (doc: string, state: BranchState) => void states.set(doc, state),
  };
  for (const encoded of run.commits) {
    putCommit(writer, number, encoded);
    const before = new Map(
      encoded.commit.changes.map((
        { doc },
      ) => [doc, branches.get(doc)?.changes ?? 0]),
    );
    const contents = readContents(encoded, tip.log, branches);
    for (const { doc, bytes } of encoded.commit.changes) {
      const number_ = states.get(doc)?.changes ?? 0;
      if (number_ > (before.get(doc) ?? 0)) {
        putBranchChange(writer, { log: number, own: false }, {
          doc,
          bytes,
          number: number_,
        });
      }
    }
    const { stamp, seq } = encoded.commit;
    const setAside: SetAside[] = [...contents.setAside];
    for (const { fact, doc } of contents.facts) {
      const placed: LogFact = {
        fact,
        stamp,
        log: tip.log,
        logNumber: number,
        seq,
      };
      const ok = archive.during(
        writer,
        () => context.ledger.place(context.rows, placed),
      );
      if (!ok) {
        setAside.push({
          reason: "id_used_before",
          doc,
          id: fact.id,
          type: fact.type,
        });
      }
    }
    putSetAside(writer, number, seq, setAside);
  }
  for (const [doc, state] of states) {
    putBranchState(writer, { log: number, doc }, state);
  }
  const entry = putTip(writer, tip, {
    before,
    number,
    own: false,
    head: run.head,
    keepHead: context.heads.keeps(number, {
      commits: run.commits.length,
      bytes: run.commits.reduce((sum, { bytes }) => sum + bytes.length, 0),
    }) || run.commits.at(-1)?.commit.checkpoint !== undefined,
  });
  context.staged.set(number, entry);
  return entry;
}

function putSetAside(
  writer: Writer,
  log: number,
  seq: number,
  items: readonly SetAside[],
): void {
  items.forEach(({ reason, doc, id, type }, item) =>
    writer.put(SET_ASIDE, { log, seq, item, reason, doc, id, type })
  );
}

function freeNumber(context: IntakeContext): number {
  return Math.max(
    context.register.nextNumber(),
    ...[...context.staged.keys()].map((number) => number + 1),
  );
}

/**
 * Splits a log where the run leaves it: what follows there becomes one log, the run's rest another. A log that is
 * split at its end of a trunk that was split before gets only the new continuation.
 */
function takeFork(
  context: IntakeContext,
  run: Run,
  position: Position,
): RunOutcome {
  const { entry, known } = position;
  const at = (run.commits[0]?.commit.seq ?? 1) + known;
  const fresh = { ...run, commits: run.commits.slice(known) };
  const base = tipBefore(context, entry, at);
  if (base === "unknown") {
    return {
      kind: "refused",
      reason: "the fork lies where commits are no longer kept",
    };
  }
  const firstFresh = fresh.commits[0];
  if (firstFresh === undefined) return { kind: "known" };
  const name = `${entry.name}~${firstFresh.hash}` as LogId;
  const verified = verifyCommits(
    base === undefined ? undefined : { ...base, log: name },
    fresh.commits,
    fresh.head,
    context.verify,
  );
  if (!verified.ok) return { kind: "refused", reason: verified.error };
  const moved = cutLog(context, entry, at);
  const entries: LogEntry[] = [];
  const trunk = context.staged.get(entry.number);
  if (moved.length > 0) {
    const own = `${entry.name}~${moved[0]?.hash}` as LogId;
    const head = {
      log: own,
      seq: entry.seq,
      hash: entry.hash,
      signature: entry.signature,
    };
    const tip = { ...tipOf(entry), log: own };
    entries.push(
      continueFork(context, { run: { commits: moved, head }, tip, trunk, at }),
    );
  }
  entries.push(
    continueFork(context, {
      run: fresh,
      tip: { ...verified.value, log: name },
      trunk,
      at,
    }),
  );
  return { kind: "fork", entries };
}

function continueFork(
  context: IntakeContext,
  step: {
    readonly run: Run;
    readonly tip: LogTip;
    readonly trunk: LogEntry | undefined;
    readonly at: number;
  },
): LogEntry {
  const { run, tip, trunk, at } = step;
  const number = freeNumber(context);
  if (trunk !== undefined) copyBranches(context.writer, trunk.number, number);
  const before = {
    ...tip,
    name: tip.log,
    number,
    own: false,
    firstBody: at,
    signature: run.head.signature,
    seq: at - 1,
    certificate: new Uint8Array(),
  };
  context.register.setProvisional(before);
  return append(context, { run, tip, before });
}

/** A fork's continuation goes on where the trunk's branches were. */
function copyBranches(writer: Writer, from: number, to: number): void {
  for (const table of [BRANCHES, BRANCH_CHANGES, SAVED_BRANCHES]) {
    for (const row of writer.scan(table, { prefix: [from] })) {
      writer.put(table, { ...row, log: to });
    }
  }
}

function tipBefore(
  context: IntakeContext,
  entry: LogEntry,
  at: number,
): LogTip | undefined | "unknown" {
  if (at === 1) return undefined;
  const commit = context.archive.commit(entry.number, at - 1);
  if (commit === undefined) return "unknown";
  return {
    ...tipOf(entry),
    seq: at - 1,
    hash: commit.hash,
    stamp: commit.commit.stamp,
  };
}

/** Takes a log's commits from a seq on out of the store and out of the views. */
function cutLog(
  context: IntakeContext,
  entry: LogEntry,
  at: number,
): EncodedCommit[] {
  const { writer, archive, rows, ledger } = context;
  const removed: EncodedCommit[] = [];
  for (let seq = entry.seq; seq >= at; seq--) {
    const encoded = archive.commit(entry.number, seq);
    if (encoded === undefined) continue;
    removed.unshift(encoded);
    archive.during(writer, () => {
      for (const placed of placedFacts(context, entry, encoded)) {
        ledger.unplace(rows, placed);
      }
    });
    rewindBranches(writer, entry, encoded);
  }
  for (let seq = at; seq <= entry.seq; seq++) {
    writer.delete(COMMITS, [entry.number, seq]);
  }
  for (const table of [HEADS, LANDMARKS, SET_ASIDE]) {
    for (
      const row of writer.scan(table, { prefix: [entry.number], from: [at] })
    ) {
      writer.delete(table, table.key.map((column) => row[column] ?? null));
    }
  }
  const tip = tipBefore(context, entry, at);
  if (tip === undefined) {
    context.staged.set(entry.number, putEmpty(writer, entry));
  }
  const signature = entry.signature;
  if (tip !== undefined && tip !== "unknown") {
    const head = { log: entry.name, seq: tip.seq, hash: tip.hash, signature };
    const cut = putTip(writer, tip, {
      before: entry,
      number: entry.number,
      own: false,
      head,
      keepHead: false,
    });
    context.staged.set(entry.number, cut);
  }
  archive.clear();
  return removed;
}

function placedFacts(
  context: IntakeContext,
  entry: LogEntry,
  encoded: EncodedCommit,
): LogFact[] {
  const { seq, stamp } = encoded.commit;
  const before = new Map<string, BranchState>();
  for (const { doc, bytes } of encoded.commit.changes) {
    const change = readChange(bytes, entry.name, {
      changes: 0,
      operations: 0,
      head: "" as Hash,
    }, { anywhere: true });
    if (typeof change === "string") continue;
    before.set(doc, {
      changes: change.after.changes - 1,
      operations: change.after.operations - change.atoms.length,
      head: change.parent,
    });
  }
  const contents = readContents(encoded, entry.name, {
    get: (doc) => before.get(doc),
    set: () => {},
  });
  return contents.facts.map(({ fact }) => ({
    fact,
    stamp,
    log: entry.name,
    logNumber: entry.number,
    seq,
  })).reverse();
}

function rewindBranches(
  writer: Writer,
  entry: LogEntry,
  encoded: EncodedCommit,
): void {
  for (const { doc, bytes } of encoded.commit.changes) {
    const state = branchState(writer, entry.number, doc);
    const change = readChange(
      bytes,
      entry.name,
      state ?? { changes: 0, operations: 0, head: "" as Hash },
      {
        anywhere: true,
      },
    );
    if (
      typeof change === "string" || state === undefined ||
      change.after.head !== state.head
    ) continue;
    const changes = change.after.changes - 1;
    writer.delete(BRANCH_CHANGES, [entry.number, doc, change.after.changes]);
    if (changes === 0) writer.delete(BRANCHES, [entry.number, doc]);
    else {
      const operations = change.after.operations - change.atoms.length;
      putBranchState(writer, { log: entry.number, doc }, {
        changes,
        operations,
        head: change.parent,
      });
    }
    const saved = writer.get(SAVED_BRANCHES, [entry.number, doc]);
    if (saved !== undefined && Number(saved["changes"]) > changes) {
      writer.delete(SAVED_BRANCHES, [entry.number, doc]);
    }
  }
}

/** A log that was split at its first commit stays as an empty trunk, which no vector shows. */
function putEmpty(writer: Writer, entry: LogEntry): LogEntry {
  const empty = { ...entry, own: false, seq: 0, hash: "0".repeat(64) as Hash };
  LogRegister.write(writer, empty, entry);
  return empty;
}
