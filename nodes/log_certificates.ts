/**
 * The certificates that a log carried, and from which commit on each: commits that carry one are landmarks, which stay
 * when retention drops others.
 *
 * @module
 */
import type { Reader } from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import { LANDMARK_CERTIFICATE } from "./log_store.ts";
import type { LogEntry } from "./log_register.ts";
import { LANDMARKS } from "./tables.ts";

/** A certificate chain and the seq of the commit that brought it. */
export interface CarriedChain {
  /** In force from this commit on. */
  readonly seq: number;
  /** The chain's bytes. */
  readonly chain: Uint8Array;
}

/** Where a log's certificates are read. */
export interface CertificateSource {
  /** The rows. */
  readonly reader: Reader;
  /** Stored commits. */
  readonly archive: CommitArchive;
  /** The log that a fork's continuation goes on from. */
  readonly parentOf: (entry: LogEntry) => LogEntry | undefined;
}

/**
 * The certificates of a log, those of the logs before its forks among them.
 *
 * @param source Where they are read.
 * @param entry The log.
 * @returns Chains in the order of their commits.
 */
export function carriedChains(
  source: CertificateSource,
  entry: LogEntry,
): CarriedChain[] {
  const { reader, archive } = source;
  const parent = source.parentOf(entry);
  const before = parent === undefined
    ? []
    : carriedChains(source, parent).filter(({ seq }) => seq <= parent.seq);
  const own = reader.scan(LANDMARKS, { prefix: [entry.number] })
    .filter((row) => row["kind"] === LANDMARK_CERTIFICATE)
    .flatMap((row): CarriedChain[] => {
      const seq = Number(row["seq"]);
      const chain = archive.commit(entry.number, seq)?.commit.certificate;
      return chain === undefined ? [] : [{ seq, chain }];
    });
  return [...before, ...own];
}

/**
 * The chain in force at a seq.
 *
 * @param chains The log's chains in order.
 * @param seq The seq.
 * @returns The chain; no bytes if none had come.
 */
export function chainAt(
  chains: readonly CarriedChain[],
  seq: number,
): Uint8Array {
  return chains.findLast((carried) => carried.seq <= seq)?.chain ?? NO_CHAIN;
}

const NO_CHAIN = new Uint8Array();
