/**
 * The order in which verdicts of purchases that look the same are given: first in, first out (C-22). A verdict names no
 * purchase, so nobody could tell them apart.
 *
 * @module
 */

/** What stands in line. */
export interface InLine {
  /** What purchases that look the same share. */
  readonly key: string;
  /** When it came, in monotonic milliseconds. */
  readonly receivedAt: number;
  /** The verdict; undefined while there is none. */
  readonly accepted: boolean | undefined;
}

/** The lines, one a key. */
export class VerdictOrder<T extends InLine> {
  readonly #lines = new Map<string, T[]>();
  readonly #patienceMs: number;

  /** @param patienceMs How long one without a verdict holds up those behind it, in milliseconds. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Something goes to the end of its line. */
  add(entry: T): void {
    const line = this.#lines.get(entry.key);
    if (line === undefined) this.#lines.set(entry.key, [entry]);
    else line.push(entry);
  }

  /**
   * Takes out of one line what nothing holds up any more.
   *
   * @param key The line.
   * @param now Monotonic milliseconds.
   * @returns What leaves the line, in order; what took too long is among it without a verdict.
   */
  take(key: string, now: number): T[] {
    const line = this.#lines.get(key) ?? [];
    const held = line.findIndex((it) =>
      it.accepted === undefined && now - it.receivedAt < this.#patienceMs
    );
    const taken = line.splice(0, held < 0 ? line.length : held);
    if (line.length === 0) this.#lines.delete(key);
    return taken;
  }

  /**
   * Lines whose first took too long.
   *
   * @param now Monotonic milliseconds.
   * @returns Their keys.
   */
  overdue(now: number): string[] {
    return [...this.#lines].filter(([, [first]]) =>
      first !== undefined && now - first.receivedAt >= this.#patienceMs
    ).map(([key]) => key);
  }
}
