/**
 * When a pump reads its meter: each second while fuel flows. Apart from the pump, which decides what a reading means.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";

/** Milliseconds between two readings. */
export const METER_MS = 1000;

/** Reads a meter while it is on. */
export class MeterTimer {
  readonly #clock: Clock;
  readonly #read: () => Promise<void>;
  #timer: Timer | undefined;
  #dueMs = 0;

  /**
   * Makes a timer that is off.
   *
   * @param clock Time.
   * @param read Reads the meter; the next reading waits for it.
   */
  constructor(clock: Clock, read: () => Promise<void>) {
    this.#clock = clock;
    this.#read = read;
  }

  /**
   * Turns it on or off; without effect if it is so already. The first reading comes a second after it was turned on.
   *
   * @param isOn Whether fuel flows.
   */
  turn(isOn: boolean): void {
    if (!isOn) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#dueMs = this.#clock.monotonic() + METER_MS;
      this.#arm();
    }
  }

  #arm(): void {
    const waitMs = Math.max(0, this.#dueMs - this.#clock.monotonic());
    const timer = this.#clock.timer(waitMs, async () => {
      await this.#read();
      // It was turned off, or off and on again, meanwhile.
      if (this.#timer !== timer) return;
      // A machine that slept does not make up for it: no fuel flowed meanwhile.
      this.#dueMs = Math.max(this.#dueMs + METER_MS, this.#clock.monotonic());
      this.#arm();
    });
    this.#timer = timer;
  }
}
