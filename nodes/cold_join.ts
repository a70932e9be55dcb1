/**
 * Cold join: a log that is far away is taken over by its saved branches as of a checkpoint instead of commit by commit.
 * Each branch is checked against the heads that the log's signed checkpoints list. Only the peer that wrote the log is
 * asked, until checkpoints carry other members' signatures.
 *
 * @module
 */
import {
  type BranchHead,
  closeBranch,
  decodeCommit,
  type EncodedCommit,
  fromHex,
  type Hash,
  type Head,
  holdsFacts,
  type LogFact,
  type LogId,
  logIdOf,
  openBranch,
  PanalError,
  publicKeyOf,
  readAtom,
  readAtoms,
  readCatalogAtom,
  readJournalAtom,
  saveBranch,
  type SetAside,
  type SignatureScheme,
  type Signer,
  truncateBranch,
  verifyChain,
  verifyHead,
} from "../crdt/mod.ts";
import { encodeMessage, type Message } from "../net/mod.ts";
import { LANDMARK_CHECKPOINT, putBranchState } from "./log_store.ts";
import type { LogEntry } from "./log_register.ts";
import { CHECKPOINT_COMMITS } from "./limits.ts";
import { readBranch } from "./open_branches.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";
import {
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

type SavedMessage = Extract<
  Message,
  { kind: "savedStart" | "savedPart" | "savedNone" }
>;

/** Serves and takes saved branches. */
export interface ColdJoin {
  /** Whether a log should be asked for by its saved branches. */
  wants(
    session: PeerSession,
    place: {
      readonly log: LogId;
      readonly seq: number;
      readonly own: LogEntry | undefined;
    },
  ): boolean;
  /** Begins to send a log's saved branches. */
  serve(session: PeerSession, log: LogId): void;
  /** Sends the next one. Returns false if there is none. */
  pump(session: PeerSession): boolean;
  /** Takes a message of a peer that serves; `done` is called when the log is complete or not to be had this way. */
  take(
    session: PeerSession,
    message: SavedMessage,
    done: (log: LogId) => void,
    fault: (reason: string) => void,
  ): void;
  /** Forgets a peer whose link has ended. */
  ended(session: PeerSession): void;
}

interface Joining {
  readonly session: PeerSession;
  readonly entry: LogEntry;
  readonly checkpoint: EncodedCommit;
  readonly head: Head;
  readonly landmarks: readonly EncodedCommit[];
  readonly expected: Map<string, BranchHead>;
}

/** The branches as of the newest checkpoint: for each document what the last checkpoint that lists it says. */
function expectedBranches(
  checkpoints: readonly EncodedCommit[],
): Map<string, BranchHead> {
  const expected = new Map<string, BranchHead>();
  for (const { commit } of checkpoints) {
    for (const branch of commit.checkpoint?.branches ?? []) {
      expected.set(branch.doc, branch);
    }
  }
  return expected;
}

/** Makes cold join for a node. */
export function createColdJoin(
  parts: {
    readonly replica: Replica;
    readonly signer: Signer;
    readonly signatures: SignatureScheme;
    readonly root: Uint8Array;
  },
): ColdJoin {
  const { replica, signatures, root } = parts;
  const joining = new Map<LogId, Joining>();
  const unavailable = new Set<string>();

  const isWriter = (entry: LogEntry) =>
    entry.publicKey.every((byte, i) => byte === parts.signer.publicKey[i]);

  const landmarksOf = (entry: LogEntry): EncodedCommit[] | undefined => {
    const seqs = new Set(
      replica.reader.scan(LANDMARKS, { prefix: [entry.number] }).map((row) =>
        Number(row["seq"])
      ),
    );
    const commits = [...seqs].map((seq) =>
      replica.archive.commit(entry.number, seq)
    );
    const last = commits.findLastIndex((commit) =>
      commit?.commit.checkpoint !== undefined
    );
    const used = commits.slice(0, last + 1);
    return last >= 0 && used.every((commit) => commit !== undefined)
      ? used
      : undefined;
  };

  const partFrame = (
    entry: LogEntry,
    { doc, changes }: BranchHead,
  ): Uint8Array => {
    const saved = replica.reader.get(SAVED_BRANCHES, [entry.number, doc]);
    if (saved !== undefined && saved["changes"] === changes) {
      return encodeMessage({
        kind: "savedPart",
        log: entry.name,
        doc,
        bytes: saved["bytes"] as Uint8Array,
      });
    }
    const open = readBranch(replica.reader, replica.archive, {
      log: entry,
      doc,
    });
    const branch = open.state.changes === changes
      ? open
      : truncateBranch(open, entry.name, changes);
    const bytes = saveBranch(branch);
    closeBranch(branch);
    return encodeMessage({ kind: "savedPart", log: entry.name, doc, bytes });
  };

  const begin = (
    session: PeerSession,
    message: Extract<SavedMessage, { kind: "savedStart" }>,
  ): Joining | string => {
    const landmarks = message.landmarks.map(decodeCommit);
    if (!landmarks.every((commit) => commit !== undefined)) {
      return "a landmark is no commit";
    }
    const first = landmarks[0];
    const checkpoint = landmarks.at(-1);
    const opening = first?.commit.opening;
    const certificate = landmarks.findLast(({ commit }) =>
      commit.certificate !== undefined
    )?.commit.certificate;
    if (
      first === undefined || checkpoint === undefined ||
      opening === undefined || certificate === undefined
    ) {
      return "the landmarks do not begin with the log's first commit";
    }
    const { space } = first.commit;
    if (logIdOf(space, opening) !== message.log) {
      return "the log's name is not that of its writer";
    }
    const wrong = checkChain(landmarks);
    if (wrong !== undefined) return wrong;
    for (const { commit } of landmarks) {
      if (commit.certificate === undefined) continue;
      const member = verifyChain(commit.certificate, root, signatures);
      if (!member.ok) return member.error;
      if (
        !member.value.publicKey.every((byte, i) =>
          byte === opening.publicKey[i]
        )
      ) {
        return "the certificate is about another key";
      }
    }
    const head = { log: message.log, ...message.head };
    if (head.seq !== checkpoint.commit.seq || head.hash !== checkpoint.hash) {
      return "the head is no checkpoint's";
    }
    if (!verifyHead(head, opening.publicKey, signatures)) {
      return "the head's signature is wrong";
    }
    if (
      !opening.publicKey.every((byte, i) =>
        byte === publicKeyOf(session.link.peer)[i]
      )
    ) {
      return "the log was written by somebody else";
    }
    const expected = expectedBranches(landmarks);
    const entry: LogEntry = {
      number: replica.register.byName(message.log)?.number ??
        replica.register.nextNumber(),
      name: message.log,
      space,
      publicKey: opening.publicKey,
      certificate,
      own: false,
      firstBody: checkpoint.commit.seq + 1,
      seq: 0,
      hash: "0".repeat(64) as Hash,
      stamp: checkpoint.commit.stamp,
      signature: head.signature,
    };
    return { session, entry, checkpoint, head, landmarks, expected };
  };

  const takePart = (
    join: Joining,
    message: Extract<SavedMessage, { kind: "savedPart" }>,
  ): string | undefined => {
    const { entry } = join;
    const expected = join.expected.get(message.doc);
    if (expected === undefined) return "a branch that no checkpoint lists";
    const branch = openBranch(entry.name, message.bytes);
    try {
      const { head, changes } = branch.state;
      if (head !== expected.head || changes !== expected.changes) {
        return "a branch differs from its checkpoint";
      }
      const atoms = readAtoms(branch, { overwrites: !holdsFacts(message.doc) });
      if (atoms === undefined) return "a branch has another form";
      replica.transact((writer, rows) => {
        writer.put(SAVED_BRANCHES, {
          log: entry.number,
          doc: message.doc,
          changes,
          bytes: message.bytes,
        });
        putBranchState(
          writer,
          { log: entry.number, doc: message.doc },
          branch.state,
        );
        if (!holdsFacts(message.doc)) return;
        const items = atoms.flatMap((atom) => {
          const journal = message.doc.startsWith("journal/")
            ? readJournalAtom(atom[1])
            : undefined;
          const other = journal === undefined
            ? readCatalogAtom(atom[1])
            : undefined;
          const stamp = journal?.stamp ?? other?.stamp;
          const seq = journal === undefined ? other?.seq : Number(atom[0]);
          if (stamp === undefined || seq === undefined) return [];
          return readAtom(atom, message.doc, {
            space: entry.space,
            log: entry.name,
            seq,
            stamp,
          })
            .map((item) => ({ item, seq, stamp }));
        }).toSorted((a, b) => a.seq - b.seq);
        items.forEach(({ item, seq, stamp }, i) => {
          const aside = "fact" in item
            ? placeFact({
              fact: item.fact,
              stamp,
              log: entry.name,
              logNumber: entry.number,
              seq,
            }, rows)
            : item;
          if (aside !== undefined) {
            writer.put(SET_ASIDE, {
              log: entry.number,
              seq,
              item: i,
              ...aside,
            });
          }
        });
      });
      join.expected.delete(message.doc);
      return undefined;
    } finally {
      closeBranch(branch);
    }
  };

  const placeFact = (
    placed: LogFact,
    rows: Parameters<typeof replica.ledger.place>[0],
  ): SetAside | undefined => {
    if (replica.ledger.place(rows, placed)) return undefined;
    const again = replica.ledger.isPlaced(rows, placed);
    return again ? undefined : {
      reason: "id_used_before",
      doc: "",
      id: placed.fact.id,
      type: placed.fact.type,
    };
  };

  const finish = (join: Joining) => {
    const { entry, checkpoint, head, landmarks } = join;
    const done: LogEntry = {
      ...entry,
      seq: checkpoint.commit.seq,
      hash: checkpoint.hash,
    };
    replica.transact((writer, _rows, stage) => {
      for (const { commit, bytes, hash } of landmarks) {
        writer.put(COMMITS, {
          log: entry.number,
          seq: commit.seq,
          body: bytes,
        });
        const at = parseInt(commit.stamp.slice(0, 12), 16);
        const row = {
          log: entry.number,
          seq: commit.seq,
          hash: fromHex(hash),
          at,
        };
        if (commit.certificate !== undefined) {
          writer.put(LANDMARKS, { ...row, kind: 1 });
        }
        if (commit.checkpoint !== undefined) {
          writer.put(LANDMARKS, { ...row, kind: LANDMARK_CHECKPOINT });
        }
      }
      writer.put(HEADS, {
        log: entry.number,
        seq: head.seq,
        hash: fromHex(head.hash),
        signature: head.signature,
      });
      replica.writeEntry(writer, done, entry);
      stage(done);
    });
    replica.tellTaken([done]);
  };

  return {
    wants: (session, { log, seq, own }) =>
      (own === undefined || own.seq === 0) && seq >= CHECKPOINT_COMMITS &&
      !unavailable.has(`${session.link.peer} ${log}`),
    serve(session, log) {
      const entry = replica.register.byName(log);
      const landmarks = entry === undefined || !isWriter(entry)
        ? undefined
        : landmarksOf(entry);
      const checkpoint = landmarks?.at(-1);
      const kept = entry === undefined || checkpoint === undefined
        ? undefined
        : replica.reader.get(HEADS, [entry.number, checkpoint.commit.seq]);
      if (
        entry === undefined || landmarks === undefined ||
        checkpoint === undefined || kept === undefined
      ) {
        return session.send({ kind: "savedNone", log });
      }
      const expected = [...expectedBranches(landmarks).values()];
      const head = {
        seq: checkpoint.commit.seq,
        hash: checkpoint.hash,
        signature: kept["signature"] as Uint8Array,
      };
      session.send({
        kind: "savedStart",
        log,
        head,
        landmarks: landmarks.map(({ bytes }) => bytes),
        branches: expected.length,
      });
      let next = 0;
      session.parts.push({
        next() {
          const branch = expected[next++];
          return branch === undefined ? undefined : partFrame(entry, branch);
        },
      });
    },
    pump(session) {
      const [part] = session.parts;
      if (part === undefined) return false;
      const frame = part.next();
      if (frame === undefined) session.parts.shift();
      else session.sendFrame(frame);
      return true;
    },
    take(session, message, done, fault) {
      if (message.kind === "savedNone") {
        unavailable.add(`${session.link.peer} ${message.log}`);
        return done(message.log);
      }
      if (message.kind === "savedStart") {
        const begun = begin(session, message);
        if (typeof begun === "string") return fault(begun);
        joining.set(message.log, begun);
        replica.transact((writer, _rows, stage) => {
          replica.writeEntry(writer, begun.entry, undefined);
          stage(begun.entry);
        });
        return;
      }
      const join = joining.get(message.log);
      if (join === undefined || join.session !== session) return;
      let wrong: string | undefined;
      try {
        wrong = takePart(join, message);
      } catch (error) {
        if (!(error instanceof PanalError) || error.code !== "bundle_invalid") {
          throw error;
        }
        wrong = error.message;
      }
      if (wrong !== undefined) {
        joining.delete(message.log);
        unavailable.add(`${session.link.peer} ${message.log}`);
        return fault(wrong);
      }
      if (join.expected.size > 0) return;
      joining.delete(message.log);
      finish(join);
      done(message.log);
    },
    ended(session) {
      for (const [log, join] of joining) {
        if (join.session === session) joining.delete(log);
      }
    },
  };
}

/** What is wrong with a chain of landmarks: each checkpoint must name the one before and the certificates between. */
function checkChain(landmarks: readonly EncodedCommit[]): string | undefined {
  let last: EncodedCommit | undefined;
  let certificates: EncodedCommit[] = [];
  for (const landmark of landmarks) {
    const { checkpoint, certificate } = landmark.commit;
    if (checkpoint !== undefined) {
      const named = checkpoint.last;
      if ((named?.hash ?? null) !== (last?.hash ?? null)) {
        return "a checkpoint does not name the one before";
      }
      const same = checkpoint.certificates.length === certificates.length &&
        checkpoint.certificates.every(({ hash }, i) =>
          hash === certificates[i]?.hash
        );
      if (!same) {
        return "a checkpoint does not name the certificates since the one before";
      }
      last = landmark;
      certificates = certificate === undefined ? [] : [landmark];
    } else if (certificate !== undefined) certificates.push(landmark);
  }
  return undefined;
}
