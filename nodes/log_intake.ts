/**
 * Taking in others' commits: find where a run continues, verify it, and leave out what lies beyond a cut.
 *
 * @module
 */
import {
  type EncodedCommit,
  fromHex,
  type LogTip,
  trunkOf,
  verifyCommits,
  verifyHead,
} from "../crdt/mod.ts";
import { cutOf } from "./cuts.ts";
import type { LogCut } from "./log_cut.ts";
import { type Position, splitAt, takeFork } from "./log_fork.ts";
import type { LogEntry } from "./log_register.ts";
import {
  append,
  childrenOf,
  freeNumber,
  type IntakeContext,
  NO_SIGNATURE,
  type Run,
  type RunOutcome,
  tipOf,
} from "./log_run.ts";
import { deleteRows } from "./log_store.ts";
import {
  BRANCH_CHANGES,
  BRANCHES,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

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
    const mine = context.archive.hashAt(entry, first.seq + known);
    if (mine !== undefined && mine !== run.commits[known]?.hash) break;
    known++;
  }
  if (known > 0) return known;
  if (first.seq === 1) return undefined;
  const before = context.archive.hashAt(entry, first.seq - 1);
  return before === undefined || before === first.prev ? 0 : undefined;
}

/** The log of the family that holds the longest part of the run; of equals the one that ends there. */
function findPosition(context: IntakeContext, run: Run): Position | undefined {
  const [first] = run.commits;
  if (first === undefined) return undefined;
  let best: Position | undefined;
  for (
    const entry of context.register.family(first.commit.log, context.staged)
  ) {
    const known = overlap(context, entry, run);
    if (known === undefined) continue;
    const ends = entry.seq + 1 === first.commit.seq + known;
    if (
      best === undefined || known > best.known || (known === best.known && ends)
    ) best = { entry, known };
  }
  return best;
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
    const trunk = context.register.family(first.commit.log, context.staged)
      .find(({ parent }) => parent === undefined);
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
  const family = context.register.family(log, context.staged);
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

/** Forgets what a cold join has brought of a log, but for facts: they are the same commit by commit. */
function clearBranches({ writer }: IntakeContext, entry: LogEntry): LogEntry {
  const { number } = entry;
  for (const table of [BRANCHES, BRANCH_CHANGES, SAVED_BRANCHES, SET_ASIDE]) {
    deleteRows(writer, table, { prefix: [number] });
  }
  return { ...entry, firstBody: 1, certificate: new Uint8Array() };
}
