/**
 * Verifying a stored or exported log as a whole, and naming the first commit that is wrong. Apart from taking commits
 * in (`replica.ts`) because here nothing was verified by the way: every hash, head and certificate is computed again,
 * and where bodies are gone the checkpoints are followed back.
 *
 * @module
 */
import { verifyChain } from "./certificate.ts";
import {
  type BranchHead,
  decodeCommit,
  encodeCommit,
  type EncodedCommit,
  logIdOf,
  type LogOpening,
  trunkOf,
  verifyHead,
} from "./commit.ts";
import {
  type Countersignature,
  verifyCountersignature,
} from "./countersignature.ts";
import { GENESIS_STATE, readChange, readChangePlace } from "./documents.ts";
import {
  equalBytes,
  type Hash,
  type LogId,
  sha256,
  type SpaceId,
  toHex,
} from "./ids.ts";
import {
  checkCommit,
  holdsFacts,
  type LogTip,
  type VerifyContext,
} from "./replica.ts";
import { err, ok, type Result } from "./result.ts";

/** A signed head without its log. */
export interface SignedHead {
  /** The seq. */
  readonly seq: number;
  /** The commit's hash. */
  readonly hash: Hash;
  /** 64 bytes by the log's writer. */
  readonly signature: Uint8Array;
}

/** Where a branch is said to be. */
export interface BranchPlace {
  /** Changes of the log, the genesis not counted. */
  readonly changes: number;
  /** The hash of the last change. */
  readonly head: Hash;
}

/** A log as it was found. */
export interface AuditedLog {
  /** Its name, with a fork's suffix. */
  readonly name: LogId;
  /** Its space. */
  readonly space: SpaceId;
  /** Its writer's public key. */
  readonly publicKey: Uint8Array;
  /** The seq of the first commit whose body must be here, with all after it. */
  readonly firstBody: number;
  /** The seq of the newest commit; 0 for none. */
  readonly seq: number;
  /** The hash of the newest commit. */
  readonly hash: Hash;
  /** Signed heads in the order of their seqs, the newest commit's among them unless the log was cut at a fork. */
  readonly heads: readonly SignedHead[];
  /** Seqs of the commits below `firstBody` that carry a certificate or a checkpoint, in order. */
  readonly landmarks: readonly number[];
  /** Those of its checkpoints that were found wrong when they came, and count for nothing. */
  readonly wrong?: ReadonlySet<number>;
  /** Where its branches are said to be; not compared if left out. */
  readonly branches?: ReadonlyMap<string, BranchPlace>;
  /** The bytes of a commit, if they are here. */
  body(seq: number): Uint8Array | undefined;
}

/** The first commit of a log that is wrong. */
export interface AuditFault {
  /** The log. */
  readonly log: LogId;
  /** The commit. */
  readonly seq: number;
  /** What is wrong, in a sentence without an end. */
  readonly reason: string;
}

/** A log's head that another member signed too. */
export interface AuditedWitness {
  /** The head and both signatures. */
  readonly countersignature: Countersignature;
  /** The other member's certificate chain. */
  readonly chain: Uint8Array;
}

/**
 * Compares what other members signed of a log with the log as it was found.
 *
 * @param log The log, which was verified.
 * @param witnesses What others signed. Who is no member of the mesh is passed over.
 * @param verify The root key and the signature scheme.
 * @returns How many agree, or what they show.
 */
export function auditWitnesses(
  log: AuditedLog,
  witnesses: readonly AuditedWitness[],
  { root, signatures }: VerifyContext,
): Result<number, AuditFault> {
  const { name, publicKey, seq } = log;
  let agreeing = 0;
  for (const { countersignature, chain } of witnesses) {
    const { head, signer } = countersignature;
    const member = verifyChain(chain, root, signatures);
    if (
      !member.ok || member.value.certificate.kind !== "member" ||
      !equalBytes(member.value.publicKey, signer)
    ) continue;
    const fault = (at: number, reason: string) =>
      err({ log: name, seq: at, reason });
    if (!verifyCountersignature(countersignature, publicKey, signatures)) {
      return fault(head.seq, "a countersignature of it does not verify");
    }
    if (head.seq > seq) {
      return fault(
        seq,
        `the log was cut: a member has countersigned its commit ${head.seq}`,
      );
    }
    const body = log.body(head.seq);
    const here = head.seq === seq
      ? log.hash
      : body && toHex(sha256(body)) as Hash;
    if (here !== undefined && here !== head.hash) {
      return fault(head.seq, "a member has countersigned another commit there");
    }
    agreeing++;
  }
  return ok(agreeing);
}

/** A log that was verified up to its newest commit. */
export interface AuditedEnd {
  /** The log there; undefined for one without commits. */
  readonly tip: LogTip | undefined;
  /** Where its branches are there. */
  readonly branches: ReadonlyMap<string, BranchPlace>;
  /** How many bodies were read. */
  readonly commits: number;
  /** How many heads' signatures were checked. */
  readonly heads: number;
}

/** What verifying a log needs to know beside it. */
export interface AuditOptions {
  /** The root key and the signature scheme. */
  readonly verify: VerifyContext;
  /** The end of the log that this one goes on from, for a fork's continuation. */
  readonly base?: AuditedEnd | undefined;
  /** True for a log that was cut at a fork: its continuations' heads vouch for its end. */
  readonly continued?: boolean;
  /** Told how many commits were read since it was told last. */
  readonly progress?: (commits: number) => void;
}

/** Thrown inside this file alone. */
class Found extends Error {
  readonly fault: AuditFault;

  constructor(log: LogId, seq: number, reason: string) {
    super(reason);
    this.fault = { log, seq, reason };
  }
}

/**
 * Verifies a log: chain, hashes, names, certificates and heads, and that its branches are what its commits made them.
 *
 * @param log The log as it was found.
 * @param options The root key, the log that it goes on from, and whether others go on from it.
 * @returns Where it ends, or its first commit that is wrong.
 */
export function auditLog(
  log: AuditedLog,
  options: AuditOptions,
): Result<AuditedEnd, AuditFault> {
  try {
    return ok(new Walk(log, options, false).run());
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    if (!(error instanceof FoundInBranch)) return err(error.fault);
  }
  // A change that was set aside may look as if it stood: only reading all of it tells.
  try {
    return ok(new Walk(log, { ...options, progress: () => {} }, true).run());
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return err(error.fault);
  }
}

/** A branch is not as the headers of its changes say. */
class FoundInBranch extends Found {}

/** One way through a log. */
class Walk {
  readonly #log: AuditedLog;
  readonly #options: AuditOptions;
  readonly #thorough: boolean;
  readonly #branches = new Map<string, BranchPlace>();
  /** True until the checkpoint that covers what is missing: before it a branch's first change is believed. */
  #open = false;
  #tip: LogTip | undefined;
  #commits = 0;
  #heads = 0;

  constructor(log: AuditedLog, options: AuditOptions, thorough: boolean) {
    this.#log = log;
    this.#options = options;
    this.#thorough = thorough;
    this.#tip = options.base?.tip;
    if (this.#tip !== undefined) this.#tip = { ...this.#tip, log: log.name };
    for (const [doc, place] of options.base?.branches ?? []) {
      this.#branches.set(doc, place);
    }
  }

  run(): AuditedEnd {
    const { seq, firstBody, publicKey } = this.#log;
    let next = (this.#tip?.seq ?? 0) + 1;
    let cover: Cover | undefined;
    if (seq >= next && firstBody > next) {
      cover = this.#cover();
      next = firstBody;
      this.#tip = cover.before;
      this.#open = cover.seq >= firstBody;
      if (!this.#open) this.#replace(cover.branches);
    }
    for (const head of this.#ends(next)) {
      next = this.#stretch(next, head, cover);
    }
    const tip = this.#tip;
    if (tip !== undefined && (tip.seq !== seq || tip.hash !== this.#log.hash)) {
      throw this.#found(
        seq,
        "it is not the commit that the log should end with",
      );
    }
    if (tip !== undefined && !equalBytes(tip.publicKey, publicKey)) {
      throw this.#found(1, "the log was written by another key");
    }
    this.#compareBranches();
    const [commits, heads] = [this.#commits, this.#heads];
    return { tip, branches: this.#branches, commits, heads };
  }

  #found(seq: number, reason: string): Found {
    return new Found(this.#log.name, seq, reason);
  }

  /** Where stretches end: at signed heads, and at the end of a log that was cut at a fork. */
  #ends(from: number): (SignedHead | number)[] {
    const { seq, heads } = this.#log;
    const ends: (SignedHead | number)[] = heads.filter((head) =>
      head.seq >= from && head.seq <= seq
    );
    const last = heads.findLast((head) => head.seq <= seq)?.seq ?? 0;
    if (Math.max(last, from - 1) >= seq) return ends;
    if (this.#options.continued !== true) {
      throw this.#found(seq, "no signed head vouches for it");
    }
    return [...ends, seq];
  }

  #stretch(
    from: number,
    head: SignedHead | number,
    cover: Cover | undefined,
  ): number {
    const end = typeof head === "number" ? head : head.seq;
    const before = this.#tip;
    const { verify, progress } = this.#options;
    for (let seq = from; seq <= end; seq++) {
      const encoded = decodeBody(this.#log.body(seq));
      const checked = encoded && checkCommit(encoded, this.#tip, verify);
      if (
        encoded === undefined || checked?.ok !== true ||
        !this.#isNamed(checked.value)
      ) throw this.#firstWrong({ from, head, before });
      this.#tip = { ...checked.value, log: this.#log.name };
      this.#follow(encoded, cover);
    }
    if (typeof head !== "number") {
      if (head.hash !== this.#tip?.hash || !this.#isSigned(head)) {
        throw this.#firstWrong({ from, head, before });
      }
      this.#heads++;
    }
    const count = end - from + 1;
    this.#commits += count;
    progress?.(count);
    return end + 1;
  }

  #isSigned(head: SignedHead): boolean {
    const log = trunkOf(this.#log.name);
    const publicKey = this.#tip?.publicKey ?? this.#log.publicKey;
    const { signatures } = this.#options.verify;
    return verifyHead({ log, ...head }, publicKey, signatures);
  }

  #isNamed({ log, space }: LogTip): boolean {
    return trunkOf(log) === trunkOf(this.#log.name) &&
      space === this.#log.space;
  }

  /** The first commit of a stretch that does not hold, seen from the head that ends it and from the log before it. */
  #firstWrong(
    { from, head, before }: {
      readonly from: number;
      readonly head: SignedHead | number;
      readonly before: LogTip | undefined;
    },
  ): Found {
    const end = typeof head === "number" ? head : head.seq;
    const signed = typeof head !== "number" && this.#isSigned(head)
      ? head.hash
      : undefined;
    const at = (seq: number) => decodeBody(this.#log.body(seq));
    const vouched = (seq: number) =>
      seq < end ? at(seq + 1)?.commit.prev ?? undefined : signed;
    let tip = before;
    for (let seq = from; seq <= end; seq++) {
      const encoded = this.#landmark(seq);
      const wanted = vouched(seq);
      if (wanted !== undefined && wanted !== encoded.hash) {
        const next = seq < end ? at(seq + 1) : undefined;
        const isNext = next !== undefined &&
          this.#isNextWrong(encoded, next, vouched(seq + 1));
        // It is named in its own turn.
        if (!isNext) {
          return this.#found(
            seq,
            "its hash is not the one that vouches for it",
          );
        }
      }
      const checked = checkCommit(encoded, tip, this.#options.verify);
      if (!checked.ok) return this.#found(seq, checked.error);
      if (!this.#isNamed(checked.value)) {
        return this.#found(seq, "it is of another log");
      }
      tip = checked.value;
    }
    return this.#found(end, "the head's signature is wrong");
  }

  /** Whether a commit that does not name the one before it is itself the wrong one of the two. */
  #isNextWrong(
    encoded: EncodedCommit,
    next: EncodedCommit,
    vouched: Hash | undefined,
  ): boolean {
    if (vouched === undefined || vouched === next.hash) return false;
    return isRightWith(next, encoded.hash, vouched) ||
      encoded.commit.changes.every(({ bytes }) =>
        readChangePlace(bytes, this.#log.name) !== undefined
      );
  }

  // Branches

  #follow(encoded: EncodedCommit, cover: Cover | undefined): void {
    const { commit } = encoded;
    for (const { doc, bytes } of commit.changes) {
      const known = this.#branches.get(doc);
      const after = this.#thorough
        ? this.#readWhole(bytes, doc, known)
        : this.#readPlace(bytes, known);
      if (after !== undefined) this.#branches.set(doc, after);
    }
    if (!this.#open || cover?.seq !== commit.seq) return;
    for (const { doc, head, changes } of commit.checkpoint?.branches ?? []) {
      const here = this.#branches.get(doc);
      if (here !== undefined && !isAt(here, { head, changes })) {
        throw this.#foundInBranch(commit.seq, doc, "its checkpoint lists");
      }
    }
    this.#open = false;
    this.#replace(cover.branches);
  }

  #readPlace(
    bytes: Uint8Array,
    known: BranchPlace | undefined,
  ): BranchPlace | undefined {
    const place = readChangePlace(bytes, this.#log.name);
    if (place === undefined) return undefined;
    const { parent, head, changes } = place;
    if (known === undefined && this.#open) return { head, changes };
    const before = known ?? GENESIS_STATE;
    return parent === before.head && changes === before.changes + 1
      ? { head, changes }
      : undefined;
  }

  #readWhole(
    bytes: Uint8Array,
    doc: string,
    known: BranchPlace | undefined,
  ): BranchPlace | undefined {
    const place = this.#readPlace(bytes, known);
    if (place === undefined) return undefined;
    const change = readChange(bytes, this.#log.name, GENESIS_STATE, {
      anywhere: true,
    });
    const stands = typeof change !== "string" &&
      !(change.overwrites && holdsFacts(doc));
    return stands ? place : undefined;
  }

  #replace(branches: ReadonlyMap<string, BranchHead>): void {
    for (const [doc, { head, changes }] of branches) {
      this.#branches.set(doc, { head, changes });
    }
  }

  #foundInBranch(seq: number, doc: string, what: string): FoundInBranch {
    const text = `the document ${doc} is not at the change that ${what}`;
    return new FoundInBranch(this.#log.name, seq, text);
  }

  #compareBranches(): void {
    const { branches, seq } = this.#log;
    if (branches === undefined) return;
    for (const [doc, place] of branches) {
      const here = this.#branches.get(doc);
      if (here === undefined || !isAt(here, place)) {
        throw this.#foundInBranch(seq, doc, "the folder names");
      }
    }
  }

  // What lies below the bodies

  /** Checks the checkpoint below which bodies are missing, and all landmarks that it follows, by their hashes. */
  #cover(): Cover {
    const { name, firstBody, landmarks } = this.#log;
    const below = landmarks.map((seq) => this.#landmark(seq));
    const first = decodeBody(this.#log.body(firstBody));
    const nearest = below.findLast((encoded) => this.#isCheckpoint(encoded));
    // Retention leaves bodies below the checkpoint that covers what it dropped.
    const covering = nearest?.commit.seq === firstBody - 1
      ? nearest
      : this.#firstCheckpoint();
    if (covering === undefined) {
      throw this.#found(
        firstBody,
        "no checkpoint covers what is missing below it",
      );
    }
    const chain = [
      ...below.filter(({ commit }) => commit.seq < covering.commit.seq),
      ...this.#landmarksBelow(covering),
      covering,
    ];
    const certificate = this.#checkChain(chain);
    const opening = chain[0]?.commit.opening as LogOpening;
    const prev = first?.commit.prev;
    if (covering.commit.seq < firstBody) this.#checkVouched(covering);
    const hash = covering.commit.seq === firstBody - 1
      ? covering.hash
      : (prev ?? covering.hash);
    const { stamp } = covering.commit;
    const { publicKey } = opening;
    const { space } = this.#log;
    const before = {
      ...{ log: name, space, publicKey, stamp, certificate },
      ...{ seq: firstBody - 1, hash },
    };
    const branches = new Map<string, BranchHead>();
    for (const encoded of chain) {
      if (!this.#isCheckpoint(encoded)) continue;
      for (const branch of encoded.commit.checkpoint?.branches ?? []) {
        branches.set(branch.doc, branch);
      }
    }
    return { seq: covering.commit.seq, before, branches };
  }

  #landmark(seq: number): EncodedCommit {
    const body = this.#log.body(seq);
    const encoded = decodeBody(body);
    if (encoded !== undefined) return encoded;
    throw this.#found(
      seq,
      body === undefined ? "it is missing" : "its bytes are no commit",
    );
  }

  /** The first checkpoint whose body is here with all after it. */
  #firstCheckpoint(): EncodedCommit | undefined {
    const { firstBody, seq } = this.#log;
    for (let at = firstBody; at <= seq; at++) {
      const encoded = decodeBody(this.#log.body(at));
      if (encoded !== undefined && this.#isCheckpoint(encoded)) return encoded;
    }
    return undefined;
  }

  #isCheckpoint({ commit }: EncodedCommit): boolean {
    return commit.checkpoint !== undefined &&
      this.#log.wrong?.has(commit.seq) !== true;
  }

  /** Landmarks between the first body and the checkpoint. */
  #landmarksBelow(checkpoint: EncodedCommit): EncodedCommit[] {
    const found: EncodedCommit[] = [];
    const end = checkpoint.commit.seq;
    for (let at = this.#log.firstBody; at < end; at++) {
      const encoded = decodeBody(this.#log.body(at));
      const { certificate, checkpoint } = encoded?.commit ?? {};
      if (encoded === undefined) continue;
      if (certificate !== undefined || checkpoint !== undefined) {
        found.push(encoded);
      }
    }
    return found;
  }

  /** Follows a checkpoint back; returns the certificate in force at it. */
  #checkChain(chain: readonly EncodedCommit[]): Uint8Array {
    const [first] = chain;
    const opening = first?.commit.opening;
    if (first === undefined || opening === undefined) {
      throw this.#found(1, "it is missing");
    }
    if (logIdOf(this.#log.space, opening) !== trunkOf(this.#log.name)) {
      throw this.#found(1, "the log's name is not that of its writer");
    }
    // From the newest back: each landmark must have the hash by which the next checkpoint names it.
    const named = new Map<number, Hash>();
    const newest = chain.at(-1) as EncodedCommit;
    for (const { commit, hash } of chain.toReversed()) {
      const wanted = named.get(commit.seq);
      if (commit !== newest.commit && wanted !== hash) {
        throw this.#found(
          commit.seq,
          wanted === undefined
            ? "no later checkpoint names it"
            : "its hash is not the one that a later checkpoint names",
        );
      }
      const { last, certificates } = commit.checkpoint ?? {};
      for (const place of [...certificates ?? [], ...last ? [last] : []]) {
        named.set(place.seq, place.hash);
      }
    }
    const here = new Set(chain.map(({ commit }) => commit.seq));
    for (const seq of named.keys()) {
      if (!here.has(seq)) throw this.#found(seq, "it is missing");
    }
    let certificate: Uint8Array | undefined;
    for (const { commit } of chain) {
      if (commit.certificate === undefined) continue;
      const { root, signatures } = this.#options.verify;
      const member = verifyChain(commit.certificate, root, signatures);
      if (!member.ok) throw this.#found(commit.seq, member.error);
      if (!equalBytes(member.value.publicKey, opening.publicKey)) {
        throw this.#found(
          commit.seq,
          "the certificate is about another key",
        );
      }
      certificate = commit.certificate;
    }
    if (certificate === undefined) {
      throw this.#found(1, "the log has no certificate");
    }
    return certificate;
  }

  /** A checkpoint right before the first body needs a head of its own, or the first body names it. */
  #checkVouched({ commit, hash }: EncodedCommit): void {
    const { heads, publicKey, name } = this.#log;
    const next = decodeBody(this.#log.body(commit.seq + 1));
    if (next?.commit.prev === hash) return;
    const head = heads.find(({ seq }) => seq === commit.seq);
    const { signatures } = this.#options.verify;
    if (
      head?.hash === hash &&
      verifyHead({ log: trunkOf(name), ...head }, publicKey, signatures)
    ) {
      this.#heads++;
      return;
    }
    throw this.#found(commit.seq, "no signed head vouches for it");
  }
}

/** A checkpoint that stands for the commits whose bodies are gone. */
interface Cover {
  readonly seq: number;
  /** The log right before its first body. */
  readonly before: LogTip;
  /** Where the branches were at the checkpoint. */
  readonly branches: ReadonlyMap<string, BranchHead>;
}

function decodeBody(body: Uint8Array | undefined): EncodedCommit | undefined {
  return body === undefined ? undefined : decodeCommit(body);
}

function isAt(place: BranchPlace, wanted: BranchPlace): boolean {
  return place.head === wanted.head && place.changes === wanted.changes;
}

/** Whether a commit has the hash that vouches for it once it names another one before it. */
function isRightWith(
  { commit }: EncodedCommit,
  prev: Hash,
  expected: Hash | undefined,
): boolean {
  if (commit.prev === null) return false;
  return toHex(sha256(encodeCommit({ ...commit, prev }).bytes)) === expected;
}
