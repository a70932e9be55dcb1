/**
 * Copying the commits of a log into parts. A page that is sealed and of which nothing was copied before goes over as it
 * lies, compressed and with its saved document; of any other page the bodies alone, which are sealed again where the
 * backup is restored. So nothing is ever copied twice.
 *
 * @module
 */
import {
  journalName,
  PAGE_ENTRIES,
  pageOf,
  PanalError,
  type Reader,
} from "../../crdt/mod.ts";
import type { CommitArchive } from "../commit_archive.ts";
import { firstOfPage } from "../page_sealer.ts";
import { BLOCKS, COMMITS, HEADS, SAVED_BRANCHES } from "../tables.ts";
import type { LogPlan } from "./backup_plan.ts";
import {
  addRow,
  beginFrame,
  FRAME_BYTES,
  type OpenFrame,
} from "./backup_rows.ts";
import type { PartSet } from "./part_set.ts";

/** Where commits are read. */
export interface CopyContext {
  /** The rows of one instant. */
  readonly snapshot: Reader;
  /** Stored commits. */
  readonly archive: CommitArchive;
}

/**
 * Copies what a plan says.
 *
 * @param context Where commits are read.
 * @param plan The log, and from which commit on.
 * @param parts Where they go.
 * @returns How many commits were copied.
 */
export async function copyLog(
  context: CopyContext,
  plan: LogPlan,
  parts: PartSet,
): Promise<number> {
  const { entry, from, log } = plan;
  if (from > entry.seq) return 0;
  const frames = new LogFrames(log.copy, parts);
  const first = Math.max(from, log.first);
  for (let page = pageOf(from); page <= pageOf(entry.seq); page++) {
    if (from <= firstOfPage(page)) copyPage(context, plan, page, frames);
    else copyBodies(context, plan, page, frames);
    await frames.flush(FRAME_BYTES);
  }
  const { number, seq } = entry;
  const heads = context.snapshot.scan(HEADS, {
    prefix: [number],
    from: [from],
    below: [seq + 1],
  });
  for (const row of heads) frames.add("heads", row);
  await frames.flush(0);
  return seq - first + 1;
}

/** A page as it lies. */
function copyPage(
  { snapshot }: CopyContext,
  { entry }: LogPlan,
  page: number,
  frames: LogFrames,
): void {
  const { number, name, seq } = entry;
  const start = firstOfPage(page);
  const range = {
    prefix: [number],
    from: [start],
    below: [Math.min(seq + 1, start + PAGE_ENTRIES)],
  };
  const doc = journalName(name, page);
  const saved = snapshot.get(SAVED_BRANCHES, [number, doc]);
  if (saved !== undefined) frames.add("saved", saved);
  for (const row of snapshot.scan(BLOCKS, range)) frames.add("blocks", row);
  for (const row of snapshot.scan(COMMITS, range)) frames.add("commits", row);
}

/** The bodies of a page whose beginning the folder has. */
function copyBodies(
  { archive }: CopyContext,
  { entry, from }: LogPlan,
  page: number,
  frames: LogFrames,
): void {
  const start = Math.max(from, firstOfPage(page));
  const end = Math.min(entry.seq, firstOfPage(page + 1) - 1);
  const bodies = archive.bodies(entry.number, {
    from: start,
    to: end,
    bytesMax: Infinity,
  });
  if (bodies.length !== end - start + 1) {
    throw new PanalError(
      "data_folder_damaged",
      `Cannot back up: commit ${
        start + bodies.length
      } of log ${entry.name} is missing: run "audit verify"`,
    );
  }
  bodies.forEach((body, i) => frames.add("commits", { seq: start + i, body }));
}

type Kind = "saved" | "blocks" | "commits" | "heads";
const TABLES = {
  saved: SAVED_BRANCHES,
  blocks: BLOCKS,
  commits: COMMITS,
  heads: HEADS,
} as const;

/** The open frames of a log, closed together so that who reads them back meets its commits nearly in order. */
class LogFrames {
  readonly #copy: number;
  readonly #parts: PartSet;
  #frames = new Map<Kind, OpenFrame>();
  #bytes = 0;

  constructor(copy: number, parts: PartSet) {
    this.#copy = copy;
    this.#parts = parts;
  }

  add(kind: Kind, row: Parameters<typeof addRow>[1]): void {
    let frame = this.#frames.get(kind);
    if (frame === undefined) {
      frame = beginFrame(this.#copy, TABLES[kind], "log");
      this.#frames.set(kind, frame);
    }
    this.#bytes += addRow(frame, row);
  }

  async flush(least: number): Promise<void> {
    if (this.#bytes < least) return;
    for (const frame of this.#frames.values()) await this.#parts.add(frame);
    this.#frames = new Map();
    this.#bytes = 0;
  }
}
