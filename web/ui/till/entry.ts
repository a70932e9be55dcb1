/**
 * What is typed or scanned at a till: a quantity before a star, then a code or part of a name; and how a scanner's keys
 * are told from a person's.
 *
 * @module
 */

/** What stands in the scan field. */
export interface Entry {
  /** The text of the quantity before `*`; undefined if there is none. */
  readonly quantity: string | undefined;
  /** A code, an id or part of a name. */
  readonly words: string;
}

/**
 * Reads what stands in the scan field.
 *
 * @param text E.g. `3*7750001` or `0,750*papa`.
 * @returns Quantity and words.
 */
export function entryOf(text: string): Entry {
  const match = /^\s*([0-9]{1,6}(?:[.,][0-9]{0,3})?)\s*[*×]\s*(.*)$/.exec(
    text,
  );
  if (match === null) return { quantity: undefined, words: text.trim() };
  return { quantity: match[1], words: (match[2] ?? "").trim() };
}

/** The longest pause between a scanner's keys, in milliseconds. */
const PAUSE_MS = 40;
/** Fewer keys than this could be a person's. */
const KEYS_MIN = 6;
/** Enter again so soon is a scanner that ends its codes twice. */
const SAME_ENTER_MS = 150;

/** Watches keys, to tell a scanner from a person. */
export class KeyWatch {
  #count = 0;
  #last = -Infinity;
  /** When a scanner sent its last Enter. */
  #enter = -Infinity;

  /**
   * Notes a key that writes.
   *
   * @param atMs When it was pressed.
   */
  key(atMs: number): void {
    this.#count = atMs - this.#last <= PAUSE_MS ? this.#count + 1 : 1;
    this.#last = atMs;
  }

  /**
   * Notes an Enter.
   *
   * @param atMs When it was pressed.
   * @returns Whether a scanner sent it and what came before it, and whether it only repeats the Enter before.
   */
  enter(atMs: number): { readonly scanned: boolean; readonly again: boolean } {
    const scanned = this.#count >= KEYS_MIN && atMs - this.#last <= PAUSE_MS;
    const again = atMs - this.#enter <= SAME_ENTER_MS &&
      this.#last <= this.#enter;
    this.#count = 0;
    this.#enter = scanned ? atMs : -Infinity;
    return { scanned, again };
  }
}
