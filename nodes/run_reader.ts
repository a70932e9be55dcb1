/**
 * Reads stretches of stored logs as runs that another peer can verify: consecutive bodies that end at a signed head.
 *
 * @module
 */
import { type Hash, toHex } from "../crdt/mod.ts";
import type { Message } from "../net/mod.ts";
import { type LogEntry, shownTip } from "./log_register.ts";
import type { Replica } from "./replica.ts";
import { HEADS } from "./tables.ts";

/** The message that carries a run. */
export type CommitsMessage = Extract<Message, { kind: "commits" }>;

/**
 * The run of a log that begins at a seq. A log that was cut at a fork has no signed head at its end: its last run goes
 * on into one of its continuations.
 *
 * @param replica The replica.
 * @param entry The log.
 * @param from The first seq; of a fork's continuation also one before its own first.
 * @returns The run, up to the next kept head or the log's end; undefined where bodies are no longer here.
 */
export function readRun(
  replica: Replica,
  entry: LogEntry,
  from: number,
): CommitsMessage | undefined {
  const shown = shownTip(entry).seq;
  if (from > shown) return undefined;
  const end = headAfter(replica, entry, from);
  // Beyond a cut nothing is served.
  const last = entry.cut === undefined ? Infinity : shown;
  if (end === undefined || end.head.seq > last) return undefined;
  const { head } = end;
  const bodies = replica.archive.bodies(end.log, {
    from,
    to: head.seq,
    bytesMax: Infinity,
  });
  if (bodies.length !== head.seq - from + 1) return undefined;
  return { kind: "commits", log: entry.name, bodies, head };
}

interface RunEnd {
  /** The number of the log that holds the run's last commit. */
  readonly log: number;
  readonly head: CommitsMessage["head"];
}

function headAfter(
  replica: Replica,
  entry: LogEntry,
  from: number,
): RunEnd | undefined {
  const kept = keptHead(replica, entry, from);
  if (kept !== undefined) return kept;
  const [child] = replica.register.childrenOf(entry);
  if (child !== undefined) {
    return headAfter(replica, child, Math.max(from, entry.seq + 1));
  }
  const { number, seq, hash, signature } = entry;
  if (signature.every((byte) => byte === 0)) return undefined;
  return { log: number, head: { seq, hash, signature } };
}

function keptHead(
  replica: Replica,
  entry: LogEntry,
  from: number,
): RunEnd | undefined {
  const parent = entry.parent === undefined
    ? undefined
    : replica.register.byNumber(entry.parent);
  if (parent !== undefined && from <= parent.seq) {
    const before = keptHead(replica, parent, from);
    if (before !== undefined) return before;
  }
  const [kept] = replica.reader.scan(HEADS, {
    prefix: [entry.number],
    from: [from],
    limit: 1,
  });
  if (kept === undefined || Number(kept["seq"]) > entry.seq) return undefined;
  return {
    log: entry.number,
    head: {
      seq: Number(kept["seq"]),
      hash: toHex(kept["hash"] as Uint8Array) as Hash,
      signature: kept["signature"] as Uint8Array,
    },
  };
}
