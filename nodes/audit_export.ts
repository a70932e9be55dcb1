/**
 * Choosing what an audit bundle needs: of each log of a site the commits of a period, down to a checkpoint before it,
 * the commits that this follows back to the log's first, and signed heads up to one behind the period.
 *
 * @module
 */
import {
  decodeCommit,
  type Reader,
  type SpaceId,
  stampMs,
} from "../crdt/mod.ts";
import type { BundleLog } from "./audit_bundle.ts";
import { auditOrder, storedLog, witnessesOf } from "./audit_folder.ts";
import { CommitArchive } from "./commit_archive.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import { LANDMARK_CHECKPOINT } from "./log_store.ts";
import { LANDMARKS } from "./tables.ts";

/** A stretch of time, by the commits' stamps, in milliseconds since 1970. */
export interface Period {
  /** Its start. */
  readonly fromMs: number;
  /** Its end, not in it. */
  readonly toMs: number;
}

/**
 * The logs of a space as a bundle needs them.
 *
 * @param reader The store, which nobody writes to meanwhile.
 * @param space The space.
 * @param period The period.
 * @returns Logs that have commits in the period; logs that were forked are whole.
 */
export function* bundledLogs(
  reader: Reader,
  space: SpaceId,
  period: Period,
): Generator<BundleLog> {
  const register = new LogRegister();
  register.load(reader);
  const archive = new CommitArchive(reader, register);
  for (const entry of auditOrder(register)) {
    if (entry.space !== space) continue;
    const isForked = register.family(entry.name).length > 1;
    const continued = register.childrenOf(entry).length > 0;
    const stored = storedLog(reader, archive, { entry, continued });
    const parent = entry.parent === undefined
      ? null
      : register.byNumber(entry.parent)?.name ?? null;
    const witnesses = witnessesOf(reader, register, entry);
    const whole: BundleLog = { ...stored, parent, continued, witnesses };
    if (isForked) {
      yield whole;
      continue;
    }
    const part = cut(reader, { entry, whole }, period);
    if (part !== undefined) yield part;
  }
}

/** The part of a log that holds a period and can be verified by itself. */
function cut(
  reader: Reader,
  { entry, whole }: { readonly entry: LogEntry; readonly whole: BundleLog },
  { fromMs, toMs }: Period,
): BundleLog | undefined {
  const landmarks = reader.scan(LANDMARKS, { prefix: [entry.number] });
  const start = landmarks.findLast((row) =>
    row["kind"] === LANDMARK_CHECKPOINT && Number(row["at"]) < fromMs &&
    Number(row["seq"]) >= entry.firstBody
  );
  const firstBody = Number(start?.["seq"] ?? entry.firstBody);
  let last = 0;
  for (let seq = firstBody; seq <= entry.seq; seq++) {
    const ms = stampOf(whole, seq);
    // What cannot be read is not left out: verifying names it.
    if (ms === undefined || (ms >= fromMs && ms < toMs)) last = seq;
  }
  if (last === 0) return undefined;
  const head = whole.heads.find(({ seq }) => seq >= last);
  if (head === undefined) return whole;
  return {
    ...whole,
    firstBody,
    seq: head.seq,
    hash: head.hash,
    heads: whole.heads.filter(({ seq }) =>
      seq >= firstBody - 1 && seq <= head.seq
    ),
    // What others signed beyond the part would look as if it had been cut.
    witnesses: whole.witnesses.filter(({ countersignature: { head: of } }) =>
      of.seq >= firstBody && of.seq <= head.seq
    ),
    landmarks: [
      ...new Set(
        landmarks.map((row) => Number(row["seq"])).filter((seq) =>
          seq < firstBody
        ),
      ),
    ],
  };
}

function stampOf(log: BundleLog, seq: number): number | undefined {
  const body = log.body(seq);
  const stamp = body && decodeCommit(body)?.commit.stamp;
  return stamp === undefined ? undefined : stampMs(stamp);
}
