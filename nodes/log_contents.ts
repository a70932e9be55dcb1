/**
 * What a log's commits hold, read again in order: from their bodies, or from the saved branches where bodies are gone.
 *
 * @module
 */
import {
  type CommitContents,
  journalName,
  pageOf,
  type Reader,
  type Stamp,
} from "../crdt/mod.ts";
import type { CommitArchive, SavedItem } from "./commit_archive.ts";
import type { LogEntry } from "./log_register.ts";
import { BRANCHES } from "./tables.ts";

/** What a commit holds, and its stamp. */
export type StampedContents = CommitContents & { readonly stamp: Stamp };

/** Where contents are read. */
export interface ContentsSource {
  /** The rows. */
  readonly reader: Reader;
  /** Stored commits and saved branches. */
  readonly archive: CommitArchive;
}

/**
 * Reads a log's commits one by one.
 *
 * @param source Where they are.
 * @param entry The log.
 * @returns What the commit with a seq holds; ask in ascending order, since a page is kept for the next.
 */
export function createContentsReader(
  source: ContentsSource,
  entry: LogEntry,
): (seq: number) => StampedContents {
  const { archive } = source;
  const saved = createSavedReader(source, entry);
  return (seq) => {
    const encoded = archive.commit(entry.number, seq);
    return encoded === undefined
      ? saved(seq)
      : { ...archive.contentsOf(entry, encoded), stamp: encoded.commit.stamp };
  };
}

/** Reads what commits that are gone held from the log's branches, page by page. */
function createSavedReader(
  { archive, reader }: ContentsSource,
  entry: LogEntry,
): (seq: number) => StampedContents {
  let others: ReadonlyMap<number, SavedItem[]> | undefined;
  let page: ReadonlyMap<number, SavedItem[]> = new Map();
  let pageNumber = -1;
  return (seq) => {
    others ??= bySeq(
      reader.scan(BRANCHES, { prefix: [entry.number] })
        .map((row) => String(row["doc"]))
        .filter((doc) => !doc.startsWith("journal/"))
        .flatMap((doc) => archive.savedItems(entry, doc)),
    );
    if (pageOf(seq) !== pageNumber) {
      pageNumber = pageOf(seq);
      const doc = journalName(entry.name, pageNumber);
      page = bySeq(archive.savedItems(entry, doc));
    }
    const items = [...others.get(seq) ?? [], ...page.get(seq) ?? []]
      .toSorted((a, b) => compareText(a.item.doc, b.item.doc));
    // Changes that do not stand are in no branch: only their note is left.
    const noted = archive.notedAside(entry.number, seq);
    const aside = items.flatMap(({ item }) => "fact" in item ? [] : [item]);
    return {
      stamp: items[0]?.stamp ?? entry.stamp,
      facts: items.flatMap(({ item }) => "fact" in item ? [item] : []),
      setAside: [
        ...[...noted.filter(({ doc }) => doc !== ""), ...aside]
          .toSorted((a, b) => compareText(a.doc, b.doc)),
        ...noted.filter(({ doc }) => doc === ""),
      ],
    };
  };
}

function bySeq(items: readonly SavedItem[]): Map<number, SavedItem[]> {
  return Map.groupBy(items, ({ seq }) => seq);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
