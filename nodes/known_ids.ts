/**
 * Which ids of facts are known, for many facts of one transaction: one look at a stretch of ids instead of one at each.
 * Ids of one log come almost in order, so that a few stretches cover all of them.
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  idBytes,
  idText,
  type Reader,
} from "../crdt/mod.ts";

/** Most rows that one look reads. */
const LOOK_ROWS_MAX = 256;
/** A row costs a tenth of a look: so many rows for each answer are worth reading. */
const ROWS_PER_ANSWER = 8;

interface Stretch {
  readonly from: FactId;
  /** The first id that the look did not reach; undefined if it reached the end. */
  readonly below: FactId | undefined;
}

/** The known ids as one transaction asks for them. Between two questions only facts that were asked for may be placed. */
export class KnownIds {
  readonly #rows: Reader;
  #limit = 1;
  /** Questions that the last look has answered. */
  #answered = 0;
  readonly #known = new Set<FactId>();
  #stretch: Stretch | undefined;

  /**
   * Makes it for one transaction.
   *
   * @param rows The transaction's rows.
   */
  constructor(rows: Reader) {
    this.#rows = rows;
  }

  /**
   * Whether no fact with an id is here. The id counts as known afterwards.
   *
   * @param id The id.
   * @returns True if the fact can be placed without looking for others with its id.
   */
  isUnknown(id: FactId): boolean {
    if (this.#known.has(id)) return false;
    if (this.#covers(id)) this.#answered++;
    else this.#look(id);
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    return true;
  }

  #covers(id: FactId): boolean {
    const stretch = this.#stretch;
    return stretch !== undefined && id >= stretch.from &&
      (stretch.below === undefined || id < stretch.below);
  }

  /** Reads as many rows as are worth it: where ids of many logs lie between, as few as one. */
  #look(id: FactId): void {
    if (this.#stretch !== undefined) {
      const isWorthIt = this.#answered * ROWS_PER_ANSWER >= this.#limit;
      const wanted = isWorthIt ? this.#limit * 2 : this.#limit / 4;
      this.#limit = Math.min(LOOK_ROWS_MAX, Math.max(1, Math.floor(wanted)));
    }
    this.#answered = 0;
    const found = this.#rows.scan(FACTS, {
      from: [idBytes(id)],
      limit: this.#limit,
    }).map((row) => idText(row["id"] as Uint8Array));
    for (const one of found) this.#known.add(one);
    const last = found.length < this.#limit ? undefined : found.at(-1);
    // The last id that was read is known; it is not covered, but for a look of one row.
    this.#stretch = { from: id, below: last };
  }
}
