/**
 * Forks: a run that contradicts what is stored. The log ends where the two part, and each continuation becomes a log of
 * its own, whichever came first.
 *
 * @module
 */
import {
  closeBranch,
  type EncodedCommit,
  type Hash,
  journalName,
  type LogId,
  type LogTip,
  openBranch,
  pageOf,
  readChange,
  saveBranch,
  truncateBranch,
  trunkOf,
  verifyCommits,
  type Writer,
} from "../crdt/mod.ts";
import { carriedChains, chainAt } from "./log_certificates.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import {
  append,
  childrenOf,
  freeNumber,
  type IntakeContext,
  parentOf,
  type Run,
  type RunOutcome,
  tipOf,
} from "./log_run.ts";
import { branchState, deleteRows, putBranchState } from "./log_store.ts";
import {
  BLOCKS,
  BRANCH_CHANGES,
  BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

/** Where a run goes on in a log, or leaves it. */
export interface Position {
  /** The log. */
  readonly entry: LogEntry;
  /** How many commits of the run this log has. */
  readonly known: number;
}

/** The log in which a continuation that differs from `entry` at a seq leaves the family's tree. */
export function splitAt(
  context: IntakeContext,
  entry: LogEntry,
  seq: number,
): LogEntry {
  const parent = parentOf(context, entry);
  return parent === undefined || seq > parent.seq + 1
    ? entry
    : splitAt(context, parent, seq);
}

/**
 * Splits a log where the run leaves it: what follows there becomes one log, the run's rest another. At the end of a log
 * that was split before, there is only the new continuation to add. So the logs of a family follow from its commits,
 * in whatever order these came: each stretch without a fork is one.
 *
 * @param context The transaction and what it works on.
 * @param run The run.
 * @param position Where it leaves the family's tree.
 * @returns The logs that it makes; `refused` leaves nothing behind.
 */
export function takeFork(
  context: IntakeContext,
  run: Run,
  { entry, known }: Position,
): RunOutcome {
  const at = (run.commits[0]?.commit.seq ?? 1) + known;
  const fresh = { ...run, commits: run.commits.slice(known) };
  const [firstFresh] = fresh.commits;
  if (firstFresh === undefined) return { kind: "known" };
  const tail = readTail(context, entry, at);
  if (tail === undefined) {
    return {
      kind: "refused",
      reason: "the fork lies where commits are no longer kept",
    };
  }
  const verified = verifyCommits(
    tail.base,
    fresh.commits,
    fresh.head,
    context.verify,
  );
  if (!verified.ok) return { kind: "refused", reason: verified.error };
  const children = childrenOf(context, entry);
  const heads = context.writer.scan(HEADS, {
    prefix: [entry.number],
    from: [at],
  });
  const trunk = cutLog(context, entry, tail);
  const entries: LogEntry[] = [];
  if (tail.commits.length > 0) {
    const { hash, signature, seq } = entry;
    const moved = continueFork(context, {
      run: {
        commits: tail.commits,
        head: { log: entry.name, seq, hash, signature },
      },
      tip: tipOf(entry),
      trunk,
    });
    // Where the log was split before, the signature that it has is not of its end.
    if (children.length > 0) {
      context.writer.delete(HEADS, [moved.number, moved.seq]);
    }
    for (const row of heads) {
      context.writer.put(HEADS, { ...row, log: moved.number });
    }
    for (const child of children) changeParent(context, child, moved.number);
    entries.push(moved);
  }
  entries.push(
    continueFork(context, { run: fresh, tip: verified.value, trunk }),
  );
  return { kind: "fork", entries };
}

function changeParent(
  context: IntakeContext,
  child: LogEntry,
  parent: number,
): void {
  const next = { ...child, parent };
  LogRegister.write(context.writer, next, child);
  context.register.setProvisional(next);
  context.staged.set(child.number, next);
}

function continueFork(
  context: IntakeContext,
  step: { readonly run: Run; readonly tip: LogTip; readonly trunk: LogEntry },
): LogEntry {
  const { run, trunk } = step;
  const number = freeNumber(context);
  const name = `${trunkOf(trunk.name)}~${run.commits[0]?.hash}` as LogId;
  const tip = { ...step.tip, log: name };
  copyBranches(context.writer, trunk, number);
  const before: LogEntry = {
    ...tip,
    name,
    number,
    own: false,
    parent: trunk.number,
    firstBody: trunk.seq + 1,
    signature: run.head.signature,
    seq: trunk.seq,
    certificate: new Uint8Array(),
  };
  context.register.setProvisional(before);
  return append(context, { run, tip, before, chain: trunk.certificate });
}

/** A fork's continuation goes on where the trunk's branches were. Pages that it will not change stay the trunk's. */
function copyBranches(writer: Writer, trunk: LogEntry, to: number): void {
  const page = journalName(trunk.name, pageOf(trunk.seq + 1));
  for (const { doc } of writer.scan(BRANCHES, { prefix: [trunk.number] })) {
    if (String(doc).startsWith("journal/") && doc !== page) continue;
    for (const table of [BRANCHES, BRANCH_CHANGES, SAVED_BRANCHES]) {
      const prefix = [trunk.number, doc ?? null];
      for (const row of writer.scan(table, { prefix })) {
        writer.put(table, { ...row, log: to });
      }
    }
  }
}

/** What a log has from a seq on, and where it was before that. */
interface Tail {
  readonly at: number;
  readonly base: LogTip | undefined;
  readonly commits: readonly EncodedCommit[];
}

function readTail(
  context: IntakeContext,
  entry: LogEntry,
  at: number,
): Tail | undefined {
  const commits: EncodedCommit[] = [];
  for (let seq = at; seq <= entry.seq; seq++) {
    const encoded = context.archive.commit(entry.number, seq);
    if (encoded === undefined) return undefined;
    commits.push(encoded);
  }
  if (at === 1) return { at, base: undefined, commits };
  const last = context.archive.commit(entry.number, at - 1);
  if (last === undefined) return undefined;
  const base = {
    ...tipOf(entry),
    seq: at - 1,
    hash: last.hash,
    stamp: last.commit.stamp,
    certificate: chainAt(
      carriedChains({
        reader: context.writer,
        archive: context.archive,
        parentOf: (log) => parentOf(context, log),
      }, entry),
      at - 1,
    ),
  };
  return { at, base, commits };
}

/** Takes a log's commits from a seq on out of the store and out of the views. */
function cutLog(
  context: IntakeContext,
  entry: LogEntry,
  { at, base, commits }: Tail,
): LogEntry {
  const { writer, archive, rows, ledger } = context;
  const { number } = entry;
  for (const encoded of commits.toReversed()) {
    for (const placed of archive.placedFacts(entry, encoded)) {
      ledger.unplace(rows, placed);
    }
    rewindBranches(writer, entry, encoded);
  }
  shortenSaved(writer, entry);
  unpack(context, entry, at);
  const scan = { prefix: [number], from: [at] };
  for (const table of [COMMITS, BLOCKS, HEADS, LANDMARKS, SET_ASIDE]) {
    deleteRows(writer, table, scan);
  }
  archive.clear();
  const cut = base === undefined
    ? { ...entry, own: false, seq: 0, hash: "0".repeat(64) as Hash }
    : {
      ...entry,
      own: false,
      seq: base.seq,
      hash: base.hash,
      stamp: base.stamp,
      certificate: base.certificate,
    };
  LogRegister.write(writer, cut, entry);
  context.staged.set(number, cut);
  return cut;
}

/** Commits before the cut that lie in a block with later ones are kept one by one. */
function unpack(context: IntakeContext, entry: LogEntry, at: number): void {
  const { writer, archive } = context;
  const { number } = entry;
  const [block] = writer.scan(BLOCKS, {
    prefix: [number],
    below: [at],
    reverse: true,
    limit: 1,
  });
  const first = Number(block?.["first"]);
  if (block === undefined || first + Number(block["count"]) <= at) return;
  for (let seq = first; seq < at; seq++) {
    const body = archive.body(number, seq);
    if (body !== undefined) writer.put(COMMITS, { log: number, seq, body });
  }
  writer.delete(BLOCKS, [number, first]);
}

function rewindBranches(
  writer: Writer,
  entry: LogEntry,
  encoded: EncodedCommit,
): void {
  for (const { doc, bytes } of encoded.commit.changes) {
    const state = branchState(writer, entry.number, doc);
    if (state === undefined) continue;
    const change = readChange(bytes, entry.name, state, { anywhere: true });
    // A change that was set aside did not move its branch.
    if (typeof change === "string" || change.after.head !== state.head) {
      continue;
    }
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
  }
}

/** Saved branches that reach beyond the cut keep what is before it: older changes are nowhere else. */
function shortenSaved(writer: Writer, { number, name }: LogEntry): void {
  for (const row of writer.scan(SAVED_BRANCHES, { prefix: [number] })) {
    const doc = String(row["doc"]);
    const changes = branchState(writer, number, doc)?.changes ?? 0;
    if (Number(row["changes"]) <= changes) continue;
    if (changes === 0) {
      writer.delete(SAVED_BRANCHES, [number, doc]);
      continue;
    }
    const saved = openBranch(name, row["bytes"] as Uint8Array);
    const shorter = truncateBranch(saved, name, changes);
    const bytes = saveBranch(shorter);
    closeBranch(saved);
    closeBranch(shorter);
    writer.put(SAVED_BRANCHES, { log: number, doc, changes, bytes });
  }
}
