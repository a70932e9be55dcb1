/**
 * A run of another's commits while it is taken in: what may become of it, its logs as the transaction has them, and how
 * verified commits are written. Separate from where a run goes on (`log_intake.ts`) and from forks (`log_fork.ts`),
 * which both end here.
 *
 * @module
 */
import {
  type BranchState,
  type EncodedCommit,
  type FoldRows,
  type Head,
  type Ledger,
  type LogFact,
  type LogId,
  type LogTip,
  readContents,
  type SetAside,
  splitFacts,
  type VerifyContext,
  type Writer,
} from "../crdt/mod.ts";
import { noteChanged, takeCheckpoint } from "./checkpoint_check.ts";
import type { CommitArchive } from "./commit_archive.ts";
import type { HeadKeeper } from "./head_keeper.ts";
import { KnownIds } from "./known_ids.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import {
  branchState,
  putBranchChange,
  putBranchState,
  putCommit,
  putTip,
} from "./log_store.ts";
import type { NewLog } from "./new_logs.ts";
import { judgeInLog } from "./place_contents.ts";
import { SET_ASIDE } from "./tables.ts";

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

/** The continuations that go on from a log, as the transaction has them. */
export function childrenOf(
  { register, staged }: IntakeContext,
  entry: LogEntry,
): LogEntry[] {
  return register.family(entry.name, staged).filter((other) =>
    other.parent === entry.number
  );
}

/** The log that a fork's continuation goes on from, as the transaction has it. */
export function parentOf(
  context: IntakeContext,
  { parent }: LogEntry,
): LogEntry | undefined {
  return parent === undefined
    ? undefined
    : context.staged.get(parent) ?? context.register.byNumber(parent);
}

/** Of a log that was cut where no signature is known: its last stretch cannot be served. */
export const NO_SIGNATURE: Uint8Array = new Uint8Array(64);

/** How far a log is verified. */
export function tipOf(entry: LogEntry): LogTip {
  const { name, space, publicKey, seq, hash, stamp, certificate } = entry;
  return { log: name, space, publicKey, seq, hash, stamp, certificate };
}

/**
 * Writes a verified run: its commits, what they hold, and the log's new state.
 *
 * @param context The transaction and what it works on.
 * @param step The run, where the log is after it, and where it was before; of a new log nothing.
 * @returns The log after it, which is staged.
 */
export function append(
  context: IntakeContext,
  step: {
    readonly run: Run;
    readonly tip: LogTip;
    readonly before: LogEntry | undefined;
    /** The chain in force before the run. */
    readonly chain: Uint8Array | undefined;
  },
): LogEntry {
  const { writer, verify } = context;
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
      return !context.ledger.place(context.rows, placed) &&
        !(resumed && context.ledger.isPlaced(context.rows, placed));
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

/** A number that no log has in this transaction. */
export function freeNumber(context: IntakeContext): number {
  return Math.max(
    context.register.nextNumber(),
    ...[...context.staged.keys()].map((number) => number + 1),
  );
}
