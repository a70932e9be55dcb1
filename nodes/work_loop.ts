/**
 * Work that is done one piece after the other, woken from outside or by time.
 *
 * @module
 */
import type { Clock, Timer } from "../crdt/mod.ts";

/** A loop. */
export interface WorkLoop {
  /** There may be something to do. */
  wake(): void;
  /** Ends it, after the piece that is being done. */
  stop(): Promise<void>;
}

/** What a loop does. */
export interface LoopWork {
  /** Does one piece; says how many milliseconds to wait before the next, or undefined until woken. */
  step(): Promise<number | undefined>;
  /** Says how long to wait after a piece that failed, in milliseconds. */
  failed(error: unknown): number;
}

/**
 * Makes a loop; it does nothing before it is woken.
 *
 * @param clock Time.
 * @param work What it does.
 * @returns The loop.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const clock = { now: () => 0, monotonic: () => 0, timer: () => ({ cancel() {} }), defer: () => {} };
 * let steps = 0;
 * const step = () => Promise.resolve(++steps < 3 ? 0 : undefined);
 * const loop = createWorkLoop(clock, { step, failed: () => 1000 });
 * loop.wake();
 * await loop.stop();
 * strictEqual(steps, 1);
 * ```
 */
export function createWorkLoop(clock: Clock, work: LoopWork): WorkLoop {
  let ended = false;
  let again = false;
  let current: Promise<void> | undefined;
  let timer: Timer | undefined;
  const run = async () => {
    for (;;) {
      again = false;
      const wait = await work.step().catch((error) => work.failed(error));
      if (ended) return;
      if (wait === 0 || again) continue;
      if (wait !== undefined) timer = clock.timer(wait, wake);
      return;
    }
  };
  const wake = () => {
    again = true;
    if (ended || current !== undefined) return;
    timer?.cancel();
    current = run().finally(() => {
      current = undefined;
      if (again) wake();
    });
  };
  return {
    wake,
    async stop() {
      ended = true;
      timer?.cancel();
      await current;
    },
  };
}
