/**
 * A clock that stands still until a test moves it. Timers fire in the order of their time, then of their making.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "../../crdt/clock.ts";

/** A clock that a test moves. */
export interface VirtualClock extends Clock {
  /** Timers and deferred calls that wait. */
  readonly waiting: number;
  /**
   * Moves time on and fires what becomes due, without letting promises settle in between.
   *
   * @param ms Milliseconds, 0 or more.
   */
  advance(ms: number): void;
  /**
   * Moves time on and fires what becomes due; all promises settle between one event and the next.
   *
   * @param ms Milliseconds, 0 or more.
   */
  run(ms: number): Promise<void>;
  /**
   * Fires what is due now or becomes due next, as `run` does, until nothing waits.
   *
   * @param limitMs The most that time may move on; what is due later stays.
   * @returns True if nothing waits any more.
   */
  runAll(limitMs: number): Promise<boolean>;
  /**
   * Changes wall time alone, as an administrator or a bad battery does.
   *
   * @param byMs Milliseconds, also negative.
   */
  skew(byMs: number): void;
}

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * Makes a clock.
 *
 * @param startMs Wall time at the start, in milliseconds since 1970.
 * @returns The clock; `monotonic` starts at 0.
 */
export function createVirtualClock(startMs: number): VirtualClock {
  return new HeapClock(startMs);
}

/**
 * Waits for a promise while a clock moves on, a millisecond at a time.
 *
 * @param clock The clock.
 * @param promise What to wait for.
 * @param msMax How long it may take at the most.
 * @returns What it gives.
 */
export async function settleOn<T>(
  clock: VirtualClock,
  promise: Promise<T>,
  msMax = 100_000,
): Promise<T> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  for (let i = 0; i < msMax && !done; i++) await clock.run(1);
  if (!done) throw new Error("a promise of the test never settled");
  return await promise;
}

class HeapClock implements VirtualClock {
  #wallOffsetMs: number;
  #nowMs = 0;
  #order = 0;
  #live = 0;
  readonly #heap: Entry[] = [];

  constructor(startMs: number) {
    this.#wallOffsetMs = startMs;
  }

  get waiting(): number {
    return this.#live;
  }

  now(): number {
    return Math.floor(this.#wallOffsetMs + this.#nowMs);
  }

  monotonic(): number {
    return this.#nowMs;
  }

  skew(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  timer(delayMs: number, callback: () => void): Timer {
    const entry: Entry = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      callback,
      cancelled: false,
    };
    this.#live++;
    push(this.#heap, entry);
    return {
      cancel: () => {
        if (!entry.cancelled) this.#live--;
        entry.cancelled = true;
      },
    };
  }

  defer(callback: () => void): void {
    this.timer(0, callback);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#fireNext(endMs));
    this.#nowMs = endMs;
  }

  async run(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await setImmediate();
    while (this.#fireNext(endMs)) await setImmediate();
    this.#nowMs = endMs;
  }

  async runAll(limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    await setImmediate();
    while (this.#fireNext(endMs)) await setImmediate();
    return this.#live === 0;
  }

  #fireNext(endMs: number): boolean {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined || entry.dueMs > endMs) return false;
      pop(this.#heap);
      if (entry.cancelled) continue;
      entry.cancelled = true;
      this.#live--;
      this.#nowMs = Math.max(this.#nowMs, entry.dueMs);
      entry.callback();
      return true;
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || !before(entry, parent)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let childAt = 2 * at + 1;
    let child = heap[childAt];
    if (child === undefined) break;
    const right = heap[childAt + 1];
    if (right !== undefined && before(right, child)) {
      [child, childAt] = [right, childAt + 1];
    }
    if (!before(child, last)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = last;
}
