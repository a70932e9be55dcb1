/**
 * Words to one monitor, one at a time: an installed monitor reads once and takes what it read for one word, so the next
 * waits for the answer to the one before (C-3), and in frames a word keeps away from a control byte before it (C-37).
 *
 * @module
 */
import type { Timer } from "../../crdt/mod.ts";
import { type ChargingCommand, chargingCommandText } from "../../net/mod.ts";
import type { ChannelAnswer } from "./charging_use_cases.ts";
import type { PointTimes } from "./point_times.ts";

/** Most words that wait for one monitor. */
export const PACED_WORDS_MAX = 16;

/** What a monitor answers by a text of its own. */
type Word = Extract<
  ChargingCommand,
  { readonly kind: "stop" | "resume" | "authorize" }
>;

/** What words are sent with. */
export interface PacerPorts {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds. */
  after(delayMs: number, callback: () => void): Timer;
  /** Sends a text with one write; false if the connection is over. `flushed` is called once the system has it. */
  send(text: string, flushed: () => void): boolean;
}

interface Outgoing {
  readonly text: string;
  /** What answers it; null if the control byte ACK does, or time. */
  readonly word: Word["kind"] | null;
  /** How long to wait for the answer, in milliseconds; by the age of the registration if left out. */
  readonly answerMs?: number;
  /** Until when it may wait to be written. */
  readonly lapsesAt: number;
  settle(answer: ChannelAnswer): void;
}

/** Sends words to one monitor. */
export class CommandPacer {
  readonly #ports: PacerPorts;
  readonly #times: PointTimes;
  readonly #queue: Outgoing[] = [];
  /** What was written and is not answered. */
  #current: Outgoing | undefined;
  #answerTimer: Timer | undefined;
  #gapTimer: Timer | undefined;
  #opened = false;
  #ended = false;
  #registeredAt = 0;
  #controlAt = -Infinity;

  /**
   * Sends nothing before `open`.
   *
   * @param ports What it sends with.
   * @param times How long things take.
   */
  constructor(ports: PacerPorts, times: PointTimes) {
    this.#ports = ports;
    this.#times = times;
  }

  /** Whether nothing waits to be written or answered. */
  get idle(): boolean {
    return this.#current === undefined && this.#queue.length === 0;
  }

  /** The monitor has registered; it may not read for a while yet. */
  registered(): void {
    this.#registeredAt = this.#ports.now();
  }

  /** Words may go out from now on. */
  open(): void {
    this.#opened = true;
    this.#pump();
  }

  /**
   * Sends a word.
   *
   * @param word What the monitor is to do.
   * @returns For an authorization `confirmed` as soon as it is written, else what the monitor answered; `failed` if it
   * could not be written.
   */
  command(word: Word): Promise<ChannelAnswer> {
    const { promise, resolve } = Promise.withResolvers<ChannelAnswer>();
    this.#add({
      text: chargingCommandText(word),
      word: word.kind,
      lapsesAt: this.#ports.now() + this.#times.lapseMs,
      settle: resolve,
    });
    return promise;
  }

  /**
   * Sends a text that no text answers.
   *
   * @param text The text.
   * @param answerMs How long the next word waits for the control byte ACK, in milliseconds.
   */
  note(text: string, answerMs: number): void {
    const lapsesAt = this.#ports.now() + this.#times.lapseMs;
    this.#add({ text, word: null, answerMs, lapsesAt, settle: () => {} });
  }

  /**
   * The monitor has answered a word.
   *
   * @param word Which.
   * @param answer What.
   * @returns False if nothing waits for that.
   */
  answered(word: Word["kind"], answer: "confirmed" | "refused"): boolean {
    if (this.#current?.word !== word) return false;
    this.#finish(answer);
    return true;
  }

  /** The monitor has sent a control byte that acknowledges a frame, or does not. */
  acknowledged(): void {
    if (this.#current?.word === null) this.#finish("confirmed");
  }

  /** A control byte was written: no frame may be read together with it. */
  controlSent(): void {
    this.#controlAt = this.#ports.now();
  }

  /** The connection is over. */
  end(): void {
    this.#ended = true;
    this.#gapTimer?.cancel();
    const rest = this.#queue.splice(0);
    this.#finish("failed");
    for (const it of rest) it.settle("failed");
  }

  #add(outgoing: Outgoing): void {
    if (this.#ended || this.#queue.length >= PACED_WORDS_MAX) {
      return outgoing.settle("failed");
    }
    this.#queue.push(outgoing);
    this.#pump();
  }

  #finish(answer: ChannelAnswer): void {
    this.#answerTimer?.cancel();
    const current = this.#current;
    this.#current = undefined;
    current?.settle(answer);
    this.#pump();
  }

  #pump(): void {
    if (!this.#opened || this.#ended || this.#current !== undefined) return;
    const now = this.#ports.now();
    while ((this.#queue[0]?.lapsesAt ?? Infinity) <= now) {
      this.#queue.shift()?.settle("failed");
    }
    if (this.#queue.length === 0) return;
    const gapMs = this.#controlAt + this.#times.gapMs - now;
    this.#gapTimer?.cancel();
    if (gapMs > 0) {
      this.#gapTimer = this.#ports.after(gapMs, () => this.#pump());
      return;
    }
    const next = this.#queue.shift();
    if (next !== undefined) this.#write(next, now);
  }

  #write(next: Outgoing, now: number): void {
    const { answerMs, youngMs, youngAnswerMs } = this.#times;
    const isYoung = now - this.#registeredAt < youngMs;
    this.#current = next;
    let isWritten = false;
    const sent = this.#ports.send(next.text, () => {
      isWritten = true;
      if (next.word === "authorize") next.settle("confirmed");
    });
    if (!sent) return this.#finish("failed");
    if (next.word === "authorize") {
      this.#ports.after(answerMs, () => isWritten || next.settle("failed"));
    }
    this.#answerTimer = this.#ports.after(
      next.answerMs ?? (isYoung ? youngAnswerMs : answerMs),
      () => this.#finish(isWritten ? "silent" : "failed"),
    );
  }
}
