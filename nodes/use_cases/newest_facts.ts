/**
 * The journal from its end: facts of all logs by their stamps, newest first.
 *
 * Each log is in the order of its stamps already, so the logs are merged from their ends; where a page goes on is found
 * in each log by halving.
 *
 * @module
 */
import type { Stamp } from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import type { Replica } from "../replica.ts";
import type { FactQuery, FactView, Page } from "../use_cases.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/** Most commits that one page looks through. */
export const FACT_COMMITS_MAX = 5000;

/** Reads the facts of one commit. */
export type CommitFacts = (log: LogEntry, seq: number) => readonly FactView[];

interface Place {
  readonly entry: LogEntry;
  readonly seq: number;
  readonly stamp: Stamp;
}

/**
 * A page of facts, newest first.
 *
 * @param source The replica, the logs that are asked for, and what reads their commits.
 * @param query Filters and page.
 * @returns The page; it ends between commits.
 */
export function newestFacts(
  source: {
    readonly replica: Replica;
    readonly logs: readonly LogEntry[];
    readonly factsAt: CommitFacts;
  },
  query: FactQuery,
): Page<FactView> {
  const { replica, logs, factsAt } = source;
  const [stamp, log] = decodeCursor(query.cursor) ?? [];
  const places = logs.flatMap((entry) => {
    const seq = stamp === undefined
      ? entry.seq
      : seqBefore(replica, entry, [String(stamp), String(log)]);
    return placeAt(replica, entry, seq) ?? [];
  });
  const items: FactView[] = [];
  for (let looked = 0; places.length > 0; looked++) {
    const newest = places.reduce((a, b) => isBefore(a, b) ? b : a);
    if (items.length >= query.limit || looked >= FACT_COMMITS_MAX) {
      // The place just before the next commit, so that it is read first.
      const { stamp, entry } = newest;
      return {
        items,
        total: null,
        next: encodeCursor([stamp, `${entry.name} `]),
      };
    }
    items.push(
      ...factsAt(newest.entry, newest.seq).filter((view) =>
        isAsked(view, query)
      ),
    );
    const before = placeAt(replica, newest.entry, newest.seq - 1);
    const at = places.indexOf(newest);
    if (before === undefined) places.splice(at, 1);
    else places[at] = before;
  }
  return { items, total: null, next: null };
}

/**
 * Whether a fact is of a kind and holds a text.
 *
 * @param view The fact.
 * @param query What is asked.
 * @returns True if it is shown.
 */
export function isAsked(
  view: FactView,
  { type, text }: Pick<FactQuery, "type" | "text">,
): boolean {
  if (type !== undefined && view.type !== type) return false;
  return text === undefined || `${view.id} ${JSON.stringify(view.fact)}`
    .toLowerCase().includes(text.toLowerCase());
}

function isBefore(a: Place, b: Place): boolean {
  return a.stamp === b.stamp ? a.entry.name < b.entry.name : a.stamp < b.stamp;
}

function placeAt(
  replica: Replica,
  entry: LogEntry,
  seq: number,
): Place | undefined {
  if (seq < Math.max(1, firstOf(replica, entry))) return undefined;
  const stamp = stampAt(replica, entry, seq);
  return stamp === undefined ? undefined : { entry, seq, stamp };
}

/** A fork's continuation begins where the log before it ends. */
function firstOf({ register }: Replica, entry: LogEntry): number {
  const parent = entry.parent === undefined
    ? undefined
    : register.byNumber(entry.parent);
  return Math.max(entry.firstBody, (parent?.seq ?? 0) + 1);
}

function stampAt(
  { archive }: Replica,
  entry: LogEntry,
  seq: number,
): Stamp | undefined {
  if (seq === entry.seq) return entry.stamp;
  return archive.commit(entry.number, seq)?.commit.stamp;
}

/** The last seq of a log that stands before a place in the order of all logs. */
function seqBefore(
  replica: Replica,
  entry: LogEntry,
  [stamp, log]: readonly [string, string],
): number {
  const isEarlier = (seq: number) => {
    const own = stampAt(replica, entry, seq);
    if (own === undefined) return true;
    return own === stamp ? entry.name < log : own < stamp;
  };
  let low = firstOf(replica, entry) - 1;
  let high = entry.seq;
  if (high > low && isEarlier(high)) return high;
  // `low` is before the place, `high` is not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEarlier(middle)) low = middle;
    else high = middle;
  }
  return low;
}
