/**
 * Sends sales to nodes: so many at a time to each, no faster than the pace, again where a node has no room, and never
 * more waiting than a bound.
 *
 * @module
 */
import {
  type Clock,
  type Random,
  randomBelow,
  type Timer,
} from "../../crdt/mod.ts";
import type { Pace } from "./pace.ts";
import type { FileSale } from "./sales.ts";
import { wait } from "./waiting.ts";

/** A node does not want a sale. */
export interface Refused {
  /** Tells it from other answers. */
  readonly kind: "refused";
  /** A stable word. */
  readonly reason: string;
  /** A sentence about this one case, if there is one. */
  readonly detail?: string;
}

/** What a node said to a sale. */
export type PostAnswer =
  /** It is new and durable. */
  | { readonly kind: "accepted" }
  /** The node had it before. */
  | { readonly kind: "duplicate" }
  /** The node does not want it. */
  | Refused
  /** The node cannot take it now, or there was no answer. */
  | {
    readonly kind: "retry";
    readonly reason: string;
    readonly afterMs?: number;
  };

/** What became of a sale. `unsent` is one that the end of the run overtook. */
export type Outcome =
  | Exclude<PostAnswer, { readonly kind: "retry" }>
  | { readonly kind: "unsent" };

/** What a driver needs. */
export interface DriverOptions {
  /** The nodes' URLs. */
  readonly targets: readonly string[];
  /** The most requests at a time to one node. */
  readonly connections: number;
  /** How often a sale is sent again. */
  readonly retries: number;
  /** The pace of all. */
  readonly pace: Pace;
  /** Time and timers. */
  readonly clock: Clock;
  /** Spreads the retries. */
  readonly random: Random;
  /** Ends the run: what waits is not sent, what is under way gets `ENDING_MS`. */
  readonly signal: AbortSignal;
  /** Sends one sale; never throws. */
  post(
    target: string,
    sale: FileSale,
    signal: AbortSignal,
  ): Promise<PostAnswer>;
  /** Is told of every sale that was sent or dropped, with the last request's duration. */
  onOutcome(sale: FileSale, outcome: Outcome, durationMs: number): void;
  /** Is told of every retry. */
  onRetry(): void;
  /** Is told that a node answers none of the retries any more; the caller ends the run. */
  onSilent(target: string, reason: string): void;
}

/** Sends sales. */
export interface Driver {
  /**
   * Takes a sale; waits for the pace and for room.
   *
   * @param target The node's URL, one of those that the driver knows.
   * @param sale The sale.
   */
  send(target: string, sale: FileSale): Promise<void>;
  /** Waits until every sale has its outcome. */
  finish(): Promise<void>;
}

/** What is under way when a run is ended gets this long. */
export const ENDING_MS = 3000;

/** So many sales wait for each connection at most. */
const QUEUE_PER_CONNECTION = 8;

/** A node is silent when so many sales in a row for each connection got no answer in all their tries. */
const SILENT_PER_CONNECTION = 2;

const RETRY_FIRST_MS = 50;
const RETRY_MS_MAX = 2000;
const RETRY_AFTER_MS_MAX = 10_000;

/**
 * Makes a driver.
 *
 * @param options What it needs.
 * @returns The driver.
 */
export function createDriver(options: DriverOptions): Driver {
  const hard = new AbortController();
  let ending: Timer | undefined;
  const endHard = () => {
    ending = options.clock.timer(ENDING_MS, () => hard.abort());
  };
  if (options.signal.aborted) endHard();
  else options.signal.addEventListener("abort", endHard, { once: true });
  const lanes = new Map(
    options.targets.map((it) => [it, new Lane(it, options, hard.signal)]),
  );
  return {
    async send(target, sale) {
      await options.pace.turn(options.signal);
      await lanes.get(target)?.add(sale);
    },
    async finish() {
      await Promise.all([...lanes.values()].map((lane) => lane.idle()));
      options.signal.removeEventListener("abort", endHard);
      ending?.cancel();
    },
  };
}

/** The sales of one node. */
class Lane {
  readonly #target: string;
  readonly #options: DriverOptions;
  readonly #hardSignal: AbortSignal;
  readonly #queue: FileSale[] = [];
  readonly #waiters: {
    readonly below: number;
    readonly resolve: () => void;
  }[] = [];
  #active = 0;
  /** Sales in a row that got no answer in all their tries. */
  #unanswered = 0;

  constructor(target: string, options: DriverOptions, hardSignal: AbortSignal) {
    this.#target = target;
    this.#options = options;
    this.#hardSignal = hardSignal;
  }

  add(sale: FileSale): Promise<void> {
    this.#queue.push(sale);
    this.#pump();
    return this.#until(this.#options.connections * QUEUE_PER_CONNECTION);
  }

  idle(): Promise<void> {
    return this.#until(1);
  }

  /** Waits until fewer sales than `below` are queued or under way. */
  #until(below: number): Promise<void> {
    if (this.#queue.length + this.#active < below) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ below, resolve }));
  }

  #pump(): void {
    while (this.#active < this.#options.connections) {
      const sale = this.#queue.shift();
      if (sale === undefined) return;
      this.#active++;
      this.#deliver(sale).then(() => {
        this.#active--;
        this.#pump();
        this.#wake();
      });
    }
  }

  #wake(): void {
    const held = this.#queue.length + this.#active;
    for (let at = this.#waiters.length - 1; at >= 0; at--) {
      const waiter = this.#waiters[at];
      if (waiter === undefined || held >= waiter.below) continue;
      this.#waiters.splice(at, 1);
      waiter.resolve();
    }
  }

  async #deliver(sale: FileSale): Promise<void> {
    const { clock, signal, onOutcome, onRetry } = this.#options;
    for (let tries = 0;; tries++) {
      if (signal.aborted) return onOutcome(sale, { kind: "unsent" }, 0);
      const startMs = clock.monotonic();
      const answer = await this.#options.post(
        this.#target,
        sale,
        this.#hardSignal,
      );
      const durationMs = clock.monotonic() - startMs;
      if (answer.kind !== "retry") {
        this.#unanswered = 0;
        return onOutcome(sale, answer, durationMs);
      }
      if (tries >= this.#options.retries && !signal.aborted) {
        this.#countUnanswered(answer.reason);
        const { reason } = answer;
        return onOutcome(sale, { kind: "refused", reason }, durationMs);
      }
      onRetry();
      const pauseMs = this.#pauseMs(tries, answer.afterMs);
      await wait(pauseMs, { clock, signal });
    }
  }

  #pauseMs(tries: number, afterMs = 0): number {
    const longMs = Math.min(RETRY_MS_MAX, RETRY_FIRST_MS * 2 ** tries);
    const spreadMs = longMs / 2 + randomBelow(this.#options.random, longMs / 2);
    return Math.max(spreadMs, Math.min(afterMs, RETRY_AFTER_MS_MAX));
  }

  #countUnanswered(reason: string): void {
    const most = this.#options.connections * SILENT_PER_CONNECTION;
    if (++this.#unanswered === most) {
      this.#options.onSilent(this.#target, reason);
    }
  }
}
