/**
 * Automerge documents, one branch per log: the only place that knows Automerge.
 *
 * Every document starts from one genesis change with a fixed actor and time. A log's branch is the genesis and the
 * log's own changes one after another; a change sets atoms (immutable strings) at the document's root and nothing
 * else. So a branch is read from its changes alone, without opening the document.
 *
 * @module
 */
import * as A from "@automerge/automerge";
import { PanalError } from "./errors.ts";
import { type Hash, type LogId, sha256, toHex } from "./ids.ts";
import { trunkOf } from "./commit.ts";

type Doc = A.Doc<Record<string, unknown>>;

/** How far a branch is. */
export interface BranchState {
  /** Changes of the log, the genesis not counted. */
  readonly changes: number;
  /** Operations so far, the genesis counted. */
  readonly operations: number;
  /** The hash of the last change. */
  readonly head: Hash;
}

/** A key and its text. */
export type Atom = readonly [key: string, text: string];

/** A change as read from its bytes. */
export interface BranchChange {
  /** What it sets. */
  readonly atoms: readonly Atom[];
  /** True if some key had a value before. */
  readonly overwrites: boolean;
  /** The branch after it. */
  readonly after: BranchState;
  /** The hash of the change before it. */
  readonly parent: Hash;
}

/** An open branch. Only the newest one may be used: appending makes the one before unusable. */
export interface OpenBranch {
  /** How far it is. */
  readonly state: BranchState;
  /** @ignore Automerge's own handle. */
  readonly doc: Doc;
  /** @ignore True if `doc` shows the whole branch, false if its backend alone has the newest changes. */
  readonly shown: boolean;
}

/** Keys that no atom may have: the genesis' own, and what an object takes for something else. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(["version", "__proto__"]);

const GENESIS_ACTOR = "00".repeat(16);

function makeGenesis(): { bytes: Uint8Array; state: BranchState } {
  const doc = A.change(
    A.init<Record<string, unknown>>({ actor: GENESIS_ACTOR }),
    { time: 0 },
    (root) => {
      root["version"] = 1;
    },
  );
  const head = A.getHeads(doc)[0] as Hash;
  return { bytes: A.save(doc), state: { changes: 0, operations: 1, head } };
}

const GENESIS = makeGenesis();

/** The state of a branch without changes. */
export const GENESIS_STATE: BranchState = GENESIS.state;

function stateOf(doc: Doc): BranchState {
  const heads = A.getHeads(doc);
  const { numChanges, numOps } = A.stats(doc);
  if (heads.length !== 1) {
    throw new PanalError(
      "bundle_invalid",
      "Cannot open a branch: it has several heads",
    );
  }
  return {
    changes: numChanges - 1,
    operations: numOps,
    head: heads[0] as Hash,
  };
}

/**
 * Opens a branch.
 *
 * @param log The log that writes it, with or without a fork's suffix.
 * @param saved A saved branch; the genesis if left out.
 * @param changes Changes after it, in order, already read with `readChange`.
 * @returns The branch.
 * @throws {PanalError} `bundle_invalid` if the bytes are no branch, or the changes do not follow it.
 */
export function openBranch(
  log: LogId,
  saved?: Uint8Array,
  changes: readonly Uint8Array[] = [],
): OpenBranch {
  try {
    const doc = A.load<Record<string, unknown>>(saved ?? GENESIS.bytes, {
      actor: trunkOf(log),
    });
    // One by one and below the high-level call: a busy till's page would fill the memory twice otherwise.
    const backend = A.getBackend(doc);
    for (const change of changes) backend.loadIncremental(change);
    return { doc, state: stateOf(doc), shown: changes.length === 0 };
  } catch (cause) {
    if (cause instanceof PanalError) throw cause;
    throw new PanalError(
      "bundle_invalid",
      "Cannot open a branch: Automerge refuses it",
      { cause },
    );
  }
}

/**
 * Frees the memory of a branch that is not used any more.
 *
 * @param branch The branch.
 */
export function closeBranch(branch: OpenBranch): void {
  A.free(branch.doc);
}

/**
 * Makes a branch's next change without opening the branch: it only adds keys that the branch does not have.
 *
 * @param log The log that writes it, with or without a fork's suffix.
 * @param before The branch so far.
 * @param change The atoms to add and the change's time, whole seconds since 1970.
 * @returns The change's bytes, equal to those that an open document would give, and the branch after it.
 */
export function encodeAtoms(
  log: LogId,
  before: BranchState,
  change: { readonly atoms: readonly Atom[]; readonly timeSeconds: number },
): { bytes: Uint8Array; after: BranchState } {
  const { atoms, timeSeconds } = change;
  const bytes = A.encodeChange({
    actor: trunkOf(log),
    author: null,
    seq: before.changes + 1,
    startOp: before.operations + 1,
    time: timeSeconds,
    message: null,
    deps: [before.head],
    ops: atoms.map(([key, value]) => ({
      action: "set",
      obj: "_root",
      key,
      value,
      pred: [],
    })),
  });
  // Automerge's hash of a change is the SHA-256 of its chunk without the magic bytes and the checksum.
  const head = toHex(sha256(bytes.subarray(CHUNK_HEADER_BYTES))) as Hash;
  return {
    bytes,
    after: {
      changes: before.changes + 1,
      operations: before.operations + atoms.length,
      head,
    },
  };
}

/** The magic bytes and the checksum of a chunk; its type follows. */
const CHUNK_HEADER_BYTES = 8;
/** The type of a chunk that is one change, not compressed: the only one that is written. */
const CHUNK_CHANGE = 1;

/**
 * Appends one change that sets atoms.
 *
 * @param branch The branch; unusable afterwards.
 * @param atoms What to set; a key that the branch has is overwritten.
 * @param timeSeconds The change's time, whole seconds since 1970.
 * @returns The branch after it and the change's bytes.
 */
export function appendAtoms(
  branch: OpenBranch,
  atoms: readonly Atom[],
  timeSeconds: number,
): { branch: OpenBranch; bytes: Uint8Array } {
  // The high-level call reads what it writes back into JavaScript, which costs more than the change itself.
  const backend = A.getBackend(branch.doc);
  for (const [key, text] of atoms) backend.put("_root", key, text, "str");
  const head = backend.commit(null, timeSeconds);
  const bytes = backend.getLastLocalChange();
  if (bytes === null || head === null) {
    throw new PanalError(
      "invalid_argument",
      "Cannot append to a branch: nothing changed",
    );
  }
  const { changes, operations } = branch.state;
  const state = {
    changes: changes + 1,
    operations: operations + atoms.length,
    head: head as Hash,
  };
  return { branch: { doc: branch.doc, state, shown: false }, bytes };
}

/**
 * Reads a change and checks that it is the branch's next one and only sets atoms at the root.
 *
 * @param bytes Anything.
 * @param log The log that the branch belongs to.
 * @param before The branch so far.
 * @param options With `anywhere` it need not be the next one (it was checked before).
 * @returns What it sets, or a word that says what is wrong.
 */
export function readChange(
  bytes: Uint8Array,
  log: LogId,
  before: BranchState,
  options: { readonly anywhere?: boolean } = {},
): BranchChange | string {
  const change = decodeStrictly(bytes);
  if (change === undefined) return "change_unreadable";
  if (change.actor !== trunkOf(log)) return "change_by_another_actor";
  const next = change.seq === before.changes + 1 &&
    change.startOp === before.operations + 1 &&
    change.deps.length === 1 && change.deps[0] === before.head;
  if (!next && options.anywhere !== true) return "change_out_of_order";
  const atoms: Atom[] = [];
  let overwrites = false;
  for (const op of change.ops as readonly DecodedOp[]) {
    if (
      op.action !== "set" || op.obj !== "_root" || typeof op.key !== "string" ||
      RESERVED_KEYS.has(op.key)
    ) return "change_not_an_atom";
    if (
      typeof op.value !== "string" || op.datatype !== undefined ||
      op.insert === true
    ) return "change_not_an_atom";
    overwrites ||= op.pred.length > 0;
    atoms.push([op.key, op.value]);
  }
  if (
    atoms.length === 0 ||
    new Set(atoms.map(([key]) => key)).size !== atoms.length
  ) return "change_not_an_atom";
  const after = {
    changes: change.seq,
    operations: change.startOp + atoms.length - 1,
    head: change.hash as Hash,
  };
  return {
    atoms,
    overwrites,
    after,
    parent: (change.deps[0] ?? before.head) as Hash,
  };
}

/** Where a change stands in its branch, as its header says it. */
export interface ChangePlace {
  /** The change's own hash. */
  readonly head: Hash;
  /** The hash of the change before it. */
  readonly parent: Hash;
  /** Its number in the branch. */
  readonly changes: number;
}

/**
 * Reads where a change stands without reading what it sets: a twentieth of the work of `readChange`. What it hashes is
 * all of the change, so a head that is vouched for vouches for everything below it.
 *
 * @param bytes Anything.
 * @param log The log that the branch belongs to.
 * @returns Its place, or undefined for what is no change of this log with exactly one change before it.
 */
export function readChangePlace(
  bytes: Uint8Array,
  log: LogId,
): ChangePlace | undefined {
  if (bytes[CHUNK_HEADER_BYTES] !== CHUNK_CHANGE) return undefined;
  const head = toHex(sha256(bytes.subarray(CHUNK_HEADER_BYTES)));
  if (!head.startsWith(toHex(bytes.subarray(4, CHUNK_HEADER_BYTES)))) {
    return undefined;
  }
  const length = readLeb(bytes, CHUNK_HEADER_BYTES + 1);
  if (length === undefined || length.next + length.value !== bytes.length) {
    return undefined;
  }
  const deps = length.next;
  const actor = deps + 1 + HASH_BYTES;
  const name = actor + 1 + ACTOR_BYTES;
  if (bytes[deps] !== 1 || bytes[actor] !== ACTOR_BYTES) return undefined;
  if (toHex(bytes.subarray(actor + 1, name)) !== trunkOf(log)) return undefined;
  const seq = readLeb(bytes, name);
  if (seq === undefined) return undefined;
  const parent = toHex(bytes.subarray(deps + 1, actor));
  return { head: head as Hash, parent: parent as Hash, changes: seq.value };
}

const HASH_BYTES = 32;
const ACTOR_BYTES = 16;
const LEB_BYTES_MAX = 7;

/** An unsigned number of the variable length that Automerge uses. */
function readLeb(
  bytes: Uint8Array,
  at: number,
): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < LEB_BYTES_MAX; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
}

/** Automerge would also take a compressed change, which can be far longer than its bytes, and a wrong checksum. */
function decodeStrictly(bytes: Uint8Array): A.DecodedChange | undefined {
  if (bytes[CHUNK_HEADER_BYTES] !== CHUNK_CHANGE) return undefined;
  try {
    const change = A.decodeChange(bytes as A.Change);
    const checksum = toHex(bytes.subarray(4, CHUNK_HEADER_BYTES));
    return change.hash.startsWith(checksum) ? change : undefined;
  } catch {
    return undefined;
  }
}

interface DecodedOp {
  readonly action: string;
  readonly obj: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly datatype?: string;
  readonly insert?: boolean;
  readonly pred: readonly string[];
}

/**
 * Saves a branch.
 *
 * @param branch The branch.
 * @returns Compressed bytes; equal for equal branches.
 */
export function saveBranch(branch: OpenBranch): Uint8Array {
  return A.save(branch.doc);
}

/**
 * The branch as it was after its first changes.
 *
 * @param branch The branch.
 * @param log Its log.
 * @param changes How many changes to keep, the genesis not counted.
 * @returns Another branch.
 * @throws {PanalError} `bundle_invalid` if it has fewer changes.
 */
export function truncateBranch(
  branch: OpenBranch,
  log: LogId,
  changes: number,
): OpenBranch {
  const all = A.getAllChanges(branch.doc);
  if (all.length < changes + 1) {
    throw new PanalError(
      "bundle_invalid",
      "Cannot shorten a branch: it is shorter",
    );
  }
  return openBranch(log, undefined, all.slice(1, changes + 1));
}

/**
 * The atoms of a branch as it was opened, of which nobody knows the changes: a saved branch from elsewhere. Its form is checked: atoms
 * at the root and nothing else, by the log alone, and (unless it may overwrite) each key set once.
 *
 * @param branch The branch.
 * @param options Whether keys may have been overwritten.
 * @returns The atoms by key, or undefined if it has another form.
 */
export function readAtoms(
  branch: OpenBranch,
  options: { readonly overwrites?: boolean } = {},
): Atom[] | undefined {
  const atoms: Atom[] = [];
  for (
    const [key, value] of branch.shown
      ? shownValues(branch)
      : backendValues(branch)
  ) {
    if (key === "version") {
      if (value !== 1) return undefined;
    } else if (typeof value === "string") atoms.push([key, value]);
    else return undefined;
  }
  if (
    options.overwrites !== true && branch.state.operations !== atoms.length + 1
  ) return undefined;
  return atoms;
}

/** What stands at the root: atoms as their text, other scalars as themselves, objects as undefined. */
function* shownValues({ doc }: OpenBranch): Generator<[string, unknown]> {
  // In the backend's order: an object lists keys that are whole numbers first.
  for (const key of Object.keys(doc).sort()) {
    const value = doc[key];
    // A plain string is a text object: no atom.
    if (A.isImmutableString(value)) yield [key, value.val];
    else yield [key, typeof value === "number" ? value : undefined];
  }
}

function* backendValues({ doc }: OpenBranch): Generator<[string, unknown]> {
  const backend = A.getBackend(doc);
  for (const key of backend.keys("_root")) {
    const [type, value] = backend.getWithType("_root", key) ?? [];
    yield [
      key,
      type === "str" || typeof value === "number" ? value : undefined,
    ];
  }
}

/**
 * Merges branches of one document.
 *
 * @param branches Saved branches; forks of one log cannot be merged and must be left out by the caller.
 * @returns The document as plain JSON, as an Automerge file, and its heads in order.
 */
export function mergeBranches(
  branches: readonly Uint8Array[],
): { json: Record<string, unknown>; automerge: Uint8Array; heads: Hash[] } {
  let doc = A.load<Record<string, unknown>>(GENESIS.bytes);
  for (const saved of branches) {
    doc = A.merge(doc, A.load<Record<string, unknown>>(saved));
  }
  const json: Record<string, unknown> = {};
  for (const key of Object.keys(doc).sort()) {
    const value = doc[key];
    json[key] = A.isImmutableString(value) ? value.toString() : value;
  }
  const merged = {
    json,
    automerge: A.save(doc),
    heads: [...A.getHeads(doc)].sort() as Hash[],
  };
  A.free(doc);
  return merged;
}
