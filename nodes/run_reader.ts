/**
 * Reads stretches of stored logs as runs that another peer can verify: consecutive bodies that end at a signed head.
 *
 * @module
 */
import { type Hash, toHex } from "../crdt/mod.ts";
import type { Message } from "../net/mod.ts";
import type { LogEntry } from "./log_register.ts";
import type { Replica } from "./replica.ts";
import { HEADS } from "./tables.ts";

/** The message that carries a run. */
export type CommitsMessage = Extract<Message, { kind: "commits" }>;

/**
 * The run of a log that begins at a seq.
 *
 * @param replica The replica.
 * @param entry The log.
 * @param from The first seq.
 * @returns The run, up to the next kept head or the log's end; undefined where bodies are no longer here.
 */
export function readRun(
  replica: Replica,
  entry: LogEntry,
  from: number,
): CommitsMessage | undefined {
  if (from > entry.seq || from < entry.firstBody) return undefined;
  const [kept] = replica.reader.scan(HEADS, {
    prefix: [entry.number],
    from: [from],
    limit: 1,
  });
  const head = kept === undefined || Number(kept["seq"]) > entry.seq
    ? { seq: entry.seq, hash: entry.hash, signature: entry.signature }
    : {
      seq: Number(kept["seq"]),
      hash: toHex(kept["hash"] as Uint8Array) as Hash,
      signature: kept["signature"] as Uint8Array,
    };
  const bodies = replica.archive.bodies(entry.number, {
    from,
    to: head.seq,
    bytesMax: Infinity,
  });
  if (bodies.length !== head.seq - from + 1) return undefined;
  return { kind: "commits", log: entry.name, bodies, head };
}
