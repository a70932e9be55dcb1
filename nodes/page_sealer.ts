/**
 * Sealing a journal page: its commits become a saved branch and compressed blocks. A pure function of bytes, so that it
 * can run beside the node: a page of a busy till takes some hundred milliseconds.
 *
 * @module
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  type BranchState,
  closeBranch,
  COMMIT_BYTES_MAX,
  decodeCbor,
  decodeCommit,
  encodeCbor,
  GENESIS_STATE,
  type Hash,
  isBytes,
  type LogId,
  type OpenBranch,
  openBranch,
  PAGE_ENTRIES,
  PanalError,
  readChange,
  saveBranch,
} from "../crdt/mod.ts";

/** How many commits are compressed together. It divides a page. */
export const BLOCK_COMMITS = 64;

/** Half the time of the default level for a tenth more bytes. */
const DEFLATE_LEVEL = 3;

/** A page to seal. */
export interface OpenPage {
  /** The log, with a fork's suffix. */
  readonly log: LogId;
  /** The page's document. */
  readonly doc: string;
  /** Where the page's branch is, as the log's rows say; undefined if nothing of the page stands. */
  readonly head: Hash | undefined;
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

function pageChanges({ doc, bodies }: OpenPage): Uint8Array[] {
  return bodies
    .map((body) =>
      decodeCommit(body)?.commit.changes.find((one) => one.doc === doc)?.bytes
    )
    .filter((bytes) => bytes !== undefined);
}

/** Leaves out what was set aside when its commit was taken in: it is no part of the branch. */
function standingChanges(
  log: LogId,
  changes: readonly Uint8Array[],
): Uint8Array[] {
  let state = GENESIS_STATE;
  return changes.filter((bytes) => {
    const read = readChange(bytes, log, state);
    if (typeof read === "string" || read.overwrites) return false;
    state = read.after;
    return true;
  });
}

/** The branch of all changes, if none of them was set aside; reading each would cost as much as all the rest. */
function openWhole(
  { log, head }: OpenPage,
  changes: readonly Uint8Array[],
): OpenBranch | undefined {
  try {
    const branch = openBranch(log, undefined, changes);
    if (branch.state.head === head) return branch;
    closeBranch(branch);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
  }
  return undefined;
}

/**
 * Seals a page.
 *
 * @param page The page; only one that is whole gets a saved branch right.
 * @returns The saved branch and the blocks.
 */
export function sealPage(page: OpenPage): SealedPage {
  const changes = pageChanges(page);
  let saved: SealedPage["saved"];
  if (changes.length > 0) {
    const branch = openWhole(page, changes) ??
      openBranch(page.log, undefined, standingChanges(page.log, changes));
    saved = { bytes: saveBranch(branch), state: branch.state };
    closeBranch(branch);
  }
  const blocks: Block[] = [];
  for (let i = 0; i < page.bodies.length; i += BLOCK_COMMITS) {
    const bodies = page.bodies.slice(i, i + BLOCK_COMMITS);
    blocks.push({
      first: page.first + i,
      count: bodies.length,
      bytes: new Uint8Array(
        deflateRawSync(encodeCbor(bodies), { level: DEFLATE_LEVEL }),
      ),
    });
  }
  return { saved, blocks };
}

/**
 * Reads the bodies of a block.
 *
 * @param packed Its bytes.
 * @returns The bodies in order; undefined for what is no block.
 */
export function openBlock(packed: Uint8Array): Uint8Array[] | undefined {
  try {
    const maxOutputLength = BLOCK_COMMITS * (COMMIT_BYTES_MAX + 16);
    const bytes = inflateRawSync(packed, { maxOutputLength });
    const list = decodeCbor(new Uint8Array(bytes));
    return Array.isArray(list) && list.every((item) => isBytes(item))
      ? list
      : undefined;
  } catch {
    return undefined;
  }
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
