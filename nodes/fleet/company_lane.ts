/**
 * One link to an original company, with at most one question open on it (14.4): an expense, a poke, or a probe. The
 * company neither knows an expense again nor answers reliably, so what became of one is asked for, never guessed.
 *
 * @module
 */
import {
  type Clock,
  createFactIds,
  type FactId,
  type Random,
} from "../../crdt/mod.ts";
import {
  encodeFleetMessage,
  type FleetFrame,
  parseFleetMessage,
  type PaymentVerdict,
} from "../../net/mod.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";
import type { Forward, ForwardBook } from "./forward_book.ts";
import { type ForwardDesk, markedAddress, purchaseOf } from "./forward_desk.ts";
import { type FleetWire, type FleetWireEvents, pauseOn } from "./fleet_wire.ts";

/** What a probe is told to come from: no pump has this address. */
const PROBE_ADDRESS = "panal-probe";

/** How long things take, in milliseconds. */
export interface CompanyTimes {
  /** Wait for a verdict before the company is poked. */
  readonly verdictMs: number;
  /** Wait for the answer to a poke. */
  readonly pokeMs: number;
  /** Wait for the answer to a probe. */
  readonly probeMs: number;
  /** Longest pause between two rounds of pokes to a company that does not answer. */
  readonly roundMsMax: number;
}

/** What lanes share. */
export interface CompanyLaneParts {
  /** What was asked for. */
  readonly desk: ForwardDesk;
  /** The rows. */
  readonly book: ForwardBook;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Counts what is dropped. */
  readonly drops: DropCounts;
  /** A verdict on an expense that this node did not send. Durable once it settles. */
  readonly foreign: (verdict: PaymentVerdict) => Promise<void>;
  /** The next purchase to see to; nobody else is given it before `done`. */
  readonly next: () => Forward | undefined;
  /** A lane has left a purchase. */
  readonly done: (purchase: FactId) => void;
  /** How long things take. */
  readonly times: CompanyTimes;
}

/** A lane over one link. */
export class CompanyLane implements FleetWireEvents {
  readonly #parts: CompanyLaneParts;
  readonly #id: string;
  readonly #ending = new AbortController();
  readonly #nextId: (nowMs: number) => FactId;
  readonly #probes = new Map<FactId, () => void>();
  #wire: FleetWire | undefined;
  #retired = false;
  #proven = false;

  /**
   * @param id The regional office as which it speaks; no other link may have it.
   * @param parts What it works with.
   */
  constructor(id: string, parts: CompanyLaneParts) {
    this.#id = id;
    this.#parts = parts;
    this.#nextId = createFactIds(parts.random);
  }

  /** True once the company has answered an expense on it. */
  get isProven(): boolean {
    return this.#proven;
  }

  /** False once the link is over. */
  get isOpen(): boolean {
    return this.#wire?.isOpen === true;
  }

  /** Takes no more purchases; the link ends after the one that is under way. */
  retire(): void {
    this.#retired = true;
    this.#parts.desk.wake();
  }

  /** Ends the link. */
  close(): void {
    this.#wire?.close();
    this.#ending.abort();
  }

  closed(): void {
    this.#ending.abort();
  }

  /**
   * Works until the link is over.
   *
   * @param wire The link, after its handshake.
   */
  async run(wire: FleetWire): Promise<void> {
    this.#wire = wire;
    if (!wire.isOpen) this.#ending.abort();
    try {
      while (!this.#isOver() && !this.#retired) {
        const forward = this.#parts.next();
        if (forward === undefined) await this.#idle();
        else {
          await this.#see(forward)
            .finally(() => this.#parts.done(forward.purchase));
        }
      }
    } finally {
      this.close();
    }
  }

  async frame(frame: FleetFrame): Promise<void> {
    const reading = parseFleetMessage(frame);
    if (reading.kind !== "message" || reading.message.kind !== "verdict") {
      this.#parts.drops.add(reading.kind);
      return;
    }
    const verdict = reading.message;
    if (await this.#take(verdict)) {
      const { pumpAddress, expense } = verdict;
      const kind = "acknowledgement";
      this.#wire?.send(encodeFleetMessage({ kind, pumpAddress, expense }));
    }
  }

  /** What a verdict says is on the disk once this settles; false if it is not to be acknowledged. */
  async #take(verdict: PaymentVerdict): Promise<boolean> {
    const { desk, book, foreign, drops } = this.#parts;
    const purchase = purchaseOf(verdict);
    if (purchase === undefined) {
      await foreign(verdict);
      return true;
    }
    if (verdict.pumpAddress.startsWith(`${PROBE_ADDRESS}#`)) {
      this.#probes.get(purchase)?.();
      return true;
    }
    const forward = book.find(purchase);
    if (forward === undefined || !isAnswerTo(verdict, forward)) {
      // Another node of the mesh may wait for it: the company keeps it until that one asks.
      drops.add("verdicts_of_others");
      return false;
    }
    this.#proven = true;
    if (!await desk.settle(purchase, verdict.accepted)) {
      drops.add("surplus_verdicts");
    }
    return true;
  }

  /** Sends a purchase, or finds out what became of it. */
  async #see(forward: Forward): Promise<void> {
    const { desk, book, times } = this.#parts;
    const { purchase } = forward;
    const { signal } = this.#ending;
    if (forward.state === "queued") {
      if (desk.isLate(forward)) return await desk.drop(forward, ["queued"]);
      if (!await book.move(purchase, ["queued"], "sent")) return;
      this.#send(forward);
      if (await desk.settledWithin(purchase, times.verdictMs, signal)) return;
    }
    for (let round = 0; !this.#isOver(); round++) {
      const found = await this.#find(purchase);
      if (found === "settled") return;
      if (found === "never") return await this.#again(forward);
      const pause = Math.min(times.roundMsMax, times.pokeMs * 2 ** round);
      if (await desk.settledWithin(purchase, pause, signal)) return;
    }
  }

  /**
   * Two pokes without an answer mean that the expense was never processed; a probe that is answered shows that the company
   * was there to answer them.
   */
  async #find(purchase: FactId): Promise<"settled" | "never" | "silent"> {
    const { desk, times } = this.#parts;
    const { signal } = this.#ending;
    for (let poke = 0; poke < 2; poke++) {
      this.#wire?.send(encodeFleetMessage({
        kind: "stationHere",
        station: stationOf(purchase),
        regional: this.#id,
      }));
      if (await desk.settledWithin(purchase, times.pokeMs, signal)) {
        return "settled";
      }
    }
    const answered = await this.#probe(purchase);
    if (await desk.settledWithin(purchase, 0, signal)) return "settled";
    return answered && !this.#isOver() ? "never" : "silent";
  }

  /** The company had it never: it may be sent again while its card waits. */
  async #again(forward: Forward): Promise<void> {
    const { desk, book } = this.#parts;
    if (desk.isLate(forward)) return await desk.drop(forward, ["sent"]);
    if (await book.move(forward.purchase, ["sent"], "queued")) desk.wake();
  }

  #send(forward: Forward): void {
    this.#wire?.send(encodeFleetMessage({
      kind: "expense",
      pumpAddress: markedAddress(forward),
      expense: forward.expense,
      station: stationOf(forward.purchase),
    }));
  }

  /** An expense over nothing: a company always answers it, charges nothing and makes no card. */
  async #probe(purchase: FactId): Promise<boolean> {
    const { book, clock, times } = this.#parts;
    const { expense } = book.find(purchase) ?? {};
    if (expense === undefined || this.#isOver()) return false;
    const id = this.#nextId(clock.now());
    let answered = false;
    const waiting = new AbortController();
    const end = () => waiting.abort();
    this.#ending.signal.addEventListener("abort", end);
    this.#probes.set(id, () => {
      answered = true;
      end();
    });
    this.#wire?.send(encodeFleetMessage({
      kind: "expense",
      pumpAddress: `${PROBE_ADDRESS}#${id}`,
      expense: { ...expense, total: 0 },
      station: stationOf(id),
    }));
    await pauseOn(clock, times.probeMs, waiting.signal);
    this.#ending.signal.removeEventListener("abort", end);
    this.#probes.delete(id);
    return answered;
  }

  /** Waits for something to do. */
  async #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const leave = this.#parts.desk.onWake(end);
    this.#ending.signal.addEventListener("abort", end);
    if (this.#isOver()) end();
    await promise;
    leave();
    this.#ending.signal.removeEventListener("abort", end);
  }

  #isOver(): boolean {
    return this.#ending.signal.aborted;
  }
}

/** The station that a purchase has for the company: one of its own, so that a poke asks for it alone. */
function stationOf(purchase: FactId): string {
  return `panal-${purchase}`;
}

/** Whether a verdict is about what was sent. */
function isAnswerTo(
  { pumpAddress, expense }: PaymentVerdict,
  forward: Forward,
): boolean {
  const { company, card, total, date } = forward.expense;
  return pumpAddress === markedAddress(forward) &&
    expense.company === company && expense.card === card &&
    expense.total === total && expense.date === date;
}
