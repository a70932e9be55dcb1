/**
 * Decides where the signature of a head is kept, so that any stored stretch of a log can be sent as runs that end at a
 * signed head and fit into a frame.
 *
 * @module
 */
import { RUN_BYTES_MAX, RUN_COMMITS } from "./limits.ts";

/** Counts what each log has added since its last kept head. */
export class HeadKeeper {
  readonly #since = new Map<number, { commits: number; bytes: number }>();

  /**
   * Notes an addition to a log and decides whether the head after it is kept.
   *
   * @param log The log's number.
   * @param added How many commits and bytes.
   * @returns True if it must be kept: runs of others, and own or single commits once enough have gathered.
   */
  keeps(
    log: number,
    added: { readonly commits: number; readonly bytes: number },
  ): boolean {
    const before = this.#since.get(log) ?? { commits: 0, bytes: 0 };
    const commits = before.commits + added.commits;
    const bytes = before.bytes + added.bytes;
    const keep = added.commits > 1 || commits >= RUN_COMMITS ||
      bytes >= RUN_BYTES_MAX;
    this.#since.set(log, keep ? { commits: 0, bytes: 0 } : { commits, bytes });
    return keep;
  }
}
