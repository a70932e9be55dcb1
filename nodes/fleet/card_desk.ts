/**
 * A station's pumps as fleet cards see them: one question a connection, always an answer, and a verdict that its card did
 * not get is kept. What is charged is decided elsewhere.
 *
 * @module
 */
import type { Clock, FactId, SiteCode, Timer } from "../../crdt/mod.ts";
import {
  encodeFleetMessage,
  type FleetExpense,
  type FleetFrame,
  type FrameLink,
  type FrameLinkEnd,
  type FrameLinkReader,
  type FuelRequest,
  parseFleetMessage,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import {
  cardOf,
  companyOf,
  type FleetStation,
  litersTotal,
} from "./fleet_places.ts";
import type {
  CardId,
  CompanyId,
  FleetAuthority,
  FleetUseCases,
} from "./fleet_use_cases.ts";

/** How long the first frame of a card may take, in milliseconds. */
export const CARD_FRAME_MS = 10_000;
/** A card is answered within 30 s; this much earlier, so that the answer is with it by then. */
export const CARD_ANSWER_MS = 29_000;
/** How long a kept result may be fetched for a card that asks for it: it waits 2 s at each pump. */
export const CARD_QUERY_MS = 1_500;
/** How long a card may take to close once it was answered; then it has the answer. */
export const CARD_CLOSE_MS = 2_000;
/** How long a stop waits for the first frame of cards that have just connected, in milliseconds. */
export const CARD_ARRIVAL_MS = 250;
/** How long a stop waits for verdicts that cards wait for, in milliseconds; then they are told no. */
export const CARD_GRACE_MS = 1_000;
/** How long a stop waits for verdicts that no card waits for any more, in milliseconds. */
export const CARD_STOP_MS = 3_000;

/** Most expenses of other pumps and verdicts that are seen to at once; expenses beyond are dropped. */
export const CARD_WORK_MAX = 4_096;

const CHARGED = encodeFleetMessage({ kind: "fuelComplete", success: true });
const REFUSED = encodeFleetMessage({ kind: "fuelComplete", success: false });
const NOTHING = encodeFleetMessage({ kind: "noPendingResult" });

/** What a station's pumps work with. */
export interface CardDeskParts {
  /** Decides purchases. */
  readonly authority: FleetAuthority;
  /** Keeps verdicts that their cards did not get, for every node of the station. */
  readonly results: Pick<FleetUseCases, "keepResult" | "takeResult">;
  /** The site in the mesh. */
  readonly site: SiteCode | null;
  /** The station. */
  readonly station: FleetStation;
  /** Price of a liter in whole units. */
  readonly price: number;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Notes each purchase just before its card is told that it was charged; nobody does if it is left out. */
  readonly told?: (purchase: FactId) => void;
}

/** What becomes of an answer once it is known whether the card has it. */
interface Outcome {
  delivered(): Promise<void>;
  failed(): Promise<void>;
}

/** A kept verdict. */
interface Kept {
  readonly purchase: FactId;
  readonly company: CompanyId;
  readonly card: CardId;
  readonly success: boolean;
}

/** A station's pumps. */
export class CardDesk {
  readonly #parts: CardDeskParts;
  readonly #visits = new Set<CardVisit>();
  readonly #work = new Set<Promise<void>>();
  #drained: Promise<void> | undefined;
  #day = 0;
  #date = "";

  /**
   * Makes them.
   *
   * @param parts What they work with.
   */
  constructor(parts: CardDeskParts) {
    this.#parts = parts;
  }

  /** Cards that are connected. */
  get connected(): number {
    return this.#visits.size;
  }

  /**
   * Takes a connection of a card.
   *
   * @param link The connection; it is started here.
   * @param pump The index of the pump that it dialed; null if it is none of the station's own.
   */
  serve(link: FrameLink, pump: number | null): void {
    const visit = new CardVisit(link, pump, {
      ...this.#parts,
      today: () => this.#today(),
      isDraining: () => this.#drained !== undefined,
      run: (work) => this.#run(work),
      over: (it) => void this.#visits.delete(it),
    });
    this.#visits.add(visit);
    link.start(visit);
  }

  /**
   * Authorizes an expense that another pump of the station sent on. That pump gets no answer, so the card is told when it
   * asks.
   *
   * @param expense The expense.
   */
  expense(expense: FleetExpense): void {
    if (this.#drained !== undefined) return;
    if (this.#work.size >= CARD_WORK_MAX) {
      return this.#parts.logger.log("warn", "An expense of a pump was dropped");
    }
    this.#run(this.#authorize(expense));
  }

  async #authorize(expense: FleetExpense): Promise<void> {
    const { authority, results, site, station } = this.#parts;
    const company = companyOf(expense.company);
    const card = cardOf(expense.card);
    const { id, accepted } = await authority.charge({
      ...{ company, card, amount: expense.total, source: "pump" },
      date: isDay(expense.date) ? expense.date : this.#today(),
      place: { site, ...station, pump: null },
    });
    if (accepted) {
      await results.keepResult({ purchase: id, company, card, success: true });
    }
  }

  /**
   * Takes no purchases any more: whoever asks is told no. Waits a little for what is being decided, then tells whoever
   * still waits no as well. Stop the listeners afterwards: they send what was told.
   */
  drain(): Promise<void> {
    return this.#drained ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // A card that has connected sends at once, and would wait for ever if nobody read it.
    const arriving = Promise.all([...this.#visits].map(({ asked }) => asked));
    await Promise.all([
      this.#within(CARD_ARRIVAL_MS, arriving),
      this.#settleWithin(CARD_GRACE_MS),
    ]);
    for (const visit of this.#visits) visit.refuse();
  }

  /**
   * Waits until what was decided after its card was told no is kept, within a bound. Stop the listeners first.
   *
   * @returns False if something was not decided in time.
   */
  async stop(): Promise<boolean> {
    await this.drain();
    await this.#settleWithin(CARD_STOP_MS);
    return this.#work.size === 0;
  }

  #settleWithin(ms: number): Promise<void> {
    return this.#within(ms, Promise.all(this.#work));
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#parts.clock.timer(ms, late.resolve);
    await Promise.race([work, late.promise]);
    timer.cancel();
  }

  #run(work: Promise<void>): void {
    const done = work.catch((error) =>
      this.#parts.logger.log("error", "A fleet card could not be seen to", {
        error: String(error),
      })
    ).finally(() => this.#work.delete(done));
    this.#work.add(done);
  }

  #today(): string {
    const now = this.#parts.clock.now();
    const day = Math.floor(now / 86_400_000);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = new Date(now).toISOString().slice(0, 10);
    }
    return this.#date;
  }
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** What one connection works with. */
interface VisitParts extends CardDeskParts {
  today(): string;
  isDraining(): boolean;
  run(work: Promise<void>): void;
  over(visit: CardVisit): void;
}

/** One connection of a card. */
class CardVisit implements FrameLinkReader {
  readonly #link: FrameLink;
  readonly #pump: number | null;
  readonly #parts: VisitParts;
  #timer: Timer;
  /** What it waits for: a frame, a kept result, a verdict, or that the card has its answer. */
  #state: "frame" | "result" | "verdict" | "answered" = "frame";
  #gone = false;
  #outcome: Outcome | undefined;
  readonly #answered = Promise.withResolvers<void>();
  readonly #asked = Promise.withResolvers<void>();

  constructor(link: FrameLink, pump: number | null, parts: VisitParts) {
    this.#link = link;
    this.#pump = pump;
    this.#parts = parts;
    this.#timer = parts.clock.timer(CARD_FRAME_MS, () => this.#late());
  }

  /** Settles once its first question came, or it is gone. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  frame(frame: FleetFrame): void {
    // A connection has one question.
    if (this.#state !== "frame") return;
    const reading = parseFleetMessage(frame);
    if (reading.kind === "unassigned") {
      return this.#parts.logger.log("debug", "A frame of a card was ignored", {
        opcode: frame.opcode,
      });
    }
    this.#asked.resolve();
    if (reading.kind !== "message") return this.#answer(REFUSED);
    const { message } = reading;
    if (this.#parts.isDraining()) {
      const asks = message.kind === "pendingQuery";
      return this.#answer(asks ? NOTHING : REFUSED);
    }
    switch (message.kind) {
      case "pendingQuery":
        this.#state = "result";
        this.#timer.cancel();
        return this.#parts.run(this.#findResult(cardOf(message.card)));
      case "fuelRequest":
        this.#state = "verdict";
        this.#timer.cancel();
        this.#timer = this.#parts.clock.timer(
          CARD_ANSWER_MS,
          () => this.refuse(),
        );
        return this.#parts.run(this.#purchase(message));
      default:
        return this.#answer(REFUSED);
    }
  }

  /** A card that asks for a result closes its half at once; one that waits for a verdict is gone. */
  ended(): void | Promise<void> {
    switch (this.#state) {
      case "frame":
        if (this.#link.inFrame) this.#answer(REFUSED);
        return;
      case "result":
        return this.#answered.promise;
      default:
        this.#gone = true;
    }
  }

  closed(why: FrameLinkEnd): void {
    this.#timer.cancel();
    this.#gone = true;
    this.#asked.resolve();
    this.#answered.resolve();
    this.#parts.over(this);
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome === undefined) return;
    const has = why === "ended" || why === "late" || why === "closed";
    this.#parts.run(has ? outcome.delivered() : outcome.failed());
  }

  /** Tells the card that nothing was charged; what is decided all the same is kept. */
  refuse(): void {
    if (this.#state === "frame") this.#late();
    else this.#answer(this.#state === "result" ? NOTHING : REFUSED);
  }

  /** A silent connection is closed; one that began a frame has asked something that cannot be read. */
  #late(): void {
    if (this.#link.inFrame) this.#answer(REFUSED);
    else this.#link.close();
  }

  #isAnswered(): boolean {
    return this.#state === "answered";
  }

  async #findResult(card: CardId): Promise<void> {
    const lease = await this.#takeResult({ card });
    if (lease === undefined) return this.#answer(NOTHING);
    await this.#offer(lease.success, lease);
  }

  async #purchase(request: FuelRequest): Promise<void> {
    const company = companyOf(request.company);
    const card = cardOf(request.card);
    // C-36: what the card was not told before comes first; then the driver asks again.
    const lease = await this.#takeResult({ company, card });
    if (lease !== undefined) return await this.#offer(lease.success, lease);
    // Who was told no while that was looked for is not charged any more.
    if (this.#isAnswered()) return;
    const { liters } = request;
    const amount = litersTotal(liters, this.#parts.price);
    if (amount === undefined) return this.#answer(REFUSED);
    const { id, accepted, reason } = await this.#charge({
      ...{ company, card, amount, liters },
    });
    const kept: Kept = { purchase: id, company, card, success: accepted };
    const keep = () => this.#parts.results.keepResult(kept);
    // Who was told "no" and was not charged needs to hear nothing more.
    if (this.#isAnswered()) return accepted ? await keep() : undefined;
    if (accepted && !this.#gone) this.#parts.told?.(id);
    const nothing = async () => {};
    // A verdict is kept once: where nobody knows it yet its place stays free.
    const failed = reason === "outcome_unknown" ? nothing : keep;
    await this.#offer(accepted, { delivered: nothing, failed });
  }

  async #charge(
    { company, card, amount, liters }: {
      readonly company: CompanyId;
      readonly card: CardId;
      readonly amount: number;
      readonly liters: number;
    },
  ) {
    const { authority, site, station } = this.#parts;
    try {
      return await authority.charge({
        ...{ company, card, amount, liters, date: this.#parts.today() },
        place: { site, ...station, pump: this.#pump },
        source: "card",
      });
    } catch (error) {
      this.#answer(REFUSED);
      throw error;
    }
  }

  async #takeResult(
    wanted: { readonly company?: CompanyId; readonly card: CardId },
  ) {
    try {
      return await this.#parts.results.takeResult({
        ...wanted,
        waitMs: CARD_QUERY_MS,
      });
    } catch (error) {
      // What is kept stays there.
      this.#parts.logger.log("error", "A kept result could not be taken", {
        error: String(error),
      });
      return undefined;
    }
  }

  /** Tells a verdict, or knows at once that its card does not get it. */
  async #offer(success: boolean, outcome: Outcome): Promise<void> {
    if (this.#gone || this.#state === "answered") {
      return await outcome.failed();
    }
    this.#outcome = outcome;
    this.#answer(success ? CHARGED : REFUSED);
  }

  #answer(frame: Uint8Array): void {
    if (this.#state === "answered") return;
    this.#state = "answered";
    this.#timer.cancel();
    this.#link.send(frame);
    this.#link.finish(CARD_CLOSE_MS);
    this.#answered.resolve();
  }
}
