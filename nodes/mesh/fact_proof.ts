/**
 * Checks the commit of a fact anew, from the stored bytes alone: its own hash, the hashes before and behind it up to the
 * next place that the writer signed, that signature, and the writer's certificate.
 *
 * @module
 */
import {
  decodeCommit,
  type EncodedCommit,
  equalBytes,
  type FactId,
  logIdOf,
  peerIdOf,
  sha256,
  toHex,
  trunkOf,
  verifyChain,
  verifyHead,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import type { Replica } from "../replica.ts";
import { readRun } from "../run_reader.ts";
import type { FactView, UseCases } from "../use_cases.ts";
import type {
  Check,
  FactProof,
  LogHolder,
  LogPlace,
} from "./mesh_use_cases.ts";

/** What proving works with. */
export interface ProofParts {
  /** Stored commits. */
  readonly replica: Replica;
  /** Finds the copies of a fact. */
  readonly fact: UseCases["fact"];
  /** How far peers are in a log. */
  readonly holders: (place: LogPlace) => readonly LogHolder[];
}

/**
 * Makes the reading of proofs.
 *
 * @param parts What it works with.
 * @returns The reading.
 */
export function createFactProof(
  parts: ProofParts,
): (id: FactId) => readonly FactProof[] {
  return (id) =>
    parts.fact(id).flatMap((copy) => {
      const entry = parts.replica.register.byName(copy.log);
      return entry === undefined ? [] : [proofOf(parts, copy, entry)];
    });
}

function proofOf(
  { replica, holders }: ProofParts,
  copy: FactView,
  entry: LogEntry,
): FactProof {
  const { seq } = copy;
  const commit = replica.archive.commit(entry.number, seq);
  const writer = writerOf(replica, entry);
  const held = holders({ space: entry.space, log: entry.name });
  return {
    fact: copy,
    writer: peerIdOf(entry.publicKey),
    writerSite: writer.site,
    hash: commit?.hash ?? null,
    previous: commit?.commit.prev ?? null,
    bytes: commit?.bytes.length ?? null,
    documents: (commit?.commit.changes ?? []).map(({ doc }) => doc),
    certificate: writer.check,
    chain: chainOf(replica, entry, commit),
    ...signedOf(replica, entry, seq),
    holders: held.map(({ seq: theirs, ...peer }) => ({
      ...peer,
      holds: theirs >= seq,
    })),
  };
}

function writerOf(
  { verify }: Replica,
  { certificate, publicKey }: LogEntry,
): { readonly check: Check; readonly site: FactProof["writerSite"] } {
  const chain = verifyChain(certificate, verify.root, verify.signatures);
  if (!chain.ok || !equalBytes(chain.value.publicKey, publicKey)) {
    return { check: "broken", site: null };
  }
  return { check: "holds", site: chain.value.certificate.site };
}

/** Whether the commit before is the one that this one names; the first names its log by key and epoch instead. */
function chainOf(
  { archive }: Replica,
  entry: LogEntry,
  encoded: EncodedCommit | undefined,
): Check {
  if (encoded === undefined) return "unknown";
  const { opening, prev, seq, space, log } = encoded.commit;
  if (opening !== undefined) {
    return logIdOf(space, opening) === log && log === trunkOf(entry.name)
      ? "holds"
      : "broken";
  }
  const before = archive.body(entry.number, seq - 1);
  if (before === undefined) return "unknown";
  return toHex(sha256(before)) === prev ? "holds" : "broken";
}

/** The next signed place, and whether every commit up to it stands on the one before. */
function signedOf(
  replica: Replica,
  entry: LogEntry,
  seq: number,
): Pick<FactProof, "signedSeq" | "link" | "signature"> {
  const run = readRun(replica, entry, seq);
  if (run === undefined) {
    return { signedSeq: null, link: "unknown", signature: "unknown" };
  }
  const { head } = run;
  const isSigned = verifyHead(
    { ...head, log: trunkOf(entry.name) },
    entry.publicKey,
    replica.verify.signatures,
  );
  const isLinked = run.bodies.every((body, i) => {
    const hash = toHex(sha256(body));
    const next = run.bodies[i + 1];
    return next === undefined
      ? hash === head.hash
      : decodeCommit(next)?.commit.prev === hash;
  });
  return {
    signedSeq: head.seq,
    link: isLinked ? "holds" : "broken",
    signature: isSigned ? "holds" : "broken",
  };
}
