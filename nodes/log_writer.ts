/**
 * What one group of decisions adds to this node's own logs: facts are placed as they are decided, and at the end each
 * space's facts become one commit.
 *
 * @module
 */
import {
  appendAtoms,
  type AsideReason,
  type Atom,
  belongsTo,
  type BranchState,
  type Checkpoint,
  closeBranch,
  COMMIT_BYTES_MAX,
  documentOf,
  encodeAtoms,
  encodeCommit,
  type Fact,
  type FactOf,
  type FoldRows,
  GENESIS_STATE,
  type Hash,
  holdsFacts,
  journalName,
  type Ledger,
  type LogFact,
  type LogId,
  logIdOf,
  type LogOpening,
  pageOf,
  PanalError,
  parseFact,
  type Random,
  type SignatureScheme,
  type Signer,
  signHead,
  type SpaceId,
  type Stamp,
  stampMs,
  toHex,
  type Writer,
} from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import {
  branchState,
  LANDMARK_CERTIFICATE,
  LANDMARK_CHECKPOINT,
  putBranchChange,
  putBranchState,
  putCommit,
  putTip,
} from "./log_store.ts";
import type { HeadKeeper } from "./head_keeper.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import { readBranch } from "./read_branch.ts";
import { drawOpening } from "./reserved_epochs.ts";
import { CHANGED_BRANCHES, LANDMARKS, SET_ASIDE } from "./tables.ts";

/** What who records a fact knows of what is here already: see `LogFact`. */
export type LookedAt = Pick<
  LogFact,
  "fresh" | "unknown" | "drawn" | "alone"
>;

/** Who writes, and with what. */
export interface WriterIdentity {
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are made. */
  readonly signatures: SignatureScheme;
  /** The node's certificate chain. */
  readonly certificate: Uint8Array;
  /** For epochs. */
  readonly random: Random;
}

/** A commit that was written, to be sent on once it is durable. */
export interface WrittenCommit {
  /** The log after it. */
  readonly entry: LogEntry;
  /** Its bytes. */
  readonly body: Uint8Array;
  /** True if it carries a checkpoint. */
  readonly checkpoint: boolean;
  /** The facts that it adds to the journal. */
  readonly facts: readonly Fact[];
}

interface Draft {
  readonly before: LogEntry | undefined;
  readonly number: number;
  readonly name: LogId;
  readonly opening: LogOpening | undefined;
  readonly seq: number;
  readonly journal: Fact[];
  readonly documents: Map<string, Atom[]>;
  /** Facts that do not count, with the reason. */
  readonly aside: Map<Fact, AsideReason>;
  checkpoint: boolean;
  bytes: number;
}

/** The logs of one group. */
export class LogWriter {
  readonly #rows: FoldRows;
  readonly #stamp: Stamp;
  readonly #ledger: Ledger;
  readonly #register: LogRegister;
  readonly #identity: WriterIdentity;
  readonly #heads: HeadKeeper;
  readonly #drafts = new Map<SpaceId, Draft>();
  #fresh = 0;

  /**
   * Makes an empty group.
   *
   * @param context The transaction's rows, the group's stamp, and what writes it.
   */
  constructor(
    context: {
      readonly rows: FoldRows;
      readonly stamp: Stamp;
      readonly ledger: Ledger;
      readonly register: LogRegister;
      readonly identity: WriterIdentity;
      readonly heads: HeadKeeper;
    },
  ) {
    this.#rows = context.rows;
    this.#stamp = context.stamp;
    this.#ledger = context.ledger;
    this.#register = context.register;
    this.#identity = context.identity;
    this.#heads = context.heads;
  }

  /** Bytes of facts so far, roughly. */
  get bytes(): number {
    let bytes = 0;
    for (const draft of this.#drafts.values()) bytes += draft.bytes;
    return bytes;
  }

  /** The log that this group writes in a space, opened if there is none. */
  log(space: SpaceId): { readonly number: number; readonly name: LogId } {
    return this.#draft(space);
  }

  /**
   * Adds a fact to a space's log and places it in the rows at once.
   *
   * @param space The space.
   * @param fact What was decided.
   * @param looked What is known of what is here already.
   * @returns The fact with its place.
   */
  record(space: SpaceId, fact: Fact, looked: LookedAt = {}): LogFact {
    const placed = { ...this.#add(space, fact), ...looked };
    if (!this.#ledger.place(this.#rows, placed)) {
      throw new PanalError(
        "invalid_argument",
        `Cannot record fact ${fact.id}: this log has used the id`,
      );
    }
    return placed;
  }

  /**
   * Adds an observation that does not count under the node's certificate: it is stored, and placed in no view.
   *
   * @param space The space.
   * @param fact What happened.
   * @param reason Why it does not count.
   * @returns The fact with its place.
   */
  setAside(space: SpaceId, fact: Fact, reason: AsideReason): LogFact {
    this.#draft(space).aside.set(fact, reason);
    return this.#add(space, fact);
  }

  #add(space: SpaceId, fact: Fact): LogFact {
    // Sales are made in one place, from parsed parts; they are too many to be read twice.
    if (fact.type !== "SaleRecorded") checkFact(fact, space);
    const draft = this.#draft(space);
    const place = documentOf(fact);
    if (place === undefined) {
      draft.journal.push(fact);
      draft.bytes += journalBytes(fact);
    } else {
      const text = JSON.stringify({
        ...fact,
        stamp: this.#stamp,
        seq: draft.seq,
      });
      const atoms = draft.documents.get(place.doc) ?? [];
      atoms.push([`${place.key}/${draft.name}`, text]);
      draft.documents.set(place.doc, atoms);
      draft.bytes += textBytes(text);
    }
    return {
      fact,
      stamp: this.#stamp,
      log: draft.name,
      logNumber: draft.number,
      seq: draft.seq,
    };
  }

  /**
   * Sets atoms of a derived document (`stock`) with the group's commit, which becomes a checkpoint.
   *
   * @param space The space.
   * @param stock Atoms by document.
   */
  checkpoint(
    space: SpaceId,
    stock: ReadonlyMap<string, readonly Atom[]>,
  ): void {
    const draft = this.#draft(space);
    draft.checkpoint = true;
    for (const [doc, atoms] of stock) draft.documents.set(doc, [...atoms]);
  }

  /**
   * Turns what was added into commits and writes them.
   *
   * @param writer The transaction.
   * @param archive Stored commits.
   * @returns The commits, one a space.
   */
  finish(
    writer: Writer,
    archive: CommitArchive,
  ): WrittenCommit[] {
    return [...this.#drafts].map(([space, draft]) =>
      this.#write(writer, { space, draft, archive })
    );
  }

  #draft(space: SpaceId): Draft {
    const known = this.#drafts.get(space);
    if (known !== undefined) return known;
    const before = this.#register.own(space);
    const opening = before === undefined
      ? drawOpening(this.#rows, this.#register, { space, ...this.#identity })
      : undefined;
    const draft: Draft = {
      before,
      number: before?.number ?? this.#register.nextNumber() + this.#fresh++,
      name: before?.name ?? logIdOf(space, opening as LogOpening),
      opening,
      seq: (before?.seq ?? 0) + 1,
      journal: [],
      documents: new Map(),
      aside: new Map(),
      checkpoint: false,
      bytes: 0,
    };
    // A new log is known to the archive while its first group is decided.
    if (before === undefined && opening !== undefined) {
      this.#register.setProvisional({
        number: draft.number,
        name: draft.name,
        space,
        publicKey: opening.publicKey,
      });
    }
    this.#drafts.set(space, draft);
    return draft;
  }

  #write(
    writer: Writer,
    context: {
      readonly space: SpaceId;
      readonly draft: Draft;
      readonly archive: CommitArchive;
    },
  ): WrittenCommit {
    const { space, draft, archive } = context;
    const { before, number, name, opening, seq } = draft;
    if (draft.journal.length > 0) {
      const text = JSON.stringify([this.#stamp, draft.journal]);
      draft.documents.set(journalName(name, pageOf(seq)), [[
        String(seq),
        text,
      ]]);
    }
    const changes = [...draft.documents.keys()].sort().map((doc) => {
      const atoms = draft.documents.get(doc) ?? [];
      const { bytes, after } = this.#change(writer, {
        draft,
        doc,
        atoms,
        archive,
      });
      putBranchState(writer, { log: number, doc }, after);
      putBranchChange(writer, { log: number, own: true }, {
        doc,
        bytes,
        number: after.changes,
      });
      return { doc, bytes };
    });
    const certificate =
      before === undefined || before.certificate !== this.#identity.certificate
        ? this.#identity.certificate
        : undefined;
    const encoded = encodeCommit({
      space,
      log: name.slice(0, 32) as LogId,
      seq,
      prev: before?.hash ?? null,
      stamp: this.#stamp,
      changes,
      ...(opening === undefined ? {} : { opening }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(draft.checkpoint
        ? { checkpoint: this.#checkpointOf(writer, number) }
        : {}),
    });
    // Peers take no longer one: better that its decisions fail than that nobody reads the log on.
    if (encoded.bytes.length > COMMIT_BYTES_MAX) {
      throw new PanalError(
        "invalid_argument",
        `Cannot write a commit in ${space}: it is ${encoded.bytes.length} bytes long`,
      );
    }
    if (draft.checkpoint) this.#clearChanged(writer, number);
    putCommit(writer, number, encoded);
    this.#putAside(writer, draft);
    const head = signHead(
      { log: name, seq, hash: encoded.hash },
      this.#identity.signer,
    );
    const tip = {
      log: name,
      space,
      publicKey: before?.publicKey ?? this.#identity.signer.publicKey,
      seq,
      hash: encoded.hash,
      stamp: this.#stamp,
      certificate: certificate ?? before?.certificate ??
        this.#identity.certificate,
    };
    const entry = putTip(writer, tip, {
      before,
      number,
      own: true,
      head,
      keepHead: this.#heads.keeps(number, {
        commits: 1,
        bytes: encoded.bytes.length,
      }) || draft.checkpoint,
    });
    return {
      entry,
      body: encoded.bytes,
      checkpoint: draft.checkpoint,
      facts: draft.aside.size === 0
        ? draft.journal
        : draft.journal.filter((fact) => !draft.aside.has(fact)),
    };
  }

  #putAside(writer: Writer, { number, name, seq, aside }: Draft): void {
    [...aside].forEach(([fact, reason], item) => {
      const { id, type } = fact;
      const doc = documentOf(fact)?.doc ?? journalName(name, pageOf(seq));
      writer.put(SET_ASIDE, { log: number, seq, item, reason, doc, id, type });
    });
  }

  /** The next change of a document: facts only add keys; derived documents overwrite theirs and must be opened. */
  #change(
    writer: Writer,
    context: {
      readonly draft: Draft;
      readonly doc: string;
      readonly atoms: readonly Atom[];
      readonly archive: CommitArchive;
    },
  ): { bytes: Uint8Array; after: BranchState } {
    const { draft, doc, atoms, archive } = context;
    const { number, name, seq } = draft;
    const timeSeconds = Math.floor(stampMs(this.#stamp) / 1000);
    if (holdsFacts(doc)) {
      const state = branchState(writer, number, doc) ?? GENESIS_STATE;
      return encodeAtoms(name, state, { atoms, timeSeconds });
    }
    const log = { number, name, seq: seq - 1 };
    const open = readBranch(writer, archive, { log, doc });
    const { branch, bytes } = appendAtoms(open, atoms, timeSeconds);
    closeBranch(branch);
    return { bytes, after: branch.state };
  }

  #checkpointOf(writer: Writer, log: number): Checkpoint {
    const landmarks = writer.scan(LANDMARKS, { prefix: [log] });
    const last = landmarks.findLast((row) =>
      row["kind"] === LANDMARK_CHECKPOINT
    );
    const place = (row: Record<string, unknown>) => ({
      seq: Number(row["seq"]),
      hash: toHex(row["hash"] as Uint8Array) as Hash,
    });
    const since = Number(last?.["seq"] ?? 0);
    return {
      last: last === undefined ? null : place(last),
      certificates: landmarks
        .filter((row) =>
          row["kind"] === LANDMARK_CERTIFICATE && Number(row["seq"]) > since
        )
        .map(place),
      branches: writer.scan(CHANGED_BRANCHES, { prefix: [log] }).map((row) => {
        const doc = String(row["doc"]);
        const state = branchState(writer, log, doc);
        if (state === undefined) {
          throw new PanalError(
            "data_folder_damaged",
            `Cannot find the branch of ${doc}`,
          );
        }
        return { doc, head: state.head, changes: state.changes };
      }),
    };
  }

  #clearChanged(writer: Writer, log: number): void {
    for (const row of writer.scan(CHANGED_BRANCHES, { prefix: [log] })) {
      writer.delete(CHANGED_BRANCHES, [log, row["doc"] ?? null]);
    }
  }
}

/**
 * The most bytes that a fact takes in a commit, roughly: sales and reports of original branches may have thousands of
 * lines.
 *
 * @param fact A fact of the journal.
 * @returns Bytes.
 */
export function journalBytes(fact: Fact): number {
  switch (fact.type) {
    case "SaleRecorded":
      return fact.lines.length <= SMALL_LINES
        ? saleBytes(fact)
        : new TextEncoder().encode(JSON.stringify(fact)).length;
    case "StockReported":
      return FACT_BYTES + fact.lines.length * LINE_BYTES;
    default:
      return FACT_BYTES;
  }
}
const FACT_BYTES = 300;
const LINE_BYTES = 110;
/** What a sale has besides its lines and free texts. */
const TERMS_BYTES = 300;
/** A character of text takes so many bytes at most. */
const CHARACTER_BYTES = 3;
/** A sale of more lines is measured exactly. */
const SMALL_LINES = 100;

function saleBytes(
  { lines, seller, customer, legacy, note }: FactOf<"SaleRecorded">,
): number {
  let characters = (seller?.name.length ?? 0) + (note?.length ?? 0) +
    (customer === undefined
      ? 0
      : customer.name.length + customer.document.length);
  for (const { name } of lines) characters += name.length;
  for (const key of legacy?.lineKeys ?? []) characters += key.length + 1;
  return FACT_BYTES + (legacy === undefined ? 0 : TERMS_BYTES) +
    lines.length * LINE_BYTES + characters * CHARACTER_BYTES;
}

/** The bytes of a text, or more. */
function textBytes(text: string): number {
  // deno-lint-ignore no-control-regex -- every character of one byte is meant
  return /^[\u0000-\u007f]*$/.test(text)
    ? text.length
    : text.length * CHARACTER_BYTES;
}

/** What is written must be what other peers can read, else it would count here alone. */
function checkFact(fact: Fact, space: SpaceId): void {
  const isRead = typeof parseFact(fact) === "object";
  if (isRead && belongsTo(fact, space)) return;
  throw new PanalError(
    "invalid_argument",
    `Cannot record fact ${fact.id} in ${space}: ${
      isRead ? "it belongs elsewhere" : "it has not the form of its kind"
    }`,
  );
}
