/**
 * Brings the views in line with where logs end: what a new cut leaves out is taken out of them, what a readmission
 * brings back is placed again. Commits beyond a cut stay on the disk, since a person may want to review them.
 *
 * @module
 */
import {
  fromHex,
  type LogId,
  type Reader,
  trunkOf,
  verifyHead,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { cutOf, type CutSource } from "./cuts.ts";
import { carriedChains, chainAt } from "./log_certificates.ts";
import { createContentsReader, type StampedContents } from "./log_contents.ts";
import { isSameCut, type LogCut } from "./log_cut.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { placeContents, type PlaceContext } from "./place_contents.ts";
import { HEADS } from "./tables.ts";

/** What settling works with. */
export interface SettleContext extends PlaceContext {
  /** The logs. */
  readonly register: LogRegister;
  /** Stored commits. */
  readonly archive: CommitArchive;
  /** Logs as this transaction has changed them, by number; those that are cut are added. */
  readonly staged: Map<number, LogEntry>;
}

/**
 * Statements that take each other out would need a signer below its own subject; only keys that certified each other
 * could make such a circle.
 */
const ROUNDS_MAX = 16;

/**
 * Computes the cuts of logs and places or takes out what that changes, until nothing changes any more: a statement may
 * lie in a log that another cuts.
 *
 * @param context The transaction and what it works on.
 * @param names The logs whose families may have changed; all if left out.
 * @returns The logs whose cut changed.
 */
export function settleCuts(
  context: SettleContext,
  names?: readonly LogId[],
): readonly LogEntry[] {
  const changed = new Map<number, LogEntry>();
  let again: readonly LogId[] | undefined = names;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let stated = false;
    for (const entry of entriesOf(context, again)) {
      const cut = cutOf(sourceOf(context), entry);
      if (isSameCut(cut, entry.cut)) continue;
      stated = moveCut(context, entry, cut) || stated;
      const next = context.staged.get(entry.number);
      if (next !== undefined) changed.set(entry.number, next);
    }
    if (!stated) break;
    again = undefined;
  }
  if (changed.size > 0) context.archive.clear();
  return [...changed.values()];
}

/**
 * Computes the cuts of all logs after the store was opened; the views agree with them already.
 *
 * @param parts The store and the logs, which get their cuts.
 */
export function loadCuts(
  { reader, archive, register }: {
    readonly reader: Reader;
    readonly archive: CommitArchive;
    readonly register: LogRegister;
  },
): void {
  const family = (name: LogId) => register.family(name);
  for (const entry of [...register.all()]) {
    const cut = cutOf({ reader, archive, family }, entry);
    if (cut !== undefined) register.set({ ...entry, cut });
  }
}

/** The logs as they are in the transaction. */
function sourceOf(context: SettleContext): CutSource {
  return {
    reader: context.writer,
    archive: context.archive,
    family: (name) => context.register.family(name, context.staged),
  };
}

function entriesOf(
  context: SettleContext,
  names: readonly LogId[] | undefined,
): LogEntry[] {
  if (names !== undefined) {
    const trunks = [...new Set(names.map(trunkOf))];
    return trunks.flatMap((trunk) =>
      context.register.family(trunk, context.staged)
    );
  }
  const { register, staged } = context;
  const known = [...register.all()].filter(({ number }) => !staged.has(number));
  return [...known, ...staged.values()];
}

/** Moves one log's cut. Returns whether an authority statement was placed or taken out. */
function moveCut(
  context: SettleContext,
  entry: LogEntry,
  cut: LogCut | undefined,
): boolean {
  const { archive, staged, writer } = context;
  const before = entry.cut?.counts ?? Infinity;
  const after = cut?.counts ?? Infinity;
  const { cut: _, ...rest } = entry;
  const next: LogEntry = cut === undefined ? rest : { ...rest, cut };
  staged.set(entry.number, next);
  keepHead(context, next);
  const [from, to] = [
    Math.min(before, after) + 1,
    Math.min(Math.max(before, after), entry.seq),
  ];
  if (from > to) return false;
  const source = { reader: writer, archive };
  const chains = carriedChains({
    ...source,
    parentOf: ({ name, parent }) =>
      context.register.family(name, staged).find(({ number }) =>
        number === parent
      ),
  }, entry);
  const contentsAt = createContentsReader(source, next);
  let stated = false;
  const contents: { seq: number; contents: StampedContents }[] = [];
  for (let seq = from; seq <= to; seq++) {
    contents.push({ seq, contents: contentsAt(seq) });
  }
  if (after < before) {
    for (const one of contents.toReversed()) takeOut(context, entry, one);
  }
  for (const { seq, contents: held } of contents) {
    stated ||= held.facts.some(({ fact }) => fact.type === "AuthorityStated");
    const chain = chainAt(chains, seq);
    placeContents(context, { entry: next, seq, chain }, held);
  }
  return stated;
}

function takeOut(
  { archive, ledger, rows }: SettleContext,
  entry: LogEntry,
  { seq, contents }: { seq: number; contents: StampedContents },
): void {
  for (const placed of archive.placedOf(entry, seq, contents).toReversed()) {
    ledger.unplace(rows, placed);
  }
}

/** The head at a cut is kept, so that the log can be served up to there. */
function keepHead(
  { writer, verify }: SettleContext,
  { number, name, seq, publicKey, cut }: LogEntry,
): void {
  if (cut?.signature === undefined || cut.hash === null || seq < cut.limit) {
    return;
  }
  const signature = fromHex(cut.signature);
  const log = trunkOf(name);
  const head = { log, seq: cut.limit, hash: cut.hash, signature };
  if (!verifyHead(head, publicKey, verify.signatures)) return;
  const hash = fromHex(cut.hash);
  writer.put(HEADS, { log: number, seq: cut.limit, hash, signature });
}
