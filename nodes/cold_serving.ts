/**
 * Serving saved branches to who joins cold (`cold_join.ts`): the landmarks of a log up to a checkpoint that the other
 * peer will believe, then each branch as of that checkpoint, piece by piece as the peer's window allows.
 *
 * @module
 */
import {
  type BranchHead,
  closeBranch,
  type EncodedCommit,
  equalBytes,
  type LogId,
  saveBranch,
  type Signer,
  type SpaceId,
  truncateBranch,
} from "../crdt/mod.ts";
import {
  encodeMessage,
  FRAME_BYTES_MAX,
  type Message,
  type Voucher,
} from "../net/mod.ts";
import { chainOfMember, countersignaturesOf } from "./countersigning.ts";
import { RUN_BYTES_MAX } from "./limits.ts";
import { type LogEntry, shownTip } from "./log_register.ts";
import { LANDMARK_CHECKPOINT } from "./log_store.ts";
import type { PeerSession } from "./peer_session.ts";
import { readBranch } from "./read_branch.ts";
import type { Replica } from "./replica.ts";
import { HEADS, LANDMARKS, SAVED_BRANCHES } from "./tables.ts";

/** The branches as of the newest checkpoint: for each document what the last checkpoint that lists it says. */
export function expectedBranches(
  landmarks: readonly EncodedCommit[],
): Map<string, BranchHead> {
  const expected = new Map<string, BranchHead>();
  for (const { commit } of landmarks) {
    for (const branch of commit.checkpoint?.branches ?? []) {
      expected.set(branch.doc, branch);
    }
  }
  return expected;
}

/** Serves saved branches. */
export class ColdServing {
  readonly #replica: Replica;
  readonly #signer: Signer;

  /**
   * Makes it for a node.
   *
   * @param parts The replica, and the node's key.
   */
  constructor(
    { replica, signer }: {
      readonly replica: Replica;
      readonly signer: Signer;
    },
  ) {
    this.#replica = replica;
    this.#signer = signer;
  }

  /** Begins to send a log's saved branches; `pump` goes on. */
  serve(session: PeerSession, space: SpaceId, log: LogId): void {
    const entry = this.#replica.register.byName(log);
    const frames = entry === undefined || entry.space !== space
      ? undefined
      : this.#frames(entry);
    if (frames === undefined) return session.send({ kind: "savedNone", log });
    session.parts.set(log, {
      next: () => {
        const frame = frames.next().value ?? undefined;
        if (frame === undefined || frame.length <= FRAME_BYTES_MAX) {
          return frame;
        }
        frames.return(undefined);
        return encodeMessage({ kind: "savedNone", log });
      },
    });
  }

  /** Sends the next piece. Returns false if there is none. */
  pump(session: PeerSession): boolean {
    for (const [log, serving] of session.parts) {
      const frame = serving.next();
      if (frame === undefined) session.parts.delete(log);
      else session.sendFrame(frame);
      return true;
    }
    return false;
  }

  #isWriter(entry: LogEntry): boolean {
    return equalBytes(entry.publicKey, this.#signer.publicKey);
  }

  #frames(
    entry: LogEntry,
  ): Generator<Uint8Array, undefined, undefined> | undefined {
    const landmarks = this.#landmarksOf(entry);
    const checkpoint = landmarks?.at(-1);
    const kept = checkpoint &&
      this.#replica.reader.get(HEADS, [entry.number, checkpoint.commit.seq]);
    if (
      landmarks === undefined || checkpoint === undefined || kept === undefined
    ) return undefined;
    const head = {
      seq: checkpoint.commit.seq,
      hash: checkpoint.hash,
      signature: kept["signature"] as Uint8Array,
    };
    const vouchers = this.#vouchersOf(entry, head.seq);
    if (vouchers.length === 0 && !this.#isWriter(entry)) return undefined;
    return this.#generate(entry, { head, landmarks, vouchers });
  }

  /** Members that signed a checkpoint too, with their certificates. */
  #vouchersOf(entry: LogEntry, seq: number): Voucher[] {
    const { reader, register } = this.#replica;
    return countersignaturesOf(reader, entry, seq).flatMap((one) => {
      const chain = chainOfMember(register, one.signer);
      return chain === undefined ? [] : [{ chain, signature: one.signature }];
    });
  }

  *#generate(
    entry: LogEntry,
    { head, landmarks, vouchers }: {
      readonly head: Extract<Message, { kind: "savedStart" }>["head"];
      readonly landmarks: readonly EncodedCommit[];
      readonly vouchers: readonly Voucher[];
    },
  ): Generator<Uint8Array, undefined, undefined> {
    let chunk: Uint8Array[] = [];
    let size = 0;
    const start = (more: boolean) =>
      encodeMessage({
        kind: "savedStart",
        log: entry.name,
        head,
        landmarks: chunk,
        more,
        vouchers,
      });
    for (const { bytes } of landmarks) {
      if (size > 0 && size + bytes.length > RUN_BYTES_MAX) {
        yield start(true);
        [chunk, size] = [[], 0];
      }
      chunk.push(bytes);
      size += bytes.length;
    }
    yield start(false);
    for (const branch of expectedBranches(landmarks).values()) {
      yield this.#partFrame(entry, branch);
    }
    return undefined;
  }

  #landmarksOf(entry: LogEntry): EncodedCommit[] | undefined {
    const { reader, archive } = this.#replica;
    const rows = reader.scan(LANDMARKS, {
      prefix: [entry.number],
      below: [shownTip(entry).seq + 1],
    });
    const checkpoints = rows.filter((row) =>
      row["kind"] === LANDMARK_CHECKPOINT
    );
    const last = this.#isWriter(entry)
      ? checkpoints.at(-1)
      : checkpoints.findLast((row) =>
        countersignaturesOf(reader, entry, Number(row["seq"])).length > 0
      );
    if (last === undefined) return undefined;
    const seqs = new Set(
      rows.map((row) => Number(row["seq"])).filter((seq) =>
        seq <= Number(last["seq"])
      ),
    );
    const commits = [...seqs].map((seq) => archive.commit(entry.number, seq));
    return commits.every((commit) => commit !== undefined)
      ? commits
      : undefined;
  }

  #partFrame(entry: LogEntry, { doc, changes }: BranchHead): Uint8Array {
    const { reader, archive } = this.#replica;
    const frame = (bytes: Uint8Array) =>
      encodeMessage({ kind: "savedPart", log: entry.name, doc, bytes });
    const saved = reader.get(SAVED_BRANCHES, [entry.number, doc]);
    if (saved !== undefined && saved["changes"] === changes) {
      return frame(saved["bytes"] as Uint8Array);
    }
    const open = readBranch(reader, archive, { log: entry, doc });
    const shorter = open.state.changes === changes
      ? undefined
      : truncateBranch(open, entry.name, changes);
    const bytes = saveBranch(shorter ?? open);
    if (shorter !== undefined) closeBranch(shorter);
    closeBranch(open);
    return frame(bytes);
  }
}
