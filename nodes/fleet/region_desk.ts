/**
 * What a regional office does with the expenses of original stations, without their sockets: each is a purchase of its
 * own, decided by whoever keeps the accounts, and answered once, where the station can be reached (section 5.2 of the
 * protocol page). All ports of a node share one desk.
 *
 * @module
 */
import {
  createFactIds,
  type FactId,
  fixedFactId,
  type Timer,
} from "../../crdt/mod.ts";
import {
  confirmationKey,
  encodeFleetMessage,
  type PaymentVerdict,
  type PumpExpense,
} from "../../net/mod.ts";
import type { PurchaseInput } from "./fleet_use_cases.ts";
import { OWED_DECIDED, OWED_DECIDING, OWED_WRITING } from "./region_book.ts";
import { pauseOn } from "./fleet_wire.ts";
import {
  contentOf,
  inputOf,
  OWED_MAX,
  OWED_PER_LINK_MAX,
  REGION_TIMES,
  type RegionDeskParts,
  type RegionTimes,
  type StationLink,
} from "./region_parts.ts";
import { type GuardedLink, ReplayGuard } from "./replay_guard.ts";
import {
  isPumpStation,
  type StationKey,
  stationKey,
} from "./station_places.ts";
import {
  type RosterLink,
  StationRoster,
  type StationWire,
} from "./station_roster.ts";
import { VerdictOrder } from "./verdict_order.ts";
import { VerdictRows } from "./verdict_rows.ts";

/** How often in `VERDICT_MS_MAX` is looked for what took too long. */
const LOOKS = 29;
/** Most verdicts of before this node that are remembered as handed over. */
const HANDED_MAX = 10_000;

interface Link extends RosterLink {
  readonly guarded: GuardedLink;
  /** Purchases whose verdict is being written to it. */
  readonly writing: Set<Owed>;
  /** Purchases that came on it and are not answered. */
  waiting: number;
}

/** A purchase in memory. */
interface Owed {
  readonly purchase: FactId;
  readonly told: PumpExpense;
  readonly station: StationKey;
  /** When it came, in monotonic milliseconds. */
  readonly receivedAt: number;
  /** The connection that brought it; undefined after a restart. */
  readonly link: Link | undefined;
  /** Verdicts of purchases that look the same are given in the order in which these came. */
  readonly key: string;
  accepted: boolean | undefined;
  /** True once its verdict goes its own way. */
  released: boolean;
}

/** The desk. */
export class RegionDesk {
  readonly #parts: RegionDeskParts;
  readonly #times: RegionTimes;
  readonly #guard = new ReplayGuard();
  readonly #nextId: (nowMs: number) => FactId;
  readonly #rows: VerdictRows;
  readonly #roster = new StationRoster<Link>();
  readonly #owed = new Map<FactId, Owed>();
  readonly #order: VerdictOrder<Owed>;
  /** What waits for a connection of its station. */
  readonly #kept = new Map<StationKey, Set<Owed>>();
  readonly #handed = new Map<string, Promise<void>>();
  /** What is being written, by line. */
  readonly #writing = new Map<string, Promise<void>>();
  readonly #work = new Set<Promise<void>>();
  readonly #timers = new Set<Timer>();
  readonly #ending = new AbortController();
  #stopped = false;

  /** @param parts What it works with. */
  constructor(parts: RegionDeskParts) {
    this.#parts = parts;
    this.#times = parts.times ?? REGION_TIMES;
    this.#nextId = createFactIds(parts.random);
    this.#rows = new VerdictRows(parts);
    this.#order = new VerdictOrder(this.#times.verdictMsMax);
  }

  /** Takes up what was owed when the node ended. */
  start(): void {
    const { book, clock } = this.#parts;
    for (const { station, address } of book.pumps()) {
      this.#guard.remember(station, address);
    }
    for (const { purchase, state, accepted, receivedMs, told } of book.owed()) {
      const age = Math.max(0, clock.now() - receivedMs);
      const owed = this.#add(purchase, told, {
        link: undefined,
        receivedAt: clock.monotonic() - age,
      });
      owed.released = true;
      if (state === OWED_WRITING) this.#doubt(owed, accepted);
      else if (state === OWED_DECIDED) this.#decided(owed, accepted);
      else this.#resume(owed);
    }
    this.#look();
  }

  /** Purchases whose verdict no station has yet. */
  get owed(): number {
    return this.#owed.size;
  }

  /**
   * A station announces a connection.
   *
   * @param wire The connection.
   * @param handshake The pump's address and the station's text in its handshake.
   * @returns What to tell of it.
   */
  announce(
    wire: StationWire,
    handshake: { readonly address: string; readonly station: string },
  ): StationLink {
    const { clock, book } = this.#parts;
    const station = stationKey(handshake.address, handshake.station);
    const now = clock.monotonic();
    const link: Link = {
      station,
      wire,
      openedAt: now,
      guarded: this.#guard.announce(station, handshake.address, now),
      isOpen: true,
      writing: new Set(),
      waiting: 0,
    };
    // Texts that are no pump's address have no end: they are remembered, not stored.
    const isNew = this.#guard.remember(station, handshake.address);
    if (isNew && isPumpStation(station)) {
      this.#run("A station's pump", book.announced(station, handshake.address));
    }
    this.#roster.add(link);
    this.#later(this.#times.settledMs, () => this.#deliverKept(station));
    return {
      expense: (told) => this.#expense(link, told),
      closed: () => this.#closed(link),
    };
  }

  /**
   * Somebody who keeps the accounts says late what became of a purchase.
   *
   * @param purchase The purchase.
   * @param accepted Whether it was charged.
   */
  decided(purchase: FactId, accepted: boolean): void {
    const owed = this.#owed.get(purchase);
    if (owed !== undefined) this.#decided(owed, accepted);
  }

  /**
   * A verdict on an expense that this node did not forward: it goes to the station as a result.
   *
   * @param verdict The verdict.
   * @returns Once it is durable. A repeat is dropped.
   */
  async handOver(verdict: PaymentVerdict): Promise<void> {
    const { pumpAddress, expense, station, accepted } = verdict;
    const key = `${confirmationKey(pumpAddress, expense)}:${accepted}`;
    const purchase = fixedFactId(["fleet verdict", key]);
    // On the disk, from before a restart too, or on its way there.
    if (this.#handed.has(key)) return await this.#handed.get(key);
    if (this.#owed.has(purchase)) return;
    const told: PumpExpense = {
      kind: "expense",
      pumpAddress,
      expense,
      station,
    };
    const { clock } = this.#parts;
    const owed = this.#add(purchase, told, {
      link: undefined,
      receivedAt: clock.monotonic(),
    });
    owed.released = true;
    const handed = this.#rows.put(owed, OWED_DECIDED, accepted);
    this.#handed.set(key, handed);
    for (const oldest of this.#handed.keys()) {
      if (this.#handed.size <= HANDED_MAX) break;
      this.#handed.delete(oldest);
    }
    try {
      await handed;
    } catch (error) {
      this.#handed.delete(key);
      this.#owed.delete(purchase);
      throw error;
    }
    this.#decided(owed, accepted);
  }

  /** Writes nothing more; waits until what was begun is on the disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ending.abort();
    for (const timer of this.#timers) timer.cancel();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #add(
    purchase: FactId,
    told: PumpExpense,
    from: { readonly link: Link | undefined; readonly receivedAt: number },
  ): Owed {
    const owed: Owed = {
      purchase,
      told,
      ...from,
      station: stationKey(told.pumpAddress, told.station),
      key: confirmationKey(told.pumpAddress, told.expense),
      accepted: undefined,
      released: false,
    };
    this.#owed.set(purchase, owed);
    return owed;
  }

  #expense(link: Link, told: PumpExpense): void {
    const { clock, alerts } = this.#parts;
    const now = clock.monotonic();
    const guarded = {
      address: told.pumpAddress,
      content: contentOf(told),
    };
    const purchase = this.#nextId(clock.now());
    const input = inputOf(purchase, told);
    if (this.#guard.isReplay(link.guarded, guarded, now)) {
      alerts.tell(
        "fleet_replay_suspected",
        "A station sent expenses right after its leader changed: they were not charged and wait for a person",
        { station: link.station, company: told.expense.company },
      );
      return this.#review(input);
    }
    const owed = this.#add(purchase, told, { link, receivedAt: now });
    link.waiting++;
    this.#order.add(owed);
    const isFull = this.#owed.size > OWED_MAX ||
      link.waiting > OWED_PER_LINK_MAX;
    if (isFull || this.#stopped) return this.#decided(owed, false);
    const suspect = this.#guard.isSuspect(owed.station, guarded, now) ||
      this.#guard.isAnnounced(owed.station, now) && this.#parts.isKnown(input);
    this.#guard.decided(owed.station, guarded);
    this.#run(
      "A purchase",
      this.#decide(owed, { ...input, ...(suspect ? { suspect } : {}) }),
    );
  }

  /** What may be a replay is recorded, not charged and not answered. */
  #review(input: PurchaseInput): void {
    this.#run(
      "A suspected replay",
      this.#parts.authority.charge({ ...input, review: "replay_suspected" })
        .then(() => {}),
    );
  }

  async #decide(owed: Owed, input: PurchaseInput): Promise<void> {
    const { authority } = this.#parts;
    try {
      await this.#rows.put(owed, OWED_DECIDING, false);
    } catch (error) {
      // Nothing was charged, and nothing will be.
      this.#decided(owed, false);
      throw error;
    }
    try {
      const verdict = await authority.charge(input);
      if (verdict.reason === "outcome_unknown") return;
      this.#decided(owed, verdict.accepted);
    } catch (error) {
      // The disk failed: it is read again what became of it.
      this.#later(this.#times.verdictMsMax, () => this.#resume(owed));
      throw error;
    }
  }

  /** After a restart: who keeps the accounts knows. */
  #resume(owed: Owed): void {
    const outcome = this.#parts.authority.outcome(owed.purchase);
    if (outcome === "open") return;
    this.#decided(owed, outcome === "accepted");
  }

  /** Nobody knows whether the station has the verdict: it is not given twice. */
  #doubt(owed: Owed, accepted: boolean): void {
    this.#owed.delete(owed.purchase);
    if (accepted) this.#rows.tellUnconfirmed(owed);
    this.#run("A verdict", this.#rows.remove(owed));
  }

  #decided(owed: Owed, accepted: boolean): void {
    if (owed.accepted !== undefined) return;
    owed.accepted = accepted;
    if (owed.released) return this.#deliver(owed);
    this.#flush(owed.key);
  }

  /** Gives verdicts of purchases that look the same in their order; what takes too long no longer holds others up. */
  #flush(key: string): void {
    for (const owed of this.#order.take(key, this.#parts.clock.monotonic())) {
      owed.released = true;
      if (owed.accepted !== undefined) this.#deliver(owed);
    }
  }

  /** Verdicts of one line are written one after the other: a charge is marked on the disk before, a refusal is not. */
  #deliver(owed: Owed): void {
    if (this.#stopped) return;
    const { key } = owed;
    const before = this.#writing.get(key) ?? Promise.resolve();
    const writing = before.catch(() => {}).then(() => this.#write(owed))
      .finally(() => {
        if (this.#writing.get(key) === writing) this.#writing.delete(key);
      });
    this.#writing.set(key, writing);
    this.#run("A verdict", writing);
  }

  async #write(owed: Owed): Promise<void> {
    const { clock } = this.#parts;
    const { accepted = false, link, receivedAt } = owed;
    const wait = receivedAt + this.#times.verdictMsMin - clock.monotonic();
    if (wait > 0) await pauseOn(clock, Math.ceil(wait), this.#ending.signal);
    if (this.#stopped) return;
    if (!accepted && this.#isLate(owed)) return await this.#drop(owed);
    const target = this.#target(owed);
    if (target === undefined) return await this.#keep(owed);
    // A refusal that comes twice harms nobody; a charge must not be told twice.
    if (accepted) await this.#rows.put(owed, OWED_WRITING, true);
    const frame = encodeFleetMessage({
      ...owed.told,
      kind: "verdict",
      accepted,
    });
    target.writing.add(owed);
    const written = target.isOpen && target.wire.write(frame, () => {
      target.writing.delete(owed);
      this.#answered(owed);
    });
    if (written) return;
    // Where the write ended the connection, its end has begun anew with all that was being written.
    if (!target.writing.delete(owed)) return;
    if (link === target) return await this.#write(owed);
    await this.#keep(owed);
  }

  #answered(owed: Owed): void {
    this.#forget(owed);
    this.#run("A verdict", this.#rows.remove(owed));
  }

  async #drop(owed: Owed): Promise<void> {
    this.#forget(owed);
    await this.#rows.remove(owed);
  }

  #forget(owed: Owed): void {
    this.#owed.delete(owed.purchase);
    if (owed.link !== undefined) owed.link.waiting--;
  }

  /** It goes with the next connection of the station. */
  async #keep(owed: Owed): Promise<void> {
    // A card that hears nothing was told no as well: refusals must not fill the memory.
    if (owed.accepted !== true && this.#owed.size > OWED_MAX) {
      return await this.#drop(owed);
    }
    const kept = this.#kept.get(owed.station) ?? new Set();
    kept.add(owed);
    this.#kept.set(owed.station, kept);
    if (owed.accepted !== true) return;
    await this.#rows.put(owed, OWED_DECIDED, true);
    if (this.#isLate(owed)) this.#rows.tellUnconfirmed(owed);
  }

  #isLate({ receivedAt }: Owed): boolean {
    return this.#parts.clock.monotonic() - receivedAt > this.#times.cardWaitMs;
  }

  /** The connection that carried the expense while it is open, else the newest that stands. */
  #target({ link, station }: Owed): Link | undefined {
    if (link?.isOpen) return link;
    const now = this.#parts.clock.monotonic();
    return this.#roster.newest(station, now - this.#times.settledMs);
  }

  #deliverKept(station: StationKey): void {
    const kept = this.#kept.get(station);
    if (kept === undefined || this.#stopped) return;
    this.#kept.delete(station);
    for (const owed of kept) this.#deliver(owed);
  }

  #closed(link: Link): void {
    this.#roster.remove(link);
    // The write was not completed: it may go elsewhere.
    for (const owed of link.writing) this.#deliver(owed);
    link.writing.clear();
  }

  #look(): void {
    const now = this.#parts.clock.monotonic();
    for (const key of this.#order.overdue(now)) this.#flush(key);
    this.#dropKept();
    this.#later(this.#times.verdictMsMax / LOOKS, () => this.#look());
  }

  /** Refusals that no card waits for any more go, whether or not their station comes again. */
  #dropKept(): void {
    for (const [station, kept] of this.#kept) {
      for (const owed of kept) {
        if (owed.accepted === true || !this.#isLate(owed)) continue;
        kept.delete(owed);
        this.#run("A verdict", this.#drop(owed));
      }
      if (kept.size === 0) this.#kept.delete(station);
    }
  }

  #later(ms: number, act: () => void): void {
    if (this.#stopped) return;
    const timer = this.#parts.clock.timer(ms, () => {
      this.#timers.delete(timer);
      // A disk that fails must not end the program.
      this.#run("What is due", Promise.resolve().then(act));
    });
    this.#timers.add(timer);
  }

  #run(what: string, work: Promise<void>): void {
    const { logger } = this.#parts;
    const tracked = work.catch((error) => {
      logger.log("error", "A regional office's books could not be written", {
        what,
        error: String(error),
      });
    }).finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
