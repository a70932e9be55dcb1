/**
 * Callers that wait until a fact that another node writes is here: the answer to a request, the end of a command.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import { isStoreError } from "../ports.ts";

/** Most callers that wait at once; more are answered by what is here already. */
export const FACT_WAITS_MAX = 4_096;

interface Waiting {
  /** Settles the caller if it can; true if it did. */
  readonly look: () => boolean;
}

/** Callers that wait, by what they wait for. */
export class FactWaits {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<Waiting>>();
  #count = 0;

  /**
   * Begins without callers.
   *
   * @param clock Time.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits until something can be read.
   *
   * @param key What is waited for.
   * @param read Reads it; undefined while it is not there.
   * @param ms How long at the most.
   * @returns What was read; undefined if it did not come in time.
   */
  async wait<T>(
    key: string,
    read: () => T | undefined,
    ms: number,
  ): Promise<T | undefined> {
    const here = read();
    const readNow = () => readOpen(read);
    if (here !== undefined || ms <= 0 || this.#count >= FACT_WAITS_MAX) {
      return here;
    }
    return await new Promise<T | undefined>((resolve) => {
      const settle = (value: T | undefined) => {
        timer.cancel();
        this.#remove(key, waiting);
        resolve(value);
      };
      const waiting: Waiting = {
        look: () => {
          const value = readNow();
          if (value !== undefined) settle(value);
          return value !== undefined;
        },
      };
      const timer = this.#clock.timer(ms, () => settle(readNow()));
      const all = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, all.add(waiting));
      this.#count++;
    });
  }

  /** Something of this may have come. */
  look(key: string): void {
    for (const { look } of [...this.#waiting.get(key) ?? []]) look();
  }

  /** Anything may have come. */
  lookAll(): void {
    for (const key of [...this.#waiting.keys()]) this.look(key);
  }

  #remove(key: string, waiting: Waiting): void {
    const all = this.#waiting.get(key);
    if (all?.delete(waiting) !== true) return;
    this.#count--;
    if (all.size === 0) this.#waiting.delete(key);
  }
}

/** Reads; a store that is closed has nothing, and a later look finds it open again. */
function readOpen<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return undefined;
  }
}
