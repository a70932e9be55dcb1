/**
 * What a replica does with others' commits, as pure functions: verify a run of commits against the log so far, and read
 * their contents. A commit verifies or does not exist; contents that are wrong are set aside and never block.
 *
 * @module
 */
import { type Membership, verifyChain } from "./certificate.ts";
import { parseStamp, type Stamp } from "./clock.ts";
import {
  type EncodedCommit,
  type Head,
  journalName,
  logIdOf,
  pageOf,
  trunkOf,
  verifyHead,
} from "./commit.ts";
import {
  type Atom,
  type BranchState,
  GENESIS_STATE,
  readChange,
} from "./documents.ts";
import {
  belongsTo,
  documentOf,
  type Fact,
  FACTS_MAX,
  parseFact,
  type SetAside,
} from "./facts.ts";
import {
  type Hash,
  type LogId,
  MESH_SPACE,
  parseFactId,
  siteOfSpace,
  type SpaceId,
} from "./ids.ts";
import { err, ok, type Result } from "./result.ts";
import type { SignatureScheme } from "./signing.ts";

/** How far a log is verified. */
export interface LogTip {
  /** The log, with a fork's suffix. */
  readonly log: LogId;
  /** Its space. */
  readonly space: SpaceId;
  /** Its writer's public key. */
  readonly publicKey: Uint8Array;
  /** Seq of the newest commit. */
  readonly seq: number;
  /** Hash of the newest commit. */
  readonly hash: Hash;
  /** Stamp of the newest commit. */
  readonly stamp: Stamp;
  /** The certificate in force there. */
  readonly certificate: Uint8Array;
}

/** What verifying needs to know. */
export interface VerifyContext {
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
}

function checkCertificate(
  chain: Uint8Array,
  publicKey: Uint8Array,
  context: VerifyContext,
): Result<Membership, string> {
  const member = verifyChain(chain, context.root, context.signatures);
  if (!member.ok) return member;
  if (member.value.certificate.kind !== "member") {
    return err("the certificate is no member's");
  }
  const own = member.value.publicKey.every((byte, i) => byte === publicKey[i]);
  return own ? member : err("the certificate is about another key");
}

/** Whether a log of a space may change a document of this name. */
function ownsDocument(
  doc: string,
  { space, log, seq }: EncodedCommit["commit"],
): boolean {
  if (doc === journalName(log, pageOf(seq))) return true;
  const [folder = "", ...rest] = doc.split("/");
  const site = siteOfSpace(space);
  if (folder === "stock") {
    const [code = "", month = ""] = rest;
    const own = site === undefined
      ? space === MESH_SPACE && code === "MASTER"
      : code === site;
    return rest.length === 2 && own && /^\d{4}-\d{2}$/.test(month);
  }
  if (rest.length !== 1) return false;
  if (folder === "directory") return rest[0] === space;
  if (folder !== "catalog" && folder !== "prices") return false;
  return rest[0] === space ||
    (space === MESH_SPACE && /^region:[A-Za-z0-9]{1,12}$/.test(rest[0] ?? ""));
}

/**
 * Verifies one commit against the log before it, all but the signature that vouches for it.
 *
 * @param encoded The commit.
 * @param tip The log so far; undefined for a log that is not known.
 * @param context The root key and the signature scheme.
 * @returns The log after the commit, or a sentence that says what is wrong.
 */
export function checkCommit(
  { commit, hash }: EncodedCommit,
  tip: LogTip | undefined,
  context: VerifyContext,
): Result<LogTip, string> {
  const { space, log, seq, prev, stamp, changes, opening, certificate } =
    commit;
  if (tip === undefined) {
    if (seq !== 1 || opening === undefined || certificate === undefined) {
      return err("a log must begin with its first");
    }
    if (logIdOf(space, opening) !== log) {
      return err("the log's name is not that of its writer");
    }
  } else if (
    space !== tip.space || log !== trunkOf(tip.log) || seq !== tip.seq + 1 ||
    prev !== tip.hash
  ) {
    return err("the commit does not follow the one before");
  }
  const publicKey = tip?.publicKey ?? opening?.publicKey;
  const chain = certificate ?? tip?.certificate;
  if (publicKey === undefined || chain === undefined) {
    return err("the log has no certificate");
  }
  if (certificate !== undefined) {
    const member = checkCertificate(certificate, publicKey, context);
    if (!member.ok) return member;
  }
  const foreign = changes.find(({ doc }) => !ownsDocument(doc, commit));
  if (foreign !== undefined) {
    return err("the commit changes a document that is not its log's");
  }
  return ok({
    log: tip?.log ?? log,
    space,
    publicKey,
    seq,
    hash,
    stamp,
    certificate: chain,
  });
}

/**
 * Verifies a run of commits of one log: the chain from the tip on, names, certificates, and the signed head that ends
 * the run and vouches for all of it.
 *
 * @param tip The log so far; undefined for a log that is not known.
 * @param run Consecutive commits.
 * @param head The head of the last one.
 * @param context The root key and the signature scheme.
 * @returns The log after the run, or a sentence that says what is wrong (nothing of it may be kept then).
 */
export function verifyCommits(
  tip: LogTip | undefined,
  run: readonly EncodedCommit[],
  head: Head,
  context: VerifyContext,
): Result<LogTip, string> {
  let after = tip;
  for (const encoded of run) {
    const next = checkCommit(encoded, after, context);
    if (!next.ok) return next;
    after = next.value;
  }
  if (after === undefined || run.length === 0) {
    return err("there are no commits");
  }
  if (
    head.seq !== after.seq || head.hash !== after.hash ||
    head.log !== trunkOf(after.log)
  ) {
    return err("the head is not that of the last commit");
  }
  return verifyHead(head, after.publicKey, context.signatures)
    ? ok(after)
    : err("the head's signature is wrong");
}

/** The branches of a log, as far as its commits were read. */
export interface BranchStates {
  /** Where a document's branch is. */
  get(doc: string): BranchState | undefined;
  /** Moves it on. */
  set(doc: string, state: BranchState): void;
}

/** A fact in a commit. */
export interface CommitFact {
  /** What happened. */
  readonly fact: Fact;
  /** The document that holds it. */
  readonly doc: string;
}

/** What a commit holds. */
export interface CommitContents {
  /** Facts that have a known form. */
  readonly facts: readonly CommitFact[];
  /** What does not count. */
  readonly setAside: readonly SetAside[];
}

function describe(value: unknown, doc: string, reason: string): SetAside {
  const { id, type } = typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
  // Only names that a program may have given are repeated: the rest may be anything.
  const known = typeof type === "string" && /^[A-Za-z]{1,64}$/.test(type);
  return {
    reason,
    doc,
    id: parseFactId(id) ?? null,
    type: known ? type : null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readFact(
  value: unknown,
  doc: string,
  space: SpaceId,
): CommitFact | SetAside {
  const fact = parseFact(value);
  if (typeof fact === "string") return describe(value, doc, fact);
  const place = documentOf(fact);
  const right = place === undefined
    ? doc.startsWith("journal/")
    : place.doc === doc;
  if (!right || !belongsTo(fact, space)) {
    return describe(value, doc, "fact_in_wrong_place");
  }
  return { fact, doc };
}

/** What a journal atom must be: `[stamp, facts]` under its commit's seq. */
export function readJournalAtom(
  text: string,
): { stamp: Stamp; facts: readonly unknown[] } | undefined {
  const value = parseJson(text);
  if (!Array.isArray(value) || value.length !== 2 || !Array.isArray(value[1])) {
    return undefined;
  }
  const stamp = parseStamp(value[0]);
  if (stamp === undefined || value[1].length > FACTS_MAX) return undefined;
  return { stamp, facts: value[1] };
}

/** What a catalog atom must be: a fact with its commit's `stamp` and `seq` beside it. */
export function readCatalogAtom(
  text: string,
): { stamp: Stamp; seq: number; fact: unknown } | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { stamp, seq, ...fact } = value as Record<string, unknown>;
  const parsed = parseStamp(stamp);
  if (
    parsed === undefined || typeof seq !== "number" ||
    !Number.isSafeInteger(seq) || seq < 1
  ) return undefined;
  return { stamp: parsed, seq, fact };
}

/**
 * Reads the facts of one atom of a document.
 *
 * @param atom Key and text.
 * @param doc The document's name.
 * @param place The commit that the atom must be of.
 * @returns Facts and what is set aside.
 */
export function readAtom(
  [key, text]: Atom,
  doc: string,
  place: {
    readonly space: SpaceId;
    readonly log: LogId;
    readonly seq: number;
    readonly stamp: Stamp;
  },
): (CommitFact | SetAside)[] {
  if (doc.startsWith("journal/")) {
    const entry = key === String(place.seq) ? readJournalAtom(text) : undefined;
    if (entry === undefined || entry.stamp !== place.stamp) {
      return [describe(undefined, doc, "atom_malformed")];
    }
    return entry.facts.map((value) => readFact(value, doc, place.space));
  }
  const entry = readCatalogAtom(text);
  if (
    entry === undefined || entry.stamp !== place.stamp ||
    entry.seq !== place.seq
  ) {
    return [describe(undefined, doc, "atom_malformed")];
  }
  const read = readFact(entry.fact, doc, place.space);
  if (
    "fact" in read &&
    `${documentOf(read.fact)?.key}/${trunkOf(place.log)}` !== key
  ) {
    return [describe(entry.fact, doc, "atom_malformed")];
  }
  return [read];
}

/**
 * Atoms in the order of their keys, in which facts of one change are read: a saved branch no longer has another.
 *
 * @param atoms Atoms of one change.
 * @returns The same, sorted.
 */
export function byKey(atoms: readonly Atom[]): readonly Atom[] {
  return atoms.length < 2
    ? atoms
    : atoms.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

/** Documents whose atoms are facts; the others (`stock`) are derived and checked, not read. */
export function holdsFacts(doc: string): boolean {
  return !doc.startsWith("stock/");
}

/**
 * Reads a verified commit's contents and moves the branches on that it changes.
 *
 * @param encoded The commit.
 * @param log The log, with a fork's suffix.
 * @param branches Where the log's branches are; the documents that the commit changes are moved on.
 * @returns Facts in the order of documents and entries, and what is set aside.
 */
export function readContents(
  encoded: EncodedCommit,
  log: LogId,
  branches: BranchStates,
): CommitContents {
  const { commit } = encoded;
  const facts: CommitFact[] = [];
  const setAside: SetAside[] = [];
  for (const { doc, bytes } of commit.changes) {
    const change = readChange(bytes, log, branches.get(doc) ?? GENESIS_STATE);
    if (typeof change === "string") {
      setAside.push(describe(undefined, doc, change));
      continue;
    }
    if (change.overwrites && holdsFacts(doc)) {
      setAside.push(describe(undefined, doc, "change_overwrites"));
      continue;
    }
    branches.set(doc, change.after);
    if (!holdsFacts(doc)) continue;
    const items = byKey(change.atoms).flatMap((atom) =>
      readAtom(atom, doc, {
        space: commit.space,
        log,
        seq: commit.seq,
        stamp: commit.stamp,
      })
    );
    for (const item of items) {
      if ("fact" in item) facts.push(item);
      else setAside.push(item);
    }
  }
  return { facts, setAside };
}
