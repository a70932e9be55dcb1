/**
 * Work on the records of a topic: at the same time for different points and drivers, one after the other for each; and up
 * to where all of it is done, which is what may be committed.
 *
 * @module
 */

/** Most records of one topic that are worked on at once. */
export const TOPIC_WORKS_MAX = 256;

/** The works of one topic. */
export class TopicLanes {
  /** Offsets of works that are not done, in order. */
  readonly #open = new Set<number>();
  #running = 0;
  readonly #lanes = new Map<string, Promise<void>>();
  #next: number;
  #freed = Promise.withResolvers<void>();

  /**
   * Makes lanes without work.
   *
   * @param next The offset of the first record that will be taken.
   */
  constructor(next: number) {
    this.#next = next;
  }

  /** The offset below which all work is done. */
  get floor(): number {
    for (const offset of this.#open) return offset;
    return this.#next;
  }

  /** Resolves when there is room for a further work. */
  async room(): Promise<void> {
    while (this.#running >= TOPIC_WORKS_MAX) await this.#freed.promise;
  }

  /** Resolves when no work goes on. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#freed.promise;
  }

  /**
   * Says that records up to an offset need no work.
   *
   * @param next The offset of the next record.
   */
  skipTo(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /**
   * Begins a work; offsets only ever grow.
   *
   * @param offset The record's offset.
   * @param work What to do; must not reject. Says whether it is done: what is given up holds the floor.
   * @param lane Whose turn it has to wait for; nobody's if left out.
   */
  take(offset: number, work: () => Promise<boolean>, lane?: string): void {
    this.#open.add(offset);
    this.#running++;
    this.#next = offset + 1;
    const before = lane === undefined ? undefined : this.#lanes.get(lane);
    const run = async () => {
      if (await work()) this.#open.delete(offset);
      this.#running--;
      if (lane !== undefined && this.#lanes.get(lane) === done) {
        this.#lanes.delete(lane);
      }
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    };
    const done: Promise<void> = before === undefined ? run() : before.then(run);
    if (lane !== undefined) this.#lanes.set(lane, done);
  }
}
