/**
 * Purchases that an original program decides: what callers are told and when, whoever carries them there. It is the part
 * that links to an original company (14.4) and to an original regional office (14.5) share.
 *
 * @module
 */
import {
  type Clock,
  createFactIds,
  type FactId,
  parseFactId,
  type Random,
  type Timer,
} from "../../crdt/mod.ts";
import type { FleetExpense, PaymentVerdict } from "../../net/mod.ts";
import type { AlertBoard } from "../forecourt/alert_board.ts";
import type { Logger } from "../ports.ts";
import type {
  ForwardState,
  PurchaseInput,
  PurchaseReason,
  PurchaseVerdict,
} from "./fleet_use_cases.ts";
import type { Forward, ForwardBook } from "./forward_book.ts";
import type { RegionAuthority } from "./region_parts.ts";
import { addressOfPlace } from "./station_places.ts";

/** Most purchases that wait to be sent; more are refused. */
export const FORWARDS_QUEUED_MAX = 5_000;
/** Most purchases of which it is not known what became of them; beyond, new ones are refused. */
export const FORWARDS_OPEN_MAX = 5_000;

/**
 * Is told what became of a purchase after its caller was told that nobody knows, or after a restart. It may be told again
 * after a crash: the purchase is settled once this has settled.
 */
export type LateVerdict = (
  forward: Forward,
  accepted: boolean,
) => void | Promise<void>;

/** What a desk works with. */
export interface ForwardDeskParts {
  /** The rows. */
  readonly book: ForwardBook;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Incidents. */
  readonly alerts: AlertBoard;
  /** Log lines. */
  readonly logger: Logger;
  /** Is told what comes late. */
  readonly late: LateVerdict;
}

/** How a desk behaves. */
export interface ForwardDeskOptions {
  /** After so long a purchase that was not sent is refused, in milliseconds. */
  readonly sendMsMax: number;
  /** After so long its caller is told that nobody knows, in milliseconds. */
  readonly answerMsMax: number;
  /** True if a purchase is given up then, and listed. */
  readonly givesUp: boolean;
}

interface Caller {
  readonly answer: PromiseWithResolvers<PurchaseVerdict>;
  readonly timers: readonly Timer[];
}

/** The desk. */
export class ForwardDesk implements RegionAuthority {
  readonly #parts: ForwardDeskParts;
  readonly #options: ForwardDeskOptions;
  readonly #nextId: (nowMs: number) => FactId;
  readonly #callers = new Map<FactId, Caller>();
  readonly #watchers = new Map<FactId, Set<() => void>>();
  readonly #wakers = new Set<() => void>();

  /**
   * @param parts What it works with.
   * @param options How it behaves.
   */
  constructor(parts: ForwardDeskParts, options: ForwardDeskOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#nextId = createFactIds(parts.random);
  }

  async charge(input: PurchaseInput): Promise<PurchaseVerdict> {
    const { book, clock } = this.#parts;
    const id = input.id ?? this.#nextId(clock.now());
    const waiting = this.#callers.get(id);
    if (waiting !== undefined) return await waiting.answer.promise;
    const known = book.find(id);
    if (known !== undefined) {
      return { ...this.#verdictOf(known), repeated: true };
    }
    const forward = forwardOf(id, input, clock.now());
    if (input.review !== undefined) {
      await book.add({ ...forward, state: "review" });
      return refusal(id, input.review);
    }
    if (input.amount < 1) return refusal(id, "amount_invalid");
    if (this.#isFull()) return refusal(id, "overloaded");
    const caller = this.#wait(id);
    try {
      await book.add(forward);
    } catch (error) {
      this.#leave(id);
      throw error;
    }
    this.wake();
    return await caller.answer.promise;
  }

  outcome(purchase: FactId): ReturnType<RegionAuthority["outcome"]> {
    const state = this.#parts.book.find(purchase)?.state;
    if (state === "accepted" || state === "refused") return state;
    return state === undefined || isOver(state) ? "none" : "open";
  }

  /**
   * Whether an equal purchase of the same station was asked for under another address before.
   *
   * @param input The purchase.
   * @returns True if the books have one.
   */
  isKnown(input: PurchaseInput): boolean {
    return this.#parts.book.hasEqual(
      forwardOf("" as FactId, input, this.#parts.clock.now()),
    );
  }

  /** Ends purchases of an earlier run that were not sent in time. */
  async start(): Promise<void> {
    const { book, clock } = this.#parts;
    for (const one of book.oldest("queued", FORWARDS_QUEUED_MAX)) {
      const age = clock.now() - one.atMs;
      if (age >= this.#options.sendMsMax || age < 0) {
        await this.drop(one, ["queued"]);
      }
    }
  }

  /** The process ends: what was not sent is refused, of the rest nobody knows. Stop the links first. */
  async stop(): Promise<void> {
    for (const [id] of this.#callers) {
      await this.#guard(this.#dropQueued(id));
      this.#answer(refusal(id, "outcome_unknown"));
    }
  }

  /** There may be something to send, or to ask for. */
  wake(): void {
    for (const waker of this.#wakers) waker();
    this.#wakers.clear();
  }

  /** Is called once at the next `wake`. */
  onWake(waker: () => void): () => void {
    this.#wakers.add(waker);
    return () => this.#wakers.delete(waker);
  }

  /**
   * The program has decided. Durable before this settles.
   *
   * @param purchase The purchase.
   * @param accepted Whether it was charged.
   * @returns False if it was settled before: the verdict is surplus.
   */
  async settle(purchase: FactId, accepted: boolean): Promise<boolean> {
    const { book, late } = this.#parts;
    const from = accepted ? UNSETTLED_OR_DROPPED : UNSETTLED;
    const state = accepted ? "accepted" : "refused";
    const before = book.find(purchase);
    if (before === undefined || !from.includes(before.state)) return false;
    const forward: Forward = { ...before, state };
    // What is settled is not asked for again: whoever has to know it late knows it first.
    const isLate = !this.#callers.has(purchase);
    if (isLate) await late(forward, accepted);
    if (!await book.move(purchase, from, state)) return false;
    if (this.#callers.has(purchase)) this.#answer(this.#verdictOf(forward));
    else if (!isLate) await late(forward, accepted);
    this.#settled(purchase);
    return true;
  }

  /**
   * Nothing was charged, and nothing will be. Durable before this settles.
   *
   * @param forward The purchase.
   * @param from The states in which it may be.
   */
  async drop(
    forward: Forward,
    from: readonly ForwardState[],
  ): Promise<void> {
    const { purchase } = forward;
    if (!await this.#parts.book.move(purchase, from, "dropped")) return;
    if (this.#callers.has(purchase)) this.#answer(refusal(purchase, UNSENT));
    else await this.#parts.late(forward, false);
    this.#settled(purchase);
  }

  /**
   * Waits until a purchase is settled.
   *
   * @param purchase The purchase.
   * @param ms The longest wait, in milliseconds.
   * @param signal Ends it.
   * @returns True if it is settled.
   */
  async settledWithin(
    purchase: FactId,
    ms: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const isSettled = () => {
      const state = this.#parts.book.find(purchase)?.state;
      return state !== "sent" && state !== "unknown";
    };
    if (isSettled() || signal.aborted) return isSettled();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const watchers = this.#watchers.get(purchase) ?? new Set();
    this.#watchers.set(purchase, watchers.add(end));
    const timer = this.#parts.clock.timer(ms, end);
    signal.addEventListener("abort", end);
    await promise;
    timer.cancel();
    signal.removeEventListener("abort", end);
    watchers.delete(end);
    return isSettled();
  }

  /** Whether it is too late to send a purchase: its card was told something by then. */
  isLate({ atMs }: Forward): boolean {
    const age = this.#parts.clock.now() - atMs;
    return age >= this.#options.sendMsMax || age < 0;
  }

  #wait(id: FactId): Caller {
    const { clock } = this.#parts;
    const { sendMsMax, answerMsMax } = this.#options;
    const caller: Caller = {
      answer: Promise.withResolvers<PurchaseVerdict>(),
      timers: [
        // What was not sent by now is refused.
        clock.timer(sendMsMax, () => this.#guard(this.#dropQueued(id))),
        clock.timer(answerMsMax, () => this.#guard(this.#giveUp(id))),
      ],
    };
    this.#callers.set(id, caller);
    return caller;
  }

  async #dropQueued(id: FactId): Promise<void> {
    const forward = this.#parts.book.find(id);
    if (forward?.state === "queued") await this.drop(forward, ["queued"]);
  }

  /** What was sent may have been charged: the caller is told so, and people are. */
  async #giveUp(id: FactId): Promise<void> {
    const { alerts, book } = this.#parts;
    this.#answer(refusal(id, "outcome_unknown"));
    const forward = book.find(id);
    if (forward === undefined) return;
    alerts.tell(
      "fleet_outcome_unknown",
      "An original program did not say what became of a purchase",
      { purchase: id, company: forward.expense.company },
    );
    if (this.#options.givesUp) await book.move(id, ["sent"], "unknown");
  }

  /** A disk that fails must not end the program. */
  #guard(work: Promise<void>): Promise<void> {
    return work.catch((error) =>
      this.#parts.logger.log("error", "A forwarded purchase was not written", {
        error: String(error),
      })
    );
  }

  #answer(verdict: PurchaseVerdict): void {
    this.#leave(verdict.id)?.answer.resolve(verdict);
  }

  #leave(id: FactId): Caller | undefined {
    const caller = this.#callers.get(id);
    this.#callers.delete(id);
    for (const timer of caller?.timers ?? []) timer.cancel();
    return caller;
  }

  #settled(purchase: FactId): void {
    for (const watcher of this.#watchers.get(purchase) ?? []) watcher();
    this.#watchers.delete(purchase);
  }

  #isFull(): boolean {
    const { book } = this.#parts;
    return this.#callers.size >= FORWARDS_QUEUED_MAX ||
      book.oldest("sent", FORWARDS_OPEN_MAX).length >= FORWARDS_OPEN_MAX;
  }

  #verdictOf({ purchase, state }: Forward): PurchaseVerdict {
    if (state === "accepted") {
      return { id: purchase, accepted: true, reason: null, repeated: false };
    }
    const reason = state === "review" ? "replay_suspected" : state === "refused"
      // The wire does not say which of the reasons it was.
      ? "balance_insufficient"
      : state === "dropped"
      ? UNSENT
      : "outcome_unknown";
    return refusal(purchase, reason);
  }
}

/** Why a purchase is refused that never reached who decides. */
const UNSENT: PurchaseReason = "rights_unreachable";
const UNSETTLED: readonly ForwardState[] = ["queued", "sent", "unknown"];
/** A charge counts also where everything said that there was none. */
const UNSETTLED_OR_DROPPED: readonly ForwardState[] = [...UNSETTLED, "dropped"];

function isOver(state: ForwardState): boolean {
  return state === "dropped" || state === "review";
}

function refusal(id: FactId, reason: PurchaseReason): PurchaseVerdict {
  return { id, accepted: false, reason, repeated: false };
}

function forwardOf(
  purchase: FactId,
  { company, card, amount, date, place, route }: PurchaseInput,
  atMs: number,
): Forward {
  const expense: FleetExpense = {
    company: Number(company),
    card: Number(card),
    total: amount,
    date,
  };
  const address = route?.pumpAddress ?? addressOfPlace(place);
  const station = route?.station ?? String(place.station ?? 0);
  return { purchase, state: "queued", atMs, address, station, expense };
}

/**
 * The address under which a purchase is sent: it comes back unchanged, and says which purchase it is.
 *
 * @param forward The purchase.
 * @returns The original address with the purchase behind it.
 */
export function markedAddress(
  { address, purchase }: Pick<Forward, "address" | "purchase">,
): string {
  return `${address}#${purchase}`;
}

/**
 * The purchase that an address says.
 *
 * @param verdict A verdict.
 * @returns The purchase; undefined if the address was not marked by Panal.
 */
export function purchaseOf(
  { pumpAddress }: Pick<PaymentVerdict, "pumpAddress">,
): FactId | undefined {
  return parseFactId(/#([^#]*)$/.exec(pumpAddress)?.[1]);
}
