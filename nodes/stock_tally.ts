/**
 * The net change of stock by a log's own facts since its last checkpoint: what the next checkpoint adds to the `stock`
 * branches. Kept up as commits are written; after a restart it is made up for in small steps, so that no request waits
 * behind the reading of thousands of commits.
 *
 * @module
 */
import type { Fact } from "../crdt/mod.ts";

/** Net changes by document and product. */
export type StockChanges = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Tally {
  /** The first commit whose facts are not in `changes`. */
  next: number;
  changes: Map<string, Map<string, number>>;
}

/** Most commits that one step reads. */
export const TALLY_STEP_COMMITS = 64;

/** Adds up stock changes of the logs that this node writes. */
export class StockTally {
  readonly #tallies = new Map<number, Tally>();
  readonly #startOf: (log: number) => number;

  /**
   * Makes an empty tally.
   *
   * @param startOf The seq of a log's last checkpoint, whose own facts belong to the next one; 1 without a checkpoint.
   */
  constructor(startOf: (log: number) => number) {
    this.#startOf = startOf;
  }

  /** Notes a commit that was written. One that does not come next is read later by `catchUp`. */
  note(log: number, seq: number, facts: readonly Fact[]): void {
    const tally = this.#tally(log);
    if (tally.next !== seq) return;
    for (const fact of facts) addFact(tally.changes, fact);
    tally.next = seq + 1;
  }

  /**
   * Reads some commits that were written before this process knew of them.
   *
   * @param log The log's number.
   * @param last The log's newest seq.
   * @param read The facts of a commit.
   * @returns True once nothing is left to read.
   */
  catchUp(
    log: number,
    last: number,
    read: (seq: number) => readonly Fact[],
  ): boolean {
    const tally = this.#tally(log);
    const end = Math.min(last, tally.next + TALLY_STEP_COMMITS - 1);
    while (tally.next <= end) this.note(log, tally.next, read(tally.next));
    return tally.next > last;
  }

  /**
   * Takes the changes of all commits before a checkpoint.
   *
   * @param log The log's number.
   * @param seq The checkpoint's seq.
   * @returns The changes; undefined if some commit before it was not read yet.
   */
  take(log: number, seq: number): StockChanges | undefined {
    const tally = this.#tally(log);
    if (tally.next !== seq) return undefined;
    const { changes } = tally;
    tally.changes = new Map();
    return changes;
  }

  /** Puts changes back whose checkpoint was not written. */
  putBack(log: number, changes: StockChanges): void {
    const tally = this.#tally(log);
    for (const [doc, byProduct] of changes) {
      for (const [product, change] of byProduct) {
        add(tally.changes, { doc, product, change });
      }
    }
  }

  #tally(log: number): Tally {
    let tally = this.#tallies.get(log);
    if (tally === undefined) {
      tally = { next: this.#startOf(log), changes: new Map() };
      this.#tallies.set(log, tally);
    }
    return tally;
  }
}

function add(
  changes: Map<string, Map<string, number>>,
  { doc, product, change }: { doc: string; product: string; change: number },
): void {
  let byProduct = changes.get(doc);
  if (byProduct === undefined) changes.set(doc, byProduct = new Map());
  byProduct.set(product, (byProduct.get(product) ?? 0) + change);
}

function addFact(
  changes: Map<string, Map<string, number>>,
  fact: Fact,
): void {
  if (!("site" in fact) || fact.site === undefined || !("date" in fact)) return;
  const doc = `stock/${fact.site}/${fact.date.slice(0, 7)}`;
  if (fact.type === "SaleRecorded") {
    // The stock of an original branch is what it reports.
    if (fact.legacy !== undefined) return;
    for (const { product, quantity } of fact.lines) {
      add(changes, { doc, product, change: -quantity });
    }
  } else if (fact.type === "StockReceived") {
    for (const { product, quantity } of fact.lines) {
      add(changes, { doc, product, change: quantity });
    }
  } else if (fact.type === "StockCounted") {
    add(changes, { doc, product: fact.product, change: fact.difference });
  }
}
