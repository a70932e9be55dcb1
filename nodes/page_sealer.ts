/**
 * Sealing a journal page: its commits become a saved branch and compressed blocks. A pure function of bytes, so that it
 * can run beside the node: a page of a busy till takes some hundred milliseconds.
 *
 * @module
 */
import { deflateRawSync } from "node:zlib";
import {
  type BranchState,
  closeBranch,
  decodeCommit,
  encodeCbor,
  GENESIS_STATE,
  type LogId,
  openBranch,
  PAGE_ENTRIES,
  readChange,
  saveBranch,
} from "../crdt/mod.ts";

/** How many commits are compressed together. It divides a page. */
export const BLOCK_COMMITS = 64;

/** A page to seal. */
export interface OpenPage {
  /** The log, with a fork's suffix. */
  readonly log: LogId;
  /** The page's document. */
  readonly doc: string;
  /** The seq of the first body. */
  readonly first: number;
  /** Bodies of the page's commits, from the first that is here to its last. */
  readonly bodies: readonly Uint8Array[];
}

/** Compressed bodies. */
export interface Block {
  /** The seq of the first. */
  readonly first: number;
  /** How many they are. */
  readonly count: number;
  /** The deflated CBOR array of the bodies. */
  readonly bytes: Uint8Array;
}

/** A sealed page. */
export interface SealedPage {
  /** The saved branch; undefined if no commit changed the page. */
  readonly saved:
    | { readonly bytes: Uint8Array; readonly state: BranchState }
    | undefined;
  /** All its bodies, block by block. */
  readonly blocks: readonly Block[];
}

/** Seals pages somewhere. */
export interface PageSealer {
  /** Seals one page. */
  seal(page: OpenPage): Promise<SealedPage>;
  /** Ends it; pages that are being sealed fail. */
  stop(): void;
}

function standingChanges({ log, doc, bodies }: OpenPage): Uint8Array[] {
  let state = GENESIS_STATE;
  const changes: Uint8Array[] = [];
  for (const body of bodies) {
    const change = decodeCommit(body)?.commit.changes.find((one) =>
      one.doc === doc
    );
    if (change === undefined) continue;
    // What was set aside when the commit was taken in is no part of the branch.
    const read = readChange(change.bytes, log, state);
    if (typeof read === "string" || read.overwrites) continue;
    state = read.after;
    changes.push(change.bytes);
  }
  return changes;
}

/**
 * Seals a page.
 *
 * @param page The page; only one that is whole gets a saved branch right.
 * @returns The saved branch and the blocks.
 */
export function sealPage(page: OpenPage): SealedPage {
  const changes = standingChanges(page);
  let saved: SealedPage["saved"];
  if (changes.length > 0) {
    const branch = openBranch(page.log, undefined, changes);
    saved = { bytes: saveBranch(branch), state: branch.state };
    closeBranch(branch);
  }
  const blocks: Block[] = [];
  for (let i = 0; i < page.bodies.length; i += BLOCK_COMMITS) {
    const bodies = page.bodies.slice(i, i + BLOCK_COMMITS);
    blocks.push({
      first: page.first + i,
      count: bodies.length,
      bytes: new Uint8Array(deflateRawSync(encodeCbor(bodies))),
    });
  }
  return { saved, blocks };
}

/** Seals in the node's own thread. */
export const INLINE_SEALER: PageSealer = {
  seal: (page) => Promise.resolve(sealPage(page)),
  stop: () => {},
};

/** The seq of the first commit of a page. */
export function firstOfPage(page: number): number {
  return page * PAGE_ENTRIES + 1;
}
