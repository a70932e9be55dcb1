/**
 * Taking in others' commits: find where a run continues, verify it, read its contents, write it. A run that contradicts
 * what is stored is a fork: both continuations are kept as logs of their own.
 *
 * @module
 */
import {
  type BranchState,
  closeBranch,
  type EncodedCommit,
  type FoldRows,
  fromHex,
  type Hash,
  type Head,
  journalName,
  type Ledger,
  type LogFact,
  type LogId,
  type LogTip,
  openBranch,
  pageOf,
  readChange,
  readContents,
  saveBranch,
  type Scan,
  type SetAside,
  splitFacts,
  type TableSchema,
  truncateBranch,
  trunkOf,
  verifyCommits,
  type VerifyContext,
  verifyHead,
  type Writer,
} from "../crdt/mod.ts";
import { noteChanged, takeCheckpoint } from "./checkpoint_check.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { cutOf } from "./cuts.ts";
import { carriedChains, chainAt } from "./log_certificates.ts";
import {
  branchState,
  putBranchChange,
  putBranchState,
  putCommit,
  putTip,
} from "./log_store.ts";
import type { HeadKeeper } from "./head_keeper.ts";
import { KnownIds } from "./known_ids.ts";
import type { LogCut } from "./log_cut.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import type { NewLog } from "./new_logs.ts";
import { judgeInLog } from "./place_contents.ts";
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
  /** An authority statement ended the log before; nothing of the run is kept. */
  | { readonly kind: "cut"; readonly log: LogId }
  | { readonly kind: "gap" }
  | { readonly kind: "fork"; readonly entries: readonly LogEntry[] }
  /** Its writer has opened too many logs lately: nothing is kept, it is to be asked for again later. */
  | { readonly kind: "later"; readonly log: LogId; readonly waitMs: number }
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
  /** Whether a new log may be taken now: 0, or how long to wait, in milliseconds. */
  readonly admit: (log: NewLog) => number;
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

function childrenOf(context: IntakeContext, entry: LogEntry): LogEntry[] {
  return current(context, entry.name).filter((other) =>
    other.parent === entry.number
  );
}

function parentOf(
  context: IntakeContext,
  { parent }: LogEntry,
): LogEntry | undefined {
  return parent === undefined
    ? undefined
    : context.staged.get(parent) ?? context.register.byNumber(parent);
}

/** The log in which a continuation that differs from `entry` at a seq leaves the family's tree. */
function splitAt(
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
    if (first.commit.seq !== 1) {
      return isBeyondCut(context, first)
        ? { kind: "cut", log: first.commit.log }
        : { kind: "gap" };
    }
    const trunk = current(context, first.commit.log).find(({ parent }) =>
      parent === undefined
    );
    return trunk === undefined || isUnwritten(context, trunk)
      ? takeFresh(context, run, trunk)
      : takeFork(context, run, { entry: trunk, known: 0 });
  }
  const { entry, known } = position;
  if (known === run.commits.length) return { kind: "known" };
  const next = first.commit.seq + known;
  if (next <= entry.seq || childrenOf(context, entry).length > 0) {
    return takeFork(context, run, {
      entry: splitAt(context, entry, next),
      known,
    });
  }
  return takeFresh(
    context,
    { ...run, commits: run.commits.slice(known) },
    entry,
  );
}

/** Whether every end of a log that a commit could follow was cut below it. */
function isBeyondCut(
  context: IntakeContext,
  { commit: { log, seq } }: EncodedCommit,
): boolean {
  const family = current(context, log);
  return family.length > 0 &&
    family.every(({ cut }) => cut !== undefined && cut.limit < seq - 1);
}

/** A log of which a cold join began and did not end: nothing but some of its branches is here. */
function isUnwritten(context: IntakeContext, entry: LogEntry): boolean {
  return entry.seq === 0 && childrenOf(context, entry).length === 0;
}

function takeFresh(
  context: IntakeContext,
  run: Run,
  before: LogEntry | undefined,
): RunOutcome {
  const tip = before === undefined || before.seq === 0
    ? undefined
    : tipOf(before);
  const verified = verifyCommits(tip, run.commits, run.head, context.verify);
  if (!verified.ok) return { kind: "refused", reason: verified.error };
  const kept = upToCut(context, { run, tip: verified.value, before });
  if (kept === undefined) return { kind: "cut", log: verified.value.log };
  const { log, space, publicKey: writer } = verified.value;
  const stamp = run.commits[0]?.commit.stamp ?? verified.value.stamp;
  const waitMs = before === undefined
    ? context.admit({ log, space, writer, stamp })
    : 0;
  if (waitMs > 0) return { kind: "later", log, waitMs };
  const start = before?.seq === 0 ? clearBranches(context, before) : before;
  const entry = append(context, {
    ...kept,
    before: start,
    chain: tip?.certificate,
  });
  return { kind: "taken", entry, commits: kept.run.commits };
}

/** The part of a verified run that does not lie beyond a cut; undefined if all of it does. */
function upToCut(
  context: IntakeContext,
  step: {
    readonly run: Run;
    readonly tip: LogTip;
    readonly before: LogEntry | undefined;
  },
): { readonly run: Run; readonly tip: LogTip } | undefined {
  const { run, tip, before } = step;
  const cut = before === undefined ? cutOfNew(context, step) : before.cut;
  if (cut === undefined || cut.limit >= tip.seq) return step;
  const commits = run.commits.filter(({ commit }) => commit.seq <= cut.limit);
  const last = commits.at(-1);
  if (last === undefined) return undefined;
  const { hash, commit: { seq, stamp } } = last;
  const certificate =
    commits.findLast(({ commit }) => commit.certificate !== undefined)?.commit
      .certificate ?? before?.certificate ?? tip.certificate;
  // The signature of the head there can only be in the statement.
  const stated = {
    log: trunkOf(tip.log),
    seq,
    hash,
    signature: fromHex(cut.signature ?? ""),
  };
  const { signatures } = context.verify;
  const head = verifyHead(stated, tip.publicKey, signatures)
    ? stated
    : { ...stated, signature: NO_SIGNATURE };
  return {
    run: { commits, head },
    tip: { ...tip, seq, hash, stamp, certificate },
  };
}

/** Where a log ends that is not here yet, by what its first commit tells. */
function cutOfNew(
  context: IntakeContext,
  { run, tip }: { readonly run: Run; readonly tip: LogTip },
): LogCut | undefined {
  const chain = run.commits[0]?.commit.certificate;
  const { log: name, space, publicKey, stamp, hash } = tip;
  const entry: LogEntry = {
    number: freeNumber(context),
    name,
    space,
    publicKey,
    stamp,
    hash,
    seq: 0,
    own: false,
    firstBody: 1,
    certificate: chain ?? NO_CHAIN,
    signature: NO_CHAIN,
  };
  const source = {
    reader: context.writer,
    archive: context.archive,
    family: () => [entry],
  };
  return cutOf(
    source,
    entry,
    chain === undefined ? [] : [{ seq: 1, chain }],
  );
}

const NO_CHAIN = new Uint8Array();
/** Of a log that was cut where no signature is known: its last stretch cannot be served. */
const NO_SIGNATURE = new Uint8Array(64);

function tipOf(entry: LogEntry): LogTip {
  const { name, space, publicKey, seq, hash, stamp, certificate } = entry;
  return { log: name, space, publicKey, seq, hash, stamp, certificate };
}

/** Forgets what a cold join has brought of a log, but for facts: they are the same commit by commit. */
function clearBranches({ writer }: IntakeContext, entry: LogEntry): LogEntry {
  const { number } = entry;
  for (const table of [BRANCHES, BRANCH_CHANGES, SAVED_BRANCHES, SET_ASIDE]) {
    deleteRows(writer, table, { prefix: [number] });
  }
  return { ...entry, firstBody: 1, certificate: new Uint8Array() };
}

function deleteRows(writer: Writer, table: TableSchema, scan: Scan): void {
  for (const row of writer.scan(table, scan)) {
    writer.delete(table, table.key.map((column) => row[column] ?? null));
  }
}

function append(
  context: IntakeContext,
  step: {
    readonly run: Run;
    readonly tip: LogTip;
    readonly before: LogEntry | undefined;
    /** The chain in force before the run. */
    readonly chain: Uint8Array | undefined;
  },
): LogEntry {
  const { writer, archive, verify } = context;
  const { run, tip, before } = step;
  let chain = step.chain ?? new Uint8Array();
  const number = before?.number ?? freeNumber(context);
  const resumed = before !== undefined && before.seq === 0 &&
    before.parent === undefined;
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
  const known = new KnownIds(context.rows);
  const changed = new Set<string>();
  const isFork = before?.parent !== undefined;
  for (const encoded of run.commits) {
    putCommit(writer, number, encoded);
    const changesBefore = new Map(
      encoded.commit.changes.map((
        { doc },
      ) => [doc, branches.get(doc)?.changes ?? 0]),
    );
    const contents = readContents(encoded, tip.log, branches);
    for (const { doc, bytes } of encoded.commit.changes) {
      const number_ = states.get(doc)?.changes ?? 0;
      if (number_ > (changesBefore.get(doc) ?? 0)) {
        changed.add(doc);
        putBranchChange(writer, { log: number, own: false }, {
          doc,
          bytes,
          number: number_,
        });
      }
    }
    const { stamp, seq } = encoded.commit;
    // Noted before the facts are placed: it says which changes do not stand, when a fact is read again.
    const place = { log: number, seq };
    const setAside = [...contents.setAside];
    if (encoded.commit.checkpoint !== undefined) {
      noteChanged(writer, number, changed);
      changed.clear();
      setAside.push(
        ...takeCheckpoint(encoded, { writer, log: number, isFork, branches }),
      );
    }
    chain = encoded.commit.certificate ?? chain;
    const judged = {
      space: tip.space,
      writer: tip.publicKey,
      chain,
      stamp,
      seq,
      counts: before?.cut?.counts ?? Infinity,
    };
    const { counting, aside } = splitFacts(
      contents.facts,
      (fact) => judgeInLog(fact, judged, verify),
    );
    setAside.push(...aside);
    putSetAside(writer, place, setAside);
    const reused = counting.filter(({ fact }) => {
      const placed: LogFact = {
        fact,
        stamp,
        log: tip.log,
        logNumber: number,
        seq,
        unknown: known.isUnknown(fact.id),
      };
      return archive.during(
        writer,
        () =>
          !context.ledger.place(context.rows, placed) &&
          !(resumed && context.ledger.isPlaced(context.rows, placed)),
      );
    });
    putSetAside(
      writer,
      { ...place, from: setAside.length },
      reused.map(({ fact: { id, type }, doc }) => ({
        reason: "id_used_before",
        doc,
        id,
        type,
      })),
    );
  }
  noteChanged(writer, number, changed);
  for (const [doc, state] of states) {
    putBranchState(writer, { log: number, doc }, state);
  }
  const entry = putTip(writer, tip, {
    before,
    number,
    own: false,
    head: run.head,
    keepHead: run.head.signature !== NO_SIGNATURE &&
      (context.heads.keeps(number, {
        commits: run.commits.length,
        bytes: run.commits.reduce((sum, { bytes }) => sum + bytes.length, 0),
      }) || run.commits.at(-1)?.commit.checkpoint !== undefined),
  });
  context.staged.set(number, entry);
  return entry;
}

function putSetAside(
  writer: Writer,
  place: { readonly log: number; readonly seq: number; readonly from?: number },
  items: readonly SetAside[],
): void {
  const { log, seq, from = 0 } = place;
  items.forEach(({ reason, doc, id, type }, i) =>
    writer.put(SET_ASIDE, { log, seq, item: from + i, reason, doc, id, type })
  );
}

function freeNumber(context: IntakeContext): number {
  return Math.max(
    context.register.nextNumber(),
    ...[...context.staged.keys()].map((number) => number + 1),
  );
}

/**
 * Splits a log where the run leaves it: what follows there becomes one log, the run's rest another. At the end of a log
 * that was split before, there is only the new continuation to add. So the logs of a family follow from its commits,
 * in whatever order these came: each stretch without a fork is one.
 */
function takeFork(
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
