/**
 * Cold join: a log that is far away is taken over by its saved branches as of a checkpoint instead of commit by commit.
 * Each branch is checked against the heads that the log's signed checkpoints list. A checkpoint is believed from the
 * peer that wrote the log, and from anyone if another member has signed it too.
 *
 * How they are sent is in `cold_serving.ts`. A log that is being taken over stands in the register with seq 0 and a first body above 1: no vector shows it, and a
 * node that dies on the way goes on from what it has.
 *
 * @module
 */
import {
  type Atom,
  type BranchHead,
  type BranchState,
  type Clock,
  closeBranch,
  type Countersignature,
  decodeCommit,
  type EncodedCommit,
  equalBytes,
  fromHex,
  type Hash,
  type Head,
  holdsFacts,
  isAsideReason,
  journalName,
  judgeFact,
  type LogFact,
  type LogId,
  logIdOf,
  type LogOpening,
  type OpenBranch,
  openBranch,
  pageOf,
  PanalError,
  publicKeyOf,
  readAtom,
  readAtoms,
  readCatalogAtom,
  readJournalAtom,
  type Row,
  type SetAside,
  type SignatureScheme,
  splitFacts,
  truncateBranch,
  verifyChain,
  verifyCountersignature,
  verifyHead,
  type Writer,
} from "../crdt/mod.ts";
import type { Message, Voucher } from "../net/mod.ts";
import { expectedBranches } from "./cold_serving.ts";
import { putCountersignature } from "./countersigning.ts";
import {
  branchState,
  deleteRows,
  LANDMARK_CERTIFICATE,
  LANDMARK_CHECKPOINT,
  putBranchState,
} from "./log_store.ts";
import { chainAt } from "./log_certificates.ts";
import type { LogEntry } from "./log_register.ts";
import { CHECKPOINT_COMMITS, COUNTERSIGNERS_MAX } from "./limits.ts";
import { KnownIds } from "./known_ids.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";
import type { RowBuffer } from "./row_buffer.ts";
import {
  BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
  SET_ASIDE,
} from "./tables.ts";

/** A message by which saved branches travel. */
export type SavedMessage = Extract<
  Message,
  { kind: "savedStart" | "savedPart" | "savedNone" }
>;

/** Most bytes of landmarks of one log. */
const LANDMARK_BYTES_MAX = 64 * 1024 * 1024;
/** Most bytes of saved branches that are held until they can be taken over together. */
const HELD_BYTES_MAX = 256 * 1024 * 1024;
/** Saved branches that one transaction takes over: rows of sums are then written once for all of them. */
const PARTS_PER_TRANSACTION = 4;
/** A peer that has no saved branches of a log, or wrong ones, is asked for them again only after this long. */
const UNAVAILABLE_MS = 300_000;

/** What became of a message. */
export type ColdStep =
  | { readonly kind: "going_on" }
  /** The log is complete, or not to be had this way. */
  | { readonly kind: "ended" }
  | { readonly kind: "wrong"; readonly reason: string };

/** Takes saved branches. */
export interface ColdJoin {
  /** Whether a log that the peer has up to a seq should be asked for by its saved branches. */
  wants(
    session: PeerSession,
    place: {
      readonly log: LogId;
      readonly seq: number;
      readonly own: LogEntry | undefined;
      readonly firstBody: number;
    },
  ): boolean;
  /**
   * Takes a message of a peer that was asked.
   *
   * @throws {PanalError} `store_full`, `store_failed`, `store_outcome_unknown`: the log has to be asked for again.
   */
  take(session: PeerSession, message: SavedMessage): ColdStep;
  /** Gives up what was taken of a log whose saved branches are not to be had: it will come commit by commit. */
  discard(log: LogId): void;
  /** Forgets a peer whose link has ended. */
  ended(session: PeerSession): void;
}

/** What cold join works with. */
export interface ColdJoinParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** Settings that people choose. */
  readonly settings?: { readonly checkpointCommits?: number };
}

interface Opening {
  readonly session: PeerSession;
  readonly head: Head;
  readonly landmarks: EncodedCommit[];
  readonly vouchers: readonly Voucher[];
  bytes: number;
}

interface Joining {
  readonly session: PeerSession;
  readonly entry: LogEntry;
  /** The log as it stands here, if some of its commits are here. */
  readonly before: LogEntry | undefined;
  readonly checkpoint: EncodedCommit;
  readonly head: Head;
  readonly landmarks: readonly EncodedCommit[];
  /** Other members that signed the checkpoint too. */
  readonly countersignatures: readonly Countersignature[];
  readonly expected: ReadonlyMap<string, BranchHead>;
  /** Branches that are still to come. */
  readonly missing: Set<string>;
  /** Branches that the next transaction takes over. */
  readonly waiting: BranchPart[];
  /** Branches that are taken over together at the end, because commits of the log are here. */
  readonly held: Map<string, Uint8Array>;
  heldBytes: number;
}

/** Thrown inside this file alone: what a peer sent is wrong. */
class Wrong extends Error {}

/** Makes cold join for a node. */
export function createColdJoin(parts: ColdJoinParts): ColdJoin {
  return new BranchTaking(parts);
}

class BranchTaking implements ColdJoin {
  readonly #parts: ColdJoinParts;
  readonly #replica: Replica;
  readonly #opening = new Map<LogId, Opening>();
  readonly #joining = new Map<LogId, Joining>();
  readonly #unavailable = new Map<string, number>();

  constructor(parts: ColdJoinParts) {
    this.#parts = parts;
    this.#replica = parts.replica;
  }

  wants(
    session: PeerSession,
    { log, seq, own, firstBody }: Parameters<ColdJoin["wants"]>[1],
  ): boolean {
    if (log.includes("~")) return false;
    const until = this.#unavailable.get(`${session.link.peer} ${log}`) ?? 0;
    if (this.#parts.clock.monotonic() < until) return false;
    const next = (own?.seq ?? 0) + 1;
    // A log that was cut is short from here on: its branches may hold more than counts.
    if (own?.cut !== undefined) return false;
    if (next < firstBody) return true;
    const least = this.#parts.settings?.checkpointCommits ?? CHECKPOINT_COMMITS;
    return next === 1 && seq >= least;
  }

  take(session: PeerSession, message: SavedMessage): ColdStep {
    const { log } = message;
    try {
      switch (message.kind) {
        case "savedNone":
          this.#giveUp(session, log);
          return { kind: "ended" };
        case "savedStart":
          return this.#takeStart(session, message);
        case "savedPart":
          return this.#takePart(session, message);
      }
    } catch (error) {
      this.#opening.delete(log);
      this.#joining.delete(log);
      const isWrong = error instanceof Wrong ||
        (error instanceof PanalError && error.code === "bundle_invalid");
      if (!isWrong) throw error;
      this.#giveUp(session, log);
      return { kind: "wrong", reason: error.message };
    }
  }

  discard(log: LogId): void {
    const { register, reader, archive, ledger } = this.#replica;
    const entry = register.byName(log);
    if (entry === undefined || entry.seq > 0 || entry.firstBody === 1) return;
    this.#joining.delete(log);
    for (
      const row of reader.scan(SAVED_BRANCHES, { prefix: [entry.number] })
    ) {
      const doc = String(row["doc"]);
      this.#replica.transact((writer, rows) => {
        for (const placed of archive.savedFacts(entry, doc).toReversed()) {
          ledger.unplace(rows, placed);
        }
        writer.delete(SAVED_BRANCHES, [entry.number, doc]);
        writer.delete(BRANCHES, [entry.number, doc]);
      });
    }
    this.#replica.transact((writer, _rows, stage) => {
      for (const table of [SET_ASIDE, BRANCHES]) {
        deleteRows(writer, table, { prefix: [entry.number] });
      }
      const empty = { ...entry, firstBody: 1 };
      this.#replica.writeEntry(writer, empty, entry);
      stage(empty);
    });
    archive.clear();
  }

  ended(session: PeerSession): void {
    for (const map of [this.#opening, this.#joining]) {
      for (const [log, join] of map) {
        if (join.session === session) map.delete(log);
      }
    }
  }

  #giveUp(session: PeerSession, log: LogId): void {
    this.#opening.delete(log);
    this.#joining.delete(log);
    const now = this.#parts.clock.monotonic();
    for (const [key, until] of this.#unavailable) {
      if (until <= now) this.#unavailable.delete(key);
    }
    this.#unavailable.set(`${session.link.peer} ${log}`, now + UNAVAILABLE_MS);
  }

  #takeStart(
    session: PeerSession,
    message: Extract<SavedMessage, { kind: "savedStart" }>,
  ): ColdStep {
    const { log, more } = message;
    const landmarks = message.landmarks.map(decodeCommit);
    if (!landmarks.every((commit) => commit !== undefined)) {
      throw new Wrong("a landmark is no commit");
    }
    let opening = this.#opening.get(log);
    if (
      opening?.session !== session || opening.head.hash !== message.head.hash
    ) {
      opening = {
        session,
        head: { log, ...message.head },
        landmarks: [],
        vouchers: message.vouchers,
        bytes: 0,
      };
      this.#opening.set(log, opening);
    }
    for (const landmark of landmarks) {
      // The same piece may come twice.
      const last = opening.landmarks.at(-1)?.commit.seq ?? 0;
      if (landmark.commit.seq <= last) continue;
      opening.bytes += landmark.bytes.length;
      opening.landmarks.push(landmark);
    }
    if (opening.bytes > LANDMARK_BYTES_MAX) {
      throw new Wrong("there are too many landmarks");
    }
    if (more) return { kind: "going_on" };
    this.#opening.delete(log);
    return this.#begin(opening);
  }

  #begin(opening: Opening): ColdStep {
    const { session, head, landmarks } = opening;
    const { entry, checkpoint, countersignatures } = this.#openLog(opening);
    const known = this.#replica.register.byName(head.log);
    // What another peer brought of a newer checkpoint would stand beyond this one.
    if (known?.seq === 0 && known.firstBody > entry.firstBody) {
      this.discard(head.log);
    }
    const before = known !== undefined && known.seq > 0 ? known : undefined;
    // Meanwhile the commits have come another way.
    if (before !== undefined && before.seq >= head.seq) {
      return { kind: "ended" };
    }
    if (known === undefined && this.#mustWait(entry, opening)) {
      this.#giveUp(session, head.log);
      return { kind: "ended" };
    }
    const expected = expectedBranches(landmarks);
    const join: Joining = {
      session,
      entry,
      before,
      checkpoint,
      head,
      landmarks,
      countersignatures,
      expected,
      missing: new Set(expected.keys()),
      waiting: [],
      held: new Map(),
      heldBytes: 0,
    };
    if (before === undefined) {
      this.#replica.transact((writer, _rows, stage) => {
        this.#replica.writeEntry(writer, entry, undefined);
        stage(entry);
      });
    } else this.#checkKnown(before, expected);
    this.#joining.set(head.log, join);
    return this.#finishIfWhole(join);
  }

  /** A member that opens too many logs waits, however they come. */
  #mustWait({ name, space, publicKey }: LogEntry, opening: Opening): boolean {
    const stamp = opening.landmarks[0]?.commit.stamp;
    return stamp !== undefined &&
      this.#replica.admitNewLog({
          log: name,
          space,
          writer: publicKey,
          stamp,
        }) > 0;
  }

  /** Checks the landmarks and makes the log's entry of them. */
  #openLog(
    { session, head, landmarks, vouchers }: Opening,
  ): Pick<Joining, "entry" | "checkpoint" | "countersignatures"> {
    const { signatures, root } = this.#parts;
    const first = landmarks[0];
    const checkpoint = landmarks.at(-1);
    const opening = first?.commit.opening;
    const certificate = landmarks.findLast(({ commit }) =>
      commit.certificate !== undefined
    )?.commit.certificate;
    if (
      first === undefined || checkpoint?.commit.checkpoint === undefined ||
      opening === undefined || certificate === undefined
    ) throw new Wrong("the landmarks do not begin with the log's first commit");
    const { space } = first.commit;
    if (logIdOf(space, opening) !== head.log) {
      throw new Wrong("the log's name is not that of its writer");
    }
    const isWriter = equalBytes(
      opening.publicKey,
      publicKeyOf(session.link.peer),
    );
    // A station tells of what it writes itself where it reads nothing.
    if (!session.reads(space) && !isWriter) {
      throw new Wrong("the peer does not read the space");
    }
    checkLandmarks(landmarks);
    for (const { commit } of landmarks) {
      if (commit.certificate === undefined) continue;
      const member = verifyChain(commit.certificate, root, signatures);
      if (!member.ok) throw new Wrong(member.error);
      if (!equalBytes(member.value.publicKey, opening.publicKey)) {
        throw new Wrong("the certificate is about another key");
      }
    }
    if (head.seq !== checkpoint.commit.seq || head.hash !== checkpoint.hash) {
      throw new Wrong("the head is no checkpoint's");
    }
    if (!verifyHead(head, opening.publicKey, signatures)) {
      throw new Wrong("the head's signature is wrong");
    }
    const countersignatures = this.#checkVouchers(head, opening, vouchers);
    if (countersignatures.length === 0 && !isWriter) {
      throw new Wrong(
        "the log was written by somebody else, and no other member has signed its checkpoint",
      );
    }
    const { register } = this.#replica;
    const entry: LogEntry = {
      number: register.byName(head.log)?.number ?? register.nextNumber(),
      name: head.log,
      space,
      publicKey: opening.publicKey,
      certificate,
      own: false,
      firstBody: checkpoint.commit.seq + 1,
      seq: 0,
      hash: NO_HASH,
      stamp: checkpoint.commit.stamp,
      signature: head.signature,
    };
    return { entry, checkpoint, countersignatures };
  }

  /** Those of the vouchers that are members other than the writer and have signed the head. */
  #checkVouchers(
    head: Head,
    { publicKey }: LogOpening,
    vouchers: readonly Voucher[],
  ): Countersignature[] {
    const { signatures, root } = this.#parts;
    return vouchers.slice(0, COUNTERSIGNERS_MAX).flatMap((voucher) => {
      const member = verifyChain(voucher.chain, root, signatures);
      if (!member.ok || member.value.certificate.kind !== "member") return [];
      const { signature } = voucher;
      const signer = member.value.publicKey;
      // Who was put out of the mesh vouches for nothing.
      if (this.#replica.isRevokedMember(signer, voucher.chain)) return [];
      const one = { head, signer, signature };
      return verifyCountersignature(one, publicKey, signatures) ? [one] : [];
    });
  }

  /** Every branch that the commits here have changed must go on in the checkpoint. */
  #checkKnown(
    before: LogEntry,
    expected: ReadonlyMap<string, BranchHead>,
  ): void {
    const rows = this.#replica.reader.scan(BRANCHES, {
      prefix: [before.number],
    });
    for (const row of rows) {
      const changes = expected.get(String(row["doc"]))?.changes ?? 0;
      if (changes < Number(row["changes"])) {
        throw new Wrong("a checkpoint lacks changes that are here");
      }
    }
  }

  #takePart(
    session: PeerSession,
    message: Extract<SavedMessage, { kind: "savedPart" }>,
  ): ColdStep {
    const { log, doc, bytes } = message;
    const join = this.#joining.get(log);
    if (join === undefined || join.session !== session) {
      return { kind: "going_on" };
    }
    const expected = join.expected.get(doc);
    if (expected === undefined) {
      throw new Wrong("a branch that no checkpoint lists");
    }
    // The same branch may come twice.
    if (!join.missing.has(doc)) return { kind: "going_on" };
    const branch = openBranch(join.entry.name, bytes);
    try {
      const { head, changes } = branch.state;
      if (head !== expected.head || changes !== expected.changes) {
        throw new Wrong("a branch differs from its checkpoint");
      }
      const atoms = readAtoms(branch, { overwrites: !holdsFacts(doc) });
      if (atoms === undefined) throw new Wrong("a branch has another form");
      if (join.before === undefined) {
        join.waiting.push(readPart(join, { doc, bytes, branch, atoms }));
      } else this.#hold(join, join.before, { doc, bytes, branch, atoms });
    } finally {
      closeBranch(branch);
    }
    join.missing.delete(doc);
    if (
      join.waiting.length >= PARTS_PER_TRANSACTION || join.missing.size === 0
    ) this.#storeWaiting(join);
    return this.#finishIfWhole(join);
  }

  #storeWaiting(join: Joining): void {
    const parts = join.waiting.splice(0);
    if (parts.length === 0) return;
    this.#replica.transact((writer, rows) => {
      for (const part of parts) this.#storePart(join, part, { writer, rows });
    });
    this.#replica.archive.clear();
  }

  /** Keeps a branch until all are here: commits of the log are here too and must not be overtaken by half. */
  #hold(join: Joining, before: LogEntry, part: ReceivedPart): void {
    const { doc, bytes, branch } = part;
    const known = branchState(this.#replica.reader, before.number, doc);
    if (known !== undefined && known.head !== branch.state.head) {
      const shorter = truncateBranch(branch, before.name, known.changes);
      const { head } = shorter.state;
      closeBranch(shorter);
      if (head !== known.head) {
        throw new Wrong("a branch contradicts the commits that are here");
      }
    }
    readPart(join, part);
    join.heldBytes += bytes.length;
    if (join.heldBytes > HELD_BYTES_MAX) throw new Wrong("it is too much");
    join.held.set(doc, bytes);
  }

  #storePart(
    join: Joining,
    part: BranchPart,
    { writer, rows }: { writer: Writer; rows: RowBuffer },
  ): void {
    const { entry } = join;
    const { doc, bytes, state } = part;
    const items = this.#judge(join, part.items);
    const log = entry.number;
    writer.put(SAVED_BRANCHES, {
      log,
      doc,
      changes: state.changes,
      bytes,
    });
    putBranchState(writer, { log, doc }, state);
    const aside = new Map<number, SetAside[]>();
    const known = new KnownIds(rows);
    for (const { item, seq, stamp } of items) {
      const reason = "fact" in item
        ? this.#place(rows, {
          fact: item.fact,
          stamp,
          log: entry.name,
          logNumber: log,
          seq,
          unknown: known.isUnknown(item.fact.id),
        }, doc)
        : item;
      if (reason === undefined) continue;
      const list = aside.get(seq) ?? [];
      list.push(reason);
      aside.set(seq, list);
    }
    for (const [seq, list] of aside) mergeSetAside(writer, { log, seq }, list);
  }

  /** Puts what does not count where it stands in the place of the facts. */
  #judge(
    { entry, landmarks }: Joining,
    items: readonly PartItem[],
  ): PartItem[] {
    const chains = landmarks.flatMap(({ commit: { seq, certificate } }) =>
      certificate === undefined ? [] : [{ seq, chain: certificate }]
    );
    const { space, publicKey: writer } = entry;
    return [...Map.groupBy(items, ({ seq }) => seq)].flatMap(([seq, list]) => {
      const [first] = list;
      const facts = list.flatMap(({ item }) => "fact" in item ? [item] : []);
      if (first === undefined || facts.length === 0) return list;
      const { stamp } = first;
      const place = { space, writer, stamp, chain: chainAt(chains, seq) };
      const { counting, aside } = splitFacts(
        facts,
        (fact) => judgeFact(fact, place, this.#parts),
      );
      if (aside.length === 0) return list;
      const others = list.flatMap(({ item }) => "fact" in item ? [] : [item]);
      return [...others, ...aside, ...counting].map((item) => ({
        item,
        seq,
        stamp,
      }));
    });
  }

  #place(
    rows: RowBuffer,
    placed: LogFact,
    doc: string,
  ): SetAside | undefined {
    const { ledger } = this.#replica;
    if (ledger.place(rows, placed) || ledger.isPlaced(rows, placed)) {
      return undefined;
    }
    const { id, type } = placed.fact;
    return { reason: "id_used_before", doc, id, type };
  }

  #finishIfWhole(join: Joining): ColdStep {
    if (join.missing.size > 0) return { kind: "going_on" };
    const { entry, checkpoint } = join;
    this.#joining.delete(entry.name);
    const done: LogEntry = {
      ...entry,
      seq: checkpoint.commit.seq,
      hash: checkpoint.hash,
    };
    const current = this.#replica.register.byNumber(entry.number);
    if (current !== undefined && current.seq >= done.seq) {
      return { kind: "ended" };
    }
    this.#replica.transact((writer, rows, stage) => {
      for (const [doc, bytes] of join.held) {
        const branch = openBranch(entry.name, bytes);
        const atoms = readAtoms(branch, { overwrites: !holdsFacts(doc) }) ?? [];
        const part = readPart(join, { doc, bytes, branch, atoms });
        this.#storePart(join, part, { writer, rows });
        closeBranch(branch);
      }
      this.#putLandmarks(writer, join);
      this.#replica.writeEntry(writer, done, current);
      stage(done);
    });
    this.#replica.archive.clear();
    this.#replica.tellTaken([done]);
    return { kind: "ended" };
  }

  #putLandmarks(
    writer: Writer,
    { entry, landmarks, head, countersignatures }: Joining,
  ): void {
    const log = entry.number;
    for (const { commit, bytes, hash } of landmarks) {
      const { seq } = commit;
      writer.put(COMMITS, { log, seq, body: bytes });
      const at = parseInt(commit.stamp.slice(0, 12), 16);
      const row = { log, seq, hash: fromHex(hash), at };
      if (commit.certificate !== undefined) {
        writer.put(LANDMARKS, { ...row, kind: LANDMARK_CERTIFICATE });
      }
      if (commit.checkpoint !== undefined) {
        writer.put(LANDMARKS, { ...row, kind: LANDMARK_CHECKPOINT });
      }
    }
    writer.put(HEADS, {
      log,
      seq: head.seq,
      hash: fromHex(head.hash),
      signature: head.signature,
    });
    for (const one of countersignatures) putCountersignature(writer, log, one);
  }
}

interface ReceivedPart {
  readonly doc: string;
  readonly bytes: Uint8Array;
  readonly branch: OpenBranch;
  readonly atoms: readonly Atom[];
}

interface PartItem {
  readonly item: ReturnType<typeof readAtom>[number];
  readonly seq: number;
  readonly stamp: LogFact["stamp"];
}

interface BranchPart {
  readonly doc: string;
  readonly bytes: Uint8Array;
  readonly state: BranchState;
  /** Facts and what is set aside, in the order of their commits. */
  readonly items: readonly PartItem[];
}

/** Reads what a branch holds: each atom must be of a commit that the checkpoint covers. */
function readPart(
  { entry, checkpoint }: Joining,
  part: ReceivedPart,
): BranchPart {
  const { doc, bytes, atoms, branch: { state } } = part;
  if (!holdsFacts(doc)) return { doc, bytes, state, items: [] };
  const isJournal = doc.startsWith("journal/");
  const items = atoms.flatMap((atom): PartItem[] => {
    const [key, text] = atom;
    const read = isJournal ? readJournalAtom(text) : readCatalogAtom(text);
    if (read === undefined) return [];
    const { stamp } = read;
    const seq = "seq" in read ? read.seq : Number(key);
    const covered = Number.isSafeInteger(seq) && seq >= 1 &&
      seq <= checkpoint.commit.seq &&
      (!isJournal || journalName(entry.name, pageOf(seq)) === doc);
    if (!covered) {
      throw new Wrong("an entry is of no commit below the checkpoint");
    }
    const place = { space: entry.space, log: entry.name, seq, stamp };
    return readAtom(atom, doc, place).map((item) => ({ item, seq, stamp }));
  }).toSorted((a, b) => a.seq - b.seq);
  return { doc, bytes, state, items };
}

/** Adds to what is set aside in a commit, in the order in which taking in the commit itself would list it. */
function mergeSetAside(
  writer: Writer,
  place: { readonly log: number; readonly seq: number },
  added: readonly SetAside[],
): void {
  const known = writer.scan(SET_ASIDE, { prefix: [place.log, place.seq] });
  const fresh: Row[] = added.map(({ reason, doc, id, type }) => ({
    reason,
    doc,
    id,
    type,
  }));
  const isKnown = (row: Row) =>
    known.some((other) =>
      ["reason", "doc", "id", "type"].every((column) =>
        other[column] === row[column]
      )
    );
  const rank = ({ reason, doc }: Row) =>
    `${
      reason === "id_used_before" ? 2 : isAsideReason(String(reason)) ? 1 : 0
    } ${doc}`;
  const all = [...known, ...fresh.filter((row) => !isKnown(row))]
    .toSorted((a, b) => rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);
  all.forEach((row, item) => writer.put(SET_ASIDE, { ...row, ...place, item }));
}

/** Checks a chain of landmarks: each checkpoint must name the one before and the certificates between. */
function checkLandmarks(landmarks: readonly EncodedCommit[]): void {
  let last: EncodedCommit | undefined;
  let certificates: EncodedCommit[] = [];
  for (const landmark of landmarks) {
    const { checkpoint, certificate } = landmark.commit;
    if (checkpoint !== undefined) {
      if ((checkpoint.last?.hash ?? null) !== (last?.hash ?? null)) {
        throw new Wrong("a checkpoint does not name the one before");
      }
      const same = checkpoint.certificates.length === certificates.length &&
        checkpoint.certificates.every(({ hash }, i) =>
          hash === certificates[i]?.hash
        );
      if (!same) {
        throw new Wrong(
          "a checkpoint does not name the certificates since the one before",
        );
      }
      last = landmark;
      certificates = [];
    } else if (certificate !== undefined) certificates.push(landmark);
  }
}

const NO_HASH = "0".repeat(64) as Hash;
