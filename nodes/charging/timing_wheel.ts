/**
 * One timer for the deadlines of thousands of connections: setting and cancelling one costs next to nothing, and nothing
 * runs while there is none.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";

/** How exact a wheel is, in milliseconds. */
export const WHEEL_TICK_MS = 10;
const SLOTS = 1024;

interface Entry extends Timer {
  readonly callback: () => void;
  /** The tick at which it is due. */
  readonly due: number;
  cancelled: boolean;
}

/** Deadlines of many. */
export class TimingWheel {
  readonly #clock: Pick<Clock, "monotonic" | "timer">;
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  /** Entries in the slots, cancelled ones too. */
  #count = 0;
  /** The last tick whose slot was looked at. */
  #tick = 0;
  #timer: Timer | undefined;
  #stopped = false;

  /**
   * Makes a wheel without deadlines.
   *
   * @param clock Time.
   */
  constructor(clock: Pick<Clock, "monotonic" | "timer">) {
    this.#clock = clock;
  }

  /**
   * Calls back once, not before so many milliseconds have passed.
   *
   * @param delayMs How many, 0 or more.
   * @param callback Must not throw.
   * @returns What cancels it.
   */
  after(delayMs: number, callback: () => void): Timer {
    const now = this.#clock.monotonic();
    if (this.#count === 0) this.#tick = Math.floor(now / WHEEL_TICK_MS);
    const entry: Entry = {
      callback,
      due: Math.max(Math.ceil((now + delayMs) / WHEEL_TICK_MS), this.#tick + 1),
      cancelled: false,
      cancel() {
        entry.cancelled = true;
      },
    };
    this.#slots[entry.due % SLOTS]?.push(entry);
    this.#count++;
    this.#arm();
    return entry;
  }

  /** Calls nobody back any more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#stopped || this.#count === 0) return;
    this.#timer = this.#clock.timer(WHEEL_TICK_MS, () => this.#turn());
  }

  #turn(): void {
    this.#timer = undefined;
    const until = Math.floor(this.#clock.monotonic() / WHEEL_TICK_MS);
    const due: Entry[] = [];
    // After a long pause one turn looks at every slot.
    for (let steps = 0; this.#tick < until && steps < SLOTS; steps++) {
      this.#tick++;
      this.#takeDue(this.#tick % SLOTS, until, due);
    }
    this.#tick = until;
    due.sort((a, b) => a.due - b.due);
    for (const entry of due) if (!entry.cancelled) entry.callback();
    this.#arm();
  }

  #takeDue(slot: number, until: number, due: Entry[]): void {
    const entries = this.#slots[slot];
    if (entries === undefined || entries.length === 0) return;
    const kept = entries.filter((entry) => {
      if (entry.cancelled) return false;
      if (entry.due <= until) due.push(entry);
      return entry.due > until;
    });
    this.#count -= entries.length - kept.length;
    this.#slots[slot] = kept;
  }
}
