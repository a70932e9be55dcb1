/**
 * The facts of a log, commit by commit, for queues that read logs on from where they were read to.
 *
 * @module
 */
import { journalName, type LogFact, pageOf } from "../crdt/mod.ts";
import type { CommitArchive } from "./commit_archive.ts";
import type { LogEntry } from "./log_register.ts";

/**
 * Reads facts that were placed, commit by commit; of a commit whose body retention has dropped from its saved page.
 *
 * @param archive Stored commits.
 * @param entry The log.
 * @returns The facts of the commit with a seq. Keep the function for one transaction only.
 */
export function createFactReader(
  archive: CommitArchive,
  entry: LogEntry,
): (seq: number) => readonly LogFact[] {
  const pages = new Map<string, ReadonlyMap<number, readonly LogFact[]>>();
  return (seq) => {
    const encoded = archive.commit(entry.number, seq);
    if (encoded !== undefined) return archive.placedFacts(entry, encoded);
    const doc = journalName(entry.name, pageOf(seq));
    let page = pages.get(doc);
    if (page === undefined) {
      page = Map.groupBy(
        archive.savedFacts(entry, doc),
        (placed) => placed.seq,
      );
      pages.set(doc, page);
    }
    return page.get(seq) ?? [];
  };
}
