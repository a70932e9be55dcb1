/**
 * Logs made by hand, commit by commit, with everything in them that an honest node would never write: for feeding to
 * replicas and to the readers of `crdt`.
 *
 * @module
 */
import {
  appendAtoms,
  type Atom,
  type BranchState,
  type Certificate,
  type CommitChange,
  documentOf,
  encodeAtoms,
  encodeCommit,
  type EncodedCommit,
  GENESIS_STATE,
  type Hash,
  type Head,
  issueCertificate,
  journalName,
  type LogId,
  logIdOf,
  type LogOpening,
  type OpenBranch,
  openBranch,
  pageOf,
  parseFact,
  readChange,
  sha256,
  type SignatureScheme,
  type Signer,
  signHead,
  SIMULATED_SIGNATURES,
  type SpaceId,
  type Stamp,
  stampMs,
} from "../../crdt/mod.ts";

/** What can be wrong with a change of a forged commit. */
export type Wrong = "garbage" | "actor" | "order" | "overwrite";

/** One forged commit. */
export interface ForgedCommit {
  /** Its stamp. */
  readonly stamp: Stamp;
  /** What stands where facts should be. */
  readonly facts: readonly unknown[];
  /** A wrong change of the space's directory beside them. */
  readonly wrong?: Wrong;
  /** True to carry the certificate again. */
  readonly renews?: boolean;
  /** Another chain of the writer, to be carried from here on. */
  readonly chain?: Uint8Array | undefined;
}

/** Who signs what is forged. */
export interface Forger {
  /** The mesh's root. */
  readonly root: Signer;
  /** The writer's key. */
  readonly signer: Signer;
  /** The writer's chain. */
  readonly chain: Uint8Array;
}

/** The signature scheme of a forger. */
export const FORGED_SIGNATURES: SignatureScheme = SIMULATED_SIGNATURES;

/**
 * Makes a writer with a certificate for everything.
 *
 * @param name Any text; the same text is the same writer.
 * @param signatures The scheme.
 * @returns The writer, of the one mesh of the forgers.
 */
export function createForger(
  name: string,
  signatures: SignatureScheme = FORGED_SIGNATURES,
): Forger {
  const seed = (text: string) => sha256(new TextEncoder().encode(text));
  const root = signatures.signer(seed("the root"));
  const signer = signatures.signer(seed(name));
  return { root, signer, chain: forgeChain(root, signer) };
}

/**
 * Makes a chain.
 *
 * @param root The root.
 * @param signer Whom it is about.
 * @param fields What is other than a member's certificate for everything until 2100.
 * @param issuer Who signs it, with its own chain; the root if left out.
 * @returns The chain.
 */
export function forgeChain(
  root: Signer,
  signer: Signer,
  fields: Partial<Certificate> = {},
  issuer?: { readonly signer: Signer; readonly chain: Uint8Array },
): Uint8Array {
  return issueCertificate(
    {
      kind: "member",
      root: root.publicKey,
      subject: signer.publicKey,
      issuer: (issuer?.signer ?? root).publicKey,
      serial: signer.publicKey.slice(0, 8),
      notBefore: 0,
      notAfter: Date.UTC(2100, 0, 1),
      site: null,
      roles: ["office"],
      grants: [{
        pattern: "*",
        verbs: ["read", "write", "price", "spend", "admin"],
      }],
      ...fields,
    },
    issuer?.signer ?? root,
    issuer?.chain,
  );
}

/** A log in the making. */
export class ForgedLog {
  /** Its commits so far. */
  readonly commits: EncodedCommit[] = [];
  /** Its name. */
  readonly name: LogId;
  readonly #forger: Forger;
  readonly #space: SpaceId;
  readonly #opening: LogOpening;
  readonly #changes = new Map<string, Uint8Array[]>();
  readonly #states = new Map<string, BranchState>();
  readonly #keys = new Set<string>();

  /**
   * Opens a log.
   *
   * @param forger Who writes it.
   * @param space Its space.
   * @param epoch Tells it from the writer's other logs there.
   */
  constructor(forger: Forger, space: SpaceId, epoch = 0) {
    this.#forger = forger;
    this.#space = space;
    this.#opening = {
      publicKey: forger.signer.publicKey,
      epoch: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, epoch),
    };
    this.name = logIdOf(space, this.#opening);
  }

  /** Adds a commit. */
  add({ stamp, facts, wrong, renews, chain }: ForgedCommit): EncodedCommit {
    const seq = this.commits.length + 1;
    const atoms = this.#atomsOf(seq, stamp, facts);
    const changes: CommitChange[] = [...atoms].map(([doc, list]) => ({
      doc,
      bytes: this.#append(doc, list, stamp),
    }));
    const doc = `directory/${this.#space}`;
    // A commit changes a document once.
    if (wrong !== undefined && !atoms.has(doc)) {
      changes.push({ doc, bytes: this.#wrongChange(doc, wrong, stamp) });
    }
    const encoded = encodeCommit({
      space: this.#space,
      log: this.name,
      seq,
      prev: this.commits.at(-1)?.hash ?? null,
      stamp,
      changes: changes.sort((a, b) => a.doc < b.doc ? -1 : 1),
      ...(seq === 1 ? { opening: this.#opening } : {}),
      ...(seq === 1 || renews === true || chain !== undefined
        ? { certificate: chain ?? this.#forger.chain }
        : {}),
    });
    this.commits.push(encoded);
    return encoded;
  }

  /** The signed head at a seq. */
  head(seq: number): Head {
    const hash = this.commits[seq - 1]?.hash as Hash;
    return signHead({ log: this.name, seq, hash }, this.#forger.signer);
  }

  /** The commits from one seq to another, with the head that ends them. */
  run(from: number, to: number): { commits: EncodedCommit[]; head: Head } {
    return { commits: this.commits.slice(from - 1, to), head: this.head(to) };
  }

  /** Another log that begins with the first commits of this one: what a cloned writer has. */
  fork(seq: number): ForgedLog {
    const copy = new ForgedLog(
      this.#forger,
      this.#space,
      this.#opening.epoch[7],
    );
    for (const encoded of this.commits.slice(0, seq)) {
      copy.commits.push(encoded);
      for (const { doc, bytes } of encoded.commit.changes) {
        const before = copy.#states.get(doc) ?? GENESIS_STATE;
        const change = readChange(bytes, this.name, before);
        if (typeof change === "string" || change.overwrites) continue;
        for (const [key] of change.atoms) copy.#keys.add(`${doc} ${key}`);
        copy.#note(doc, bytes, change.after);
      }
    }
    return copy;
  }

  #note(doc: string, bytes: Uint8Array, after: BranchState): void {
    const changes = this.#changes.get(doc) ?? [];
    changes.push(bytes);
    this.#changes.set(doc, changes);
    this.#states.set(doc, after);
  }

  #atomsOf(
    seq: number,
    stamp: Stamp,
    facts: readonly unknown[],
  ): Map<string, Atom[]> {
    const documents = new Map<string, Atom[]>();
    const journal: unknown[] = [];
    for (const value of facts) {
      const fact = parseFact(value);
      const place = typeof fact === "string" ? undefined : documentOf(fact);
      if (place === undefined || place.space !== this.#space) {
        journal.push(value);
        continue;
      }
      const list = documents.get(place.doc) ?? [];
      const key = `${place.key}/${this.name}`;
      const text = JSON.stringify({ ...value as object, stamp, seq });
      // One change sets a key once.
      if (list.every(([other]) => other !== key)) list.push([key, text]);
      documents.set(place.doc, list);
    }
    if (journal.length > 0) {
      documents.set(journalName(this.name, pageOf(seq)), [
        [String(seq), JSON.stringify([stamp, journal])],
      ]);
    }
    return documents;
  }

  #open(doc: string): OpenBranch {
    return openBranch(this.name, undefined, this.#changes.get(doc));
  }

  #append(doc: string, atoms: readonly Atom[], stamp: Stamp): Uint8Array {
    const timeSeconds = Math.floor(stampMs(stamp) / 1000);
    const names = atoms.map(([key]) => `${doc} ${key}`);
    // A change that overwrites is set aside, so what follows does not build on it.
    if (names.some((name) => this.#keys.has(name))) {
      return appendAtoms(this.#open(doc), atoms, timeSeconds).bytes;
    }
    const before = this.#states.get(doc) ?? GENESIS_STATE;
    const { bytes, after } = encodeAtoms(this.name, before, {
      atoms,
      timeSeconds,
    });
    for (const name of names) this.#keys.add(name);
    this.#note(doc, bytes, after);
    return bytes;
  }

  #wrongChange(doc: string, wrong: Wrong, stamp: Stamp): Uint8Array {
    const time = stampMs(stamp) / 1000 | 0;
    const atom: Atom = [`wrong/${this.commits.length}`, "0"];
    switch (wrong) {
      case "garbage":
        return Uint8Array.of(1, 2, 3);
      case "actor": {
        const other = openBranch("ab".repeat(16) as LogId);
        return appendAtoms(other, [atom], time).bytes;
      }
      case "order": {
        const before = this.#states.get(doc) ?? GENESIS_STATE;
        const skipped = encodeAtoms(this.name, before, {
          atoms: [["skipped", ""]],
          timeSeconds: time,
        });
        return encodeAtoms(this.name, skipped.after, {
          atoms: [atom],
          timeSeconds: time,
        }).bytes;
      }
      case "overwrite":
        return this.#append(doc, [["twice", `${this.commits.length}`]], stamp);
    }
  }
}

/** A forger whose key is an authority, as the founder of a mesh is. */
export interface ForgedAuthority extends Forger {
  /** The chain that makes it an authority. */
  readonly authority: Uint8Array;
}

/** Makes the authority of the forgers' mesh. */
export function createForgedAuthority(name = "authority"): ForgedAuthority {
  const { root, signer } = createForger(name);
  const authority = forgeChain(root, signer, { kind: "authority", roles: [] });
  const issuer = { signer, chain: authority };
  return {
    root,
    signer,
    authority,
    chain: forgeChain(root, signer, {}, issuer),
  };
}

/** Makes the root itself a writer, of logs that hold its statements. */
export function createForgedRoot(): Forger {
  const { root } = createForger("");
  return { root, signer: root, chain: forgeChain(root, root) };
}
